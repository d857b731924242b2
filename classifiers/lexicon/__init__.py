"""The word lists and how they are read: what the ``words`` classifier is made of.

``tokens`` cuts a text into words and signs, ``lists`` loads the lists (one ``.toml`` file per
language) and finds their entries, and one file per kind weighs what was found.
"""
