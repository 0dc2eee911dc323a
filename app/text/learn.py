"""Copy of the Learn page: a story in eight steps."""

from dataclasses import dataclass

TITLE = "How does a classifier learn to say “I do not know this”?"
INTRO = (
    "Eight short steps, each with something to move. What is said with a number is computed now, from this "
    "experiment, or is cited."
)
BACK = "Back"
NEXT = "Next"
NEXT_HELP = "Next step, also with the right arrow key"
BACK_HELP = "Previous step, also with the left arrow key"
STEP_LABEL = "Step"
PRESENT = "Present"
PRESENT_HELP = "For a projector: large type, one thing at a time, arrow keys to go on."
WORDS = "New words:"
GLOSSARY = "All words of this story"

_CHEN = "[Chen et al. 2023](https://arxiv.org/abs/2402.10062)"
_ENERGY = "[Liu et al. 2020](https://arxiv.org/abs/2010.03759)"
_BASELINE = "[Hendrycks and Gimpel 2017](https://arxiv.org/abs/1610.02136)"
_CALIBRATION = "[Guo et al. 2017](https://arxiv.org/abs/1706.04599)"
_FAR = "[Hein et al. 2019](https://arxiv.org/abs/1812.05720)"


@dataclass(frozen=True)
class StepText:
    """The words of a step.

    Attributes:
        key: Names the step.
        short: A word or two, for the button that leads to it.
        claim: The one sentence to remember.
        task: What to move, and what to look at.
        formula: In LaTeX.
        prose: The explanation; left out on a projector.
        terms: Words that appear for the first time.
    """

    key: str
    short: str
    claim: str
    task: str
    formula: str
    prose: str
    terms: tuple[str, ...]


STEPS = (
    StepText(
        "strange",
        "Too sure",
        "A classifier can be very sure about something it has never seen.",
        "Pick a picture, guess how sure the model is, then look.",
        r"p_c=\frac{e^{f_c}}{\sum_k e^{f_k}}\qquad\text{confidence}=\max_c\,p_c",
        "The model has to share 100 % among the classes it knows. It has no class for “something else”, so a "
        "strange picture gets the class that fits best, often with a high confidence. Confidence is the "
        f"simplest way to notice strange pictures ({_BASELINE}), and modern networks tend to state too much "
        f"of it ({_CALIBRATION}).",
        ("class", "confidence", "in-distribution (ID)", "out-of-distribution (OOD)"),
    ),
    StepText(
        "energy",
        "Energy",
        "Probabilities forget how large the logits were. The energy remembers.",
        "Move the logits, then add the same number to all three.",
        r"s(x)=-E(x)=\log\sum_c e^{f_c(x)}",
        "Add the same number to every logit: it cancels in the probabilities, but the score rises by exactly "
        "that number. A picture of a known kind usually makes some logits large; a strange one often does "
        f"not. So the score tells them apart better than confidence in many cases ({_ENERGY}).",
        ("logit", "softmax", "energy", "score"),
    ),
    StepText(
        "nudge",
        "One weight",
        "Sensitivity: nudge one weight a little and see how much the energy moves.",
        "Nudge it both ways. The straight line is the slope at the start.",
        r"\frac{\partial E}{\partial W_{cj}}=-p_c\,z_j\qquad"
        r"\frac{\partial E}{\partial z_j}=-\sum_c p_c\,W_{cj}",
        "The slope is exact and needs no training: the probability of the class times the feature. A weight "
        "matters to this picture only if its class is likely and its feature is large. The curve bends away "
        "from the line, because the nudge changes the probabilities too.",
        ("last layer", "weight", "neuron", "sensitivity"),
    ),
    StepText(
        "toy",
        "A toy",
        "In two dimensions you can see where a model is sure, and what pruning changes.",
        "Choose the data and the start, then lower the right end: the most sensitive weights go.",
        r"W'=W\circ\text{mask}\qquad\text{accepted: } s(x)\ge\tau",
        "A small network with 48 features, trained just now on 600 points. Solid lines: where its answer "
        "changes. Dashed: the threshold; it accepts the side of higher scores. Far from all data it is surer "
        f"instead of less sure, as is known of networks of this kind ({_FAR}). Pruning changes the landscape "
        "of the score, for better or for worse: try other data and starts before you believe in a rule.",
        ("decision boundary", "pruning", "window"),
    ),
    StepText(
        "map",
        "The map",
        "In a real last layer, weights differ greatly in how much the energy depends on them.",
        "Move the window: what is grey would be set to zero.",
        r"M_{cj}=\frac1m\sum_{k=1}^{m} p_c(x_k)\,|z_j(x_k)|",
        "Each column is a neuron, each row a class, and each cell the mean size of the slope that you saw "
        "two steps ago, over the training pictures. The method ranks all cells and keeps the ranks between "
        f"two ends ({_CHEN}).",
        (),
    ),
    StepText(
        "tradeoff",
        "Trade-off",
        "Pruning can help to notice the strange, and it can cost accuracy.",
        "Move the window and follow the orange point: lower is better, further right is better.",
        r"\begin{gathered}\mathrm{FPR95}=P\big(s\ge\tau\mid\text{OOD}\big)\\"
        r"\text{where}\;P\big(s\ge\tau\mid\text{ID}\big)=95\,\%\end{gathered}",
        "The authors of the method remove what has an exceptionally large or almost no sensitivity, because "
        f"it leads to over-fitting ({_CHEN}). Which window helps depends on the model and on what is "
        "strange. If you search for the lowest point you are tuning, so believe the held-out number.",
        ("FPR95", "accuracy", "tuning"),
    ),
    StepText(
        "threshold",
        "Threshold",
        "A threshold turns a score into a decision, and makes two kinds of errors.",
        "Accept more or fewer of the familiar pictures, and watch what else gets through.",
        r"\begin{gathered}\tau=\text{the largest value with}\\"
        r"P\big(s\ge\tau\mid\text{ID}\big)\ge\text{your share}\end{gathered}",
        "To the right of the dashed line a picture is accepted. Blue on the left of it: familiar pictures "
        "that are turned away. Orange on the right of it: strange pictures that get in. The threshold is "
        "chosen on familiar pictures alone.",
        ("threshold",),
    ),
    StepText(
        "yours",
        "Your picture",
        "Now you: does it accept your own picture?",
        "Take a photograph or upload a picture of anything.",
        r"\begin{gathered}s(x)\ge\tau\;\Rightarrow\;\text{accepted}\\"
        r"s(x)<\tau\;\Rightarrow\;\text{rejected}\end{gathered}",
        "The same model looks at your picture before and after the pruning of step 6, each time with the "
        "threshold that accepts 95 % of familiar test pictures. It will not always be right: the share that "
        "gets through is the FPR95 of step 6.",
        (),
    ),
)

# Too sure
LOOKING = "Looking at some pictures"
PICTURE_LABEL = "Picture"
SURE_OF = "{title}: the one it is surest about"
FAMILIAR_OF = "{title}: a typical one"
NO_PICTURE = (
    "This experiment holds only features, so there is no picture to show. The model's answer is real."
)
SEEN = "what the model sees"
GUESS = "Your guess: how sure is it?"
REVEAL = "Show the answer"
ASK = "Guess first: how sure will the model be, and of what?"
PROBABILITIES = "The {shown} most likely of {count} classes"
ANSWER = "The model says **{name}** and is **{confidence}** sure. You guessed {guess}."
FACT_SURE = (
    "At least {bar} sure: **{id_share}** of {id_count} familiar test pictures, and also **{ood_share}** of "
    "{ood_count} strange ones ({sets})."
)
SETS_ONE = "one set"
SETS = "mean of {count} sets"

# Energy
LOGIT_LABEL = "Logit of class {letter}"
SHIFT_LABEL = "Add to all three"
LARGEST = "Largest probability"
SCORE = "Score s = −E"
ENERGY_FIGURE = "Three logits, their probabilities, and the score"
FACT_PAIR = (
    "In the real model: **{strange}** is {strange_sure} sure with score **{strange_score}**; "
    "**{familiar}** is {familiar_sure} sure with score **{familiar_score}**. {verdict}"
)
PAIR_APART = "Here the score tells the strange one apart."
PAIR_NOT = "Here even the score does not; one pair proves little, so count them all."
FACT_AUROC = (
    "Over all strange pictures: the chance that a familiar one comes out on top is {by_confidence} by "
    "confidence and **{by_energy}** by energy."
)

# One weight
WHAT_LABEL = "Nudge"
ONE_WEIGHT = "one weight"
ONE_NEURON = "one neuron"
CLASS_LABEL = "Class"
NEURON_LABEL = "Neuron (1 = the most active here)"
MOVE_LABEL = "Nudge by"
NUDGE_FIGURE = "Energy of “{title}” when {what} is nudged"
THE_WEIGHT = "the weight of neuron {neuron} for {name}"
THE_NEURON = "neuron {neuron}"
SLOPE_WEIGHT = r"-p_c\,z_j=-{p:.4f}\times {z:.4f}=\mathbf{{{slope:.3f}}}"
SLOPE_NEURON = r"-\sum_c p_c\,W_{{cj}}=\mathbf{{{slope:.3f}}}"
FACT_NUDGE = (
    "Nudged by {move} to {value}, the energy goes from {start} to {end}. The slope alone would say {line}."
)

# A toy
DATA_LABEL = "Data"
SEED_LABEL = "Start (seed)"
TOY_WINDOW = "Weights kept, by rank of sensitivity"
BEFORE = "Before"
AFTER = "After, {count} of {total} weights pruned"
TOY_FIGURE = "Score over the plane, {id_count} ID points in {classes} classes, {ood_count} OOD points"
FACT_TOY = (
    "Strange points accepted (FPR95): {before} → **{after}**. Accuracy: {accuracy_before} → "
    "{accuracy_after}. Mean confidence on the strange points: {sure_before} → {sure_after}."
)
TOY_BETTER = "Here pruning helped."
TOY_WORSE = "Here pruning made it **worse**. That happens, and it is the reason to measure."
TOY_SAME = "Here pruning changed nothing that counts."

# The map, trade-off
SIDE_LABEL = "Prune"
SIDES = ("weights", "neurons")
WINDOW_LABEL = "Kept, by rank of sensitivity"
FACT_MAP = (
    "Kept: **{kept}** of {total} weights. They carry **{carried}** of all sensitivity. Half of it is carried "
    "by the {half_count} most sensitive weights, {half_share} of all."
)
FACT_ZERO = (
    "{count} weights have a sensitivity of exactly zero: the energy of no training picture needs them."
)
WINDOWS_FIGURE = "FPR95 and accuracy of {shown} windows of {side}"
WINDOWS_LEFT_OUT = "{count} windows that cost more than {points} points of accuracy are left out."
NOW = "your window"
UNPRUNED = "unpruned"
OTHER = "other windows"
FACT_WINDOWS = (
    "Of {count} windows of {side}, **{better}** have a lower FPR95 than the unpruned model, and **{cheap}** "
    "of those cost less than half a point of accuracy."
)
TO_EXPLORE = "Take this window to Explore"

# Threshold
ACCEPT_LABEL = "Familiar pictures to accept"
TURNED_AWAY = "Familiar, turned away"
GETS_IN = "Strange, gets in"
BEFORE_SHORT = "unpruned {value}"
ONE_OF = "threshold {value}"
THRESHOLD_LINE = "threshold: {share} of ID lie to its right"

# Your picture
SOURCE_LABEL = "From"
SOURCES = ("upload", "camera", "examples")
UPLOAD_LABEL = "Your picture (PNG, JPEG, WebP, BMP, GIF, TIFF)"
CAMERA_LABEL = "Take a photograph"
NONE_YET = "No picture yet. Nothing you bring is kept."
END = (
    "That is the whole idea. **Explore** lets you move everything, **Landscape** shows every window at once."
)
