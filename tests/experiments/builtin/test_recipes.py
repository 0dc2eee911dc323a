import numpy as np
import torch
from PIL import Image

from opnp.experiments.builtin.net import FashionTransform, normalised
from recipes.build_assets import balanced_draw
from recipes.train_fashion import SHIFT, augmented


def test_training_sees_what_the_transform_gives():
    images = torch.randint(0, 256, (5, 28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    transform = FashionTransform()
    expected = torch.stack([transform(Image.fromarray(image.numpy())) for image in images])
    torch.testing.assert_close(normalised(images), expected)


def test_augmented_images_are_shifted_and_mirrored_over_black():
    image = torch.randint(1, 256, (28, 28), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    got = augmented(image.expand(200, 28, 28), torch.Generator().manual_seed(1))
    possible = {
        torch.nn.functional.pad(picture, (x, -x, y, -y)).numpy().tobytes()
        for picture in (image, image.flip(1))
        for x in range(-SHIFT, SHIFT + 1)
        for y in range(-SHIFT, SHIFT + 1)
    }
    seen = {picture.numpy().tobytes() for picture in got}
    assert seen <= possible
    assert len(seen) > 0.9 * len(possible)
    again = augmented(image.expand(200, 28, 28), torch.Generator().manual_seed(1))
    assert torch.equal(got, again)


def test_draws_are_balanced_without_repetition_and_mixed():
    labels = np.repeat(np.arange(4), [30, 50, 20, 100])
    chosen = balanced_draw(labels, 20, np.random.default_rng(0))
    assert len(set(chosen.tolist())) == 80
    np.testing.assert_array_equal(np.bincount(labels[chosen]), [20, 20, 20, 20])
    assert (np.diff(labels[chosen]) < 0).any()
