"""The parts of the Slack channel, one thing each."""
