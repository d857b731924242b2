"""The parts of the App Store source: ``feed`` and ``connect`` ask, ``reviews`` reads."""
