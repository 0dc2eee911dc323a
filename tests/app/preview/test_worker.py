"""The worker answers the newest position, with figures of all images in the end, and says when it fails."""

import numpy as np
import pytest

from app.state.events import pruning_data
from opnp.config import UNPRUNED
from tests.app.preview.made import real, request, walk


def numbered(steps, start):
    return [step | {"key": f"{start + i}"} for i, step in enumerate(steps)]


@pytest.fixture
def answered(batch):
    """What the worker posts of two bursts of positions, of an impossible one, and the frames of a walk."""
    rng = np.random.default_rng(30)
    explorer = real(rng, 3, 9, (500, 300))
    steps = [request(pruning, explorer.prepared.ood) for pruning in walk(rng, 12)]
    frames = batch.on(explorer, "walk", steps)
    impossible = steps[0] | {"baseline": {"scope": "none"}, "key": "impossible"}
    bursts = [numbered(steps[:5], 0), numbered(steps[5:12], 5), [impossible]]
    posts = batch.on(explorer, "work", pruning_data(UNPRUNED), bursts)
    return posts(), frames()


def test_the_newest_position_is_answered_with_the_figures_of_all_images(answered):
    posts, frames = answered
    assert posts[0] == {"ready": True, "exact": True}
    complete = {
        post["key"]: post["frame"] for post in posts if "frame" in post and not post["frame"]["intervals"]
    }
    for place in (4, 11):
        frame = complete[f"{place}"]
        for name in frame:
            assert frame[name] == frames[place][name], name


def test_positions_that_are_passed_are_not_answered(answered):
    keys = [int(post["key"]) for post in answered[0] if "frame" in post]
    assert not {1, 2, 3, 6, 7, 8, 9, 10} & set(keys)
    assert keys == sorted(keys)


def test_a_failure_is_said(answered):
    failures = [post["failed"] for post in answered[0] if "failed" in post]
    assert len(failures) == 2
    assert "Error" in failures[0]
    assert "404" in failures[1]
