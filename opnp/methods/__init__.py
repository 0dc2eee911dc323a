"""Post-hoc methods on stored features, one small file a method or family.

Those that pytorch-ood serves from features come from there; what is ours says why. Their outlier scores rise
for OOD and ours for ID, so each is negated at this border and nowhere else.
"""

from opnp.methods.base import Head, Known, Method, Need, Paper, Parameter, Rectifier, Score, Sparsifier
from opnp.methods.registry import METHODS, RECTIFIERS, SCORES, SPARSIFIERS, method_named

__all__ = [
    "METHODS",
    "RECTIFIERS",
    "SCORES",
    "SPARSIFIERS",
    "Head",
    "Known",
    "Method",
    "Need",
    "Paper",
    "Parameter",
    "Rectifier",
    "Score",
    "Sparsifier",
    "method_named",
]
