"""Weights from files of any kind, matched to a model."""
