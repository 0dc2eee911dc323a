"""Benchmarks, side by side with the plain way. Run with `python -m benchmarks.NAME`."""
