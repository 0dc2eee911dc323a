"""Checks of an experiment before anything is computed."""
