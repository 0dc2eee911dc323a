"""Errors that stop an extraction; each leaves the complete chunks in place for the next run."""

from opnp.errors import InvalidDataError, OpnpError


class StorageError(OpnpError):
    """A disk that is full, or cannot be written to."""


class UnwritableError(StorageError):
    """A folder that cannot be written to, whatever room there is."""


class ForeignFeaturesError(OpnpError):
    """A folder with the features of another model, data set, transform or number format."""


class HalfPrecisionError(InvalidDataError):
    """A feature beyond float16, in the files or under autocast; in float32 it may be sound."""


class DamagedFeaturesError(OpnpError):
    """Features on disk that are not as they were written, and cannot be extracted again just now."""


class IncompleteFeaturesError(InvalidDataError):
    """An extraction that is not complete; the next run goes on with it."""
