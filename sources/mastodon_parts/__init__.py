"""The parts of the Mastodon source: ``instance`` asks, ``lanes`` reads on, ``statuses`` reads."""
