"""Error of a detector that is asked before it is fitted or calibrated."""

from sklearn.exceptions import NotFittedError as SklearnNotFittedError

from opnp.errors import OpnpError


class NotFittedError(OpnpError, SklearnNotFittedError):  # type: ignore[misc]
    """A detector was asked for what only `fit` or `calibrate` brings."""
