import pytest
import torch
from toy_explorer import toy_explorer

from opnp.features.library import extractions, library_in, remove
from opnp.store import Store

pytestmark = pytest.mark.parametrize("trained_net", ["relu"], indirect=True)


def listed(run, said, cache):
    rows = said(run("experiments", "--json", cache=cache, device=False))["experiments"]
    return {row["key"]: row for row in rows}


def test_says_what_is_cached(run, said, tmp_path, trained_net, blobs):
    cache = tmp_path / "cache"
    toy = listed(run, said, cache)["toy"]
    assert (toy["title"], toy["classes"], toy["id"], toy["ood"]) == (
        "Toy",
        4,
        ["train", "test"],
        ["middle", "far"],
    )
    assert toy["cached"] == {"features": [], "maps": False}
    assert "nothing yet" in run("experiments", cache=cache, device=False).stdout
    toy_explorer(trained_net, blobs, cache)
    toy = listed(run, said, cache)["toy"]
    assert toy["cached"] == {"features": ["train", "test", "middle", "far"], "maps": True}
    assert (toy["missing"], toy["problem"], toy["accepts_images"]) == ([], None, True)
    assert "all" in run("experiments", cache=cache, device=False).stdout


def test_another_models_features_do_not_count(run, said, tmp_path, trained_net, blobs):
    cache = tmp_path / "cache"
    toy_explorer(trained_net, blobs, cache)
    with torch.no_grad():
        trained_net.fc.weight[0, 0] += 0.5
    try:
        assert listed(run, said, cache)["toy"]["cached"] == {"features": [], "maps": False}
    finally:
        with torch.no_grad():
            trained_net.fc.weight[0, 0] -= 0.5


def test_a_part_is_called_a_part(run, tmp_path, trained_net, blobs):
    cache = tmp_path / "cache"
    toy_explorer(trained_net, blobs, cache)
    with Store(cache) as store:
        store.clear()
    remove(next(extractions(library_in(cache))))
    assert "features of 3 of 4 sets" in run("experiments", cache=cache, device=False).stdout


def test_what_is_missing_comes_with_the_command_that_gets_it(run, said, tmp_path):
    rows = listed(run, said, tmp_path)
    assert rows["gone"]["missing"] == [
        {
            "what": f"Expected the {thing} of Gone but they are not here.",
            "remedy": "Get them with `python -m gone`.",
        }
        for thing in ("weights", "images")
    ]
    assert rows["gone"]["classes"] is None
    assert rows["damaged"]["problem"].startswith("Expected weights but the file is damaged")
    assert not rows["numbers"]["accepts_images"]
    text = run("experiments", cache=tmp_path, device=False).stdout
    assert "missing, see below" in text
    weights = "\ngone\n  Expected the weights of Gone but they are not here.\n  Expected the images of Gone"
    assert f"{weights} but they are not here.\n  → Get them with `python -m gone`.\n" in text
    assert "unusable, see below" in text
    assert "\ndamaged\n  Expected weights but the file is damaged. Download it again.\n" in text
