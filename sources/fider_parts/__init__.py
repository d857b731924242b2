"""The parts of the Fider source: ``forum`` asks, ``posts`` reads, ``reading`` catches up."""
