"""The parts of the Bluesky source: websocket, dialects of the stream, sieve, posts, cursor, API."""
