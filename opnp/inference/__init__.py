"""Predict one image, or a set of them, with the pruned and the unpruned last layer."""
