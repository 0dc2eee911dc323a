"""What is sent to the browser: never a held-out image, all that fits or a sample, keyed by its content."""

import dataclasses
import json

import numpy as np
import pytest
import torch

from app.preview.data import (
    BUDGET,
    SAMPLE,
    VARIABLE,
    Selection,
    _bytes,
    budget,
    content_key,
    select,
    serialize,
)
from opnp.evaluation.splits import Half, half_of
from opnp.explorer import Explorer
from opnp.features.types import Features
from tests.app.preview.engine import EVERYTHING
from tests.app.preview.made import experiment, real, whole

COUNTS = (1200, 1801, 2, 1300)


@pytest.fixture
def made():
    return real(np.random.default_rng(23), 5, 12, COUNTS)


def changed(explorer, **parts):
    return Explorer(dataclasses.replace(explorer.prepared, **parts))


def key(explorer, most=EVERYTHING):
    return content_key(explorer, select(explorer, most))


def header(explorer, selection):
    written = serialize(explorer, selection)
    length = int.from_bytes(written[:4], "little")
    return json.loads(written[4 : 4 + length]), len(written) - 4 - length


def sample_of(explorer):
    """The largest budget that all images do not fit into."""
    return select(explorer, _bytes(explorer, select(explorer, EVERYTHING)) - 1)


@pytest.mark.parametrize("choose", [lambda explorer: select(explorer, EVERYTHING), sample_of])
def test_no_held_out_image_is_ever_sent(made, choose):
    selection = choose(made)
    for rows, count in zip(selection.rows, COUNTS, strict=True):
        assert not set(rows) & set(half_of(count, Half.REPORT))
        assert set(rows) <= set(half_of(count, Half.TUNE))
        assert len(set(rows)) == len(rows) >= 1


def test_held_out_features_are_not_even_read(made):
    def spoilt(part, shift):
        values, labels, held_out = (
            part.features.clone(),
            part.labels + shift,
            half_of(len(part.labels), Half.REPORT),
        )
        values[held_out] = 7
        labels[held_out] = 0
        return Features(values, labels)

    ood = {name: spoilt(part, 5) for name, part in made.prepared.ood.items()}
    other = changed(made, ood=ood, id_test=spoilt(made.prepared.id_test, 0))
    selection = select(made, EVERYTHING)
    assert serialize(other, selection) == serialize(made, selection)
    assert key(other) == key(made)


def test_labels_are_those_of_id_in_the_order_of_its_images(made):
    selection = select(made, EVERYTHING)
    described, _ = header(made, selection)
    assert described["arrays"]["labels"]["count"] == COUNTS[0] // 2
    prepared = made.prepared
    relabelled = {name: Features(part.features, part.labels + 1) for name, part in prepared.ood.items()}
    assert serialize(changed(made, ood=relabelled), selection) == serialize(made, selection)


def test_all_images_are_sent_where_they_fit_else_a_sample_else_none(made):
    everything = select(made, EVERYTHING)
    size = _bytes(made, everything)
    assert everything.exact
    assert everything.kind == "float32"
    assert [len(rows) for rows in everything.rows] == [600, 900, 1, 650]
    assert select(made, size).exact
    sample = select(made, size - 1)
    assert (sample.exact, sample.kind) == (False, "float16")
    assert [len(rows) for rows in sample.rows] == [511, 512, 1, 512]
    assert sum(map(len, sample.rows)) == SAMPLE
    smaller = _bytes(made, sample)
    assert smaller < size
    assert select(made, smaller).kind == "float16"
    assert select(made, smaller - 1) is None
    assert select(made, 0) is None


USUAL = dict.fromkeys(["", "-1", "1e6", "many", " "], BUDGET)


@pytest.mark.parametrize(("value", "expected"), [("0", 0), ("12345", 12345), *USUAL.items()])
def test_the_budget_is_a_number_of_bytes_or_the_usual_one(monkeypatch, value, expected):
    monkeypatch.setenv(VARIABLE, value)
    assert budget() == expected
    monkeypatch.delenv(VARIABLE)
    assert budget() == BUDGET


@pytest.mark.parametrize("most", [EVERYTHING, 60_000])
def test_a_key_stays_for_the_same_content_and_changes_with_any_of_it(made, most):
    first = key(made, most)
    assert key(real(np.random.default_rng(23), 5, 12, COUNTS), most) == first
    assert key(changed(made), most) == first
    prepared, sent = made.prepared, select(made, most)
    weight = prepared.classifier.weight.clone()
    weight[4, 11] += 1
    bias = prepared.classifier.bias.clone()
    bias[2] += 1
    labels, features = prepared.id_test.labels.clone(), prepared.id_test.features.clone()
    labels[sent.rows[0][3]] += 1
    features[sent.rows[0][5], 7] += 1
    name, part = next(iter(prepared.ood.items()))
    ood = part.features.clone()
    ood[sent.rows[1][2], 0] += 1
    map_ = prepared.maps.weights.clone()
    map_[0, 0] = map_.max() + 1
    classifier, maps = prepared.classifier, prepared.maps
    turned = {name: -values for name, values in maps.neurons.items()}
    others = [
        changed(made, classifier=type(classifier)(weight=weight, bias=classifier.bias)),
        changed(made, classifier=type(classifier)(weight=classifier.weight, bias=bias)),
        changed(made, id_test=Features(prepared.id_test.features, labels)),
        changed(made, id_test=Features(features, prepared.id_test.labels)),
        changed(made, ood=dict(prepared.ood) | {name: Features(ood, part.labels)}),
        changed(made, ood={f"other {own}": values for own, values in prepared.ood.items()}),
        changed(made, maps=type(maps)(weights=map_, neurons=maps.neurons)),
        changed(made, maps=type(maps)(weights=maps.weights, neurons=turned)),
    ]
    assert len({first, *(key(other, most) for other in others)}) == len(others) + 1


@pytest.mark.parametrize("classes", [1, 3, 700])
@pytest.mark.parametrize("exact", [True, False])
def test_the_size_is_that_of_what_is_written_after_the_header(exact, classes):
    explorer = whole(np.random.default_rng(25), classes, 101, (200, 40, 31))
    selection = select(explorer, EVERYTHING)
    if not exact:
        selection = Selection(False, "float16", tuple(rows[:7] for rows in selection.rows))
    assert header(explorer, selection)[1] == _bytes(explorer, selection)


@pytest.mark.parametrize("factor", [1e5, 1e-6])
@pytest.mark.parametrize("part", ["weight", "features", "ood"])
def test_a_sample_is_wide_where_half_precision_overflows_or_loses_everything(made, part, factor):
    prepared, classifier = made.prepared, made.prepared.classifier
    tuned = {name: Features(values.features * factor, values.labels) for name, values in prepared.ood.items()}
    own = Features(prepared.id_test.features * factor, prepared.id_test.labels)
    scaled = type(classifier)(weight=classifier.weight * factor, bias=classifier.bias)
    parts = {"weight": {"classifier": scaled}, "features": {"id_test": own}, "ood": {"ood": tuned}}
    other = changed(made, **parts[part])
    assert sample_of(made).kind == "float16"
    assert sample_of(other).kind == "float32"


def test_half_precision_is_read_as_it_was_written(batch, made):
    sample = sample_of(made)
    about = batch.on(made, "about", selection=sample)()
    assert about["weight"] == made.prepared.heads.weight.half().float().flatten().tolist()
    sets = [made.prepared.id_test, *made.prepared.ood.values()]
    rows = [torch.from_numpy(chosen) for chosen in sample.rows]
    written = torch.cat([part.features[chosen] for part, chosen in zip(sets, rows, strict=True)])
    seen = [row for block in about["dealt"] for part in block for row in part]
    read = [np.reshape(values, (12, -1)).T for values in about["features"]]
    assert np.array_equal(np.concatenate(read), written[seen].half().float().numpy())


def test_every_number_in_half_precision_is_read(batch):
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    every = every[np.isfinite(every)].astype(np.float32).reshape(-1, 64)  # subnormal ones and -0 as well
    explorer = experiment(
        np.ones((1, 64)), [0], np.ones((1, 64)), every, np.zeros(len(every)), {"ood": every}
    )
    rows = np.arange(len(every)), half_of(len(every), Half.TUNE)
    about = batch.on(explorer, "about", selection=Selection(False, "float16", rows))()
    blocks = zip(about["dealt"], about["features"], strict=True)
    read = [np.reshape(part, (64, -1)).T[: len(dealt[0])] for dealt, part in blocks]
    assert np.array_equal(np.concatenate(read), every)
