"""The parts of the Telegram source: ``updates`` asks, ``messages`` reads, ``cursor`` remembers."""
