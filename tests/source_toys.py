"""What the tests of classifiers' sources share."""

import re

import pytest
import torch
from PIL import Image
from torch.nn import functional

from opnp.experiments.sources.transform import TransformTable

_ENDED_TWICE = re.compile(r"[.,;:!?…]\)?[.,;:]| {2}")


def assert_ended_once(said):
    """No sentence ends twice, but for what stands in code."""
    assert not _ENDED_TWICE.search(re.sub(r"`[^`]*`", "`", said)), said


def refusal(place, kind, act, *arguments):
    """The words with which something is refused: each sentence ends once, and no folder is in them."""
    with pytest.raises(kind) as caught:
        act(*arguments)
    assert_ended_once(str(caught.value))
    assert str(place.file.parent) not in str(caught.value)
    return str(caught.value)


SMALL = TransformTable(resize=12)


def assert_same(classifier, model, side):
    """The classifier's logits are the model's own."""
    image = Image.effect_noise((40, 50), 80).convert("RGB")
    batch = torch.stack([classifier.transform(image)] * 2)
    assert batch.shape[-1] == side
    logits = functional.linear(classifier.features(batch), classifier.weight, classifier.bias)
    with torch.no_grad():
        torch.testing.assert_close(logits, model(batch), rtol=1e-4, atol=1e-4)
