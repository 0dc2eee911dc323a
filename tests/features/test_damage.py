"""Features on disk that are not as they were written: extracted again, or refused in one sentence."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from extraction_toy import SETTINGS, SeededImages, classifier, image_set

from opnp.errors import MissingDataError, OpnpError
from opnp.features import DamagedFeaturesError, StoredFeatures, extract_to_disk
from opnp.features.chunks import chunk_path
from opnp.features.library import all_items as all_in
from opnp.features.library import extract_into, mend
from opnp.features.manifest import read_manifest
from opnp.features.request import Request

COUNT = 130
OLD = Path(__file__).parent / "features_of_before"


@pytest.fixture
def stored(tmp_path):
    return extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS)


@pytest.fixture
def others(tmp_path):
    """As many rows in each chunk, of other pictures."""

    class Others(SeededImages):
        def __getitem__(self, index):
            return super().__getitem__(index + 1000)

    return extract_to_disk(classifier(), image_set(Others(COUNT), "others"), tmp_path / "o", SETTINGS)


def flip(path):
    data = bytearray(path.read_bytes())
    data[-9] ^= 4
    path.write_bytes(data)


def instead(put):
    def damage(path):
        path.unlink()
        put(path)

    return damage


DAMAGES = {
    "a bit": flip,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "longer": lambda path: path.write_bytes(path.read_bytes() + b"x"),
    "gone": Path.unlink,
    "a folder": instead(lambda path: (path / "in").mkdir(parents=True)),
    "a pipe": instead(os.mkfifo),
    "a loop": instead(lambda path: path.symlink_to(path)),
    "a device": instead(lambda path: path.symlink_to("/dev/zero")),
    "huge": lambda path: os.truncate(path, 2**40),
    "deep": lambda path: path.write_bytes((200_000).to_bytes(8, "little") + b"[" * 200_000),
    "another of the same": lambda path: shutil.copy(chunk_path(path.parent, 0), path),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_chunk_is_extracted_again_while_it_is_read(stored, caplog, damage):
    whole = stored.load()
    damage(chunk_path(stored.folder, 1))
    again = stored.load()
    assert torch.equal(again.features, whole.features)
    assert torch.equal(again.labels, whole.labels)
    assert len([text for text in caplog.messages if text.startswith("Chunk 1 of the features is")]) == 1
    assert stored.damaged() == []


def test_a_chunk_of_another_set_with_as_many_rows_is_not_believed(stored, others):
    whole = stored.load().features
    shutil.copy(chunk_path(others.folder, 2), chunk_path(stored.folder, 2))
    assert stored.damaged() == [2]
    assert torch.equal(stored.load().features, whole)


def test_without_model_and_images_it_is_a_sentence(stored):
    flip(chunk_path(stored.folder, 1))
    with pytest.raises(DamagedFeaturesError, match="chunk 1 of the features as it was written but it has"):
        StoredFeatures.open(stored.folder).load()


def test_where_the_images_are_gone_their_own_sentence_is_said(tmp_path):
    there = [True]

    def opened():
        if not there[0]:
            raise MissingDataError("Expected the pictures but they are gone. Bring them back.")
        return SeededImages(COUNT)

    images = replace(image_set(SeededImages(COUNT)), open=opened)
    stored = extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
    there[0] = False
    flip(chunk_path(stored.folder, 3))
    with pytest.raises(MissingDataError, match="they are gone"):
        stored.load()


def swapped(library):
    first, second = sorted(path for path in library.iterdir() if path.is_dir())
    aside = first.rename(library / "aside")
    second.rename(first)
    aside.rename(second)


MANIFESTS = {
    "cut": lambda path: path.write_bytes(path.read_bytes()[:30]),
    "deep": lambda path: path.write_text('{"a":' * 100_000),
    "a pipe": instead(os.mkfifo),
    "rows that do not add up": lambda path: path.write_text(path.read_text().replace("130", "131")),
    "a number as text": lambda path: path.write_text(path.read_text().replace("130", '"130"')),
}


@pytest.mark.parametrize("damage", MANIFESTS.values(), ids=MANIFESTS)
def test_a_manifest_not_to_be_believed_is_made_again_from_the_chunks(tmp_path, caplog, damage):
    images = image_set(SeededImages(COUNT))
    stored = extract_into(tmp_path / "x", classifier(), images, SETTINGS)
    whole = stored.load().features
    damage(stored.folder / "manifest.json")
    with pytest.raises(OpnpError, match="manifest"):
        read_manifest(stored.folder)
    [found] = all_in(tmp_path / "x")
    assert mend(found) == [
        ("its manifest is gone or damaged", "kept, since the next run can make it again"),
    ]
    untouched = replace(images, open=lambda: range(COUNT))
    again = extract_into(tmp_path / "x", classifier(), untouched, SETTINGS)
    assert torch.equal(again.load().features, whole)
    assert "made again from the chunks that are whole" in caplog.text
    assert [mend(found) for found in all_in(tmp_path / "x")] == [[]]


def test_folders_of_two_sets_that_were_swapped_are_seen_and_extracted_again(tmp_path, caplog):
    library, sets = tmp_path / "x", [image_set(SeededImages(COUNT)), image_set(SeededImages(60), "b")]
    whole = [extract_into(library, classifier(), images, SETTINGS).load().features for images in sets]
    swapped(library)
    again = [extract_into(library, classifier(), images, SETTINGS).load().features for images in sets]
    assert all(torch.equal(*pair) for pair in zip(whole, again, strict=True))
    assert "features of others" in caplog.text
    swapped(library)
    assert [mend(found) for found in all_in(library)] == [
        [("it is no extraction, or one of another name", "removed")],
        [("it is no extraction, or one of another name", "removed")],
    ]
    assert list(all_in(library)) == []


def test_the_digest_of_a_request_is_what_it_always_was():
    request = Request("m", "t", "i", 5, 3, "float16", "float32", 2048)
    assert request.digest == "a60f3e56552f59f92a732f7f6aa304b622decdcfdb04f082908852a32a3723e4"


def test_features_that_an_earlier_version_wrote_are_used_as_they_are(tmp_path):
    [folder] = OLD.iterdir()
    shutil.copytree(folder, tmp_path / folder.name)
    stored = StoredFeatures.open(tmp_path / folder.name)
    assert b'"sum' not in chunk_path(stored.folder, 0).read_bytes()
    assert stored.load().labels.tolist() == [0, 1, 2, 3, 4, 0, 1]
    assert stored.load().features[0, 0].item() == 0.00668305903673172
    assert stored.damaged() == []
    flip(chunk_path(stored.folder, 0))
    with pytest.raises(DamagedFeaturesError, match="it has changed"):
        stored.load()
