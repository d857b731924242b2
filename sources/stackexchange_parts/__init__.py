"""The parts of the Stack Exchange source: ``api`` asks, ``posts`` reads, ``reading`` catches up."""
