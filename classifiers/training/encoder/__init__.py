"""Fits the transformer that ships, from a pretrained one. Needs torch and transformers."""
