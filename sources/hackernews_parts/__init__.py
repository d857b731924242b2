"""The parts of the Hacker News source: how far it read, a search's pages, what hits become."""
