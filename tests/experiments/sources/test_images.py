"""Each source of images, on made-up files, and the words of what can go wrong."""

import dataclasses
import os

import numpy as np
import pytest
from image_files import GREY, RAMP16, RGB, encoded, with_orientation
from PIL import Image

from opnp.data.image_set import NO_LABEL
from opnp.errors import (
    InvalidDataError,
    InvalidSettingError,
    MissingDataError,
    OpnpError,
    UnreadableImageError,
)
from opnp.experiments.builtin import fashion_full
from opnp.experiments.sources.images.fashion import InstalledFashion
from opnp.experiments.sources.images.folder import FolderOfImages
from opnp.experiments.sources.images.list_file import ListOfImages
from opnp.experiments.sources.images.synthetic import GeneratedImages
from opnp.experiments.sources.sets import image_set, read_set
from opnp.experiments.sources.subset import subset
from opnp.experiments.sources.table_location import Place, data_folder


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("OPNP_DATA", str(tmp_path / "data"))
    return Place(tmp_path / "mine.toml", "[[ood]] mine", "mine")


@pytest.fixture
def labelled(place):
    return dataclasses.replace(place, section="[id.test]", labelled=True)


def read(images):
    return [images[index] for index in range(len(images))]


# a folder


def test_every_kind_of_picture_is_read_upright_or_said_to_be_broken(place, tmp_path):
    folder = tmp_path / "odd"
    (folder / "deep" / "er").mkdir(parents=True)
    turned = RGB.copy()
    files = {
        "a-grey.png": encoded(GREY, "PNG"),
        "b-cmyk.jpg": encoded(RGB.convert("CMYK"), "JPEG"),
        "c-sixteen.png": encoded(Image.fromarray(RAMP16), "PNG"),
        "d-rotated.jpeg": encoded(turned, "JPEG", exif=with_orientation(6)),
        "e-broken.png": encoded(RGB, "PNG")[:200],
        "f-text.JPG": b"hello",
        "deep/er/g.bmp": encoded(RGB, "BMP"),
        "notes.txt": b"no image",
        "._hidden.png": b"",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)
    images = FolderOfImages("odd").open(place)
    assert len(images) == 7
    by_name = {path.name: index for index, path in enumerate(images.paths)}
    shapes = {}
    for name in ("a-grey.png", "b-cmyk.jpg", "c-sixteen.png", "d-rotated.jpeg", "g.bmp"):
        image, label = images[by_name[name]]
        shapes[name] = (image.mode, image.size)
        assert label == NO_LABEL
    assert shapes == {
        "a-grey.png": ("L", (20, 12)),
        "b-cmyk.jpg": ("RGB", (20, 12)),
        "c-sixteen.png": ("L", (20, 12)),
        "d-rotated.jpeg": ("RGB", (12, 20)),
        "g.bmp": ("RGB", (20, 12)),
    }
    sixteen = np.asarray(images[by_name["c-sixteen.png"]][0])
    assert (sixteen.min(), sixteen.max()) == (0, 255)
    for name in ("e-broken.png", "f-text.JPG"):
        with pytest.raises(UnreadableImageError, match=f"{name}” .*, so replace or remove the file.$"):
            images[by_name[name]]


def classes(folder, *names):
    for number, name in enumerate(names):
        (folder / name).mkdir(parents=True)
        for index in range(2):
            Image.new("L", (4, 4), 10 * number + index).save(folder / name / f"{index}.png")


def test_sub_folders_are_the_classes_in_sorted_order_or_the_given_one(labelled, tmp_path):
    classes(tmp_path / "set", "dog", "cat", "fox")
    assert [label for _, label in read(FolderOfImages("set").open(labelled))] == [0, 0, 1, 1, 2, 2]
    given = FolderOfImages("set", ("fox", "wolf", "dog", "cat")).open(labelled)
    assert [label for _, label in read(given)] == [3, 3, 2, 2, 0, 0]
    with pytest.raises(
        InvalidSettingError, match=r"`classes` in \[id.test\] .*all 3 sub-folders but got no 'fox'"
    ):
        FolderOfImages("set", ("cat", "dog", "foxes")).open(labelled)


def test_an_ood_folder_needs_no_classes(place, tmp_path):
    classes(tmp_path / "set", "dog", "cat")
    (tmp_path / "set" / "loose.png").write_bytes(encoded(GREY, "PNG"))
    assert {label for _, label in read(FolderOfImages("set").open(place))} == {NO_LABEL}


def test_an_id_test_folder_without_classes_is_refused(labelled, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "loose.png").write_bytes(encoded(GREY, "PNG"))
    with pytest.raises(InvalidDataError, match=r"every image of \[id.test\] to lie in a sub-folder of `set`"):
        FolderOfImages("set").open(labelled)


def test_a_link_to_a_class_folder_is_followed_and_a_loop_is_not(place, tmp_path):
    classes(tmp_path / "elsewhere", "cat")
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "cat").symlink_to(tmp_path / "elsewhere" / "cat")
    (tmp_path / "elsewhere" / "cat" / "loop").symlink_to(tmp_path / "set")
    assert len(FolderOfImages("set").open(place)) == 2


@pytest.mark.parametrize("state", ["not there", "empty"])
def test_a_folder_that_is_missing(place, tmp_path, state):
    if state == "empty":
        (tmp_path / "set").mkdir()
    source, linked = FolderOfImages("set"), dataclasses.replace(place, link="https://example.org/set.tar")
    (thing,) = source.missing(place)
    assert thing.what == (
        f"Expected the folder `set` beside mine.toml or in the data folder (OPNP_DATA) but it is {state}."
    )
    assert thing.remedy == "Put the images there, or mend the path."
    assert source.missing(linked)[0].remedy.startswith(
        "Get it from https://example.org/set.tar and put it there"
    )
    with pytest.raises(MissingDataError, match=f"it is {state}. Put the images there"):
        source.open(place)


def test_a_folder_without_images(place, tmp_path):
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "readme.txt").touch()
    with pytest.raises(InvalidDataError, match="Expected images in `set` but no file in it ends like one"):
        FolderOfImages("set").open(place)


def test_a_folder_is_another_when_a_file_changes_comes_or_goes(place, tmp_path):
    classes(tmp_path / "set", "cat")
    file = tmp_path / "set" / "cat" / "0.png"
    seen = {FolderOfImages("set").identity(place)}
    assert seen == {FolderOfImages("set").identity(place)}
    os.utime(file, ns=(1, 1))
    seen.add(FolderOfImages("set").identity(place))
    file.rename(file.with_name("2.png"))
    seen.add(FolderOfImages("set").identity(place))
    file.with_name("2.png").unlink()
    seen.add(FolderOfImages("set").identity(place))
    assert len(seen) == 4


# a list


def test_a_list_gives_paths_with_spaces_and_labels_in_its_order(labelled, tmp_path):
    classes(tmp_path / "my pictures", "cat")
    (tmp_path / "list.txt").write_text("my pictures/cat/1.png 7\n\nmy pictures/cat/0.png 3\n")
    read_ = read(ListOfImages("list.txt").open(labelled))
    assert [(image.getpixel((0, 0)), label) for image, label in read_] == [(1, 7), (0, 3)]
    (tmp_path / "bare.txt").write_text("cat/1.png\ncat/0.png\n")
    bare = ListOfImages("bare.txt", "my pictures")
    with pytest.raises(
        InvalidDataError, match=r"a class index after each path in `bare.txt`, since \[id.test\]"
    ):
        bare.open(labelled)
    assert [label for _, label in read(bare.open(dataclasses.replace(labelled, labelled=False)))] == [-1, -1]
    assert bare.identity(labelled) != ListOfImages("list.txt").identity(labelled)


def test_a_list_that_is_missing_or_empty(place, tmp_path):
    whats = [thing.what for thing in ListOfImages("list.txt", "gone").missing(place)]
    assert ["the file `list.txt`" in whats[0], "the folder `gone`" in whats[1]] == [True, True]
    with pytest.raises(MissingDataError, match=r"the file `list.txt`"):
        ListOfImages("list.txt").open(place)
    (tmp_path / "list.txt").write_text("\n")
    with pytest.raises(OpnpError, match=r"Expected images in the list `list.txt` but it is empty"):
        ListOfImages("list.txt").open(place)


# generated, and Debian's


@pytest.mark.parametrize("name", ["letters", "noise", "patches", "textures"])
def test_generated_sets_have_any_size_number_and_seed(place, name):
    images = GeneratedImages(name, size=20, count=5).open(place)
    assert (len(images), images[0][0].size, images[0][1]) == (5, (20, 20), NO_LABEL)
    seeded = dataclasses.replace(place, seed=1)
    assert not np.array_equal(images.pixels, GeneratedImages(name, size=20, count=5).open(seeded).pixels)
    identities = {
        GeneratedImages(name, size=size, count=count).identity(where)
        for size in (20, 24)
        for count in (5, 6)
        for where in (place, seeded)
    }
    assert len(identities) == 8


def test_an_unknown_generated_set(place):
    with pytest.raises(
        InvalidSettingError, match=r"'letters', 'noise', .* but got 'leters'. Did you mean 'letters'"
    ):
        GeneratedImages("leters").open(place)


def test_fashion_mnist_of_debian_where_it_is_not(place, monkeypatch):
    monkeypatch.setattr(fashion_full, "is_installed", lambda: False)
    (thing,) = InstalledFashion("train").missing(place)
    assert thing.remedy == "Run `apt install dataset-fashion-mnist`."
    with pytest.raises(
        MissingDataError, match="Expected Debian's Fashion-MNIST but the package is not installed"
    ):
        InstalledFashion("train").open(place)
    with pytest.raises(InvalidSettingError, match=r"`split` .* one of 'train', 'test' but got 'val'"):
        InstalledFashion("val").missing(place)


@pytest.mark.skipif(not fashion_full.is_installed(), reason="Debian's Fashion-MNIST is not installed")
def test_fashion_mnist_of_debian_where_it_is(place):
    assert len(InstalledFashion("test").open(place)) == 10_000
    assert InstalledFashion("test").identity(place) != InstalledFashion("train").identity(place)


# a subset


def test_a_subset_is_seeded_ordered_and_without_repeats():
    whole = list("abcdefghijklmnopqrstuvwxyz")
    chosen = subset(whole, 10, seed=0)
    assert list(chosen.indices) == sorted(set(chosen.indices))
    assert chosen.indices == subset(whole, 10, seed=0).indices != subset(whole, 10, seed=1).indices
    assert [chosen[index] for index in range(10)] == [whole[index] for index in chosen.indices]
    assert len(subset(whole, 0.5, seed=0)) == 13
    assert len(subset(whole, 1.0, seed=0)) == 26
    assert len(subset(whole, 1, seed=0)) == 1


@pytest.mark.parametrize("amount", [0, 27, -1, 0.0, 1.1, -0.5])
def test_a_subset_of_more_than_there_is(amount):
    with pytest.raises(
        InvalidSettingError, match=r"a count of 1 to 26 images or a share in \(0, 1\] but got"
    ):
        subset(list("abcdefghijklmnopqrstuvwxyz"), amount, seed=0)


def test_any_set_can_be_cut_down_in_its_table(place):
    def made(**more):
        table = {"source": "generated", "name": "noise", "size": 8, "count": 40, "key": "n", **more}
        return image_set(*read_set(table, place), place)[0]

    assert [len(made(**more).open()) for more in ({}, {"subset": 7}, {"subset": 0.25})] == [40, 7, 10]
    more = ({}, {"subset": 7}, {"subset": 8}, {"subset": 7, "seed": 1})
    assert len({made(**keys).identity() for keys in more}) == 4


def test_the_data_folder_is_where_the_environment_says(monkeypatch, tmp_path):
    monkeypatch.setenv("OPNP_DATA", "~/pictures")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / "pictures"
    monkeypatch.setenv("OPNP_DATA", " ")
    assert data_folder().name == "data"
