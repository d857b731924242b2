"""The parts of the LinkedIn source: ``api`` asks; ``notices``, ``page`` and ``comments`` read."""
