"""An experiment's own Python code: loaded apart from everybody else's, and known by all that it read."""

from opnp.user_code.loader import OwnCode, search_path

__all__ = ["OwnCode", "search_path"]
