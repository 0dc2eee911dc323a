"""Terms that a newcomer may not know, each in a sentence or two."""

TERMS: dict[str, str] = {
    "class": "One of the kinds that the model was trained to name. It can never answer anything else.",
    "confidence": (
        "The largest of the model's probabilities. It says how much one class stands out from the others, "
        "not whether the picture is any of them."
    ),
    "in-distribution (ID)": "A picture of the kinds that the model was trained on.",
    "out-of-distribution (OOD)": "A picture of something else: the model has no class for it.",
    "logit": "The number that the last layer gives to a class, before it becomes a probability.",
    "softmax": "The rule that turns logits into probabilities: e to the power of each, divided by their sum.",
    "energy": (
        "One number for the whole picture: minus the logarithm of the sum of e to the power of each logit. "
        "Low energy means that at least one class fits well."
    ),
    "score": (
        "How familiar a picture looks to the model. Here: minus the energy, so higher means more familiar."
    ),
    "last layer": (
        "The final step of the network: each class adds up all features, each times a weight, plus a bias."
    ),
    "weight": "How much one feature counts for one class. The last layer has one for every such pair.",
    "neuron": "A unit whose output, a feature, enters the last layer. It serves all classes at once.",
    "sensitivity": (
        "How strongly the energy reacts to a small change of one weight or neuron, averaged over training "
        "pictures."
    ),
    "decision boundary": "Where the model's answer changes from one class to another.",
    "pruning": "Setting some weights to zero, or switching neurons off. Nothing is trained again.",
    "window": "The part of the ranking, from least to most sensitive, that is kept. The rest is pruned.",
    "threshold": "The score from which a picture is accepted as familiar.",
    "FPR95": (
        "The share of OOD pictures that are accepted when the threshold accepts 95 % of ID pictures. Lower "
        "is better."
    ),
    "accuracy": "The share of ID test pictures that get the right class.",
    "tuning": (
        "Choosing a setting by looking at results. Results that were looked at are too rosy, so half of "
        "every OOD set is held out."
    ),
}
"""In the order of the story."""
