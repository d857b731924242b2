"""The parts of the Discourse source: ``forum`` asks, ``posts`` reads, ``reading`` catches up."""
