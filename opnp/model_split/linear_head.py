"""Find the linear head of a model by algebra: a linear layer, a 1×1 convolution, or several of them summed.

If everything after such layers h = W z + b mixes no channels (pooling over positions, a mean of several
heads, a constant scale), it may as well be applied to z, with W after it. So each layer is replaced by one
that passes z on, in columns of its own where there are several; the model itself then gives the features.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional

from opnp.model_split.adapter import Adapted, unadapted
from opnp.model_split.copies import shared_copy

_MOST = 12
Layer = nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d
_CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)


class Passed(nn.Module):
    """Replacement of a layer of the head: passes on its input, scaled, in its own columns."""

    def __init__(self, before: int, after: int, times: float, channel: int, *, whole: bool) -> None:
        """Store the column range, the scale and the channel axis.

        Args:
            before: Columns of zeros before its own.
            after: And after them.
            times: What the input is multiplied by.
            channel: Which dimension holds the channels.
            whole: Whether the layer was a convolution over the whole of its input.
        """
        super().__init__()
        self.before, self.after, self.times, self.channel, self.whole = before, after, times, channel, whole

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Map (N, D, ...) to (N, before + D + after, ...)."""
        if self.whole:
            features = features.flatten(1).reshape(features.shape[0], -1, *[1] * (features.ndim - 2))
        unpadded = 0 if self.channel == -1 else features.ndim - 1 - self.channel
        return functional.pad(features * self.times, [0, 0] * unpadded + [self.before, self.after])

    def extra_repr(self) -> str:
        """Return the settings, for the fingerprint."""
        return f"{self.before}, {self.after}, times={self.times}, channel={self.channel}, whole={self.whole}"


@dataclass(frozen=True)
class LayerCall:
    """A run of a layer that may be part of the head.

    Attributes:
        name: Of the layer in the model, without what adapts it.
        layer: The layer.
        entered: What entered it.
        gave: What it gave.
        logits: The mean over positions of what it gave, (N, C); None if it has another shape.
    """

    name: str
    layer: Layer
    entered: torch.Tensor
    gave: torch.Tensor
    logits: torch.Tensor | None


@dataclass(frozen=True)
class LinearHead:
    """The linear head of a model, and the backbone without it.

    Attributes:
        backbone: Images to features (N, D).
        weight: (C, D) in the model's number format.
        bias: (C,).
        words: Says what it was.
    """

    backbone: nn.Module
    weight: torch.Tensor
    bias: torch.Tensor
    words: str


def last_calls(model: nn.Module, example: torch.Tensor) -> tuple[torch.Tensor, list[LayerCall]]:
    """Run a model; return its logits, and the last runs of its linear layers and convolutions, in order."""
    runs: deque[tuple[str, Layer, torch.Tensor, torch.Tensor]] = deque(maxlen=_MOST)

    def seen(name: str, layer: Layer, inputs: tuple[object, ...], output: object) -> None:
        if inputs and torch.is_tensor(inputs[0]) and torch.is_tensor(output):
            runs.append((name, layer, inputs[0], output.clone()))

    inner = unadapted(model)
    hooks = [
        module.register_forward_hook(
            lambda module, inputs, output, name=name: seen(name, module, inputs, output)
        )
        for name, module in inner.named_modules()
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d)
    ]
    try:
        logits: torch.Tensor = model(example.clone())
    finally:
        for hook in hooks:
            hook.remove()
    calls = [LayerCall(*run, _reduced(run[1], run[3], logits)) for run in runs]
    return logits, calls


def combinations(
    calls: Sequence[LayerCall], logits: torch.Tensor
) -> list[tuple[dict[str, float], list[LayerCall]]]:
    """Return the layers, each with its share, whose outputs make up the logits, the most plausible first."""
    exact = [
        call
        for call in reversed(calls)
        if isinstance(call.layer, nn.Linear) and torch.equal(call.gave, logits)
    ]
    results = [({call.name: 1.0}, [call]) for call in exact[:1]]
    fitting = [call for call in calls if call.logits is not None and _is_plain(call)]
    tried = [[call] for call in reversed(fitting)]
    tried += [fitting[-count:] for count in range(2, len(fitting) + 1)]
    for chosen in tried:
        shares = _shares(chosen, logits)
        if shares is not None:
            results.append((shares, chosen))
    return results


def detach_head(model: nn.Module, shares: dict[str, float], calls: Sequence[LayerCall]) -> LinearHead:
    """Return the model without those layers, and one weight and one bias that replace them."""
    layers = {call.name: call for call in calls}
    widths = {name: call.layer.weight[0].numel() for name, call in layers.items()}
    backbone, before, total = shared_copy(model), 0, sum(widths.values())
    simple = len(layers) == 1 and set(shares.values()) == {1.0}
    for name, call in layers.items():
        whole = not isinstance(call.layer, nn.Linear) and call.layer.weight[0, 0].numel() > 1
        channel = -1 if isinstance(call.layer, nn.Linear) else 1
        after = total - before - widths[name]
        instead: nn.Module = (
            nn.Identity()
            if simple and not whole
            else Passed(before, after, 1 / shares[name], channel, whole=whole)
        )
        backbone = _replaced(backbone, _place(backbone, name), instead)
        before += widths[name]
    matrices = {name: call.layer.weight.detach().flatten(1) for name, call in layers.items()}
    biases = {
        name: matrices[name].new_zeros(len(matrices[name])) if call.layer.bias is None else call.layer.bias
        for name, call in layers.items()
    }
    if simple:
        (name,) = layers
        weight, bias = matrices[name], biases[name].detach()
    else:
        weight = torch.cat([shares[name] * matrices[name] for name in layers], 1)
        bias = torch.stack([shares[name] * biases[name].detach() for name in layers]).sum(0)
    return LinearHead(backbone, weight, bias, _words(layers, shares))


def rounding(logits: torch.Tensor, head: LinearHead, features: torch.Tensor) -> float:
    """Return the largest deviation of x -> W z + b from the model's logits that rounding explains."""
    tolerance = 1e-4 * float(logits.abs().max())
    eps = max(torch.finfo(tensor.dtype).eps for tensor in (logits, head.weight))
    if eps <= torch.finfo(torch.float32).eps:
        return tolerance
    size = functional.linear(features.abs(), head.weight.float().abs(), head.bias.float().abs())
    return tolerance + 4 * eps * float(size.max())


def _reduced(layer: Layer, gave: torch.Tensor, logits: torch.Tensor) -> torch.Tensor | None:
    rows, classes = logits.shape
    last = isinstance(layer, nn.Linear)
    if gave.ndim < 2 or gave.shape[0] != rows or gave.shape[-1 if last else 1] != classes:
        return None
    return gave.reshape(rows, -1, classes).mean(1) if last else gave.flatten(2).mean(2)


def _is_plain(call: LayerCall) -> bool:
    """Return whether the layer is a linear map of channels: no neighbours, or all of them at once."""
    layer = call.layer
    if isinstance(layer, nn.Linear):
        return True
    alone = all(side == 1 for side in layer.kernel_size) and all(step == 1 for step in layer.stride)
    whole = tuple(call.entered.shape[2:]) == tuple(layer.kernel_size)
    unpadded = layer.padding == "valid" or not any(side not in (0,) for side in layer.padding)
    return (alone or whole) and unpadded and layer.groups == 1


def _shares(calls: Sequence[LayerCall], logits: torch.Tensor) -> dict[str, float] | None:
    """Return each layer's share in the sum that makes the logits; None where no sum does.

    A layer that gives next to nothing may have any share, since what is multiplied there is divided in
    `detach_head`: it gets that of the others.
    """
    outputs = [call.logits.flatten().cpu() for call in calls if call.logits is not None]
    columns = torch.stack(outputs, 1).double()
    target = logits.flatten().cpu().double()
    eps = max(1e-4, 4 * torch.finfo(logits.dtype).eps)
    silent = columns.abs().amax(0) <= eps * target.abs().max()
    heard = columns[:, ~silent]
    solved = columns.new_full((len(calls),), 1 / len(calls))
    if heard.shape[1]:
        solution = torch.linalg.lstsq(heard, target[:, None], driver="gelsd").solution[:, 0]
        solved[~silent], solved[silent] = solution, float(solution[-1])
    if not bool((columns @ solved - target).abs().max() <= eps * target.abs().max()):
        return None
    shares: dict[str, float] = {}
    for call, share in zip(calls, solved.tolist(), strict=True):
        shares[call.name] = shares.get(call.name, 0.0) + share
    rounded = {name: _snapped(share, 10 * eps) for name, share in shares.items()}
    return rounded if all(abs(share) > 1e-3 for share in rounded.values()) else None


def _snapped(share: float, eps: float) -> float:
    """Round a share that is nearly a whole number or its inverse.

    Example:
        >>> _snapped(0.3333301, 1e-4), _snapped(1.99999, 1e-4), _snapped(0.7, 1e-4)
        (0.3333333333333333, 2.0, 0.7)
    """
    for number in (float(round(share)), 1 / round(1 / share) if share and round(1 / share) else 0.0):
        if number and abs(share - number) <= eps * abs(number):
            return number
    return share


def _replaced(backbone: nn.Module, name: str, instead: nn.Module) -> nn.Module:
    """Put `instead` in every place where `backbone` holds the layer of that name."""
    if not name:
        return instead
    layer = backbone.get_submodule(name)
    for place, module in list(backbone.named_modules(remove_duplicate=False)):
        if module is layer:
            parent, _, child = place.rpartition(".")
            setattr(backbone.get_submodule(parent), child, instead)
    return backbone


def _place(backbone: nn.Module, name: str) -> str:
    """Return the path of a model's layer in its backbone, which may be inside an adapter."""
    return f"model.{name}".removesuffix(".") if isinstance(backbone, Adapted) else name


def _words(layers: dict[str, LayerCall], shares: dict[str, float]) -> str:
    kinds = {
        "linear layer" if isinstance(call.layer, nn.Linear) else "convolution" for call in layers.values()
    }
    kind = kinds.pop() if len(kinds) == 1 else "layer"
    if len(layers) == 1:
        ((name, share),) = shares.items()
        scaled = "" if share == 1 else f", times {share:.4g}"
        return f"{kind} {f'`{name}`' if name else '(the model itself)'}{scaled}"
    listed = " and ".join(f"`{name}`" for name in layers)
    same = set(shares.values())
    how = "mean" if same == {1 / len(shares)} else "sum" if same == {1.0} else "weighted sum"
    return f"{how} of the {kind}s {listed}"
