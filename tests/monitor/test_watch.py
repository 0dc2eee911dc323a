import numpy as np
import pytest

from opnp.errors import InvalidSettingError
from opnp.monitor.baseline import Baseline
from opnp.monitor.expected import images_until_alarm, mixed_rate
from opnp.monitor.looks import FALSE_ALARMS, Sign
from opnp.monitor.watch import SHORTEST, Watch

CLASSES = 4
THRESHOLD = -1.645


def made(rng, images=1000) -> Baseline:
    scores = np.sort(rng.normal(size=images))
    mix = tuple(np.bincount(rng.integers(0, CLASSES, images), minlength=CLASSES).tolist())
    rejected = int(np.sum(scores < THRESHOLD))
    return Baseline(scores, images, rejected, mix, tuple("abcd"), THRESHOLD)


def id_images(rng, count):
    return rng.normal(size=count), rng.integers(0, CLASSES, count)


def test_id_images_raise_few_false_alarms():
    """40 streams: more than 6 alarms have a chance below 1 % if each has the one that is promised."""
    alarms = 0
    for seed in range(40):
        rng = np.random.default_rng([1, seed])
        watch = Watch(made(rng))
        watch.add(*id_images(rng, 1630))
        watch.finish()
        alarms += bool(watch.alarms)
    assert alarms <= 6
    assert FALSE_ALARMS == 0.05


def test_it_does_not_matter_in_which_parts_the_images_come():
    rng = np.random.default_rng(2)
    start, (scores, classes) = made(rng), id_images(rng, 1030)
    scores[600:] -= 1
    once, often = Watch(start), Watch(start)
    once.add(scores, classes)
    for part in np.array_split(np.arange(1030), 37):
        often.add(scores[part], classes[part])
    assert {sign: (alarm.image, alarm.look) for sign, alarm in once.alarms.items()} == {
        sign: (alarm.image, alarm.look) for sign, alarm in often.alarms.items()
    }
    for watch in (once, often):
        assert (watch.images, watch.total.count) == (1030, 1030)
        assert watch.total.rejected == np.sum(scores < THRESHOLD)
        assert watch.total.classes.tolist() == np.bincount(classes).tolist()


def test_each_sign_is_seen_by_itself():
    rng = np.random.default_rng(3)
    start = made(rng)
    scores, classes = id_images(rng, 3000)
    narrow, skewed = Watch(start), Watch(start)
    narrow.add(np.abs(scores) * 0.3 - 1.0, classes)  # none is rejected
    skewed.add(scores, np.where(rng.random(3000) < 0.3, 2, classes))
    assert Sign.SCORES in narrow.alarms
    assert narrow.alarms[Sign.REJECTED].window.rejected == 0
    assert set(skewed.alarms) == {Sign.CLASSES}
    assert skewed.alarms[Sign.CLASSES].look.number == 2


@pytest.mark.parametrize(("images", "strange"), [(10, 10), (49, 49), (1042, 12), (1009, 9)])
def test_the_end_of_a_stream_is_tested_once_more(images, strange):
    rng = np.random.default_rng(8)
    start = made(rng)
    scores, classes = id_images(rng, images)
    scores[-strange:] = -4
    watch = Watch(start)
    watch.add(scores, classes)
    assert not watch.alarms
    watch.finish()
    alarm = watch.alarms[Sign.REJECTED]
    assert alarm.image == images
    assert alarm.window.count == (images % 50 if strange >= 10 else 59)


@pytest.mark.parametrize(("images", "window"), [(399, 249), (1150, 200), (5590, 240), (6500, 200)])
def test_the_mix_of_classes_at_the_end_is_tested_with_the_windows_before_it(images, window):
    rng = np.random.default_rng(9)
    watch = Watch(made(rng))
    scores, classes = id_images(rng, images)
    classes[-100:] = 2
    watch.add(scores, classes)
    assert Sign.CLASSES not in watch.alarms
    watch.finish()
    assert watch.alarms[Sign.CLASSES].window.count == window


def test_too_few_images_are_not_tested():
    watch = Watch(made(np.random.default_rng(10)))
    watch.finish()
    watch.add(np.full(9, -9.0), np.zeros(9, dtype=int))
    watch.finish()
    assert not watch.alarms


@pytest.mark.parametrize(("share", "before"), [(0.2, 0), (0.1, 0), (0.2, 2000)])
def test_a_mixture_is_noticed_within_the_images_that_were_foretold(share, before):
    noticed = 0
    for seed in range(10):
        rng = np.random.default_rng([4, seed])
        start = made(rng)
        rate = mixed_rate(start, share, 0.95)
        count = images_until_alarm(start, rate, before=before)
        assert count is not None
        scores, classes = id_images(rng, before + count)
        strange = np.flatnonzero(rng.random(count) < share) + before
        scores[strange] = np.where(rng.random(strange.size) < 0.95, -3, 0)
        watch = Watch(start)
        watch.add(scores, classes)
        noticed += any(alarm.image > before for alarm in watch.alarms.values())
    assert noticed >= 7  # of 10, each with a chance of at least 0.9


def test_more_of_it_is_noticed_sooner_and_nothing_never():
    start = made(np.random.default_rng(5))
    found = [images_until_alarm(start, mixed_rate(start, share, 1.0)) for share in (0.05, 0.1, 0.3, 1)]
    assert None not in found
    assert found == sorted(found, reverse=True)
    assert found[-1] == SHORTEST
    assert images_until_alarm(start, start.rate) is None
    assert images_until_alarm(start, 0.5, before=120) == 30 + SHORTEST


def test_shares_outside_their_range_are_refused():
    start = made(np.random.default_rng(6))
    with pytest.raises(InvalidSettingError, match=r"shares from 0 to 1 but got 1\.5"):
        images_until_alarm(start, 1.5)
