"""What stands behind the judge of type ``transformers``: folders of models, and their serving."""
