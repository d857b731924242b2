"""The parts of the Threads source: ``graph`` asks, ``reading`` reads ``lanes``, ``posts`` maps."""
