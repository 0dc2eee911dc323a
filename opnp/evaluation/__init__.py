"""Metrics of a last layer on held-out images, with their intervals."""
