"""All methods by key, in the order of tables and lists."""

from opnp.errors import InvalidSettingError
from opnp.methods.ash import ASH_B, ASH_P, ASH_S, SCALE
from opnp.methods.base import Method, Rectifier, Score, Sparsifier
from opnp.methods.dice import DICE
from opnp.methods.gen import GEN
from opnp.methods.gradnorm import GRADNORM
from opnp.methods.kl_matching import KL_MATCHING
from opnp.methods.knn import KNN
from opnp.methods.logits import ENERGY, MAX_LOGIT, MSP
from opnp.methods.mahalanobis import MAHALANOBIS, RMD
from opnp.methods.nnguide import NNGUIDE
from opnp.methods.react import REACT
from opnp.methods.she import SHE
from opnp.methods.vim import VIM

RECTIFIERS: dict[str, Rectifier] = {method.key: method for method in (REACT, ASH_P, ASH_B, ASH_S, SCALE)}
SPARSIFIERS: dict[str, Sparsifier] = {method.key: method for method in (DICE,)}
SCORES: dict[str, Score] = {
    method.key: method
    for method in (
        *(MSP, MAX_LOGIT, ENERGY, GEN, KL_MATCHING, GRADNORM),
        *(VIM, KNN, NNGUIDE, MAHALANOBIS, RMD, SHE),
    )
}
METHODS: dict[str, Method] = {**SCORES, **RECTIFIERS, **SPARSIFIERS}


def method_named(key: str) -> Method:
    """Return the method with that key.

    Raises:
        InvalidSettingError: If there is none; the message lists those that there are.
    """
    if key not in METHODS:
        raise InvalidSettingError(
            f"Expected a method to be one of {', '.join(map(repr, METHODS))} but got {key!r}."
        )
    return METHODS[key]
