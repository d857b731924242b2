"""Real services, started by the tests themselves in temporary folders; nothing of them stays."""
