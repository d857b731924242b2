"""The parts of the mail channel, one thing each."""
