"""The errors that opnp raises on purpose.

Each message names the thing, says what was expected, what came, and what to do. Nothing in a message is a
secret of the machine (paths, traces), so a page may show it to a visitor as it is.
"""


class OpnpError(ValueError):
    """A request that cannot be met; the message includes the remedy."""


class InvalidSettingError(OpnpError):
    """A setting (window, temperature, name ...) outside what is allowed."""


class InvalidDataError(OpnpError):
    """Arrays, scores or files whose content cannot be used (shape, NaN, empty ...)."""


class UnsupportedModelError(OpnpError):
    """A classifier that cannot be split into a backbone and one last linear layer."""


class UnreadableImageError(OpnpError):
    """A file that is not an image, or cannot be decoded safely.

    Args:
        reason: Why, without a full stop where a remedy follows.
        remedy: What to do, as a clause; it depends on where the file came from.

    Attributes:
        reason: Why, without what to do.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason}, so {remedy}." if remedy else reason)
        self.reason = reason


class CancelledError(OpnpError):
    """The person who started a long computation stopped it; what is complete stays."""


class MissingDataError(OpnpError):
    """Data or weights that are not on this machine; the message says how to get them."""
