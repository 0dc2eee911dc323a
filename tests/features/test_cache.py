"""Where the page's features come from: the library that the command line shares, in either number format."""

import dataclasses
import threading

import pytest
import torch
from extraction_toy import SeededImages, backbone_features, classifier, image_set

from opnp.features import ExtractionSettings
from opnp.features import cache as module
from opnp.features.cache import FeatureCache
from opnp.features.library import extract_into, extractions, library_in
from opnp.store import Store


@pytest.fixture
def store(tmp_path):
    with Store(tmp_path) as opened:
        yield opened


def counting(images):
    """The set, and a list that grows when it is opened."""
    opened = []
    return dataclasses.replace(images, open=lambda: opened.append(1) or images.open()), opened


def test_small_sets_are_kept_exactly_and_found_without_opening(store):
    net = classifier()
    images, opened = counting(image_set(SeededImages(30)))
    stored = FeatureCache(store, net, images).get_or_extract()
    assert stored.manifest.request.format == "float32"
    torch.testing.assert_close(stored.load().features, backbone_features(net, SeededImages(30)))
    assert opened == [1]
    paces = []
    again = FeatureCache(store, net, images).get_or_extract(report=paces.append)
    assert again == stored
    assert [(pace.done, pace.total) for pace in paces] == [(30, 30)]
    assert opened == [1]


def test_large_sets_are_kept_in_half_precision(store, monkeypatch):
    monkeypatch.setattr(module, "SMALL_BYTES", 30 * 24 * 4 - 1)
    stored = FeatureCache(store, classifier(), image_set(SeededImages(30))).get_or_extract()
    assert stored.manifest.request.format == "float16"


@pytest.mark.parametrize("format_", ["float16", "float32"])
def test_what_was_extracted_in_either_format_is_used(store, format_):
    net, images = classifier(), image_set(SeededImages(30))
    made = extract_into(library_in(store.directory), net, images, ExtractionSettings(format=format_))
    assert FeatureCache(store, net, images).get_or_extract().folder == made.folder
    assert len(list(extractions(library_in(store.directory)))) == 1


def test_the_more_precise_of_two_is_used(store):
    net, images = classifier(), image_set(SeededImages(30))
    for format_ in ("float16", "float32"):
        extract_into(library_in(store.directory), net, images, ExtractionSettings(format=format_))
    assert FeatureCache(store, net, images).get_or_extract().manifest.request.format == "float32"


def test_features_of_another_model_or_set_are_not_used(store):
    FeatureCache(store, classifier(), image_set(SeededImages(30))).get_or_extract()
    FeatureCache(store, classifier(seed=1), image_set(SeededImages(30))).get_or_extract()
    FeatureCache(store, classifier(), image_set(SeededImages(30), "others")).get_or_extract()
    assert len(list(extractions(library_in(store.directory)))) == 3


def test_two_who_ask_for_the_same_extract_it_once(store):
    opened = []
    images = image_set(SeededImages(40, seconds=0.005))
    shared = dataclasses.replace(images, open=lambda: opened.append(1) or images.open())
    results, net = [], classifier()
    threads = [
        threading.Thread(target=lambda: results.append(FeatureCache(store, net, shared).get_or_extract()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({stored.folder for stored in results}) == 1
    assert len(results) == 3
    assert len(opened) <= 2  # counted, and read: by one of them


def test_a_stopped_one_goes_on(store):
    net, images = classifier(), image_set(SeededImages(30))
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(match="Run it again to go on"):
        FeatureCache(store, net, images).get_or_extract(cancel=cancel)
    assert len(FeatureCache(store, net, images).get_or_extract()) == 30


def test_where_the_cache_cannot_be_written_features_are_extracted_all_the_same_and_that_is_said(
    tmp_path, caplog
):
    (tmp_path / "a file").write_text("where a folder belongs")
    images = image_set(SeededImages(30))
    with Store(tmp_path / "a file" / "cache") as nowhere, Store(tmp_path / "cache") as somewhere:
        stored = FeatureCache(nowhere, classifier(), images).get_or_extract()
        assert torch.equal(
            stored.load().features,
            FeatureCache(somewhere, classifier(), images).get_or_extract().load().features,
        )
        assert FeatureCache(nowhere, classifier(), images).get_or_extract() == stored
        assert FeatureCache(nowhere, classifier(), images).lookup() == stored
    assert "The features of Toy images are not kept." in caplog.text
    assert str(tmp_path) not in caplog.text
