"""Copy of the Compare page."""

TITLE = "Pruning beside other methods"
INTRO = (
    "Every method looks at the same stored features and the held-out images of every OOD set. Build a row "
    "of your own from a change of features, a pruning and a score."
)
FIGURES_OF = "Figures of"
AVERAGE = "the average of the sets"
AGAINST = "Compared with"
NOTHING = "nothing"
AGAINST_HELP = "Shows every figure as its difference to one row, in percentage points."
READING = (
    "On the held-out images, in percent. **★** best of a column; **≈** within the best one's 95 % interval. "
    "Click a heading to sort. *Time*: microseconds from the features in memory to the score, on this machine "
    "when the row was computed, without the backbone."
)
DIFFERENCES = "Difference to **{name}**, in percentage points (time: microseconds)."
EXAMPLES = (
    "The sliders prune nothing, so fixed examples stand in for pruning, which may hurt this model: OPP "
    "without the 1 % most sensitive weights, ONP without the 30 % least sensitive neurons, OPNP without "
    "both. Explore suggests windows that were found on this model; set one of them and it is compared here."
)
CHOSEN = (
    "**{rows}** prunes a window chosen among {tried} that were tried: with the energy, FPR95 is {tune} on "
    "the images it was chosen on and {report} held out."
)
CHOSEN_MORE = CHOSEN.replace("** prunes", "** prune", 1)
SLIDERS = "{rows} what the sliders above prune: {windows}."
ALL_PRUNE = "OPP, ONP and OPNP prune"
ONE_PRUNES = "{kind} prunes"
FITTED = " Methods fit to the features of {count} ID training images."
FITTED_SAMPLE = " Methods fit to a sample of {count} of the {population} ID training images, drawn by seed."
RUNNING = "{done} of {all} rows"
STOPPED = "Stopped after {done} of {all} rows. What is there stays."
STOP = "Stop"
GO_ON = "Go on"
CURVES_TITLE = "ROC of {rows}, {set}"
CURVES = "Rows to draw"
CURVES_HELP = (
    "Each point is a threshold: how much ID and how much OOD it accepts. A dot marks the threshold that "
    "accepts 95 % of ID; the further left it lies, the better."
)
CURVES_EMPTY = "Pick rows to see their ROC curves."
BUILD_TITLE = "Build a row"
BUILD_HELP = "Features are changed first, then the last layer is pruned, then the score is read off."
RECTIFIER = "Change the features"
SPARSIFIER = "Also thin out the last layer"
PRUNING = "Prune"
SCORE = "Score"
PUBLISHED = "{value}: {where}"
NAME = "Name of the row"
NONE = "no"
SLIDERS_NOW = "as the sliders now"
FOUND = {
    "OPP": "the best weights found",
    "ONP": "the best neurons found",
    "OPNP": "the best of both found",
}
"""Names of what the search suggests by the kind of pruning."""
ADD = "Add the row"
REMOVE = "Remove {name}"
NOT_OF_HEAD = "{score} looks at the features alone, so pruning weights cannot change it; pruning neurons can."
ENOUGH = "You have {most} rows of your own. Remove one to add another."
UNREADABLE = "A row of this link cannot be read. {reason}"
TOO_MANY = "This address holds {count} rows, but expected at most {most}. The first {most} are shown."
METHODS = "What each method does, and its paper"
DOWNLOAD = "Download"
