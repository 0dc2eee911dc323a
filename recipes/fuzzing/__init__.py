"""Parts of `recipes.fuzz_cache` and `recipes.fuzz_inputs`: experiments, ways to spoil them, outcomes."""
