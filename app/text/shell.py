"""Copy of what surrounds every page: header, preparation, failures."""

RUNNING = (
    "{description} {classes} classes, {width} features; sensitivities from {train} training images. "
    "Computed on {device}."
)
MORE_REMARKS = "{count} more remarks on its images and classes"
FEATURES_ONLY = (
    "This experiment holds only features that were computed elsewhere, so it cannot look at new images. "
    "Choose another experiment above."
)
STARTING = "Starting the engine"
LOADING = "Loading the model"
RANKING = "Ranking the weights"
MAY_LEAVE = "You may leave this page: it goes on. Stopped or killed, it later goes on from where it was."
PREPARE_NOTE = (
    "Reads what is cached and computes the rest: the model runs once over every image. It shows its progress "
    "and can be stopped and taken up again."
)
FAILED = "This experiment is not ready. {reason}"
UNEXPECTED = "Expected {expected} but {clause}. The log of the server says more."
PAGE_FAILED = (
    "Expected this page to be drawn but something went wrong that nobody foresaw. Reload it; if that does "
    "not help, the log of the server says what it was."
)
JOB_EXPECTED = "`{name}` to be computed"
NO_RESULT = "It ended without a result; try again."
