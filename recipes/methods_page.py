"""Write docs/methods.md from the methods' own declarations: `python -m recipes.methods_page`."""

from collections.abc import Mapping
from pathlib import Path

from opnp.methods import RECTIFIERS, SCORES, SPARSIFIERS, Method
from opnp.reports.markdown import table

PAGE = Path(__file__).parents[1] / "docs" / "methods.md"

HEAD = """# Methods to compare with, and to combine with pruning

This page is made by `python -m recipes.methods_page` from the methods' own declarations in `opnp/methods/`,
which the Compare page and `python -m opnp compare` read as well.

A row of the comparison is a recipe:

```
features → rectifier → pruned neurons at zero → pruned head → sparsifier → logits → score
```

Each part may be left out; the score is then the energy. All work on stored features, so no row runs the
backbone again. Every score is higher for ID. What pytorch-ood serves from features comes from there, negated
once at the border; the others say in their docstrings why they do not:

- **MSP, MaxLogit, Energy** are what the sliders use live. MSP is given as log-odds ln(p / (1 − p)), the
  largest logit less the logsumexp of the others: the order is that of the probability p, which in float32
  is exactly 1 for many images (a quarter of one real ID test set), so that they tie. The energy at a
  temperature other than 1 is float64, since at T = 1000 float32 has no digits left for what tells images
  apart.
- **GEN**: pytorch-ood cuts probabilities at 1e-7, which at γ = 0.1 still counts 0.2. Over five OOD sets of
  the embedded experiment that moved AUROC by 0.0005 at most; with its logits doubled, as of a sharper net,
  by 0.016 and FPR95 by 0.0065. By default it also sums over all classes, where the paper and this take the
  100 largest.
- **ViM**: pytorch-ood works in float32 on variances that span six orders of magnitude, which moved AUROC by
  0.0004 on a pruned head.
- **Mahalanobis, Relative Mahalanobis**: pytorch-ood multiplies by the whole precision matrix once for each
  class. They refuse training images that do not differ within a class, as with one image each; where the
  images are too few for a covariance of full rank, a note below the table says so.
- **ASH, SCALE** shape an image's features after pooling, as in the code of ASH's authors and in OpenOOD's
  SCALE. pytorch-ood's example shapes feature maps before pooling, which are not stored here.
- **GradNorm**: pytorch-ood has no version for features.

Methods that fit see at most 50 000 ID training images, drawn by seed where there are more, and the page
says so. A score that looks at features alone (KNN, Mahalanobis, Relative Mahalanobis) cannot change when
weights are pruned, only when neurons are. Defaults are the papers', found on other networks; none is tuned
here. Where others publish another value, it stands below with where it is from, and the Compare page offers
it.

An AUROC far below 50 % is no wrong sign. ASH-S and SCALE multiply an image's features by exp(sum of all / sum
of the largest), which is larger the flatter they are. On the embedded net, whose pooled features are dense,
those of OOD images are the flatter ones, so at the papers' shares the energy turns round; at a smaller share
it does not (`ash-s(percentile=30)`).

Each is tested against an independent version, written from the paper's equations with numpy, scipy and
scikit-learn, on features of the embedded net: AUROC agrees to 1e-4 (`tests/methods`).

On the command line and in links a recipe is one line: names joined by `+`, parameters in brackets, such as
`pruned+react(percentile=95)+gen`; `pruned` stands for `--weights` and `--neurons`, or for what `--search`
finds. Windows can also be written out: `weights(low=0,high=99)+neurons(low=30,high=100)+vim`.

## Conventions, ours and OpenOOD's

| | here | `compare --openood FILE.csv`, as OpenOOD v1.5 |
| --- | --- | --- |
| FPR95 | ID positive: OOD accepted where 95 % of ID is | OOD positive: ID rejected where 95 % of OOD is |
| AUROC | ties count half | the same number |
| AUPR | average precision | the same points joined by trapezoids |
| averages | over OOD sets, and over those of each `group` | `nearood`, `farood` |
| unit | percent, with 95 % intervals | percent, two decimals |

Those of OpenOOD are computed with the calls of scikit-learn that its `auc_and_fpr_recall` makes: `roc_curve`
of OOD by the negative score, its first point with a TPR of at least 0.95, and `auc` of
`precision_recall_curve`.
"""

KINDS: Mapping[str, Mapping[str, Method]] = {
    "Scores": SCORES,
    "Rectifiers, which change features": RECTIFIERS,
    "Sparsifiers, which change the last layer": SPARSIFIERS,
}
HEADER = ["name", "method", "what it does", "needs", "parameters (default, range)", "paper"]


def row(method: Method) -> list[str]:
    """Return one line of a table."""
    parameters = [
        f"`{parameter.key}` {parameter.default:g}, {parameter.low:g}–{parameter.high:g}: {parameter.says}"
        + "".join(f" {value:g}: {where}." for value, where in parameter.published)
        for parameter in method.parameters
    ]
    paper = method.paper
    return [
        f"`{method.key}`",
        method.title,
        method.says,
        "; ".join(sorted(method.needs)),
        "<br>".join(parameters),
        f"[{paper.authors}, {paper.title}, {paper.venue}]({paper.link})",
    ]


def page() -> str:
    """Return the whole page."""
    tables = [
        f"## {title}\n\n{table(HEADER, map(row, methods.values()))}" for title, methods in KINDS.items()
    ]
    return "\n\n".join([HEAD.rstrip(), *tables]) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
