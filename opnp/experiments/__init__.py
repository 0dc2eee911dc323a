"""Experiments: definition, registry and status."""
