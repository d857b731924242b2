"""Hours of service: when a team is there, and how much of its time lies between two moments."""
