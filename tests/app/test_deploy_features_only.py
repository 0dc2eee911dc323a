"""The Deploy page without images: few features, some of them negative."""

import dataclasses

import numpy as np
import pytest
from markup import words

from app import text
from opnp.experiments.toml_file import read_experiment

FILE = """
[experiment]
title = "Bare"

[classifier]
source = "features"
path = "bare.npz"

[[ood]]
key = "near"

[[ood]]
key = "far"
"""


@pytest.fixture
def bare(tmp_path, offer):
    rng = np.random.default_rng(4)
    weight = rng.normal(size=(3, 8)).astype(np.float32)
    labels = np.arange(60) % 3
    np.savez(
        tmp_path / "bare.npz",
        head_weight=weight,
        id_train_features=weight[labels] + rng.normal(size=(60, 8)),
        id_test_features=weight[labels] + rng.normal(size=(60, 8)),
        id_test_labels=labels,
        ood_near_features=0.5 * rng.normal(size=(24, 8)).astype(np.float32),
        ood_far_features=-weight[labels[:20]],
    )
    (tmp_path / "bare.toml").write_text(FILE)
    experiment = dataclasses.replace(read_experiment(tmp_path / "bare.toml"), key="bare")
    offer(experiment)


@pytest.mark.usefixtures("bare")
def test_every_rule_tells_all_but_what_needs_images(dashboard):
    app = dashboard("deploy", neurons=["10", "100"], confidence="as measured")
    for rule in ("ID accepted", "OOD let through", "Costs"):
        app.segmented_control(key="rule").set_value(rule).run()
        assert not app.exception, [error.message for error in app.exception]
        assert len(app.metric) == 5
        said = words(app)
        assert text.deploy.STABILITY_TITLE in said
        assert text.deploy.NO_GALLERY in said
        assert text.shell.FEATURES_ONLY in said
    assert not app.get("download_button")
    assert not app.get("file_uploader")


@pytest.mark.usefixtures("bare")
def test_so_few_images_say_how_many_a_promise_takes(dashboard):
    app = dashboard("deploy")
    assert not app.exception, [error.message for error in app.exception]
    [refused] = [warning.value for warning in app.warning]
    assert "30 ID images cannot promise at least 95 % of ID accepted with 95 % confidence: 59 are" in refused
    assert not app.metric
    app.slider(key="tpr").set_value(90.0).run()
    assert not app.warning
    assert len(app.metric) == 5


@pytest.mark.usefixtures("bare")
def test_all_of_id_leaves_no_precision_to_gain(dashboard):
    app = dashboard("deploy")
    app.segmented_control(key="rule").set_value("OOD let through").run()
    app.selectbox(key="limited").set_value("each").run()
    for key in ("near", "far"):
        app.number_input(key=f"own_limit_{key}").set_value(None)
    app.run()
    assert text.deploy.NOTHING_NEEDED.format(share="100.0 %") in words(app)
