"""A described transform gives the numbers of the real one, or is not described."""

import json

import numpy as np
import pytest
import torch
from PIL import Image

from opnp._utils.torchvision import import_torchvision
from opnp.detector.preprocessing import Preprocessing, preprocessing_of, read_preprocessing
from opnp.experiments.builtin.net import FashionTransform
from opnp.experiments.sources.huggingface.processor import ProcessorSteps
from opnp.experiments.sources.table_location import Place
from opnp.experiments.sources.transform import ModelTransform, TransformTable, preset

import_torchvision()
from torchvision import models, transforms  # noqa: E402
from torchvision.transforms import v2  # noqa: E402

NOISE = np.random.default_rng(5).integers(0, 256, (2, 61, 90, 3), dtype=np.uint8)
PLACE = Place("toml", "[classifier]")
GREY = Preprocessing("L", (28, 28), None, "bilinear", (0.286,), (0.353,))


def table(**said):
    return TransformTable(**said).build(PLACE)


@pytest.mark.parametrize(
    "transform",
    [
        FashionTransform(),
        preset(models.ResNet18_Weights.DEFAULT),
        preset(models.EfficientNet_B0_Weights.DEFAULT),
        table(resize=32, mode="L"),
        table(resize=40, crop=32, interpolation="bicubic"),
        table(resize=33, crop=32, interpolation="nearest", mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6)),
        ModelTransform("RGB", transforms.Compose([transforms.Resize([20, 30]), transforms.ToTensor()]), ""),
        ModelTransform("RGB", transforms.ToTensor(), ""),
        transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(np.array([0.1, 0.2, 0.3]), np.ones(3))]
        ),
        transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize(torch.full((3,), 0.5), torch.ones(3))]
        ),
        transforms.Compose(
            [transforms.ToTensor(), transforms.Normalize([np.float32(0.5)], (np.float64(0.25),))]
        ),
        transforms.Compose([transforms.ToTensor(), transforms.Normalize(0.5, 0.25)]),
    ],
)
def test_a_description_gives_the_same_numbers(transform):
    found = preprocessing_of(transform, NOISE)
    assert found is not None
    for picture in (*NOISE, NOISE[0, :, :23]):
        image = Image.fromarray(picture)
        assert np.allclose(found(image), transform(image), atol=1e-5)
    assert Preprocessing(**json.loads(json.dumps(found.plain()))).mode == found.mode


PROCESSORS = {
    "ViT": ({"size": {"height": 20, "width": 30}, "resample": 1}, {"resize": (20, 30)}),
    "ConvNext": ({"size": {"shortest_edge": 32}}, {"resize": 36, "crop": (32, 32)}),
    "Levit": ({"size": {"shortest_edge": 32}, "crop_size": 31}, {"resize": 36, "crop": (31, 31)}),
    "PoolFormer": ({"size": {"shortest_edge": 32}, "crop_size": 31}, {"resize": 35, "crop": (31, 31)}),
    "MobileViT": ({"size": {"shortest_edge": 36}, "crop_size": 32}, {"resize": 36, "reverse": True}),
    "EfficientNet": ({"size": 32, "rescale_factor": 1 / 127.5, "rescale_offset": True}, {"resize": (32, 32)}),
    "CLIP": ({"size": {"shortest_edge": 32}, "crop_size": 29}, {"resize": 32, "crop": (29, 29)}),
}


@pytest.mark.parametrize("name", PROCESSORS)
def test_image_processors_of_transformers_are_described(name):
    import transformers

    settings, expected = PROCESSORS[name]
    processor = getattr(transformers, f"{name}ImageProcessorPil")(**settings)
    steps = ProcessorSteps(processor, "RGB")
    found = preprocessing_of(ModelTransform("RGB", steps, ""), NOISE)
    assert {key: getattr(found, key) for key in expected} == expected
    for side in range(33, 40):  # the middle lies between two pixels, or not
        image = Image.fromarray(NOISE[0, :, :side])
        assert np.allclose(found(image), steps(image), atol=1e-5)
    assert read_preprocessing(json.loads(json.dumps(found.plain()))) == found


@pytest.mark.parametrize("name", ["Perceiver", "Siglip2", "ImageGPT"])
def test_image_processors_with_other_steps_are_not_described(name):
    import transformers

    steps = ProcessorSteps(getattr(transformers, f"{name}ImageProcessorPil")(), "RGB")
    assert preprocessing_of(ModelTransform("RGB", steps, ""), NOISE) is None


def test_descriptions_of_older_graphs_are_read():
    older = {key: value for key, value in GREY.plain().items() if key not in ("halves", "reverse")}
    assert read_preprocessing(older) == GREY
    for wrong in ({"halves": "up"}, {"reverse": 1}):
        with pytest.raises(ValueError, match=r"up|even"):
            read_preprocessing(GREY.plain() | wrong)


def test_the_embedded_nets_transform_in_words():
    assert preprocessing_of(FashionTransform(), NOISE) == GREY


class Inverted(v2.Normalize):
    """Says it is a plain step of torchvision in all but its name, and does something else."""


Inverted.__name__ = "Normalize"
Inverted.forward = lambda _self, image: -image


@pytest.mark.parametrize(
    "transform",
    [
        lambda _: torch.zeros(3, 2, 2),
        v2.Compose([v2.RandomHorizontalFlip(), v2.ToImage()]),
        v2.Compose([v2.Resize(20, max_size=21), v2.ToImage()]),
        v2.Compose([v2.Resize(20, interpolation=v2.InterpolationMode.BOX), v2.PILToTensor()]),
        v2.Compose([v2.Grayscale(3), v2.PILToTensor()]),
        ModelTransform("RGB", v2.Compose([transforms.ToTensor(), Inverted([0.5], [0.5])]), ""),
        v2.Compose([v2.CenterCrop(200), transforms.ToTensor()]),
    ],
)
def test_what_cannot_be_described_or_proven_is_left_out(transform):
    assert preprocessing_of(transform, NOISE[:1]) is None


@pytest.mark.parametrize(
    "step",
    [
        lambda: transforms.Normalize(torch.rand(3, 61, 90), torch.ones(3, 61, 90)),
        lambda: transforms.Normalize("mean", "std"),
        lambda: transforms.Lambda(lambda _: 1 / 0),
    ],
)
def test_what_cannot_be_described_is_not_and_nothing_is_raised(step):
    steps = transforms.Compose([transforms.ToTensor(), step()])
    assert preprocessing_of(steps, NOISE) is None
