"""The parts of the Instagram source: ``posts`` and ``events`` read, ``reading`` asks.

``hashtags`` plans what may be asked for.
"""
