"""Request Tracker in parts: what is done to a ticket, and what people did there."""
