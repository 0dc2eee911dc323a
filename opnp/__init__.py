"""Sensitivity-guided pruning (OPNP) for out-of-distribution detection."""
