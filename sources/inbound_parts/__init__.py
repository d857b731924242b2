"""The parts of the inbound source: who may push, what an item is, how fast."""
