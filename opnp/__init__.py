"""Sensitivity-guided pruning (OPNP) of a trained classifier for out-of-distribution (OOD) detection.

An image's score is its negative energy, s(x) = logsumexp(f(x)); higher is more in-distribution (ID). Weights
and neurons of the last layer whose sensitivity M = mean |dE/dW| on ID images is extreme are set to zero, and
ID and OOD scores separate better (Chen et al., NeurIPS 2023, arXiv 2402.10062). Nothing is trained.

Example:
    >>> import opnp, torch
    >>> _ = torch.manual_seed(0)
    >>> model = torch.nn.Sequential(torch.nn.Linear(16, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    >>> id_loader = torch.utils.data.DataLoader(torch.randn(200, 16), batch_size=50)
    >>> detector = opnp.OPNP(model, weights=(0, 99), neurons=(5, 100))
    >>> detector.fit(id_loader).calibrate(id_loader, accept=0.95)
    OPNP(Sequential, weights 0–99 % (global), neurons 5–100 % (activation), fitted to 200 images, calibrated)
    >>> detector.predict(torch.randn(4, 16, generator=torch.Generator().manual_seed(2))).is_ood
    tensor([False, False,  True, False])

Where to go on: `OPNP` for a model and its loaders; `weight_sensitivity`, `neuron_sensitivity` and `prune` for
features of your own; `fpr95`, `auroc`, `ece` for scores; `load_experiment` and `Explorer` for what the
dashboard shows; `Detector` for a file that it made; `opnp.methods.METHODS` for what combines with pruning;
`opnp.integrations` for pytorch-ood and OpenOOD. Names and submodules are imported when they are asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from opnp._version import __version__

if TYPE_CHECKING:
    from opnp.config import NeuronDefinition, Pruning, RankScope
    from opnp.detector import Detector
    from opnp.errors import OpnpError
    from opnp.estimator import OPNP, NotFittedError, Verdicts, WindowSearch
    from opnp.experiments.registry import list_experiments, load_experiment
    from opnp.explorer import Explorer
    from opnp.metrics import aupr, auroc, ece, fpr95, reliability
    from opnp.models import split
    from opnp.pruning import PrunedHead, prune
    from opnp.scores import energy_score, max_logit_score, msp_log_odds, msp_score
    from opnp.sensitivity import neuron_sensitivity, weight_sensitivity

_HOMES = {
    "opnp.config": ("NeuronDefinition", "Pruning", "RankScope"),
    "opnp.detector": ("Detector",),
    "opnp.errors": ("OpnpError",),
    "opnp.estimator": ("OPNP", "NotFittedError", "Verdicts", "WindowSearch"),
    "opnp.experiments.registry": ("list_experiments", "load_experiment"),
    "opnp.explorer": ("Explorer",),
    "opnp.metrics": ("aupr", "auroc", "ece", "fpr95", "reliability"),
    "opnp.models": ("split",),
    "opnp.pruning": ("PrunedHead", "prune"),
    "opnp.scores": ("energy_score", "max_logit_score", "msp_log_odds", "msp_score"),
    "opnp.sensitivity": ("neuron_sensitivity", "weight_sensitivity"),
}

_MODULES = (
    *(
        "comparison",
        "config",
        "conformal",
        "data",
        "detector",
        "devices",
        "diagnostics",
        "errors",
        "estimator",
    ),
    *(
        "evaluation",
        "experiments",
        "explorer",
        "features",
        "inference",
        "integrations",
        "interpret",
        "labels",
    ),
    *(
        "methods",
        "metrics",
        "model_split",
        "models",
        "monitor",
        "prepare",
        "pruning",
        "reports",
        "scores",
        "scoring",
    ),
    *("search", "sensitivity", "store", "threshold", "toy", "user_code"),
)
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*sorted(_HOME), "__version__"]


def __getattr__(name: str) -> Any:  # noqa: ANN401 - a module's attributes
    """Import a public name or a submodule when it is asked for."""
    if name in _HOME:
        return getattr(import_module(_HOME[name]), name)
    if name in _MODULES:
        return import_module(f"opnp.{name}")
    raise AttributeError(f"module 'opnp' has no attribute {name!r}")


def __dir__() -> list[str]:
    """List public names and submodules, also those that are not imported yet."""
    return sorted({*globals(), *__all__, *_MODULES})
