"""Pruning beside the other post-hoc methods, and combined with them, on the same features."""
