"""Copy of the Explore page."""

TITLE = "Teach a classifier to notice the unfamiliar"
INTRO = (
    "It is often sure of images of a kind it has never seen. Prune its last layer by sensitivity, without "
    "training, and watch in-distribution (ID) and out-of-distribution (OOD) scores come apart."
)
SUGGESTIONS = {
    "OPP": "best weights: {fpr95}",
    "ONP": "best neurons: {fpr95}",
    "OPNP": "best of both: {fpr95}",
}
"""Labels of suggestions by the kind of pruning."""

SUGGESTION_HELP = "Keeps {windows}."
SEARCH = "Find windows to try"
SEARCHING = "Looking for windows that help this model: {share} %"
NO_SUGGESTION = (
    "None of {tried} windows tried beats the unpruned model at this accuracy, so none is suggested."
)
WORSE = (
    "**Worse than unpruned.** With {windows}, FPR95 is {after} ({interval}) on the images that you tune on; "
    "unpruned it is {before}."
)
FPR95_HELP = (
    "Share of OOD images that get through when the threshold accepts 95 % of ID images. Lower is better. "
    "Average over the chosen OOD sets, each counted once."
)
AUROC_HELP = (
    "Chance that an ID image scores above an OOD image. Higher is better; 50 % is guessing. Average over the "
    "chosen OOD sets, each counted once."
)
ECE_HELP = (
    "Expected calibration error on ID test images: the mean gap between the model's confidence and how often "
    "it is right (15 equal bins). Lower is better."
)
ACCURACY_HELP = "Share of ID test images put in the right class. Higher is better."
PRUNED_HELP = "Weights of the last layer that are now zero, those of switched-off neurons included."
CARD_WORDS = {
    "sample": "of {count} ID images",
    "first": "first look: {interval}",
    "later": "held out: on release",
    "of": "{pruned} of {all}",
    "off": "{off} of {all} neurons off",
    "idle": " · {idle} weights had sensitivity 0",
}
"""Words of the cards, for the server and the browser."""

GLANCE = "A first look from a sample, with its 95 % interval; the exact values follow."
HALVES = (
    "Large: the half of the ID test images and of every OOD set that you see while tuning. **Held out**: the "
    "other half, with its 95 % interval. Where they disagree, believe the held-out one."
)
ROLES = (
    "Large: the OOD sets that you tune on, against one half of the ID test images. **Held out**: those kept "
    "for the report, against the other half, with their 95 % interval; that is the one to believe. A dash: a "
    "set has no such images."
)
TRY = "Best of {tried} windows tried, FPR95 where they were chosen (unpruned {unpruned}):"
PIN = "Hold as A"
PIN_HELP = (
    "Keeps these settings as A. The figures then say how what you set next, B, differs from A, and both "
    "stand side by side."
)
HELD = "**A** keeps {held}. **B** is what you set now; changes are against A."
UNPIN = "Let go of A"
HELD_OUT_SHORT = "held out"
MORE = "More figures, and downloads"
REPORT = "Download a report"
REPORT_HELP = "One HTML file that opens offline: settings, tables, figures, what you tried, and versions."
TABLE_HELP = "FPR95 of each OOD set; lower, further left, is better."
MAP_HELP = (
    "M = mean over ID training images of |∂E/∂W| = mean of p(class) · |feature|. Each column is a neuron, "
    "each row a class."
)
AVERAGE = "Average of the sets"
GROUP = "Average, {group}"
MORE_HELP = (
    "AUPR depends on the ratio of ID to OOD images, so compare it only at equal counts. "
    "It is average precision; OpenOOD joins the same points by trapezoids, which is another number. "
    "*FPR95, OOD positive* is the other convention in use (OpenOOD, pytorch-ood): the share of ID images "
    "rejected when 95 % of OOD is. The two are different numbers."
)
OTHER_SETS = "ID against OOD images, OOD sets: {count}"
"""Title of histograms of other sets than the server has drawn."""
SCORE_AXIS = "score = −energy (higher = more in-distribution)"
THRESHOLD_LINE = "threshold: 95 % of ID lie to its right"
THRESHOLD_SHORT = "threshold"
