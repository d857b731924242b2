"""Classifiers: one file per judge, each a dataclass with one method, ``tag``."""
