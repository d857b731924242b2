"""The parts of the reddit source: asking, listings, posts, places, and what is remembered."""
