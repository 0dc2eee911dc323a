import numpy as np
import pytest

from opnp.labels.plausibility import OtherLabels, label_doubts
from opnp.models import numbered

LABELS = np.arange(200) % 5
NAMES = ("ant", "bee", "cat", "dog", "eel")


def noisy(right, share=0.1):
    """Predictions that are wrong now and then."""
    rng = np.random.default_rng(0)
    return np.where(rng.random(len(right)) < share, rng.integers(0, 5, len(right)), right)


def test_good_and_poor_models_are_not_doubted():
    for share in (0.0, 0.1, 0.5):
        assert label_doubts(LABELS, noisy(LABELS, share), NAMES, "ID test") == ()


def test_labels_from_one_with_the_last_class_absent():
    true = LABELS[LABELS < 4]
    (said,) = label_doubts(true + 1, noisy(true), NAMES, "ID test")
    assert "% with -1 added to each label: they seem to begin at 1" in said


def test_another_order_of_the_classes_is_named():
    order = np.array([2, 0, 1, 4, 3])
    (said,) = label_doubts(LABELS, noisy(order[LABELS]), NAMES, "ID test")
    assert "with the classes in another order ('ant' is mostly taken for 'cat')" in said
    (said,) = label_doubts(LABELS, noisy(order[LABELS]), numbered(5), "ID test")
    assert "class 0 is mostly taken for class 2" in said


def test_guessing_is_called_so_and_no_order_is_made_up_for_it():
    for seed in range(20):
        guesses = np.random.default_rng(seed).integers(0, 5, 200)
        said = label_doubts(LABELS, guesses, NAMES, "ID test")
        assert not said or "no better than guessing among 5 classes" in said[0]
    assert label_doubts(LABELS, np.full(200, 3), NAMES, "ID test")


@pytest.mark.parametrize("count", [1, 5])
def test_a_handful_of_images_says_nothing(count):
    assert label_doubts(LABELS[:count], LABELS[:count][::-1], NAMES, "ID test") == ()


ORDER = np.array([0, 2, 1, 4, 3])
TEXT = OtherLabels(ORDER[LABELS], "sorted as text", 'say `classes = ["0"]` in [classifier]')


@pytest.mark.parametrize("share", [0.0, 0.1, 0.8])
def test_a_known_other_order_that_is_clearly_better_is_named_with_its_remedy(share):
    (said,) = label_doubts(LABELS, noisy(ORDER[LABELS], share), numbered(5), "ID test", TEXT)
    assert said.endswith('% with the classes sorted as text: say `classes = ["0"]` in [classifier].')


def test_a_known_other_order_that_is_not_better_says_nothing():
    for share in (0.0, 0.1, 0.5):
        assert label_doubts(LABELS, noisy(LABELS, share), numbered(5), "ID test", TEXT) == ()
    third = np.array([1, 2, 3, 4, 0])
    (said,) = label_doubts(LABELS, noisy(third[LABELS]), numbered(5), "ID test", TEXT)
    assert "sorted as text" not in said
