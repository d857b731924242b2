"""The parts of the UserVoice source: ``account`` asks, ``posts`` reads, ``reading`` catches up."""
