"""``listener digest``: a period told."""
