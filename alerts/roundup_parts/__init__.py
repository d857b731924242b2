"""Roundup in parts: what is done to an issue, and what people did there."""
