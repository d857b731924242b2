"""The small transformer that ships: asked where the small model is in doubt."""
