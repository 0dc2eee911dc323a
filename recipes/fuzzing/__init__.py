"""What `recipes.fuzz_cache` is made of: a small experiment, ways to spoil its cache, and an account of each."""
