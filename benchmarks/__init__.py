"""Speed, side by side with what one would do instead. Run with `python -m benchmarks.NAME`."""
