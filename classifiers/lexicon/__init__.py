"""What the judges read a text by: word lists, and a mention taken apart with their help.

``tokens`` cuts a text into words and signs, ``lists`` loads the lists (one ``.toml`` file per
language) and finds their entries, ``meanings`` and ``english`` say what words mean, and ``seen``
has a mention's words and clauses, and whom of those named each is about.
"""
