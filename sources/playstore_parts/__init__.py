"""The parts of the Play Store source: ``publisher`` asks, ``reviews`` reads."""
