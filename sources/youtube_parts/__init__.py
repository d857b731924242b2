"""The parts of the YouTube source: ``poll`` leads, ``api`` asks, the others read and remember."""
