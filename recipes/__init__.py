"""Recipes for what is committed: training, assets, screenshots. Run with `python -m recipes.NAME`."""
