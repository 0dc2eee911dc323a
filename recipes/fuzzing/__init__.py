"""What `recipes.fuzz_cache` is made of: a small experiment, ways to spoil its cache, what came of it."""
