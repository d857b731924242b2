"""The parts of the feed source, one thing each."""
