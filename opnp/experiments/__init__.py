"""Experiments: what they are made of, where they are defined and which there are."""
