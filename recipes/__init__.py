"""How what is committed was made: training, assets, screenshots. Run with `python -m recipes.NAME`."""
