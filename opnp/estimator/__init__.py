"""`OPNP`: sensitivity-guided pruning of a torch model, fitted and used from data loaders."""

from opnp.estimator.errors import NotFittedError
from opnp.estimator.opnp import OPNP
from opnp.estimator.verdicts import Verdicts
from opnp.estimator.window_search import WindowSearch

__all__ = ["OPNP", "NotFittedError", "Verdicts", "WindowSearch"]
