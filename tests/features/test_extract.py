import os
import threading
from dataclasses import replace

import pytest
import torch
from extraction_toy import SETTINGS, SeededImages, backbone_features, classifier, image_set
from PIL import Image, UnidentifiedImageError

from opnp.errors import CancelledError, InvalidDataError, InvalidSettingError, MissingDataError
from opnp.features import (
    ExtractionSettings,
    ForeignFeaturesError,
    StorageError,
    StoredFeatures,
    extract_to_disk,
)
from opnp.features.chunks import chunk_path

COUNT = 130


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


class Failing:
    """Images of which some raise when they are read."""

    def __init__(self, errors, count=COUNT):
        self.errors, self.images = errors, SeededImages(count)

    def __len__(self):
        return len(self.images)

    def __getitem__(self, index):
        if index in self.errors:
            raise self.errors[index]
        return self.images[index]


def test_the_rows_are_the_backbones_features_in_the_order_of_the_images(tmp_path):
    stored = extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS)
    there = stored.load()
    torch.testing.assert_close(there.features, backbone_features(classifier(), SeededImages(COUNT)))
    assert there.labels.tolist() == [index % 5 for index in range(COUNT)]
    assert (len(stored), stored.width, stored.skipped, stored.damaged()) == (COUNT, 24, (), [])
    assert [len(part.labels) for part in stored] == [40, 40, 40, 10]


def test_loader_processes_change_nothing(tmp_path):
    images = image_set(SeededImages(COUNT))
    extract_to_disk(classifier(), images, tmp_path / "a", SETTINGS)
    extract_to_disk(classifier(), images, tmp_path / "b", replace(SETTINGS, workers=2))
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_another_batch_size_changes_rounding_only_and_may_go_on(tmp_path):
    images = image_set(SeededImages(COUNT))
    first = extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS).load()
    chunk_path(tmp_path / "f", 1).unlink()
    again = extract_to_disk(classifier(), images, tmp_path / "f", replace(SETTINGS, batch_size=7)).load()
    torch.testing.assert_close(first.features, again.features, rtol=1e-5, atol=1e-6)


def test_float16_halves_the_file_and_rounds(tmp_path):
    images = image_set(SeededImages(COUNT))
    half = extract_to_disk(classifier(), images, tmp_path / "h", replace(SETTINGS, format="float16"))
    full = extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
    assert half.chunk(0).features.dtype == torch.float16
    assert half.load().features.dtype == torch.float32
    torch.testing.assert_close(half.load().features, full.load().features, rtol=1e-3, atol=1e-3)


def test_unreadable_images_are_skipped_and_listed(tmp_path):
    errors = {
        3: UnidentifiedImageError("cannot identify image file '/secret/3.png'"),
        41: OSError("image file is truncated (2 bytes not processed)"),
        42: FileNotFoundError(2, "No such file or directory", "/secret/42.png"),
        129: Image.DecompressionBombError("too large"),
    }
    stored = extract_to_disk(classifier(), image_set(Failing(errors)), tmp_path / "f", SETTINGS)
    assert [(skip.index, skip.reason) for skip in stored.skipped] == [
        (3, "it is not an image"),
        (41, "it is truncated or damaged"),
        (42, "the file is missing"),
        (129, "it is damaged"),
    ]
    assert stored.manifest.rows == (39, 38, 40, 9)
    kept = [index for index in range(COUNT) if index not in errors]
    assert stored.load().labels.tolist() == [index % 5 for index in kept]
    whole = backbone_features(classifier(), SeededImages(COUNT))
    torch.testing.assert_close(stored.load().features, whole[kept])
    assert StoredFeatures.open(tmp_path / "f").skipped == stored.skipped
    assert b"secret" not in (tmp_path / "f" / "manifest.json").read_bytes()


def test_a_folder_that_is_gone_stops_the_run(tmp_path):
    gone = Failing({index: FileNotFoundError(2, "No such file") for index in range(80, 180)}, count=200)
    settings = replace(SETTINGS, chunk=80)
    with pytest.raises(MissingDataError, match=r"images 80 to 159 but none .*the file is missing.*folder"):
        extract_to_disk(classifier(), image_set(gone), tmp_path / "f", settings)
    stored = extract_to_disk(classifier(), image_set(SeededImages(200)), tmp_path / "f", settings)
    assert len(stored) == 200


def test_a_failing_disk_is_not_an_unreadable_image(tmp_path):
    failing = Failing({50: OSError(5, "Input/output error", "/secret/50.png")})
    with pytest.raises(MissingDataError, match="image 50 but the storage answered") as caught:
        extract_to_disk(classifier(), image_set(failing), tmp_path / "f", replace(SETTINGS, workers=1))
    assert "secret" not in str(caught.value)
    assert "Traceback" not in str(caught.value)


def test_an_image_that_the_transform_refuses_is_an_error_and_names_it(tmp_path):
    class Colour(SeededImages):
        def __getitem__(self, index):
            image, label = super().__getitem__(index)
            return (image.convert("RGB") if index == 7 else image), label

    with pytest.raises(InvalidDataError, match=r"image 7 \(RGB, 8×8\)"):
        extract_to_disk(classifier(), image_set(Colour(COUNT)), tmp_path / "f", SETTINGS)


def test_a_feature_that_does_not_fit_is_an_error_and_names_the_image(tmp_path):
    net = classifier()
    with torch.no_grad():
        net.backbone.body[3].weight.mul_(1e6)
    images = image_set(Failing({0: UnidentifiedImageError()}))
    with pytest.raises(InvalidDataError, match="features that fit float16 but image 1 has"):
        extract_to_disk(net, images, tmp_path / "f", replace(SETTINGS, format="float16"))
    assert not chunk_path(tmp_path / "f", 0).exists()


def test_no_images_is_an_error(tmp_path):
    with pytest.raises(MissingDataError, match="Toy images but there are none"):
        extract_to_disk(classifier(), image_set(SeededImages(0)), tmp_path / "f", SETTINGS)


@pytest.mark.parametrize(
    ("net", "identity", "settings", "differ"),
    [
        (1, "seeded", SETTINGS, "model"),
        (0, "others", SETTINGS, "images"),
        (0, "seeded", replace(SETTINGS, format="float16"), "format"),
        (0, "seeded", replace(SETTINGS, chunk=20), "chunk"),
    ],
)
def test_a_run_never_goes_on_in_the_folder_of_another(tmp_path, net, identity, settings, differ):
    extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS)
    before = contents(tmp_path / "f")
    images = image_set(SeededImages(COUNT), identity)
    with pytest.raises(ForeignFeaturesError, match=rf"\({differ} differ\)"):
        extract_to_disk(classifier(net), images, tmp_path / "f", settings)
    assert contents(tmp_path / "f") == before


def test_a_foreign_chunk_without_its_manifest_is_not_believed(tmp_path, caplog):
    images = image_set(SeededImages(COUNT))
    extract_to_disk(classifier(1), images, tmp_path / "f", SETTINGS)
    (tmp_path / "f" / "manifest.json").unlink()
    extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
    extract_to_disk(classifier(), images, tmp_path / "clean", SETTINGS)
    assert contents(tmp_path / "f") == contents(tmp_path / "clean")
    assert "belongs to another extraction" in caplog.text


@pytest.mark.parametrize("damage", [lambda data: data[:-1], lambda _: b"", lambda _: b"\0" * 100])
def test_a_damaged_chunk_is_extracted_again(tmp_path, caplog, damage):
    images = image_set(SeededImages(COUNT))
    extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
    before = contents(tmp_path / "f")
    path = chunk_path(tmp_path / "f", 2)
    path.write_bytes(damage(path.read_bytes()))
    extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
    assert contents(tmp_path / "f") == before
    assert "Chunk 2 is extracted again" in caplog.text


def test_a_flipped_bit_is_found(tmp_path):
    stored = extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS)
    path = chunk_path(tmp_path / "f", 1)
    data = bytearray(path.read_bytes())
    data[-9] ^= 4
    path.write_bytes(data)
    assert stored.damaged() == [1]


def test_a_complete_extraction_is_not_run_again(tmp_path):
    images = image_set(SeededImages(COUNT))
    extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
    broken = image_set(Failing(dict.fromkeys(range(COUNT), RuntimeError())))
    assert len(extract_to_disk(classifier(), broken, tmp_path / "f", SETTINGS)) == COUNT


def test_a_false_from_the_report_stops_the_run_and_the_next_goes_on(tmp_path):
    images, paces = image_set(SeededImages(COUNT)), []

    def stop_in_the_third_chunk(pace):
        paces.append(pace)
        return pace.done < 90

    with pytest.raises(CancelledError, match="stopped at 96 of 130 images"):
        extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS, report=stop_in_the_third_chunk)
    assert [pace.done for pace in paces] == [16, 32, 40, 56, 72, 80, 96]
    with pytest.raises(InvalidDataError, match="not come to its end"):
        StoredFeatures.open(tmp_path / "f")
    paces.clear()
    extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS, report=paces.append)
    assert [(pace.done, pace.resumed) for pace in paces] == [(96, 80), (112, 80), (120, 80), (130, 80)]
    extract_to_disk(classifier(), images, tmp_path / "unbroken", SETTINGS)
    assert contents(tmp_path / "f") == contents(tmp_path / "unbroken")


def test_an_event_stops_the_run(tmp_path):
    cancel = threading.Event()
    cancel.set()
    with pytest.raises(CancelledError):
        extract_to_disk(classifier(), image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS, cancel=cancel)


def test_two_runs_in_one_folder_are_refused(tmp_path):
    images, refused = image_set(SeededImages(COUNT)), []

    def start_another(pace):
        if pace.done == 16:
            with pytest.raises(StorageError, match="another run is extracting"):
                extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS)
            refused.append(pace)

    extract_to_disk(classifier(), images, tmp_path / "f", SETTINGS, report=start_another)
    assert len(refused) == 1


def test_the_model_stays_as_it_was(tmp_path):
    net = classifier()
    before = net.fingerprint
    extract_to_disk(net, image_set(SeededImages(COUNT)), tmp_path / "f", SETTINGS)
    with pytest.raises(MissingDataError):
        extract_to_disk(net, image_set(Failing({1: OSError(5, "io")})), tmp_path / "g", SETTINGS)
    assert classifier().fingerprint == before == replace(net).fingerprint
    assert not any(module._forward_hooks for module in net.backbone.modules())
    assert not net.backbone.training


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"chunk": 0}, {"workers": -1}, {"format": "bfloat16"}])
def test_settings_are_checked_where_they_are_made(wrong):
    with pytest.raises(InvalidSettingError, match=f"Expected `{next(iter(wrong))}`"):
        ExtractionSettings(**wrong)


def test_loader_processes_share_the_cores_between_the_processes_of_a_machine(monkeypatch):
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "4")
    monkeypatch.setattr(os, "cpu_count", lambda: 16)
    assert ExtractionSettings().workers_on(torch.device("cuda")) == 4
    assert ExtractionSettings().workers_on(torch.device("cpu")) == 0
    assert ExtractionSettings(workers=3).workers_on(torch.device("cuda")) == 3
