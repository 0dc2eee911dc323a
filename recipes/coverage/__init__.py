"""Simulate how often the 95 % intervals hold the truth: `python -m recipes.coverage`."""
