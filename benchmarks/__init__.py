"""Measurements anyone can run: each a ratio against a named alternative in the same run."""
