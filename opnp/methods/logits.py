"""Scores of the logits alone: MSP, MaxLogit, Energy. They are our own since the sliders use them live."""

import torch

from opnp.methods.base import Head, Known, Paper, Parameter, Rate, Score, Values, arxiv
from opnp.scores import energy_score, max_logit_score, msp_log_odds


def _msp(_known: Known | None, _head: Head, _values: Values) -> Rate:
    return lambda _features, logits: msp_log_odds(logits.double())


def _max_logit(_known: Known | None, _head: Head, _values: Values) -> Rate:
    return lambda _features, logits: max_logit_score(logits)


def _energy(_known: Known | None, _head: Head, values: Values) -> Rate:
    def rate(_features: torch.Tensor, logits: torch.Tensor) -> torch.Tensor:
        return energy_score(logits, temperature=values["temperature"])

    return rate


MSP = Score(
    "msp",
    "MSP",
    "The largest softmax probability, as log-odds ln(p / (1 - p)): the same order, without ties at 1.",
    Paper(
        "Hendrycks and Gimpel",
        "A Baseline for Detecting Misclassified and Out-of-Distribution Examples in Neural Networks",
        "ICLR 2017",
        arxiv("1610.02136"),
    ),
    fit=_msp,
)
MAX_LOGIT = Score(
    "maxlogit",
    "MaxLogit",
    "The largest logit.",
    Paper(
        "Hendrycks et al.",
        "Scaling Out-of-Distribution Detection for Real-World Settings",
        "ICML 2022",
        arxiv("1911.11132"),
    ),
    fit=_max_logit,
)
ENERGY = Score(
    "energy",
    "Energy",
    "The negative free energy, T·logsumexp(logits / T); the score of the sliders.",
    Paper("Liu et al.", "Energy-based Out-of-distribution Detection", "NeurIPS 2020", arxiv("2010.03759")),
    parameters=(
        Parameter("temperature", "Temperature", 1, 0.1, 1000, 0.1, "Divides the logits; 1 is the sliders'."),
    ),
    fit=_energy,
)
