"""Copy of the Experiments page."""

TITLE = "Experiments"
INTRO = (
    "A model, the images it was trained and tested on, and OOD sets to tell them from. Your own is a small "
    "TOML file; docs/experiments.md shows one."
)
MISSING_ONE = "Something is missing on this machine: how to get it"
MISSING = "{count} things are missing on this machine: how to get them"
NEVER_PREPARED = "Not opened here yet; what the terminal has computed is used."
UNDERSTOOD = "What was understood"
LOOKING = "Loading the model and listing its images"
HEAD = "{width} features to {classes} classes; ID accuracy of the unpruned model: **{accuracy}**"
NO_ACCURACY = "not computed yet"
IN_ALL = ", … ({count} in all)"
IMAGES = "{count} images"
SKIPPED = "{count} of them skipped"
LEFT_OUT = "not used are {files}"
FILLED = "{filled} of {classes} classes"
