"""All explanatory copy, in one place and in plain words."""

from opnp.config import Pruning, RankScope

EXPLORE_TITLE = "Teach a classifier to notice the unfamiliar"
EXPLORE_INTRO = (
    "A classifier is often sure of itself on images of a kind it has never seen. Prune its last layer by "
    "sensitivity, without training, and watch in-distribution (ID) and out-of-distribution (OOD) images come "
    "apart."
)
RUNNING = (
    "{description} {classes} classes, {width} features; sensitivities from {train} training images. "
    "Computed on {device}."
)
SKIPPED = " {count} images could not be read and are left out."
DEVICES = {"cuda": "an NVIDIA GPU (CUDA)", "mps": "Apple's GPU (MPS)", "cpu": "the CPU"}

WEIGHTS_LABEL = "Weights kept, by rank of sensitivity"
WEIGHTS_HELP = (
    "Weights of the last layer, sorted from least (0 %) to most sensitive (100 %). Those outside the window "
    "are set to zero. Sensitivity of a weight: how much the energy changes with it, averaged over the ID "
    "training images."
)
NEURONS_LABEL = "Neurons kept, by rank of sensitivity"
NEURONS_HELP = (
    "The features that enter the last layer, sorted the same way. A neuron outside the window is switched "
    "off for all classes."
)
SCOPE_LABEL = "Rank weights"
SCOPE_HELP = (
    "**global**: all weights together, so some classes may lose more than others. **per class**: each "
    "class's weights by themselves, so every class loses the same share."
)
DEFINITION_LABEL = "Sensitivity of a neuron"
DEFINITION_HELP = (
    "**activation**: mean of |∂E/∂z|, the energy's own gradient. **weights**: mean over classes of the "
    "weights' sensitivities, which is just the neuron's mean size. The paper's own formula is not public, so "
    "both are here and neither is called the paper's."
)
OOD_LABEL = "Compare with"
OOD_EMPTY = "Choose at least one OOD set under **Settings** to compare with."

PRESETS: tuple[tuple[str, Pruning], ...] = (
    ("1 % most sensitive weights", Pruning(weights=(0, 99))),
    ("30 % least sensitive neurons", Pruning(neurons=(30, 100))),
    ("80 % least sensitive weights of each class", Pruning(weights=(80, 100), scope=RankScope.PER_CLASS)),
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
GLANCE = "A first look from a sample, with its 95 % interval; the exact values follow."
HALVES = (
    "Large: the half of every OOD set that you see while tuning. **Held out**: the other half, with its 95 % "
    "interval. Where they disagree, believe the held-out one."
)
TRY = "Try pruning the"

TABLE_HELP = "FPR95 of each OOD set; lower is better."
MAP_HELP = (
    "M = mean over ID training images of |∂E/∂W| = mean of p(class) · |feature|. Each column is a neuron, "
    "each row a class."
)
AVERAGE = "Average of the sets"

IMAGES_TITLE = "What does it make of your images?"
IMAGES_INTRO = (
    "Upload pictures of anything. You see what the model sees, the class it picks, and whether the energy "
    "score would accept the picture as in-distribution at the threshold that accepts 95 % of ID test images."
)
UPLOAD_LABEL = "Your images (PNG, JPEG, WebP, BMP, GIF, TIFF)"
EXAMPLES_LABEL = "None at hand? Click some of these:"
NO_IMAGES = "Nothing uploaded yet. Drop a picture above or click an example; nothing you upload is kept."
TOO_MANY = "{got} images came; the first {most} are shown. Upload the others afterwards."
FEATURES_ONLY = (
    "This experiment holds only features that were computed elsewhere, so it cannot look at new images. "
    "Choose another experiment above."
)
ACCEPTED = "accepted as ID"
REJECTED = "rejected as OOD"

STARTING = "Starting the engine"
LOADING = "Loading the model"
RANKING = "Ranking the weights"
MAY_LEAVE = "You may leave this page: it goes on. Stopped or killed, it later goes on from where it was."
PREPARE_NOTE = (
    "Reads what is cached and computes the rest: the model runs once over every image. It shows its progress "
    "and can be stopped and taken up again."
)
FAILED = "This experiment is not ready. {reason}"
UNEXPECTED = "Something unexpected went wrong; the log of the server says more."

EXPERIMENTS_TITLE = "Experiments"
EXPERIMENTS_INTRO = (
    "A model, the images it was trained and tested on, and OOD sets to tell them from. Your own is a small "
    "TOML file; docs/experiments.md shows one."
)
MISSING_ONE = "Something is missing on this machine: how to get it"
MISSING = "{count} things are missing on this machine: how to get them"
NEVER_PREPARED = "Not prepared yet."

MORE_HELP = (
    "AUPR depends on the ratio of ID to OOD images, so compare it only at equal counts. "
    "*FPR95, OOD positive* is the other convention in use (OpenOOD, pytorch-ood): the share of ID images "
    "rejected when 95 % of OOD is. The two are different numbers."
)

LANDSCAPE_TITLE = "Where is the good region?"
LANDSCAPE_INTRO = (
    "Every window of weights and of neurons at once, on the half of each OOD set that is for choosing. Click "
    "a cell to take the sliders there."
)
LANDSCAPE_HELP = (
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
    "steps. What is printed large comes from the other halves, which the search never sees. The ID test "
    "images set the threshold and the accuracy in both."
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
NOTHING_BETTER = "No window within your rule beats the unpruned model. Allow it to cost more accuracy."
PARETO_HELP = (
    "Each point is a window, on the halves for choosing; those on the line are beaten by none in both. "
    "Click one to take the sliders there."
)
LEFT_OUT_TITLE = "Would it help against something new?"
LEFT_OUT_HELP = (
    "For each OOD set the best window is chosen on the other sets alone, then tried on the held-out half of "
    "this one."
)
LEFT_OUT_ONE = "Choose at least two OOD sets under **Settings** to leave one out."
BLIND = (
    "With no OOD data at all, choosing instead on midpoints between ID images of two classes: {window}. Held "
    "out it has FPR95 {report}; the informed choice above has {informed}, so not knowing costs {regret}."
)
BLIND_BETTER = (
    "With no OOD data at all, choosing instead on midpoints between ID images of two classes: {window}. Held "
    "out it has FPR95 {report}; the informed choice above has {informed}, so not knowing cost nothing here."
)

DEPLOY_TITLE = "From slider to production"
DEPLOY_INTRO = (
    "Choose the threshold by what you need, see what follows on images that had no say in it, and take the "
    "detector away as one file."
)
RULE_LABEL = "Choose the threshold by"
RULE_HELP = (
    "**ID accepted**: the share of in-distribution images to let in. **OOD let through**: the most of an OOD "
    "set, or of the worst one, to let in. **Costs**: the least expected cost of an image."
)
SHARE_LABEL = "OOD in the traffic, %"
SHARE_HELP = "The share of OOD that you expect in images to come. Weighs costs and the risk–coverage curve."
TPR_LABEL = "ID images to accept, at least"
MOST_LABEL = "OOD images to let through, at most"
WHICH_LABEL = "Of which set"
WORST_SET = "the worst"
COSTS: tuple[tuple[str, str, float, str], ...] = (
    ("cost_alarm", "False alarm", 1.0, "Cost of an ID image that is rejected."),
    ("cost_miss", "Miss", 5.0, "Cost of an OOD image that is accepted."),
    ("cost_error", "Wrong class", 1.0, "Cost of an ID image that is accepted and put in a wrong class."),
)
THRESHOLD_HELP = (
    "Images that score at or above it are accepted. Chosen on one half of the ID test images and of every "
    "OOD set, and put in the middle of a gap between scores, so that rounding elsewhere changes no verdict."
)
CHOSEN_ON = "chosen on {count} ID images and the tune halves"
ID_ACCEPTED_HELP = "Share of held-out ID images that are accepted. The rest are false alarms."
OOD_ACCEPTED_HELP = "Share of held-out OOD images that are accepted, of the chosen set where it is largest."
ACCEPTED_ACCURACY_HELP = "Share of the accepted held-out ID images that get the right class."
OF_ALL = "{share} on all"
FALSE_ALARMS = "{count} rejected"
AURC_HELP = (
    "Area under the risk–coverage curve: how often what is accepted is wrong, averaged over all thresholds, "
    "in traffic with the OOD share above. Lower is better."
)
HELD_OUT = "All figures are of the halves that did not choose the threshold, ID and OOD, with 95 % intervals."
CONFUSION_HELP = "Counts on the held-out halves. An OOD image that is accepted is wrong whatever its class."
COVERAGE_TITLE = "Risk and coverage, {share} OOD in the traffic"
STABILITY = (
    "**How stable it is.** With other images, {count} of them ID, the threshold would fall between {low} "
    "and {high} (95 % of bootstrap resamples, standard deviation {deviation}) and accept {accepted} of "
    "held-out ID."
)
PRECISION_LABEL = "Wanted precision of the share of ID accepted, ± points"
PRECISION_HELP = "How far the true share of ID that is accepted may lie from the one it was chosen for."
NEEDED = "**{needed}** ID images to choose on make {share} hold to ± {precision} points."
GALLERY_TITLE = "Closest to the threshold"
SIDES = ("Just rejected", "Just accepted")
NO_GALLERY = "This experiment holds only features, so there are no images to show."
UNREADABLE = "cannot be read now"
DOWNLOAD = "Download the detector"
DOWNLOAD_NOTE = "One zip without pickle: score a folder with `python -m opnp score detector.zip FOLDER`."
REOPEN = "Open a detector again"
REOPEN_LABEL = "A detector's zip"
REOPENED = "Threshold {threshold}. Shares of the held-out halves, as the file says and computed now."
SAME_FIGURES = "They are the same."
OTHER_FIGURES = "They differ: the images of this experiment, or a library, have changed since."
LET_THROUGH = "{title} let through"
RESTORE = "Bring its settings back"
