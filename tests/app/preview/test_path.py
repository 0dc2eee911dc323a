"""The engine's figures are those of a position, not of the way to it or of how the images were dealt."""

import numpy as np
import pytest

from app.preview.data import select
from opnp.config import Pruning
from tests.app.preview.engine import EVERYTHING
from tests.app.preview.made import experiment, real, request, walk, whole

FIGURES = ("pruning", "sets", "fpr95", "auroc", "accuracy", "images", "pruned", "bins", "top", "panels")
SHAPES = [(1, 8, (120, 80)), (3, 9, (300, 90, 50)), (6, 21, (257, 130))]


@pytest.mark.parametrize("make", [whole, real])
@pytest.mark.parametrize(("classes", "width", "counts"), SHAPES)
def test_a_walk_and_a_jump_end_at_the_same_figures(batch, make, classes, width, counts):
    rng = np.random.default_rng(18)
    explorer = make(rng, classes, width, counts)
    ood = list(explorer.prepared.ood)
    steps = [request(pruning, ood) for pruning in walk(rng, 40)]
    walked = batch.on(explorer, "walk", steps)
    jumps = [batch.on(explorer, "walk", [step]) for step in steps]
    for jumped, frame in zip(jumps, walked(), strict=True):
        (there,) = jumped()
        for name in FIGURES:
            assert frame[name] == there[name], name
        assert frame["scores"] == there["scores"]
        assert frame["ece"] == pytest.approx(there["ece"], abs=1e-12)


@pytest.mark.parametrize("classes", [1, 3])
def test_images_without_a_kept_feature_tie_whatever_was_pruned_before(batch, classes):
    """Without a bias, all their logits are zero exactly, and the first class is the one they are given."""
    rng = np.random.default_rng(19)
    features = np.maximum(rng.normal(size=(400, 40)), 0).astype(np.float32)
    features[::2, :20] = 0
    labels = rng.integers(0, classes, 200)
    map_ = np.tile(np.arange(40.0), (classes, 1))
    weight, bias = rng.normal(size=(classes, 40)), np.zeros(classes)
    explorer = experiment(weight, bias, map_, features[:200], labels, {"ood": features[200:]})
    tops = [100, 90, 77.5, 95, 60, 50, 55, 42.5, 50, 100, 50]
    steps = [request(Pruning(weights=(0, top)), ["ood"]) for top in tops]
    rows = select(explorer, EVERYTHING).rows[0]
    (without,) = np.nonzero(rows % 2 == 0)
    for top, frame in zip(tops, batch.on(explorer, "walk", steps)(), strict=True):
        if top <= 50:
            assert {frame["scores"][0][place] for place in without} == {float(np.float32(np.log(classes)))}
            found = [frame["correct"][place] for place in without]
            assert found == (labels[rows[without]] == 0).astype(int).tolist()


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_a_frame_of_some_blocks_is_that_of_their_images(batch, depth):
    rng = np.random.default_rng(20)
    explorer = real(rng, 4, 11, (800, 160, 90))
    ood = list(explorer.prepared.ood)
    prunings = walk(rng, 6)
    partial = batch.on(explorer, "walk", [request(pruning, ood, depth=depth) for pruning in prunings])
    full = batch.on(explorer, "walk", [request(pruning, ood) for pruning in prunings])
    for some, all_ in zip(partial(), full(), strict=True):
        for seen, every in zip(some["scores"], all_["scores"], strict=True):
            assert all(score in (None, there) for score, there in zip(seen, every, strict=True))
            assert 0 < sum(score is not None for score in seen) < len(seen)
        assert all_["intervals"] is None
        for name, (low, high) in some["intervals"].items():
            assert low <= some[name] <= high


@pytest.mark.parametrize(
    "counts", [(2, 2), (3, 2, 2), (1000, 2, 3, 900), (260, *[2] * 130), (4, 1000), (254, 2)]
)
def test_every_set_is_seen_from_the_first_block_on(batch, counts):
    rng = np.random.default_rng(21)
    explorer = whole(rng, 3, 5, counts)
    about = batch.on(explorer, "about")
    ood = list(explorer.prepared.ood)
    steps = [request(pruning, ood, depth=1 + i) for i, pruning in enumerate(walk(rng, 3))]
    frames = batch.on(explorer, "walk", steps)
    dealt, sizes = about()["dealt"], about()["counts"]
    number = len(dealt)
    for set_, size in enumerate(sizes):
        held = [len(block[set_]) for block in dealt]
        assert sum(held) == size
        assert held[0] >= 1
        assert all(abs(some - size / number) < 1 for some in held)
        assert len({row for block in dealt for row in block[set_]}) == size
    for frame in frames():
        for name in ("fpr95", "auroc", "ece", "accuracy"):
            assert 0 <= frame[name] <= 1


def test_blocks_that_were_left_behind_catch_up(batch):
    rng = np.random.default_rng(31)
    explorer = real(rng, 3, 10, (1000, 300))
    prunings, depths = walk(rng, 30), rng.integers(1, 5, 30).tolist()
    assert len(batch.on(explorer, "about")()["dealt"]) > max(depths)
    steps = [request(pruning, explorer.prepared.ood) for pruning in prunings]
    late = [step | ({} if i % 3 == 2 else {"depth": depths[i]}) for i, step in enumerate(steps)]
    walked, straight = batch.on(explorer, "walk", late), batch.on(explorer, "walk", steps)
    for i in range(2, len(steps), 3):
        assert walked()[i]["scores"] == straight()[i]["scores"]
        assert walked()[i]["pruned"] == straight()[i]["pruned"]


def test_the_first_block_holds_images_of_all_classes(batch):
    """The images of a folder come class by class."""
    rng = np.random.default_rng(22)
    explorer = real(rng, 4, 5, (2000, 100))
    labels = explorer.prepared.id_test.labels
    labels[:] = labels.sort().values
    about = batch.on(explorer, "about")()
    for block in about["dealt"]:
        held = np.bincount([about["labels"][row] for row in block[0]], minlength=4)
        assert held.min() > 10
