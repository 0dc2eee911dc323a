import gzip

import numpy as np
import pytest

from opnp.errors import InvalidDataError, MissingDataError
from opnp.experiments.builtin.data import fashion_test, fashion_train
from opnp.experiments.builtin.fashion_full import (
    is_installed,
    load_test,
    load_train,
)
from opnp.experiments.builtin.idx_files import read_idx

PIXELS = np.random.default_rng(0).integers(0, 256, (5, 4, 3), dtype=np.uint8)
HEADER = bytes([0, 0, 8, 3]) + np.array(PIXELS.shape, dtype=">u4").tobytes()


def write(path, content):
    path.write_bytes(gzip.compress(content))
    return path


def test_reads_what_the_header_promises(tmp_path):
    path = write(tmp_path / "a.gz", HEADER + PIXELS.tobytes())
    got = read_idx(path, (5, 4, 3))
    np.testing.assert_array_equal(got, PIXELS)
    assert got.flags.writeable


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "the header"),
        (b"\x00\x00\x0d\x03" + HEADER[4:] + PIXELS.tobytes(), "the header 00000d03"),
        (HEADER + PIXELS.tobytes()[:-1], "59 bytes of data"),
        (HEADER + PIXELS.tobytes() + b"x" * 100, "more bytes of data"),
    ],
)
def test_refuses_another_content(tmp_path, content, message):
    with pytest.raises(InvalidDataError, match=rf"`a.gz`.*{message}.*--reinstall dataset-fashion-mnist"):
        read_idx(write(tmp_path / "a.gz", content), (5, 4, 3))


def test_refuses_another_shape(tmp_path):
    path = write(tmp_path / "a.gz", HEADER + PIXELS.tobytes())
    with pytest.raises(InvalidDataError, match=r"shape \(5, 3, 4\)"):
        read_idx(path, (5, 3, 4))


@pytest.mark.parametrize(
    "damage", [lambda data: data[:-20], lambda _: b"plain text", lambda d: d[:20] + b"\xff" * 40]
)
def test_refuses_a_torn_file(tmp_path, damage):
    path = write(tmp_path / "a.gz", HEADER + PIXELS.tobytes())
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InvalidDataError, match="torn or not gzip"):
        read_idx(path, (5, 4, 3))


def test_missing_folder_says_how_to_install(tmp_path):
    assert not is_installed(tmp_path)
    for load in (load_train, load_test):
        with pytest.raises(MissingDataError, match="`apt-get install dataset-fashion-mnist`") as caught:
            load(tmp_path / "nowhere")
        assert str(tmp_path) not in str(caught.value)


@pytest.mark.skipif(not is_installed(), reason="Debian's dataset-fashion-mnist is not installed")
@pytest.mark.parametrize(
    ("whole", "part", "count"),
    [(load_train, fashion_train, 60_000), (load_test, fashion_test, 10_000)],
)
def test_committed_images_are_of_the_full_set_with_their_labels(whole, part, count):
    images, labels = whole()
    assert images.shape == (count, 28, 28)
    np.testing.assert_array_equal(np.bincount(labels), np.full(10, count // 10))
    known = {image.tobytes(): label for image, label in zip(images, labels, strict=True)}
    assert all(known[image.tobytes()] == label for image, label in zip(*part(), strict=True))
