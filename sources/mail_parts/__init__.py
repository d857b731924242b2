"""The parts of the mail source.

``connection``, ``login``, ``refusals`` and ``folder`` talk to the server; ``reading`` catches up
with a folder and ``cursor`` remembers how far; ``posts``, ``heads``, ``body``, ``charsets``,
``quotes``, ``signatures`` and ``kinds`` turn a mail into a post.
"""
