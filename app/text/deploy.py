"""Copy of the Deploy page."""

TITLE = "From slider to production"
INTRO = (
    "Choose the threshold by what you need, see what follows on images that had no say in it, and take the "
    "detector away as one file."
)
RULE_LABEL = "Choose the threshold by"
RULE_HELP = (
    "**ID accepted**: the share of in-distribution images to let in. **OOD let through**: the most of an OOD "
    "set, or of the worst one, to let in. **Both**: a threshold that keeps both. **Costs**: the least "
    "expected cost of an image."
)
CONFIDENCE_LABEL = "How sure to keep it, %"
CONFIDENCE_HELP = (
    "**95**: in 95 of 100 such choices, images to come keep the shares you ask for. The surer, the more the "
    "threshold moves to the safe side. **as measured**: takes the shares of the images at hand; of images to "
    "come, about every second such threshold misses them."
)
NO_THRESHOLD = "No threshold: these images cannot promise that"
BY_CLASS = "A threshold of its own for each class"
BY_CLASS_NOTE = (
    "One threshold for all accepts some classes more often than others. With one for each predicted class, "
    "promised for all classes at once, held-out images accepted would change: {changes}. {carried}"
)
USE_BY_CLASS = "Use them in the detector"
USE_BY_CLASS_HELP = (
    "The downloaded detector then holds each image to the threshold of the class that it puts it in, and its "
    "own figures are of these thresholds. The rest of this page stays with the one threshold."
)
CARRIES_ONE = "The detector carries the one threshold."
CARRIES_OWN = (
    "The detector carries a threshold of their own for {count} of {of} classes; the figures above are those "
    "of the one threshold."
)
CHANGED = "{what} {one} → {own}"
TOO_FEW = "{count} of {of} classes have too few images for that and keep the one threshold{needed}."
NEEDED_EACH = "; each needs {needed}"
NONE = "–"
NO_PLAN = "{none} stands where no threshold can promise that: {names}."
PROMISED = "**Promised:** {statement}."
NOTHING_PROMISED = (
    "**Nothing is promised.** These are shares as measured: of images to come, about every second such "
    "threshold misses what was asked for."
)
NOTHING_LIMITED = "**Nothing is promised**, as nothing is limited."
MEASURED = "**Measured** on held-out images: {shares}.{verdict}"
WITHIN = " That is not quite as promised, but no further off than chance explains."
BEYOND = " That is worse than promised: one of the few choices that miss it, or the halves differ."
ACCEPTED_SHARE = "{share} of ID accepted"
THROUGH_SHARE = "{share} of {title} let through"
PRICE = (
    "**What it takes:** threshold {threshold} instead of {plain} without the promise, ID accepted {accepted} "
    "instead of {plain_accepted}, {title} let through {through} instead of {plain_through}."
)
PRICE_OF_ID = (
    "**What it takes:** threshold {threshold} instead of {plain} without the promise, ID accepted {accepted} "
    "instead of {plain_accepted}."
)
COST = "**Expected cost of an image:** {cost} ({low}–{high}) on held-out images, the least there is."
HOLDS_FOR = (
    "Holds for images like those it was chosen on, each of them there once, and for windows that were not "
    "chosen on them: a search on the same images can weaken it."
)
SHARE_LABEL = "OOD in the traffic, %"
SHARE_HELP = "The share of OOD that you expect in images to come. Weighs costs and the risk–coverage curve."
TPR_LABEL = "ID images to accept, at least"
MOST_LABEL = "OOD images to let through, at most"
WHICH_LABEL = "Of which set"
WORST_SET = "the worst"
EACH_SET = "each its own"
OWN_LIMITS = "OOD images to let through of each set, at most, in percent. An empty field sets no limit."
COSTS: tuple[tuple[str, str, float, str], ...] = (
    ("cost_alarm", "False alarm", 1.0, "Cost of an ID image that is rejected."),
    ("cost_miss", "Miss", 5.0, "Cost of an OOD image that is accepted."),
    ("cost_error", "Wrong class", 1.0, "Cost of an ID image that is accepted and put in a wrong class."),
)
THRESHOLD_HELP = (
    "Images that score at or above it are accepted. Chosen on one half of the ID test images and of every "
    "OOD set, and put in the middle of a gap between scores, so that rounding elsewhere changes no verdict."
)
TUNED = "Threshold {threshold} accepts {share} of {count} ID images of the tune half"
LET_THROUGH_OF = "{title}: {share} of {count} let through"
THRESHOLD_LINE = "threshold: what lies to its right is accepted"
CHOSEN_ON = "chosen on {count} ID images and the OOD images to tune on"
ID_ACCEPTED_HELP = "Share of held-out ID images that are accepted. The rest are false alarms."
OOD_ACCEPTED_HELP = "Share of held-out OOD images that are accepted, of the chosen set where it is largest."
ACCEPTED_ACCURACY_HELP = "Share of the accepted held-out ID images that get the right class."
OF_ALL = "{share} on all"
FALSE_ALARMS = "{count} rejected"
AURC_HELP = (
    "Area under the risk–coverage curve: how often what is accepted is wrong, averaged over all thresholds, "
    "in traffic with the OOD share above. Lower is better."
)
HELD_OUT = "All figures are of images that did not choose the threshold, ID and OOD, with 95 % intervals."
CONFUSION_HELP = "Counts on the held-out images. An OOD image that is accepted is wrong whatever its class."
COVERAGE_TITLE = "Risk and coverage, {share} OOD in the traffic"
STABILITY_TITLE = "How stable it is"
SPREAD_TITLE = "The threshold with other images, {count} resamples"
STABILITY = (
    "Chosen again on resamples of the same {count} ID images and the OOD images to tune on, 95 % of the "
    "thresholds fall between {low} and {high} (standard deviation {deviation}). Of all ID images, {accepted} "
    "are accepted: what the choice and the held-out images leave open is in that."
)
NEEDED_TITLE = "ID images for a wanted precision, {share} accepted"
PRECISION_LABEL = "Wanted precision, ± points"
PRECISION_HELP = "How far the true share of ID that is accepted may lie from the one it was chosen for."
NEEDED = (
    "**{needed}** ID images to choose on make {share} hold to ± {precision} points. The {count} there are "
    "hold it to ± {reached}."
)
NOTHING_NEEDED = "At {share} of ID accepted there is no precision to gain."
GALLERY_TITLE = "Closest to the threshold"
SIDES = ("Just rejected", "Just accepted")
NO_GALLERY = "This experiment holds only features, so there are no images to show."
UNREADABLE = "cannot be read now"
DOWNLOAD = "Download the detector"
DOWNLOAD_NOTE = "One zip without pickle: score a folder with `python -m opnp score detector.zip FOLDER`."
REOPEN = "Open a detector again"
REOPEN_LABEL = "A detector's zip"
REOPENED = (
    "{thresholds}. Figures of the held-out halves with 95 % intervals, as the file says and "
    "computed now; AURC with {share} OOD in the traffic."
)
REOPENED_ONE = "Threshold {threshold}"
REOPENED_OWN = "A threshold of each class, from {low} to {high}"
SAME_FIGURES = "They are the same."
OTHER_FIGURES = "They differ: the images of this experiment, or a library, have changed since."
LET_THROUGH = "{title} let through"
RESTORE = "Bring its settings back"
