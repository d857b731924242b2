"""The core of the listener: the words, the store, the decisions and the three stages."""

__version__ = "0.1.0"
