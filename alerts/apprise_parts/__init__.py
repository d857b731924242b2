"""The parts of the Apprise channel, one thing each."""
