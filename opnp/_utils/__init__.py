"""Checks, warnings and errors that every room uses."""
