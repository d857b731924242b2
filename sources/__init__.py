"""Sources: one file per site, each a dataclass with one method, ``poll``."""
