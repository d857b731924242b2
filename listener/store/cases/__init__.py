"""Cases, in SQL: who is in them, what is done to them, whom they are told."""
