"""The Sensitivity page without images: a wide head, features that may be negative, a class never tested."""

import dataclasses

import numpy as np
import pytest
from markup import words

from app.components.sensitivity.chosen import Part
from opnp.experiments.toml_file import read_experiment

CLASSES, WIDTH = 60, 120

FILE = """
[experiment]
title = "Wide"

[classifier]
source = "features"
path = "wide.npz"

[[ood]]
key = "noise"
"""


@pytest.fixture
def wide(tmp_path, offer):
    """The only experiment on offer: its map does not fit on the screen."""
    rng = np.random.default_rng(0)
    weight = rng.normal(size=(CLASSES, WIDTH)).astype(np.float32)
    labels = np.arange(150) % (CLASSES - 1)
    features = (0.3 * weight[labels] + rng.normal(size=(150, WIDTH))).astype(np.float32)
    features[:, :5] = 0  # dead neurons: sensitivity exactly zero
    np.savez(
        tmp_path / "wide.npz",
        head_weight=weight,
        id_train_features=features,
        id_test_features=features[::-1].copy(),
        id_test_labels=labels[::-1].copy(),
        ood_noise_features=rng.normal(size=(40, WIDTH)).astype(np.float32),
    )
    (tmp_path / "wide.toml").write_text(FILE)
    experiment = dataclasses.replace(read_experiment(tmp_path / "wide.toml"), key="wide")
    offer(experiment)


@pytest.mark.usefixtures("wide")
def test_every_part_works(dashboard):
    app = dashboard("sensitivity", weights=["10", "95"], neurons=["10", "100"])
    said = {}
    for part in Part:
        app.button_group(key="part").set_value(str(part)).run()
        assert not app.exception
        said[part] = words(app)
    assert "larger than the screen" in said[Part.MAP]
    assert f"**{5 * CLASSES}** of the weights have a sensitivity of exactly 0" in said[Part.DISTRIBUTION]
    assert "holds only features" in said[Part.NEURON]
    assert "row " in said[Part.IMAGE]


@pytest.mark.usefixtures("wide")
def test_a_class_without_test_images_says_so(dashboard):
    app = dashboard("sensitivity", part="Class")
    app.selectbox(key="class").select_index(CLASSES - 1).run()
    assert "no ID test image has this class" in words(app)
    assert not app.exception


@pytest.mark.usefixtures("wide")
def test_a_dead_neuron_has_no_sensitivity_and_no_drivers(dashboard):
    app = dashboard("sensitivity", part="Neuron", neuron="2")
    assert {metric.label: metric.value for metric in app.metric}["Sensitivity, weights"] == "0"
    assert not app.exception
