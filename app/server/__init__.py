"""Bound uploads, and free what a visitor leaves behind."""
