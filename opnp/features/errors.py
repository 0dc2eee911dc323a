"""What can stop an extraction; each leaves the complete chunks in place for the next run."""

from opnp.errors import InvalidDataError, OpnpError


class StorageError(OpnpError):
    """The disk is full, or cannot be written to."""


class UnwritableError(StorageError):
    """The folder cannot be written to, whatever room there is."""


class ForeignFeaturesError(OpnpError):
    """The folder holds the features of another model, data set, transform or number format."""


class HalfPrecisionError(InvalidDataError):
    """A feature is beyond float16, in the files or under autocast; in float32 it may be sound."""


class DamagedFeaturesError(OpnpError):
    """Features on disk that are not as they were written, and cannot be extracted again just now."""


class IncompleteFeaturesError(InvalidDataError):
    """An extraction that has not come to its end; the next run goes on with it."""
