"""torchvision's data sets, from made-up files in their own formats; nothing is downloaded."""

import hashlib
import inspect
import struct

import numpy as np
import pytest
from PIL import Image

from opnp._utils.torchvision import import_torchvision
from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError
from opnp.experiments.sources.images.torchvision import BY_HAND, NAMES, TorchvisionImages
from opnp.experiments.sources.table_location import Place

RNG = np.random.default_rng(0)


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_DATA", str(tmp_path))
    return Place(tmp_path / "mine.toml", "[id.test]", "mine", labelled=True)


def idx(array) -> bytes:
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


def write_mnist(folder, start, count=6):
    raw = folder / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    pixels = RNG.integers(0, 256, (count, 28, 28), dtype=np.uint8)
    (raw / f"{start}-images-idx3-ubyte").write_bytes(idx(pixels))
    (raw / f"{start}-labels-idx1-ubyte").write_bytes(idx(np.arange(1, count + 1, dtype=np.uint8)))
    return pixels


@pytest.mark.parametrize("name", ["MNIST", "FashionMNIST", "KMNIST"])
@pytest.mark.parametrize(("split", "start"), [("train", "train"), ("test", "t10k")])
def test_the_mnist_family(place, tmp_path, name, split, start):
    source = TorchvisionImages(name, split)
    (thing,) = source.missing(place)
    assert thing.what == (
        f"Expected {name} ({split}) of torchvision in the data folder but the whole of it is not there."
    )
    assert thing.remedy == "Get it with `python -m opnp download mine`."
    with pytest.raises(MissingDataError, match="the whole of it is not there"):
        source.open(place)
    pixels = write_mnist(tmp_path / name, start)
    assert source.missing(place) == (thing,)
    write_mnist(tmp_path / name, "t10k" if start == "train" else "train")
    assert source.missing(place) == ()
    images = source.open(place)
    assert (len(images), images[2][1]) == (6, 3)
    assert np.array_equal(np.asarray(images[2][0]), pixels[2])


@pytest.mark.parametrize("name", [name for name in NAMES if name not in BY_HAND])
def test_what_is_to_be_fetched_can_be_downloaded(name):
    bases = getattr(import_torchvision().datasets, name).__mro__
    assert any("download" in inspect.signature(base.__init__).parameters for base in bases)


def test_no_data_folder_is_said_as_an_empty_one_is(tmp_path, monkeypatch):
    source, place = (
        TorchvisionImages("MNIST", "test"),
        Place(tmp_path / "mine.toml", "[id]", "mine", labelled=True),
    )
    said = []
    for folder in (tmp_path, tmp_path / "nowhere"):
        monkeypatch.setenv("OPNP_DATA", str(folder))
        said.append(source.missing(place))
    assert said[0] == said[1] != ()


def test_emnist_letters_stand_upright(place, tmp_path):
    pixels = write_mnist(tmp_path / "EMNIST", "emnist-letters-test")
    images = TorchvisionImages("EMNIST", "test").open(place)
    assert np.array_equal(np.asarray(images[0][0]), pixels[0].T)
    digits = TorchvisionImages("EMNIST", "test", options={"split": "digits"})
    assert digits.missing(place)
    assert digits.identity(place) != TorchvisionImages("EMNIST", "test").identity(place)


def test_a_damaged_set_is_one_sentence(place, tmp_path):
    write_mnist(tmp_path / "MNIST", "train")
    write_mnist(tmp_path / "MNIST", "t10k")
    (tmp_path / "MNIST" / "raw" / "t10k-labels-idx1-ubyte").write_bytes(b"\x00\x00\x08\x01 half")
    with pytest.raises(MissingDataError, match=r"MNIST of torchvision in the data .* Get it again"):
        TorchvisionImages("MNIST", "test").open(place)


def test_a_split_that_torchvision_does_not_know(place):
    with pytest.raises(
        InvalidDataError, match=r"DTD of torchvision to open with .*tset.* but .* Check `split`"
    ):
        TorchvisionImages("DTD", "tset").missing(place)


@pytest.fixture
def svhn(tmp_path, monkeypatch):
    from scipy.io import savemat

    file = tmp_path / "test_32x32.mat"
    pixels = RNG.integers(0, 256, (32, 32, 3, 5), dtype=np.uint8)
    savemat(file, {"X": pixels, "y": np.array([[1], [2], [10], [4], [5]])})
    sums = hashlib.md5(file.read_bytes()).hexdigest()  # noqa: S324 - torchvision's check is by MD5
    kind = import_torchvision().datasets.SVHN
    monkeypatch.setitem(kind.split_list, "test", ["https://example.org", "test_32x32.mat", sums])
    return file


def test_a_set_with_checksums_is_taken_only_whole(place, svhn):
    source = TorchvisionImages("SVHN", "test")
    assert source.missing(place) == ()
    images = source.open(place)
    assert [label for _, label in (images[index] for index in range(5))] == [1, 2, 0, 4, 5]
    assert images[0][0].mode == "RGB"
    before = source.identity(place)
    svhn.write_bytes(svhn.read_bytes()[:-500])
    assert source.missing(place)[0].what.startswith("Expected SVHN (test) of torchvision")
    with pytest.raises(MissingDataError, match=r"not there. Get it with `python -m opnp download mine`"):
        source.open(place)
    assert source.identity(place) == before  # its checksum, which the file does not have now


def test_cifar_is_known_by_its_checksums(place, tmp_path):
    train, test = TorchvisionImages("CIFAR10", "train"), TorchvisionImages("CIFAR10", "test")
    assert train.missing(place)
    assert (
        len(
            {
                train.identity(place),
                test.identity(place),
                TorchvisionImages("CIFAR100", "test").identity(place),
            }
        )
        == 3
    )
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    for name in ("test_batch", "batches.meta"):
        (folder / name).write_bytes(b"a download that stopped")
    assert test.missing(place)


def test_a_set_of_files_is_checked_by_torchvision_itself(place, tmp_path):
    source = TorchvisionImages("DTD", "test", options={"partition": 2})
    assert source.missing(place)
    root = tmp_path / "dtd" / "dtd"
    (root / "labels").mkdir(parents=True)
    (root / "images" / "dotted").mkdir(parents=True)
    Image.new("RGB", (9, 9), "red").save(root / "images" / "dotted" / "a.jpg")
    (root / "labels" / "test2.txt").write_text("dotted/a.jpg\n")
    assert source.missing(place) == ()
    image, label = source.open(place)[0]
    assert (image.size, label) == ((9, 9), 0)
    with pytest.raises(
        InvalidSettingError, match=r"`options` .* one of 'partition' but got 'portion'. Did you mean"
    ):
        TorchvisionImages("DTD", "test", options={"portion": 2}).missing(place)


def test_imagenet_has_to_be_got_by_hand(place):
    (thing,) = TorchvisionImages("ImageNet", "val", "imagenet").missing(place)
    assert thing.what.startswith("Expected the folder `imagenet/val` beside mine.toml or in the data folder")
    assert thing.remedy == "Put the images there, or mend the path."


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (TorchvisionImages("CIFAR11", "test"), "`name` .* but got 'CIFAR11'. Did you mean 'CIFAR10'?"),
        (TorchvisionImages("CIFAR10", "val"), "`split` .* one of 'train', 'test' but got 'val'"),
        (TorchvisionImages("CIFAR10"), "`split` .* one of 'train', 'test' but got ''"),
        (
            TorchvisionImages("EuroSAT", "test"),
            "`split` .* to be left out but got 'test'. EuroSAT is one set.",
        ),
    ],
)
def test_names_and_splits_that_do_not_exist(place, source, said):
    with pytest.raises(InvalidSettingError, match=said):
        source.missing(place)


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_one_of_torchvisions_and_is_missing_from_an_empty_folder(place, name):
    kind = getattr(import_torchvision().datasets, name)
    split = {"MNIST": "test"}.get(name, "test")
    unsplit = {"EuroSAT", "SUN397", "Caltech101", "Caltech256", "SEMEION", "INaturalist"}
    special = {"Places365": "val", "ImageNet": "val", "OxfordIIITPet": "test", "Imagenette": "val"}
    source = TorchvisionImages(name, special.get(name, "" if name in unsplit else split))
    assert isinstance(kind, type)
    (thing,) = source.missing(place)
    assert "data folder" in thing.what


def test_fetch_asks_torchvision_and_nobody_else_does(place, monkeypatch):
    asked = []

    class Fake(import_torchvision().datasets.SVHN):
        def __init__(self, root, split="train", download=False):
            asked.append((root, split, download))

    monkeypatch.setattr(import_torchvision().datasets, "SVHN", Fake)
    TorchvisionImages("SVHN", "test").fetch(place)
    assert asked[-1] == (str(place.file.parent), "test", True)
    assert [download for *_, download in asked].count(True) == 1


def test_a_failed_download_is_one_sentence(place, monkeypatch):
    def fail(*_, **__):
        raise OSError("/secret")

    monkeypatch.setattr(import_torchvision().datasets.SVHN, "download", fail)
    with pytest.raises(
        InvalidDataError, match=r"torchvision to download SVHN but it failed with OSError. Check the"
    ):
        TorchvisionImages("SVHN", "test").fetch(place)


def test_names_of_classes_come_with_a_data_set(place):
    there = TorchvisionImages("FashionMNIST", "test").labels(place)
    assert (there.values, there.names[0], there.ordered) == (None, "T-shirt/top", True)
