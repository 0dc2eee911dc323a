import pytest

from monitor.on_a_stream import stream
from opnp.monitor.looks import Sign
from opnp.monitor.telling import PROMISE, detail, state, verdict


def test_a_quiet_stream_is_called_quiet():
    seen = stream(change=False)
    assert verdict(seen) == "Quiet: 4,000 images, nothing beyond chance."
    rate = f"{100 * seen.total.rejected / 4000:.1f}"
    assert detail(seen, Sign.REJECTED) == f"{rate} % of 4,000 images; of ID images 5.0 %"
    assert detail(seen, Sign.SCORES).startswith("hardly moved: by 0.0")


def test_an_alarm_says_when_and_what_the_window_held():
    seen = stream()
    alarm = seen.alarms[Sign.REJECTED]
    first = min(own.image for own in seen.alarms.values())
    assert 2000 < first < 2300
    assert f"from image {first:,} on" in verdict(seen)
    share = f"{100 * alarm.window.rejected / alarm.window.count:.1f}"
    assert detail(seen, Sign.REJECTED) == f"{share} % of {alarm.window.count:,} images; of ID images 5.0 %"
    words = detail(seen, Sign.SCORES)
    assert words.startswith("in all: ")
    assert "moved, towards less familiar: by 0." in words
    assert detail(seen, Sign.CLASSES).startswith("<b>dog</b>: ")
    assert detail(seen, Sign.CLASSES).endswith("of ID images 30.0 %")


@pytest.mark.parametrize(("images", "untested"), [(7, list(Sign)), (10, [Sign.CLASSES]), (200, [])])
def test_what_was_not_tested_is_not_called_quiet(images, untested):
    seen = stream(change=False, images=images)
    assert [sign for sign in Sign if state(seen, sign) != "quiet"] == untested
    if untested:
        assert state(seen, Sign.CLASSES) == "not tested yet: it takes at least 200 images"
    few = "Too few to test: 7 images; it takes at least 10."
    assert verdict(seen) == (few if images == 7 else f"Quiet: {images} images, nothing beyond chance.")


def test_the_promise_is_that_of_the_tests():
    assert "at most 5 %" in PROMISE
