"""The small model that ships, and the default judge: it asks the encoder where it is in doubt."""
