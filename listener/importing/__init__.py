"""Other tools' exports read as posts: a file in, posts and what can't be read out.

In the order in which a row goes through them: ``plain`` (a file as lines of text), ``records``
(lines as rows), ``layouts`` and ``mapping`` (which column is what), ``header`` (where the rows
begin), ``dates`` and ``numbers`` (cells as values), ``places`` (an address as a site and an id),
``rows`` (a row as a post), ``opening`` (all of it for one file).
"""
