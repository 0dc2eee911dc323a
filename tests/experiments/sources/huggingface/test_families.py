"""Families of transformers' image classifiers, by the table of the recipe: split, or refused as they must."""

import pytest
import torch

from opnp._utils.torchvision import import_torchvision
from recipes.huggingface_families import FAMILIES, built, outcome, saved_and_loaded

REFUSED = {"siglip2": "it takes `spatial_shapes`", "imagegpt": "it takes `input_ids`"}
HEADS = {
    "deit, two heads": "mean of the linear layers `cls_classifier` and `distillation_classifier`",
    "levit, two heads": "mean of the linear layers `classifier.linear` and `classifier_distill.linear`",
    "swiftformer": "mean of the linear layers `head` and `dist_head`",
    "pp_lcnet": "linear layer `head`",
    "perceiver, Fourier": "linear layer `perceiver.decoder.decoder.final_layer`",
}


@pytest.fixture(autouse=True)
def _prepared():
    import_torchvision()
    with torch.random.fork_rng():
        yield


@pytest.mark.parametrize("name", FAMILIES)
def test_each_family_is_split_or_refused(name):
    said = outcome(built(*FAMILIES[name]))
    assert REFUSED[name] in said if name in REFUSED else said == HEADS.get(name, said)
    assert name in REFUSED or said.startswith(("linear layer ", "mean of the linear layers "))


@pytest.mark.parametrize("name", ["deit, two heads", "dinov2", "convnext", "pp_lcnet", "timm_wrapper"])
def test_what_was_saved_is_loaded_whole(name):
    model = built(*FAMILIES[name])
    loaded = saved_and_loaded(model)
    images = torch.randn(2, 3, 32, 32)
    with torch.no_grad():
        first, second = (next(iter(net(images).values())) for net in (model, loaded.eval()))
    torch.testing.assert_close(first, second)
