"""The parts of the source for JSON lines, one thing each."""
