"""Conformal p-values, and what may be rejected with a false discovery rate that is kept."""
