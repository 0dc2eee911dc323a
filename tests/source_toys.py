"""What the tests of classifiers' sources share."""

import torch
from PIL import Image
from torch.nn import functional

from opnp.sources.transform import TransformTable

SMALL = TransformTable(resize=12)


def assert_same(classifier, model, side):
    """The classifier's logits are the model's own."""
    image = Image.effect_noise((40, 50), 80).convert("RGB")
    batch = torch.stack([classifier.transform(image)] * 2)
    assert batch.shape[-1] == side
    logits = functional.linear(classifier.features(batch), classifier.weight, classifier.bias)
    with torch.no_grad():
        torch.testing.assert_close(logits, model(batch), rtol=1e-4, atol=1e-4)
