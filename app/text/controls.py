"""Copy of the controls on top of every page."""

WEIGHTS_LABEL = "Weights kept, by sensitivity"
WEIGHTS_HELP = (
    "Weights of the last layer, sorted from least (0 %) to most sensitive (100 %). Those outside the window "
    "are set to zero. Sensitivity of a weight: how much the energy changes with it, averaged over the ID "
    "training images."
)
NEURONS_LABEL = "Neurons kept, by sensitivity"
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
    "weights' sensitivities, which is just the neuron's mean size. We could not obtain the paper's own "
    "formula, so both are here and neither is called the paper's."
)
OOD_LABEL = "Compare with"
OOD_EMPTY = "Choose at least one OOD set under **Settings** to compare with."
OOD_WHERE = "They are under **Settings**."
FORMAT_LABEL = "Download figures as"
FORMAT_HELP = "What the camera above a figure saves: PNG for slides, SVG for papers. It holds for this visit."
UNPRUNED = "unpruned"
UNPRUNED_HELP = "Prune nothing here"
BEST = "best found"
BEST_HELP = "Best found on the halves for choosing: {windows}. See Landscape"
SLOW = "The server is not answering. Trying again: nothing that you set is lost."
BROKEN = "A part of this page did not load, so its controls do nothing. Reload it."
