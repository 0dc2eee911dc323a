"""Explain scores: attribution, relevance of neurons, nearest images, distributions."""
