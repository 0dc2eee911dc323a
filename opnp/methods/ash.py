"""ASH and SCALE: drop, level or rescale each image's smaller features by its larger ones.

They work after pooling, on the features that enter the last layer: the share is one of an image's pooled
features. The authors of ASH do so too, in their code for ImageNet and CIFAR
(https://github.com/andrijazz/ash), and so does SCALE in OpenOOD. pytorch-ood's example shapes feature maps
before pooling, where the same share drops other things; feature maps are not stored here, so that is not
offered. Defaults are the papers' on ImageNet and can be far from good on another network.
"""

from collections.abc import Callable

import torch

from opnp.methods.base import Need, Paper, Parameter, Rectifier, Rectify, Values, arxiv
from opnp.methods.from_pytorch_ood import pytorch_ood, require_some_kept

_ASH = Paper(
    "Djurisic et al.",
    "Extremely Simple Activation Shaping for Out-of-Distribution Detection",
    "ICLR 2023",
    arxiv("2209.09858"),
)
_SCALE = Paper(
    "Xu et al.",
    "Scaling for Training Time and Post-hoc Out-of-distribution Detection Enhancement",
    "ICLR 2024",
    arxiv("2310.00227"),
)


def _fit(name: str, **options: str) -> Callable[[torch.Tensor | None, Values], Rectify]:
    def fit(_features: torch.Tensor | None, values: Values) -> Rectify:
        percentile, nothing = values["percentile"], torch.nn.Identity()
        detector = getattr(pytorch_ood(), name)(
            None, nothing, percentile=percentile / 100, detector=nothing, **options
        )

        def rectify(features: torch.Tensor) -> torch.Tensor:
            require_some_kept(features.shape[1], percentile)
            shaped: torch.Tensor = detector.predict_feature_maps(features[:, :, None, None]).flatten(1)
            empty = features.sum(dim=1, keepdim=True) == 0  # 0 / 0 there: nothing to shape
            return torch.where(empty, features, shaped)

        return rectify

    return fit


def _percentile(default: float, says: str, published: tuple[tuple[float, str], ...] = ()) -> Parameter:
    return Parameter("percentile", "Share of features, %", default, 0, 99, 1, says, published)


_DROPPED = "The smallest features of each image, this share of them, are set to zero."
_NEEDS = frozenset({Need.NON_NEGATIVE})

ASH_P = Rectifier(
    "ash-p",
    "ASH-P",
    "Sets each image's smallest features to zero.",
    _ASH,
    needs=_NEEDS,
    parameters=(_percentile(60, _DROPPED),),
    fit=_fit("ASH", variant="ash-p"),
)
ASH_B = Rectifier(
    "ash-b",
    "ASH-B",
    "Sets each image's smallest features to zero and the others to one value, so that their sum stays.",
    _ASH,
    needs=_NEEDS,
    parameters=(_percentile(65, _DROPPED, ((65, "the authors' code, ImageNet"), (90, "OpenOOD"))),),
    fit=_fit("ASH", variant="ash-b"),
)
ASH_S = Rectifier(
    "ash-s",
    "ASH-S",
    "Drops each image's smallest features and multiplies the others by exp(sum of all / sum of those).",
    _ASH,
    needs=_NEEDS,
    parameters=(_percentile(90, _DROPPED),),
    fit=_fit("ASH", variant="ash-s"),
)
SCALE = Rectifier(
    "scale",
    "SCALE",
    "Multiplies each image's features by exp(sum of all / sum of the largest); drops none.",
    _SCALE,
    needs=_NEEDS,
    parameters=(_percentile(85, "This share does not count as the largest."),),
    fit=_fit("SCALE"),
)
