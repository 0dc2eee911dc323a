"""Error of a promise that the images at hand cannot keep."""

from opnp.errors import InvalidDataError


class ImpossiblePromiseError(InvalidDataError):
    """No threshold on these images keeps the promise; the message says what it would take."""
