"""Scores to the threshold of a detector, and what follows from it on images that did not choose it."""
