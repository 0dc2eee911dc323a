"""Time AUROC and FPR95 of 100 000 scores against scikit-learn's roc_auc_score and roc_curve.

python -m benchmarks.metrics
"""

import numpy as np
from sklearn.metrics import roc_auc_score, roc_curve

from benchmarks._timing import alternate, milliseconds, print_table, ratio
from opnp.metrics import auroc, fpr95


def reference(labels: np.ndarray, scores: np.ndarray) -> tuple[float, float]:
    """Return AUROC and the FPR at the first TPR of at least 95 %, by scikit-learn."""
    false_positives, true_positives, _ = roc_curve(labels, scores)
    at = np.argmax(true_positives >= 0.95)
    return float(roc_auc_score(labels, scores)), float(false_positives[at])


def main() -> None:
    """Compare on balanced and unbalanced sets, with and without ties."""
    rng = np.random.default_rng(0)
    rows = []
    for id_count, ood_count in ((50_000, 50_000), (10_000, 90_000), (10_000, 35_600)):
        for decimals, kind in ((9, "few ties"), (2, "many ties")):
            id_scores = np.round(rng.normal(12, 3, id_count), decimals).astype(np.float32)
            ood_scores = np.round(rng.normal(10, 3, ood_count), decimals).astype(np.float32)
            labels = np.r_[np.ones(id_count), np.zeros(ood_count)]
            scores = np.r_[id_scores, ood_scores]
            ways = {
                "ours": lambda i=id_scores, o=ood_scores: (auroc(i, o), fpr95(i, o)),
                "plain": lambda y=labels, s=scores: reference(y, s),
            }
            seconds = alternate(ways, rounds=25)
            gap = max(abs(a - b) for a, b in zip(ways["ours"](), ways["plain"](), strict=True))
            rows.append(
                [
                    f"{id_count:,} ID + {ood_count:,} OOD, {kind}",
                    f"{milliseconds(seconds['ours']):.2f}",
                    f"{milliseconds(seconds['plain']):.1f}",
                    f"{ratio(seconds['plain'], seconds['ours']):.1f}x",
                    f"{gap:.0e}",
                ]
            )
    print_table(["AUROC and FPR95 of", "ours ms", "scikit-learn ms", "ratio", "largest gap"], rows)


if __name__ == "__main__":
    main()
