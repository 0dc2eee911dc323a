import json

import pytest

from monitor.on_a_stream import BASELINE, NAMES, stream
from opnp.monitor.course import control_limits
from opnp.monitor.plain import plain


@pytest.mark.parametrize("change", [False, True])
def test_all_of_it_goes_through_json(change):
    seen = stream(change=change, times=True)
    said = json.loads(json.dumps(plain(seen), allow_nan=False))
    assert (said["alarm"], said["images"], said["skipped"]) == (change, 4000, 2)
    assert said["rejected"] == round(4000 * said["rejection_rate"]) == seen.total.rejected
    assert said["baseline"]["rejection_rate"] == 0.05
    assert {name: sign["alarm"] for name, sign in said["signs"].items()} == dict.fromkeys(
        ("rejected", "scores", "classes"), change
    )
    assert sum(own["seen"] for own in said["classes"].values()) == pytest.approx(1)
    assert said["classes"]["cat"]["baseline"] == 0.4
    assert sum(point["rejected"] for point in said["course"]) == said["rejected"]
    first = said["course"][0]
    assert (first["fewest"], first["most"]) == control_limits(first["count"], BASELINE)
    assert first["time"] == "2026-01-01 <u>"
    assert len(said["strangest"]) == 12


def test_what_was_not_tested_is_told():
    signs = plain(stream(change=False, images=49))["signs"]
    assert {name: sign["tested"] for name, sign in signs.items()} == {
        "rejected": True,
        "scores": True,
        "classes": False,
    }
    assert all(sign["tested"] for sign in plain(stream())["signs"].values())


def test_an_alarm_is_told_with_its_window():
    said = plain(stream())
    sign = said["signs"]["classes"]
    assert sign["class"] == NAMES[1]
    assert sign["p_value"] <= sign["allowed"]
    assert said["signs"]["rejected"]["class"] is None
    assert said["signs"]["rejected"]["window"] <= said["signs"]["rejected"]["image"]
