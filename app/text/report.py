"""Copy of the report that a visitor takes away."""

TITLE = "OPNP findings: {experiment}"
MADE = "Made {when} UTC with OPNP {version}. Opens offline; nothing in it is loaded from elsewhere."
LINK = "The same view on the dashboard"
WHAT = (
    "OPNP sets to zero the weights and neurons of a classifier's last layer whose energy sensitivity lies "
    "outside a window of ranks (Chen et al., NeurIPS 2023, arXiv 2402.10062). The score of an image is its "
    "negative energy, logsumexp of its logits; higher means more in-distribution (ID)."
)
SETTINGS = "Settings"
HEADLINE = "Headline"
HEADLINE_NOTE = (
    "FPR95 and AUROC are averages over the OOD sets. Each set is split in two halves, one seen while "
    "choosing, the other held out, unless it is only for one of the two. Believe the held-out one; its 95 % "
    "interval stands in brackets."
)
SETS = "Each OOD set, in percent"
FIGURES = "Figures"
TRIED = "Tried on this visit"
TRIED_NOTE = "The last {count} settings, the latest at the bottom."
VERSIONS = "Made with"
DEFINITIONS = "What the words mean"
