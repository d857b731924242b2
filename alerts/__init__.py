"""Channels: one file per place alerts go, each a dataclass with one method, ``send``."""
