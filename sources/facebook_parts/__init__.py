"""The parts of the Facebook source: ``posts`` and ``events`` read, ``reading`` asks."""
