"""Extractions and the store's entries under one limit."""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from extraction_toy import SETTINGS, SeededImages, classifier, image_set

from opnp.errors import CancelledError
from opnp.features import StoredFeatures
from opnp.features.cache import FeatureCache
from opnp.features.library import extract_into, extractions, library_in
from opnp.features.request import Request
from opnp.store import Store

ROOT = Path(__file__).parents[2]
COUNT = 130
ENTRY = {"x": np.zeros(1500)}
"""About as large as an extraction."""
OPENS = """
import sys
from pathlib import Path
from opnp.errors import CancelledError
from opnp.features import StoredFeatures
stored = StoredFeatures.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def spawn():
    started = []

    def start(*arguments):
        command = [sys.executable, *map(str, arguments)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        environment = {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        started.append(subprocess.Popen(command, env=environment, text=True, **pipes))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def extracted(cache, name, **more):
    images = image_set(SeededImages(COUNT), name)
    return extract_into(library_in(cache), classifier(), images, SETTINGS, **more)


def begun(cache, name):
    with pytest.raises(CancelledError):
        extracted(cache, name, report=lambda pace: pace.done < 50)


def folder_of(cache, name):
    images = image_set(SeededImages(COUNT), name)
    return library_in(cache) / Request.of(classifier(), images, COUNT, SETTINGS).digest


def kept(cache):
    with Store(cache) as store:
        entries = {entry.key["name"] for entry in store.entries()}
    return entries | {found.manifest.request.images.split()[0] for found in extractions(library_in(cache))}


def evict(cache, limit):
    with Store(cache, size_limit=limit) as store:
        store.evict()


def evicted_in_turn(cache):
    """Names in the order in which they go when the limit is passed by one byte again and again."""
    gone = []
    while before := kept(cache):
        with Store(cache) as store:
            size = sum(entry.size_bytes for entry in store.entries())
        size += sum(found.size_bytes for found in extractions(library_in(cache)))
        evict(cache, size - 1)
        left = before - kept(cache)
        assert left, "nothing was evicted"
        gone += sorted(left)
    return gone


def test_the_least_recently_used_of_both_kinds_goes_first_and_parts_go_last(tmp_path):
    begun(tmp_path, "part")
    with Store(tmp_path) as store:
        store.put("thing", {"name": "entry 1"}, ENTRY)
        extracted(tmp_path, "first")
        store.put("thing", {"name": "entry 2"}, ENTRY)
        extracted(tmp_path, "second")
        begun(tmp_path, "another")
        store.get("thing", {"name": "entry 1"})
        StoredFeatures.open(folder_of(tmp_path, "first"))
    order = evicted_in_turn(tmp_path)
    assert order == ["entry 2", "second", "entry 1", "first", "part", "another"]
    assert not [path for path in library_in(tmp_path).iterdir() if path.is_dir()]


def test_a_put_makes_room_among_the_extractions(tmp_path):
    extracted(tmp_path, "first")
    extracted(tmp_path, "second")
    with Store(tmp_path, size_limit=40_000) as store:
        store.put("thing", {"name": "entry"}, ENTRY)
    assert kept(tmp_path) == {"second", "entry"}


def test_the_page_keeps_to_the_limit_of_its_own_store(tmp_path):
    with Store(tmp_path, size_limit=20_000) as store:
        for name in ("first", "second"):
            FeatureCache(store, classifier(), image_set(SeededImages(COUNT), name)).get_or_extract()
        assert [found.manifest.request.images for found in extractions(library_in(tmp_path))] == [
            "second 130"
        ]


def test_what_this_process_has_open_stays_until_it_lets_go(tmp_path):
    stored = extracted(tmp_path, "first")
    before = stored.load().features
    extracted(tmp_path, "second")
    evict(tmp_path, 1)
    assert kept(tmp_path) == {"first"}
    assert np.array_equal(stored.load().features, before)
    del stored
    evict(tmp_path, 1)
    assert kept(tmp_path) == set()


def test_an_extraction_above_the_limit_stays_while_it_is_used_and_that_is_said(tmp_path, caplog):
    stored = extracted(tmp_path, "first", size_limit=1000)
    assert len(stored.load().labels) == COUNT
    assert "above the store's limit of 1.0 kB. Set OPNP_CACHE_LIMIT higher." in caplog.text
    again = extracted(tmp_path, "first", size_limit=1000)
    assert again == stored


def test_what_another_process_has_open_stays_until_it_ends(tmp_path, spawn):
    folder = extracted(tmp_path, "first").folder
    other = spawn("-c", OPENS, folder)
    assert other.stdout.readline() == "open\n"
    evict(tmp_path, 1)
    assert kept(tmp_path) == {"first"}
    other.kill()
    other.wait()
    evict(tmp_path, 1)
    assert kept(tmp_path) == set()


def test_what_another_process_is_writing_stays_until_it_ends(tmp_path, spawn):
    folder = library_in(tmp_path) / "written"
    writer = spawn(ROOT / "tests" / "extraction_toy.py", folder, COUNT, "--hold-at", 1)
    until = time.monotonic() + 60
    while not (library_in(tmp_path) / "held").exists():
        assert writer.poll() is None
        assert time.monotonic() < until
        time.sleep(0.01)
    evict(tmp_path, 1)
    assert (folder / "chunk-000000.safetensors").exists()
    writer.kill()
    writer.wait()
    evict(tmp_path, 1)
    assert not folder.exists()


def test_what_a_killed_process_was_removing_is_removed(tmp_path):
    folder = extracted(tmp_path, "first").folder
    half = folder.rename(folder.with_name(f".{folder.name}.0.removed"))
    (half / "chunk-000000.safetensors").unlink()
    assert kept(tmp_path) == set()
    assert not half.exists()


def test_what_was_evicted_is_missing_and_made_again(tmp_path):
    first = extracted(tmp_path, "first").load().features
    evict(tmp_path, 1)
    assert kept(tmp_path) == set()
    assert np.array_equal(extracted(tmp_path, "first").load().features, first)
