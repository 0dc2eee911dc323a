"""Live scorer: exact scores of all stored samples under any windows, at the cost of the weights that flip."""

from collections.abc import Sequence
from threading import Lock
from typing import TYPE_CHECKING

import torch

from opnp._utils.checks import require_features, require_finite, require_head
from opnp.config import NeuronDefinition, Pruning
from opnp.devices import is_cpu
from opnp.errors import InvalidSettingError
from opnp.pruning import Heads
from opnp.scoring.head_output import HeadOutput, rescore
from opnp.scoring.stratified_sample import Preview, allocate, draw, require_strata

if TYPE_CHECKING:
    from opnp.scoring.state_pool import StatePool


def warm_up() -> None:
    """Compile the inner loops, a few seconds once a process; later calls cost nothing.

    A `LiveScorer` does it when it is made. Call this earlier, in the background, so that nobody waits.
    """
    one = torch.ones(1, 1)
    LiveScorer(one, one[0], Heads(one, one, {NeuronDefinition.ACTIVATION: one[0]}))


class LiveScorer:
    """Exact scorer of stored features under any pruning, quick when it differs little from the last one.

    The logits of all samples are kept, at one mask. A move adds and takes away the products of the weights
    whose mask flips, f_new = f_old + sum of (+/-) W_cj z_j, and each sample's score, confidence and class
    follow in the same pass. A large jump, or drift after many moves, is met with a full product. On a device
    other than the CPU every move is a full product.

    One scorer serves many threads: exact moves wait for each other, previews only for previews. To serve
    visitors at different windows, or one who compares two, it keeps up to `positions` sets of logits and
    moves the nearest. What it returns is shared and not to be changed in place.

    Memory for N samples, D features, C classes, in float32: N·D for the features in the order that the loops
    need (a copy; the ones passed in are not kept, except on other devices, where they are kept instead), N·C
    for each position, and the same again for the preview's samples. Nothing grows with the number of moves.

    Args:
        features: (N, D) floating point, finite; the strata one after the other.
        bias: (C,) of the last linear layer.
        heads: Its weight at every pruning, float32.
        strata: Sizes of the consecutive sets in `features` (ID, each OOD set), for previews; None for one.
        preview_size: How many samples a preview looks at, at least one a stratum.
        seed: Draws the preview's sample.
        positions: How many sets of logits are kept at most.

    Raises:
        InvalidDataError: If a shape does not fit, an entry is NaN or infinite, or the strata do not add up.
        InvalidSettingError: If `preview_size` or `positions` is not positive.

    Example:
        >>> z, W = torch.tensor([[1.0, 2.0]]), torch.eye(2)
        >>> heads = Heads(W, z.expand(2, 2), {NeuronDefinition.ACTIVATION: z[0]})
        >>> scorer = LiveScorer(z, torch.zeros(2), heads)
        >>> scorer.rescore(Pruning(neurons=(50, 100))).scores  # ln(e^0 + e^2)
        tensor([2.1269])
    """

    def __init__(
        self,
        features: torch.Tensor,
        bias: torch.Tensor,
        heads: Heads,
        *,
        strata: Sequence[int] | None = None,
        preview_size: int = 2048,
        seed: int = 0,
        positions: int = 2,
    ) -> None:
        weight, self._heads = heads.weight, heads
        require_head(weight, bias)
        require_features(features, weight.shape[1])
        require_finite("features", features)
        most = _require_count("positions", positions)
        population = require_strata(strata, features.shape[0])
        self._drawn = allocate(population, _require_count("preview_size", preview_size))
        self._indices = draw(population, self._drawn, seed).to(features.device)
        features, bias = features.detach().float(), bias.detach().float().clone()
        self._unpruned = rescore(features, weight, bias)
        self._lock, self._preview_lock = Lock(), Lock()
        self._all = _make_pool(features, weight, bias, most)
        self._sampled = _make_pool(features[self._indices], weight, bias, most)
        unpruned = heads(Pruning())
        self._all.move(unpruned)
        self._sampled.move(unpruned)

    def rescore(self, pruning: Pruning) -> HeadOutput:
        """Return the scores of all samples under `pruning`.

        Args:
            pruning: The windows.

        Returns:
            What `opnp.scoring.head_output.rescore` says of the pruned head, to rounding (1e-4 absolute on the
            logits of real heads). When nothing is pruned it is the same bit for bit.

        Raises:
            InvalidSettingError: If it names a neuron sensitivity that was not given.
        """
        head = self._heads(pruning)
        if bool(head.mask.all()):
            return self._unpruned
        with self._lock:
            return self._all.move(head)

    def preview(self, pruning: Pruning) -> Preview:
        """Return the scores of a stratified random sample under `pruning`, ahead of the exact ones.

        The sample is drawn once, the same number from every stratum that has as many.

        Args:
            pruning: The windows.

        Returns:
            The sample's exact scores, and its sizes.

        Raises:
            InvalidSettingError: If it names a neuron sensitivity that was not given.
        """
        head = self._heads(pruning)
        if bool(head.mask.all()):
            sampled = _take(self._unpruned, self._indices)
        else:
            with self._preview_lock:
                sampled = self._sampled.move(head)
        return Preview(sampled, self._indices, self._drawn)


def _take(output: HeadOutput, indices: torch.Tensor) -> HeadOutput:
    return HeadOutput(*(field[indices] for field in output.fields))


def _require_count(name: str, number: int) -> int:
    if number != int(number) or number < 1:
        raise InvalidSettingError(f"Expected `{name}` to be a whole number of at least 1 but got {number!r}.")
    return int(number)


def _make_pool(features: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor, most: int) -> "StatePool":
    from opnp.scoring.state_pool import StatePool

    if not is_cpu(features.device):
        from opnp.scoring.state import FullProductState

        return StatePool(lambda: FullProductState(features, bias), most)

    from opnp.scoring.incremental import IncrementalState
    from opnp.scoring.tiles import into_tiles

    tiles = into_tiles(features)
    return StatePool(lambda: IncrementalState(tiles, weight, bias), most)
