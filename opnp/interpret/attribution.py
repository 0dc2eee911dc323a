"""Attribution of one sample's score, or of a change of it, to weights and neurons; it adds up exactly.

Let two heads give a sample the logits f⁰ and f¹, with the score s = logsumexp. On the straight way between
them f(t) = f⁰ + t (f¹ - f⁰) the score changes by ds/dt = sum_c p_c(t) (f¹_c - f⁰_c), so with the mean
probabilities on the way P_c = ∫ softmax(f(t))_c dt

    s¹ - s⁰ = sum_c P_c (f¹_c - f⁰_c) = sum_cj P_c (W¹_cj - W⁰_cj) z_j .

The term (c, j) is the part of weight W_cj; the sum of a column is the part of neuron j. From the head without
weights (W⁰ = 0, only the bias) it accounts for the whole score; from a pruned head to the unpruned one, for
what pruning removed, and then weights that were kept have no part in it.
"""

from dataclasses import dataclass

import numpy as np
import torch

from opnp._utils.checks import require_features, require_finite, require_head
from opnp.errors import InvalidDataError

NODES = 16
SPREAD = 4.0
"""Of the logits' differences that one panel spans: softmax has no pole nearer than pi / spread, so sixteen
Gauss nodes a panel leave an error of about 1e-16."""
MOST_PANELS = 4096
"""Beyond a spread of 16 384 panels grow wider, and the account's rest is no longer that small."""
_AT_ONCE = 2**22


@dataclass(frozen=True)
class Attribution:
    """Attribution of the difference of two scores of one sample.

    Attributes:
        before: s⁰, the score that the account starts from; higher is more in-distribution.
        after: s¹, the score that it ends at.
        neurons: (D,) float64, each neuron's part; they sum to `after - before`.
        kept: (D,) float64, the part of it that is due to weights the mask keeps; all of it without a mask.
    """

    before: float
    after: float
    neurons: torch.Tensor
    kept: torch.Tensor

    @property
    def pruned(self) -> torch.Tensor:
        """(D,) float64, the part of each neuron that is due to weights the mask does not keep."""
        return self.neurons - self.kept


def integrated_gradients(
    features: torch.Tensor,
    weight: torch.Tensor,
    bias: torch.Tensor,
    *,
    start: torch.Tensor | None = None,
    mask: torch.Tensor | None = None,
) -> Attribution:
    """Attribute s¹ - s⁰ of one sample to neurons, by the equation above.

    Args:
        features: (D,) of one sample.
        weight: (C, D) of the head that the account ends at.
        bias: (C,) of both heads.
        start: (C, D) of the head that it starts from; zeros by default.
        mask: (C, D) bool, which weights count as kept; all by default.

    Returns:
        The account, computed in float64.

    Raises:
        InvalidDataError: If a shape does not fit or an entry is not finite.

    Reference:
        Sundararajan et al., Axiomatic Attribution for Deep Networks, ICML 2017, section 3; here the straight
        way runs through the logits, so one integral serves all weights.

    Example:
        >>> z, W = torch.tensor([1.0, 2.0]), torch.tensor([[1.0, 1.0], [0.0, 3.0]])
        >>> result = integrated_gradients(z, W, torch.zeros(2))
        >>> round(result.after - result.before, 6) == round(float(result.neurons.sum()), 6)
        True
    """
    require_head(weight, bias)
    require_features(features[None], weight.shape[1])
    require_finite("features", features)
    for name, given in (("start", start), ("mask", mask)):
        if given is not None and given.shape != weight.shape:
            raise InvalidDataError(
                f"Expected `{name}` to have the weight's shape {tuple(weight.shape)} but got "
                f"{tuple(given.shape)}."
            )
    sample, offset = features.detach().double(), bias.detach().double()
    ends = weight.detach().double()
    starts = torch.zeros_like(ends) if start is None else start.detach().double()
    first, last = starts @ sample + offset, ends @ sample + offset  # (C,)
    parts = mean_probabilities(first, last)[:, None] * (ends - starts) * sample  # (C, D)
    neurons = parts.sum(dim=0)
    kept = neurons if mask is None else (parts * mask).sum(dim=0)
    return Attribution(float(torch.logsumexp(first, 0)), float(torch.logsumexp(last, 0)), neurons, kept)


def mean_probabilities(first: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
    """Average class probabilities over the straight way between two logits, ∫ softmax(f⁰ + t(f¹ - f⁰)) dt.

    Args:
        first: (C,) float64 logits at t = 0.
        last: (C,) float64 logits at t = 1.

    Returns:
        (C,) float64, sums to 1.

    Example:
        >>> mean_probabilities(torch.zeros(2).double(), torch.tensor([0.0, 0.0]).double())
        tensor([0.5000, 0.5000], dtype=torch.float64)
    """
    way = last - first
    panels = min(max(int(np.ceil(float(way.max() - way.min()) / SPREAD)), 1), MOST_PANELS)
    nodes, shares = (torch.from_numpy(part) for part in np.polynomial.legendre.leggauss(NODES))
    starts = torch.arange(panels, dtype=torch.float64)
    times = ((starts[:, None] + (nodes + 1) / 2) / panels).flatten()  # (panels * NODES,)
    weights = (shares / (2 * panels)).repeat(panels)
    total = torch.zeros_like(first)
    step = max(_AT_ONCE // len(first), 1)
    for chunk, weight in zip(torch.split(times, step), torch.split(weights, step), strict=True):
        total += weight @ torch.softmax(first + chunk[:, None] * way, dim=1)
    return total
