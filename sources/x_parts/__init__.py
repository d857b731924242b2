"""The parts of the X source: queries, asking, reading stretches, posts, second looks, stream."""
