"""Copy of the Sensitivity page."""

TITLE = "What is the score sensitive to?"
INTRO = (
    "Every weight and every neuron of the last layer has a sensitivity: how much the energy of ID training "
    "images changes with it. See the whole map, then one class, one neuron or one image. Grey is what the "
    "sliders prune now."
)
PART_LABEL = "What to look at"
CLASS_LABEL = "Class"
NEURON_LABEL = "Neuron"
NEURON_HELP = "Its number in the model, from 0. A click on the map or on a bar chooses it too."
ORDER_LABEL = "Order"
ORDERS = {"sorted": "sorted by sensitivity", "model": "as in the model"}
COLOUR_LABEL = "Colour"
COLOURS = {"size": "size (log)", "rank": "rank"}

MAP_TITLE = "{classes:,} × {neurons:,} weights; grey: {pruned:,} pruned ({share})"
ACROSS_SORTED = "neurons, from least to most sensitive ({definition})"
ACROSS_MODEL = "neurons, by their number"
MAP_HELP = (
    "One cell is one weight: class down, neuron across. Its sensitivity is the mean of p(class) · |feature| "
    "over the ID training images. Click a cell to choose its class and neuron."
)
MAP_BINNED = (
    " The map is larger than the screen, so each cell is the mean of a block of up to {rows} × {columns} "
    "weights; a click takes the most sensitive one in it, and shows it close up below."
)
ZOOM_TITLE = "Close up: {classes:,} classes × {neurons:,} neurons around the chosen weight"
CHOSEN = (
    "**{name} × neuron {neuron}**: sensitivity {sensitivity} ({share} of the largest), at {rank} of the "
    "ranks; weight {weight}; **{fate}** now."
)
KEPT = "kept"
PRUNED = "pruned"
TO_CLASS = "Look at {name}"
TO_NEURON = "Look at neuron {neuron}"
CLASSES_TITLE = "Sensitivity of each class's weights, {classes:,} classes"
CLASSES_AXIS = "sum over its weights"
CLASSES_HELP = (
    "Classes with larger sums hold more of what the energy depends on. Click a bar to choose a class."
)
NEURONS_TITLE = "Sensitivity of {neurons:,} neurons, sorted ({definition})"
NEURONS_HELP = "What lies between the dashed lines is kept by the window of neurons."

WEIGHTS_TITLE = "{count:,} weights; {pruned:,} pruned"
SPREAD_NEURONS_TITLE = "{count:,} neurons ({definition}); {pruned:,} pruned"
ZEROS = (
    "**{count:,}** of the weights have a sensitivity of exactly 0: no ID training image needs them. A log "
    "scale has no place for them, so they stand on the left by themselves. "
)
NO_ZEROS = "No weight has a sensitivity of exactly 0. "
LIMITS = "What is kept lies between {low} and {high} (dashed). "
LIMITS_MANY = "What is kept lies between {low} and {high}, but so do pruned weights: {reason}. "
REASON_SCOPE = "each class has limits of its own"
REASON_NEURONS = "the window of neurons switches off weights of every size"
NOTHING_KEPT = "Nothing is kept. "
SPREAD_HELP = (
    "On this scale equal steps are equal factors. A window over *ranks* cuts such a picture at its ends."
)

CLASS_WEIGHTS = "Weights pruned"
CLASS_SENSITIVITY = "Sensitivity pruned"
CLASS_SENSITIVITY_HELP = (
    "The pruned weights' share of the sum of this class's sensitivities. A few sensitive weights can hold "
    "most of it."
)
CLASS_ACCURACY = "Accuracy on its images"
CLASS_ACCURACY_HELP = "Share of the ID test images of this class that are put in it."
CLASS_SCORE = "Mean score of its images"
CLASS_SCORE_HELP = "Energy score, higher is more in-distribution; the mean over its ID test images."
NO_TEST_IMAGES = "no ID test image has this class"
ON_IMAGES = "on {count:,} ID test images"
UNPRUNED_WAS = "unpruned {value}"
CLASS_LOST = "Pruning moves {count:,} of its images to other classes, most to: {where}. "
CLASS_WON = "It brings back {count:,} that the unpruned model puts elsewhere."
CLASS_TOP = "The {count} most sensitive of the {all:,} weights of {name}"
CLASS_SPREAD = "All {count:,} weights of {name}; {pruned:,} pruned"
SENSITIVITY_AXIS = "sensitivity"
CLASS_HELP = "Click a bar to choose its neuron."

DEFINITIONS = {
    "activation": "Mean of |∂E/∂z| over the ID training images, the energy's own gradient.",
    "weights": "Mean over classes of its weights' sensitivities, which is just its mean size |z| / classes.",
}
NEURON_RANK = "Sensitivity, {definition}"
NEURON_RANK_VALUE = "rank {rank:,} of {neurons:,} from the least"
NEURON_WINDOW = "used by the sliders"
NEURON_OFF = "This neuron"
NEURON_FATES = {True: "on", False: "switched off"}
NEURON_COUNT = "{pruned:,} of its {all:,} weights pruned"
WITHOUT = "Score change without it"
WITHOUT_HELP = (
    "How the mean score changes when this neuron alone is switched off in the unpruned model: of ID test "
    "images and, below, of OOD images (the halves that are for choosing, each set counted once). If OOD "
    "images lose more, the neuron lifts them more than it lifts ID images."
)
WITHOUT_OOD = "mean of ID test images; of OOD {change}"
NEURON_WEIGHTS = "Weights of neuron {neuron} to {shown}"
NEURON_WEIGHTS_ALL = "all {classes:,} classes"
NEURON_WEIGHTS_TOP = "the {count} classes with the largest, of {classes:,}"
NEURON_AXIS = "weight"
NEURON_WEIGHTS_HELP = "A positive weight makes the class more likely where the neuron is active."
ANSWERS_TITLE = "Mean answer of neuron {neuron} by class, {images:,} ID test images"
ANSWERS_AXIS = "mean of z"
DRIVE_LABEL = "ID test images that"
DRIVES = {
    "value": "make it answer most",
    "removal": "lose most without it",
    "gradient": "depend on it most",
}
DRIVE_SAID = {
    "value": "|z|, the size of the neuron's answer.",
    "removal": "score with the neuron minus score without it.",
    "gradient": "|∂E/∂z|, how much the energy would move with the neuron. Its mean over the training images "
    "is the `activation` sensitivity.",
}
DRIVE_SAMPLED = " From a sample of {count:,} of the {all:,} ID test images."
DRIVE_ALL = " From all {count:,} ID test images."
NO_IMAGES = (
    "This experiment holds only features, so there are no pictures to show; the numbers are of these rows of "
    "the ID test set."
)
UNREADABLE = "cannot be read now"

SOURCE_LABEL = "A picture from"
YOURS = "yours and examples"
ROW_LABEL = "Which of its {count:,} images, from 0"
ROW_NAME = "{title}, image {row}"
CHOOSE_PICTURE = "Which picture"
IMAGE_EMPTY = (
    "Drop a picture above or click an example: you will see which neurons made its score, what pruning took "
    "from it, and which ID images are nearest. Nothing you upload is kept."
)
SCORE = "Score"
SCORE_HELP = (
    "Energy score, higher is more in-distribution. At or above the threshold, which accepts 95 % of the ID "
    "test images, a picture is accepted."
)
THRESHOLD = "threshold {threshold}, {verdict}"
CLASS_SAID = "Class"
CONFIDENT = "{confidence} confident"
FROM_PRUNED = "Made by pruned weights"
FROM_PRUNED_HELP = (
    "The unpruned score minus the score of features that are all 0, shared out exactly among the "
    "weights; this much of it came from weights that are pruned now. The score changes by another amount, "
    "because the class probabilities shift when weights go."
)
FROM_PRUNED_OF = "of {total} score units"
NEAREST_ID = "Nearest ID image"
NEAREST_ID_HELP = (
    "Cosine of the features: 1 is the same direction. The picture is compared with all ID test images."
)
NEAREST_USUAL = "usual for ID: {usual}"
ACCOUNT_LABEL = "Which account"
ACCOUNTS = {"score": "what made the score", "pruning": "what pruning removed"}
ACCOUNT_SCORE = "What made the unpruned score ({total})"
ACCOUNT_PRUNING = "What pruning removed from it ({total})"
ACCOUNT_AXIS = "part of the score"
ACCOUNT_HELP = (
    "The parts of all neurons add up exactly to {total}, the unpruned score minus that of {start}. "
    "(Integrated gradients: class probabilities averaged over the straight way between the two's logits.)"
)
FROM_EMPTY = "features that are all 0"
FROM_PRUNED_HEAD = "the pruned model"
NOTHING_PRUNED = "Nothing is pruned. Move a slider above to see what it takes from this picture."
REST = "Shown are the {shown} neurons with the largest parts; the other {count:,} make {total} together. "
NEURON_NAME = "neuron {neuron}"
NEAREST_TITLE = "The nearest of {count:,} ID test images"
NEAREST_HELP = "By the cosine of the features that enter the last layer, which pruning does not change."
