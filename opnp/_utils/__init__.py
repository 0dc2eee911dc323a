"""Shared checks, warnings and error translation."""
