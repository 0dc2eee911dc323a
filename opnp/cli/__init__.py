"""Commands of `python -m opnp`, one a file; each calls the functions that the pages call."""
