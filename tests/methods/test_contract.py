"""What every method owes, on blobs: direction, shape, finite numbers, and no surprises."""

from dataclasses import dataclass

import pytest
import torch

from opnp.errors import InvalidDataError, InvalidSettingError
from opnp.methods import METHODS, RECTIFIERS, SCORES, SPARSIFIERS, Head, Known, Need, method_named
from opnp.methods.base import NotedRate
from opnp.metrics import auroc
from opnp.scores import energy_score

WIDTH, CLASSES, EACH = 24, 4, 60
SMALL = {
    "knn": {"k": 10.0},
    "nnguide": {"k": 5.0},
    "ash-s": {"percentile": 30.0},
    "scale": {"percentile": 30.0},
}
"""Parameters that suit a small world; the defaults are for hundreds of features and images."""


@dataclass(frozen=True)
class World:
    known: Known
    test: torch.Tensor
    ood: torch.Tensor


@pytest.fixture(scope="module")
def world() -> World:
    """Non-negative features: each class has six large ones; OOD samples have every second, small."""
    generator = torch.Generator().manual_seed(5)
    head = Head(torch.zeros(CLASSES, WIDTH), torch.full((CLASSES,), 0.1))
    for label in range(CLASSES):
        head.weight[label, 6 * label : 6 * label + 6] = 1.0
    head.weight.add_(0.05 * torch.randn(CLASSES, WIDTH, generator=generator))

    def draw() -> tuple[torch.Tensor, torch.Tensor]:
        labels = torch.arange(CLASSES).repeat(EACH)
        centres = torch.zeros(CLASSES, WIDTH)
        for label in range(CLASSES):
            centres[label, 6 * label : 6 * label + 6] = 2.0
        noise = torch.randn(len(labels), WIDTH, generator=generator)
        return (centres[labels] + 0.3 * noise).clamp(min=0), labels

    train, labels = draw()
    test, _ = draw()
    pattern = torch.tensor([0.8, 0.1]).repeat(WIDTH // 2)
    ood = (pattern + 0.1 * torch.randn(200, WIDTH, generator=generator)).clamp(min=0)
    return World(Known(train, labels, head), test, ood)


def values(method) -> dict[str, float]:
    return {one.key: one.default for one in method.parameters} | SMALL.get(method.key, {})


def rated(method, known: Known, features: torch.Tensor) -> torch.Tensor:
    """What a method says of features; anything but a score is followed by the energy."""
    if method.key in SCORES:
        return method.fit(known, known.head, values(method))(features, known.head.logits(features))
    if method.key in RECTIFIERS:
        return energy_score(known.head.logits(method.fit(known.features, values(method))(features)))
    weight = method.fit(known.features, known.head, values(method))
    return energy_score(Head(weight, known.head.bias).logits(features))


every = pytest.mark.parametrize("method", METHODS.values(), ids=METHODS)


@every
def test_shape_dtype_finite_and_direction(method, world):
    inside, outside = (rated(method, world.known, z) for z in (world.test, world.ood))
    assert inside.shape == (len(world.test),)
    assert inside.dtype in (torch.float32, torch.float64)
    assert torch.isfinite(inside).all()
    assert torch.isfinite(outside).all()
    assert auroc(inside, outside) > 0.9


@every
def test_nothing_that_came_in_is_changed(method, world):
    known = world.known
    given = (known.features, known.labels, known.head.weight, known.head.bias, world.test)
    before = [one.clone() for one in given]
    rated(method, known, world.test)
    assert all(torch.equal(one, other) for one, other in zip(given, before, strict=True))


@every
def test_the_same_again(method, world):
    assert torch.equal(rated(method, world.known, world.test), rated(method, world.known, world.test))


@every
def test_order_and_batches_do_not_matter(method, world):
    order = torch.randperm(len(world.test), generator=torch.Generator().manual_seed(1))
    whole = rated(method, world.known, world.test)
    torch.testing.assert_close(
        rated(method, world.known, world.test[order]), whole[order], rtol=1e-4, atol=1e-4
    )
    parts = torch.cat([rated(method, world.known, part) for part in world.test.split(37)])
    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-4)
    one = torch.cat([rated(method, world.known, world.test[i : i + 1]) for i in range(5)])
    torch.testing.assert_close(one, whole[:5], rtol=1e-4, atol=1e-4)


@every
def test_the_order_of_training_images_does_not_matter(method, world):
    known = world.known
    order = torch.randperm(len(known.labels), generator=torch.Generator().manual_seed(2))
    shuffled = Known(known.features[order], known.labels[order], known.head)
    torch.testing.assert_close(
        rated(method, shuffled, world.test), rated(method, known, world.test), rtol=1e-3, atol=1e-3
    )


@pytest.mark.parametrize("key", [key for key, method in METHODS.items() if Need.TRAINING in method.needs])
def test_without_training_images_it_says_so(key, world):
    empty = Known(torch.empty(0, WIDTH), torch.empty(0, dtype=torch.int64), world.known.head)
    with pytest.raises(InvalidDataError, match="ID training images"):
        rated(METHODS[key], empty, world.test)


@every
def test_parameters_describe_themselves(method):
    for one in method.parameters:
        assert one.low <= one.default <= one.high
        assert one.step > 0
        assert one.says.endswith(".")
        assert all(one.low <= value <= one.high for value, _where in one.published)
    assert method.says.endswith(".")
    assert method.paper.link.startswith("https://")
    assert method_named(method.key) is method


@pytest.mark.parametrize("key", ["mahalanobis", "rmd", "she"])
def test_labels_are_asked_for(key, world):
    unlabelled = Known(world.known.features, torch.full((EACH * CLASSES,), -1), world.known.head)
    assert Need.LABELS in SCORES[key].needs
    with pytest.raises(InvalidDataError, match="Expected"):
        SCORES[key].fit(unlabelled, world.known.head, {})


def test_a_class_that_the_head_never_names_is_named(world):
    mute = Head(world.known.head.weight.clone(), world.known.head.bias.clone())
    mute.bias[2] = -100
    with pytest.raises(InvalidDataError, match="class 2"):
        SCORES["she"].fit(Known(world.known.features, world.known.labels, mute), mute, {})


@pytest.mark.parametrize("key", ["knn", "nnguide"])
def test_more_neighbours_than_images(key, world):
    with pytest.raises(InvalidSettingError, match="at most 240"):
        SCORES[key].fit(world.known, world.known.head, {"k": 241.0})


@pytest.mark.parametrize("key", ["ash-p", "ash-b", "ash-s", "scale"])
def test_an_image_without_any_feature_stays_as_it_is(key, world):
    rectify = RECTIFIERS[key].fit(None, values(RECTIFIERS[key]))
    shaped = rectify(torch.cat([torch.zeros(1, WIDTH), world.test[:2]]))
    assert torch.equal(shaped[0], torch.zeros(WIDTH))
    assert torch.isfinite(shaped).all()


@pytest.mark.parametrize("kept", [0, 1, 3])
def test_vim_refuses_features_that_leave_no_residual(kept, world):
    mask = (torch.arange(WIDTH) < kept).float()
    pruned = Known(world.known.features * mask, world.known.labels, world.known.head)
    with pytest.raises(InvalidDataError, match="Prune fewer neurons"):
        SCORES["vim"].fit(pruned, pruned.head, {"dimensions": kept + CLASSES})


def test_vim_names_too_few_images_and_not_pruning(world):
    few = Known(world.known.features[:12], world.known.labels[:12], world.known.head)
    with pytest.raises(InvalidDataError, match=r"more than 12 ID training images.*but got 12") as refused:
        SCORES["vim"].fit(few, few.head, {"dimensions": 12})
    assert "Prune" not in str(refused.value)


@pytest.mark.parametrize("key", ["mahalanobis", "rmd"])
def test_one_image_a_class_leaves_no_spread_to_measure_by(key, world):
    each = torch.arange(CLASSES)
    for copies in (each, each.repeat(3)):
        one = Known(world.known.features[copies], world.known.labels[copies], world.known.head)
        with pytest.raises(InvalidDataError, match=f"but got {len(copies)} images of 4 classes that do not"):
            SCORES[key].fit(one, one.head, {})


@pytest.mark.parametrize("key", ["mahalanobis", "rmd"])
@pytest.mark.parametrize(("each", "rank"), [(2, 4), (6, 20), (7, 24)])
def test_a_covariance_without_full_rank_is_said(key, each, rank, world):
    places = torch.arange(CLASSES * each)
    features = 1 + torch.randn(len(places), WIDTH, generator=torch.Generator().manual_seed(7)) ** 2
    known = Known(features, world.known.labels[places], world.known.head)
    rate = SCORES[key].fit(known, known.head, {})
    if rank == WIDTH:
        assert not isinstance(rate, NotedRate)
        return
    assert f"of {len(places)} ID training images within 4 classes has rank {rank}, and 24" in rate.note
    assert "so few images" in rate.note
    assert torch.isfinite(rate(world.test, world.test)).all()


def test_features_that_depend_on_each_other_are_said_and_silent_ones_are_not(world):
    known = world.known
    silent = Known(known.features * (torch.arange(WIDTH) > 2), known.labels, known.head)
    assert not isinstance(SCORES["mahalanobis"].fit(silent, known.head, {}), NotedRate)
    twice = Known(torch.cat([known.features[:, :4]] * 2, dim=1), known.labels, known.head)
    assert "rank 4, and 8 features vary: features depend" in (
        SCORES["mahalanobis"].fit(twice, known.head, {}).note
    )


def test_dices_default_is_the_papers_for_as_many_classes(world):
    kept = {}
    for classes in (CLASSES, 200):
        head = Head(
            torch.rand(classes, WIDTH, generator=torch.Generator().manual_seed(8)), torch.zeros(classes)
        )
        weight = SPARSIFIERS["dice"].fit(world.known.features, head, {"percentile": 0.0})
        kept[classes] = float((weight != 0).double().mean())
    assert kept == {CLASSES: pytest.approx(0.1, abs=0.02), 200: pytest.approx(0.3, abs=0.01)}


def test_shaping_that_would_leave_nothing_is_refused():
    with pytest.raises(InvalidSettingError, match="Choose less"):
        RECTIFIERS["ash-s"].fit(None, {"percentile": 99.0})(torch.rand(3, 8))


def test_an_unknown_method_is_named_with_those_there_are():
    with pytest.raises(InvalidSettingError, match="'msp', 'maxlogit', 'energy'"):
        method_named("magic")
