"""Response of one sample's energy to a change of one weight or neuron: exact, and by its slope."""

from dataclasses import dataclass

import torch
from torch.nn import functional

from opnp._utils.checks import require_head
from opnp.errors import InvalidSettingError
from opnp.scores import energy_score


@dataclass(frozen=True)
class Perturbation:
    """A line through a sample's logits: moved by d, they are f + d * direction.

    Attributes:
        logits: (C,) float64, f of the sample as it is.
        direction: (C,) float64, the change of the logits for a move by 1.
    """

    logits: torch.Tensor
    direction: torch.Tensor

    @property
    def slope(self) -> float:
        """Slope of the energy at d = 0: -sum_c p_c direction_c with p = softmax(f)."""
        return -float(torch.softmax(self.logits, dim=0) @ self.direction)

    def energy(self, moves: torch.Tensor) -> torch.Tensor:
        """Return exact energies E(d) = -logsumexp(f + d * direction), (n,) float64, of moves d (n,)."""
        return -energy_score(self.logits + moves.double()[:, None] * self.direction)


def perturb_weight(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, row: int, column: int
) -> Perturbation:
    """Move the weight W_cj: only the logit of class c moves, by the feature z_j. Slope: -p_c z_j.

    Args:
        features: (D,) of one sample.
        weight: (C, D); left as it is.
        bias: (C,).
        row: Class c.
        column: Neuron j.

    Returns:
        The line.

    Raises:
        InvalidSettingError: If there is no such class or neuron.
        InvalidDataError: If the head's shapes do not fit.

    Example:
        >>> moved = perturb_weight(torch.tensor([2.0]), torch.zeros(2, 1), torch.zeros(2), 0, 0)
        >>> moved.slope  # p = (1/2, 1/2), z = 2
        -1.0
    """
    _require_place(weight, bias, row, column)
    direction = torch.zeros(weight.shape[0], dtype=torch.float64)
    direction[row] = features[column].double()
    return Perturbation(_logits(features, weight, bias), direction)


def perturb_neuron(
    features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, column: int
) -> Perturbation:
    """Move the feature z_j: every logit moves by its own weight. Slope: -sum_c p_c W_cj.

    Args:
        features: (D,) of one sample; left as they are.
        weight: (C, D).
        bias: (C,).
        column: Neuron j.

    Returns:
        The line.

    Raises:
        InvalidSettingError: If there is no such neuron.
        InvalidDataError: If the head's shapes do not fit.

    Example:
        >>> moved = perturb_neuron(torch.zeros(1), torch.tensor([[3.0], [1.0]]), torch.zeros(2), 0)
        >>> moved.slope
        -2.0
    """
    _require_place(weight, bias, 0, column)
    return Perturbation(_logits(features, weight, bias), weight[:, column].double())


def _logits(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    return functional.linear(features.double(), weight.double(), bias.double())  # (C,)


def _require_place(weight: torch.Tensor, bias: torch.Tensor, row: int, column: int) -> None:
    require_head(weight, bias)
    for name, place, size in (("row", row, weight.shape[0]), ("column", column, weight.shape[1])):
        if not 0 <= place < size:
            raise InvalidSettingError(
                f"Expected `{name}` to be between 0 and {size - 1} but got {place}. Choose one of the {size}."
            )
