"""Copy of the Landscape page."""

TITLE = "Where is the good region?"
INTRO = (
    "Every window of weights and of neurons at once, on the images of the OOD sets that are for choosing. "
    "Click a cell to take the sliders there."
)
HELP = (
    "Each cell is a window: left end across, right end up. The top left corner prunes nothing. The other "
    "sliders stay where they are, so the neurons' map is that of the weights you have set, and the reverse. "
    "The axes are stretched at both ends, where a little pruning does much."
)
SAMPLED = (
    "From a sample of {images} of the {population} images that are for choosing: in the median cell the 95 % "
    "interval of FPR95 is ± {error} points; point at a cell for its own."
)
EXACT = "From all {images} images that are for choosing."
SWEEPING = "Looking at every window"
EXACT_RUNNING = "Computing every window from all images"
BEST_TITLE = "The best window under your rule"
BEST_HELP = (
    "Found on the halves for choosing by looking at every window of the maps, then in smaller and smaller "
    "steps. What is printed large comes from the other halves, of ID and of OOD, which the search never "
    "sees."
)
LOSS_LABEL = "ID accuracy that it may cost, in points"
SEARCHED_SAMPLE = " Searched on a sample of {images} images; the figures here are of all held-out ones."
REACH_LABEL = "Prune"
GAP_CHANCE = (
    "On the halves it was chosen on FPR95 is {tune}, held out {report}: they differ by {gap}, no more than "
    "chance alone explains."
)
GAP_LUCK = (
    "On the halves it was chosen on FPR95 is {tune}, held out {report}: {gap} more, so part of the gain was "
    "luck in choosing."
)
GAP_BETTER = (
    "On the halves it was chosen on FPR95 is {tune}, held out {report}: the held-out images happen to be "
    "easier, by {gap}; the choice did not flatter itself."
)
GAP_SETS = (
    "On the sets it was chosen on FPR95 is {tune}, on those for the report {report}. They are not the same "
    "sets, so the gap says nothing of luck in choosing."
)
NOTHING_BETTER = (
    "None of {tried} windows tried within your rule beats the unpruned model. Allow it to cost more accuracy."
)
PARETO_HELP = (
    "Each point is a window, on the halves for choosing; those on the line are beaten by none in both. "
    "Click one to take the sliders there."
)
LEFT_OUT_TITLE = "Would it help against something new?"
LEFT_OUT_HELP = (
    "For each OOD set the best window is chosen on the other sets alone, then tried on the held-out half of "
    "this one."
)
LEFT_OUT_ONE = (
    "Choose at least two OOD sets to tune on under **Settings** to leave one out, one of them with images to "
    "report on as well."
)
NOT_BLIND = "What choosing without OOD data would have led to cannot be said here. {reason}"
BLIND = (
    "{abstains} Here the midpoints would have chosen {window}: FPR95 {report} held out; unpruned it is "
    "{unpruned}, and {informed} by the choice above."
)
BLIND_NOTHING = "{abstains} Here the midpoints would have chosen nothing either."
