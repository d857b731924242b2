"""What several sources share: asking in JSON, reading it, holding a stream, one HTTP session."""
