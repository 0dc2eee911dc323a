"""An experiment's own Python code: isolated from other experiments', identified by all that it reads."""

from opnp.user_code.loader import OwnCode, search_path

__all__ = ["OwnCode", "search_path"]
