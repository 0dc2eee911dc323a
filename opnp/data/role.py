"""What the images of an OOD set are for: to tune on, to report on, or a half for each."""

from enum import StrEnum


class Role(StrEnum):
    """What the images of an OOD set are for."""

    HALVES = "halves"
    """One half to choose with, the other held out for the report."""

    TUNE = "tune"
    """All of them to choose with, none for the report: a validation set."""

    REPORT = "report"
    """All of them for the report, none to choose with: a test set."""
