"""Lists of images as people have them, each to the same pictures and labels."""

import dataclasses

import pytest
from PIL import Image

from opnp.errors import InvalidDataError
from opnp.experiments.sources.images.list_file import ListOfImages
from opnp.experiments.sources.images.list_lines import parsed
from opnp.experiments.sources.table_location import Place


@pytest.fixture
def place(tmp_path):
    for number, name in enumerate(("a/x 1.png", "a/y.png", "b/z.png", "shot 3", "#1.png", "p, q.png")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        Image.new("L", (4, 4), number).save(tmp_path / name, "PNG")
    return Place(tmp_path / "mine.toml", "[[ood]] mine", "mine")


def read(place, text):
    data = text if isinstance(text, bytes) else text.encode()
    (place.file.parent / "list.txt").write_bytes(data)
    source = ListOfImages("list.txt")
    images = source.open(place)
    there = source.labels(place)
    labels = None if there is None else [*there.values.tolist()]
    names = () if there is None else there.names
    return [images[index][0].getpixel((0, 0)) for index in range(len(images))], labels, names


@pytest.mark.parametrize(
    "text",
    [
        "a/x 1.png 2\na/y.png 0\nb/z.png 1\n",
        "a/x 1.png,2\na/y.png,0\nb/z.png,1\n",
        "a/x 1.png, 2\na/y.png, 0\nb/z.png, 1\n",
        "a/x 1.png\t2\na/y.png\t0\nb/z.png\t1\n",
        "path;label\na/x 1.png;2\na/y.png;0\nb/z.png;1\n",
        "id,image,target\n7,a/x 1.png,2\n8,a/y.png,0\n9,b/z.png,1\n",
        '"a/x 1.png" 2\n"a/y.png" 0\n"b/z.png" 1\n',
        '"a/x 1.png","2"\n"a/y.png","0"\n"b/z.png","1"\n',
        "# path label\n\na/x 1.png   2\na/y.png 0\nb/z.png 1",
        "a\\x 1.png 2\r\na\\y.png 0\r\nb\\z.png 1\r\n",
        "./a/x 1.png 2.0\n./a/y.png 0.0\n./b/z.png 1.0\n",
        "\ufeffa/x 1.png 2\na/y.png 0\nb/z.png 1\n",
        "a/x 1.png 2\na/y.png 0\nb/z.png 1\n".encode("utf-16"),
    ],
)
def test_every_way_to_write_a_label_beside_a_path(place, text):
    assert read(place, text) == ([0, 1, 2], [2, 0, 1], ())


@pytest.mark.parametrize(
    "text",
    [
        "a/y.png 0\nb/z.png 1\n",
        "a/y.png {'label': 0, 'coarse_label': 7}\nb/z.png {'label': 1, 'coarse_label': 8}\n",
        "a/y.png {'coarse_label': 7, \"label\": 0}\nb/z.png {'coarse_label': 8, \"label\": 1}\n",
    ],
)
def test_lists_of_openood_are_read_as_they_are(place, text):
    assert read(place, text) == ([1, 2], [0, 1], ())
    ood = text.replace("0", "-1").replace(" 1", " -1")
    assert read(place, ood) == ([1, 2], [-1, -1], ())


def test_a_list_of_openood_starts_from_a_root_and_may_end_in_jpeg_in_capitals(place):
    folder = place.file.parent / "images_largescale" / "imagenet_1k" / "val"
    folder.mkdir(parents=True)
    for number in (1, 2):
        Image.new("RGB", (4, 4)).save(folder / f"ILSVRC2012_val_0000000{number}.JPEG", "JPEG")
    lines = (
        "imagenet_1k/val/ILSVRC2012_val_00000001.JPEG 65\nimagenet_1k/val/ILSVRC2012_val_00000002.JPEG 970\n"
    )
    (place.file.parent / "test_imagenet.txt").write_text(lines)
    source = ListOfImages("test_imagenet.txt", root="images_largescale")
    assert len(source.open(place)) == 2
    assert source.labels(place).values.tolist() == [65, 970]


def test_a_label_below_zero_means_none(place):
    assert read(place, "a/y.png -1\nb/z.png -1\n") == ([1, 2], [-1, -1], ())


@pytest.mark.parametrize(
    "text", ["a/y.png sea lion\nb/z.png cat\n", "image,class\na/y.png,sea lion\nb/z.png,cat\n"]
)
def test_names_of_classes_are_labels(place, text):
    assert read(place, text) == ([1, 2], [1, 0], ("cat", "sea lion"))


@pytest.mark.parametrize(
    ("text", "pixels", "labels"),
    [
        ("shot 3\na/x 1.png\n", [3, 0], None),
        ("shot 3 0\na/x 1.png 1\n", [3, 0], [0, 1]),
        ("shot 3\n", [3], None),
        ("#1.png\na/y.png\n", [4, 1], None),
        ("p, q.png 5\n", [5], [5]),
        ("p, q.png\n", [5], None),
        ("a/y.png 4\nb/z.png\n", [1, 2], None),
    ],
)
def test_a_number_in_a_name_is_no_label(place, text, pixels, labels):
    assert read(place, text) == (pixels, labels, ())


def test_paths_that_are_nowhere_are_said_with_the_first_one(place):
    with pytest.raises(InvalidDataError) as caught:
        read(place, "cats/1.png 0\ncats/2.png 1\n")
    assert (
        "below its own folder but none of its 2 files is there; the first one tried is 'cats/1.png'"
        in str(caught.value)
    )
    assert str(place.file.parent) not in str(caught.value)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (
            "ä/x.png 0\n".encode("latin-1"),
            "text in UTF-8 but line 1 is not. Save it as UTF-8",
        ),
        (b"a\nb\n\xff\n", "but line 3 is not"),
        ("a.png 0\n".encode("utf-16-le"), "holds zero bytes"),
    ],
)
def test_another_encoding_is_named(place, data, said):
    with pytest.raises(InvalidDataError, match=said):
        read(place, data)


def test_a_list_that_changes_is_read_again(place):
    labelled = dataclasses.replace(place, labelled=True)
    assert read(labelled, "a/y.png 0\n")[1] == [0]
    assert read(labelled, "a/y.png 10\n")[1] == [10]


@pytest.mark.parametrize(
    "text", ["", "\n\n", "# nothing\n", "path,label\n", ",\n", '"', "'\n\"", "a,b\nc\n", " 3\n"]
)
def test_odd_texts_are_read_somehow(text):
    lines = parsed(text, lambda _: False)
    assert len(lines.paths) == len(lines.labels)


def test_a_file_that_stands_in_a_list_with_two_classes_is_refused(place):
    with pytest.raises(InvalidDataError, match=r"'a/y.png' stands there with 0 and with 1\."):
        read(place, "a/y.png 0\nb/z.png 1\na/y.png 1\n")
