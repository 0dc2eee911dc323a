import json

import numpy as np
import pytest
from PIL import Image

from opnp.errors import InvalidDataError, MissingDataError
from opnp.experiments.builtin.contact_sheets import read_sheet, write_sheet


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (200, 28, 28), dtype=np.uint8)


@pytest.fixture
def labels():
    return np.arange(200) % 10


@pytest.fixture
def sheet(tmp_path, images, labels):
    path = tmp_path / "some.png"
    write_sheet(path, images, labels)
    return path


def test_what_is_written_is_read(sheet, images, labels):
    got, got_labels = read_sheet(sheet)
    np.testing.assert_array_equal(got, images)
    np.testing.assert_array_equal(got_labels, labels)
    assert (got.dtype, got_labels.dtype) == (np.uint8, np.int64)
    got[0] = 0  # a copy of its own, open to writing
    np.testing.assert_array_equal(read_sheet(sheet)[0], images)


def test_picture_shows_the_images_row_by_row(sheet, images):
    picture = np.asarray(Image.open(sheet))
    assert picture.shape == (2 * 28, 100 * 28)
    np.testing.assert_array_equal(picture[28:, 3 * 28 : 4 * 28], images[103])


@pytest.mark.parametrize("suffix", [".png", ".json"])
def test_missing_file(sheet, suffix):
    sheet.with_suffix(suffix).unlink()
    with pytest.raises(MissingDataError, match=r"`some.png`.*recipes.build_assets") as caught:
        read_sheet(sheet)
    assert str(sheet.parent) not in str(caught.value)


@pytest.mark.parametrize("kept", [0, 4, 1000])
def test_torn_picture(sheet, kept):
    sheet.write_bytes(sheet.read_bytes()[:kept])
    with pytest.raises(InvalidDataError, match=r"torn or not a PNG.*recipes.build_assets"):
        read_sheet(sheet)


def test_picture_of_another_shape(sheet):
    Image.new("L", (280, 280)).save(sheet)
    with pytest.raises(InvalidDataError, match=r"size \(280, 280\)"):
        read_sheet(sheet)


def test_one_changed_pixel_is_noticed(sheet):
    picture = np.array(Image.open(sheet))
    picture[5, 5] ^= 1
    Image.fromarray(picture).save(sheet)
    with pytest.raises(InvalidDataError, match="checksum"):
        read_sheet(sheet)


def test_one_changed_label_is_noticed(sheet):
    path = sheet.with_suffix(".json")
    record = json.loads(path.read_text())
    path.write_text(json.dumps({**record, "labels": "9" + record["labels"][1:]}))
    with pytest.raises(InvalidDataError, match="checksum"):
        read_sheet(sheet)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"{}", b"\xff\xfe", b'{"labels": "many", "sha256": ""}']
)
def test_labels_that_cannot_be_read(sheet, content):
    sheet.with_suffix(".json").write_bytes(content)
    with pytest.raises(InvalidDataError, match="labels that cannot be read"):
        read_sheet(sheet)


def test_unfit_arrays_are_refused(tmp_path, images, labels):
    path = tmp_path / "some.png"
    for bad_images, bad_labels in (
        (images[:150], labels[:150]),
        (images[:0], labels[:0]),
        (images.astype(np.float32), labels),
        (images[:, :20], labels),
        (images, labels[:100]),
    ):
        with pytest.raises(InvalidDataError, match="Expected `images`"):
            write_sheet(path, bad_images, bad_labels)
    with pytest.raises(InvalidDataError, match="digits 0 to 9 but got 0 to 10"):
        write_sheet(path, images, np.arange(200) % 11)
    assert not path.exists()
