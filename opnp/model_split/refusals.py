"""Errors for a model without a detachable linear head, with a remedy."""

from collections.abc import Callable, Sequence

import torch
from torch import nn
from torch.nn import functional

from opnp._utils.foreign_code import unended
from opnp.errors import UnsupportedModelError
from opnp.model_split.adapter import unadapted
from opnp.model_split.linear_head import LayerCall

_REWRITE = "Let `forward` return what one plain nn.Linear gives, x -> W x + b."
_CLOSE = 1e-3


def no_head(
    model: nn.Module, example: torch.Tensor, logits: torch.Tensor, calls: Sequence[LayerCall]
) -> Exception:
    """Return the error for a model whose logits no linear layer makes: the true reason and the way out."""
    for call in reversed(calls):
        if call.logits is not None:
            finding = _operation_after_head(call, logits) or _operation_inside_head(call, logits)
            if finding is not None:
                return _refused(model, *finding)
    last = _last_module(model, example, logits)
    used = {call.name for call in calls}
    idle = [
        where
        for where, module in unadapted(model).named_modules()
        if isinstance(module, nn.Linear) and module.out_features == logits.shape[1] and where not in used
    ]
    layers = sum(isinstance(module, nn.Linear) for module in unadapted(model).modules())
    if last:
        reason = f"they come from `{last[0]}` ({last[1]}), which is no linear layer"
    elif idle:
        reason = f"its layer `{idle[0]}` is never called: `forward` uses its weight itself, or not at all"
    elif not layers and calls:
        reason = "it has no nn.Linear: `forward` computes them from the last features by itself"
    elif not calls:
        reason = (
            "its forward pass runs none of its layers (it was replaced, or computes with the weights itself)"
        )
    else:
        reason = (
            f"none of its {layers} linear layers gives them, nor a mean of several: `forward` computes on "
            "after the last layer"
        )
    return _refused(model, reason, _REWRITE)


def _hooked(call: LayerCall) -> tuple[str, str] | None:
    """Return a clause if a user's hook on the layer changes its data; torch's own hooks make its weight."""
    hooks = [h for h in call.layer._forward_pre_hooks.values() if not type(h).__module__.startswith("torch.")]
    if not hooks and (
        not call.layer._forward_hooks or torch.equal(call.layer.forward(call.entered), call.gave)
    ):
        return None
    return (
        f"a hook on the last layer `{call.name}` changes what enters or leaves it",
        "Remove the hook, and put what it does into the layers before that one.",
    )


def not_reproduced(model: nn.Module, call: LayerCall, logits: torch.Tensor, problem: str) -> Exception:
    """Return the error for a model whose head was found, but cannot be exchanged."""
    finding = _operation_inside_head(call, logits) or _hooked(call)
    if finding is not None:
        return _refused(model, *finding)
    kind = type(call.layer).__name__
    layer_kind = "" if kind in ("Linear", "ParametrizedLinear") else f" (a {kind})"
    return UnsupportedModelError(
        f"Expected x -> backbone(x) W^T + b to equal {type(unadapted(model)).__name__} but it does not for "
        f"the last layer `{call.name}`{layer_kind}: {unended(problem)}. {_REWRITE}"
    )


def _refused(model: nn.Module, reason: str, way_out: str) -> UnsupportedModelError:
    name = type(unadapted(model)).__name__
    return UnsupportedModelError(
        f"Expected the logits of {name} to be x -> W x + b of its last features but {reason}. {way_out}"
    )


def _operation_after_head(call: LayerCall, logits: torch.Tensor) -> tuple[str, str] | None:
    """Describe the operation on the logits after the layer."""
    gave_logits, gave = call.logits, call.gave
    assert gave_logits is not None  # noqa: S101 - asked for by the caller
    layer = f"the last layer `{call.name}`"
    plain = f"Return what `{call.name}` gives"
    if _same(gave_logits.log_softmax(1), logits):
        return (
            f"log_softmax follows {layer}",
            f"{plain}, without it; the classes and their softmax stay the same.",
        )
    if _same(gave_logits.softmax(1), logits):
        return f"softmax follows {layer}", f"{plain}, without it."
    if _same(gave_logits.sigmoid(), logits):
        return f"a sigmoid follows {layer}", f"{plain}, without it."
    for words, function in _ACTIVATIONS.items():
        pooled = function(gave).flatten(2).mean(2) if gave.ndim > 2 else function(gave)
        if _same(pooled, logits):
            if gave.ndim == 2:
                return f"{words} follows {layer}", f"{plain}, without it."
            reason = f"{words} stands between the last convolution `{call.name}` and the pooling"
            return reason, "Such a model has no linear head; use another, or train it without that step."
    if gave.ndim > 2 and _same(gave.flatten(2).amax(2), logits):
        return (
            f"the largest over all positions is taken of {layer}",
            "Use a model that takes the mean of them.",
        )
    if len(gave_logits) > 1:
        scales = (logits / gave_logits).nan_to_num()
        if _same(scales[:, :1] * gave_logits, logits) and not _same(scales[:1, :1] * gave_logits, logits):
            return (
                f"{layer} is scaled by a number that depends on the image",
                f"{plain}, without that number.",
            )
    return None


def _operation_inside_head(call: LayerCall, logits: torch.Tensor) -> tuple[str, str] | None:
    """Describe the nonlinear operation inside the layer."""
    if not isinstance(call.layer, nn.Linear) or call.entered.ndim != 2:
        return None
    weight = call.layer.weight
    if call.entered.shape[1] != weight.shape[1]:
        return None
    unit, rows = functional.normalize(call.entered), functional.normalize(weight)
    for inputs, words in ((unit, "normalises its input and"), (call.entered, "normalises")):
        cosine = functional.linear(inputs, rows)
        scale = (cosine * logits).sum() / (cosine * cosine).sum()
        if _same(scale * cosine, logits):
            way_out = (
                "Normalise the features before it, in a module of their own, and give the scaled, normalised "
                "weights to a plain nn.Linear there."
            )
            return f"its last layer `{call.name}` {words} its weights (a cosine head)", way_out
    return None


_ACTIVATIONS: dict[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "a ReLU": functional.relu,
    "a GELU": functional.gelu,
    "a SiLU": functional.silu,
    "a tanh": torch.tanh,
    "a softplus": functional.softplus,
}


def _same(first: torch.Tensor, second: torch.Tensor) -> bool:
    if first.shape != second.shape:
        return False
    return bool((first.float() - second.float()).abs().max() <= _CLOSE * second.float().abs().max())


def _last_module(model: nn.Module, example: torch.Tensor, logits: torch.Tensor) -> tuple[str, str] | None:
    """Return name and kind of the innermost module that gives the model's output."""
    outputs: list[tuple[str, str]] = []

    def seen(name: str, module: nn.Module, output: object) -> None:
        if torch.is_tensor(output) and torch.equal(output.reshape(-1), logits.reshape(-1)):
            outputs.append((name, type(module).__name__))

    hooks = [
        module.register_forward_hook(lambda module, _, output, name=name: seen(name, module, output))
        for name, module in unadapted(model).named_modules()
        if name and not isinstance(module, nn.Identity | nn.Flatten | nn.Dropout)
    ]
    try:
        model(example.clone())
    finally:
        for hook in hooks:
            hook.remove()
    return outputs[0] if outputs else None
