"""Data sets of Hugging Face from files and from the hub's cache: images, classes, identity, refusals."""

import io
import tarfile
from dataclasses import replace

import datasets
import numpy as np
import pyarrow as pa
import pytest
from huggingface_toys import NAMES, pets, png, put_on_hub
from PIL import Image
from pyarrow import parquet as pq
from source_toys import refusal

from opnp.errors import InvalidDataError, InvalidSettingError, MissingDataError, UnreadableImageError
from opnp.experiments.sources.images.huggingface import HuggingFaceImages
from opnp.labels.classes import join_classes

LABELS = [2, 0, 1, 0]


@pytest.fixture
def place(place, tmp_path, monkeypatch):
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    datasets.disable_progress_bars()
    return replace(place, section="[id.test]", labelled=True)


@pytest.fixture
def parquet(tmp_path):
    pets().to_parquet(str(tmp_path / "pets.parquet"))
    return tmp_path / "pets.parquet"


def refused(place, kind=InvalidDataError, **table):
    return refusal(place, kind, HuggingFaceImages(**{"path": "pets.parquet", **table}).open, place)


def write_tar(path, labels):
    with tarfile.open(path, "w") as tar:
        for number, label in enumerate(labels):
            for suffix, content in (("png", png(number)), ("cls", str(label).encode())):
                entry = tarfile.TarInfo(f"{number:04}.{suffix}")
                entry.size = len(content)
                tar.addfile(entry, io.BytesIO(content))


def write_folder(root):
    for number, label in enumerate(LABELS):
        folder = root / "train" / NAMES[label]
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.png").write_bytes(png(number))


def write(kind, root):
    """Write the same four pictures; return the table that reads them."""
    if kind == "parquet":
        pets().to_parquet(str(root / "pets.parquet"))
        return {"path": "pets.parquet"}
    if kind == "shards":
        for part in range(2):
            pets().shard(2, part, contiguous=True).to_parquet(str(root / f"pets-{part}.parquet"))
        return {"path": "pets-*.parquet"}
    if kind == "saved":
        pets().save_to_disk(root / "pets")
        return {"path": "pets"}
    if kind == "splits":
        datasets.DatasetDict(train=pets((0,)), test=pets()).save_to_disk(root / "pets")
        return {"path": "pets", "split": "test"}
    if kind == "tar":
        write_tar(root / "pets.tar", LABELS)
        return {"path": "pets.tar"}
    write_folder(root / "pets")
    return {"path": "pets"}


@pytest.mark.parametrize("kind", ["parquet", "shards", "saved", "splits", "tar", "folder"])
def test_pictures_and_classes(place, tmp_path, kind):
    source = HuggingFaceImages(**write(kind, tmp_path))
    assert source.missing(place) == ()
    images, labels = source.open(place), source.labels(place)
    order = [1, 3, 2, 0] if kind == "folder" else range(4)  # a folder is read class by class
    assert [images[number][1] for number in range(4)] == [LABELS[number] for number in order]
    assert labels.values.tolist() == [LABELS[number] for number in order]
    assert labels.names == (() if kind == "tar" else NAMES)
    for place_, number in enumerate(order):
        expected = np.asarray(Image.open(io.BytesIO(png(number))))
        assert np.array_equal(np.asarray(images[place_][0]), expected)


def test_identity_follows_the_files_and_the_columns(place, parquet):
    source = HuggingFaceImages("pets.parquet")
    first = source.identity(place)
    assert source.identity(place) == first
    assert HuggingFaceImages("pets.parquet", label_column="label").identity(place) != first
    pets((0, 1, 2)).to_parquet(str(parquet))
    assert source.identity(place) != first
    assert len(source.open(place)) == 3


def test_a_set_of_the_hub_offline(place, tmp_path, monkeypatch):
    (tmp_path / "repo" / "data").mkdir(parents=True)
    pets().to_parquet(str(tmp_path / "repo" / "data" / "test-00000-of-00001.parquet"))
    put_on_hub(monkeypatch, tmp_path / "hub", "me/pets", tmp_path / "repo", "dataset")
    source = HuggingFaceImages("me/pets", split="test")
    assert source.missing(place) == ()
    assert len(source.open(place)) == 4
    for other in (HuggingFaceImages("me/pets", split="train"), HuggingFaceImages("me/others")):
        assert other.missing(place)[0].remedy == "Get it with `python -m opnp download mine`."
        with pytest.raises(InvalidDataError, match=r"Expected to find me/.* on huggingface.co but"):
            other.fetch(place)
    assert HuggingFaceImages("me/pets", revision="v2").missing(place)


def test_a_split_is_read_without_the_others_of_the_card(place, tmp_path, monkeypatch):
    (tmp_path / "repo").mkdir()
    pets().to_parquet(str(tmp_path / "repo" / "test-00000-of-00001.parquet"))
    splits = "".join(f"  - split: {split}\n    path: {split}-*\n" for split in ("train", "test"))
    (tmp_path / "repo" / "README.md").write_text(
        "---\nconfigs:\n- config_name: other\n  data_files: x.parquet\n- config_name: plain\n"
        f"  default: true\n  data_files:\n{splits}---\n"
    )
    put_on_hub(monkeypatch, tmp_path / "hub", "me/pets", tmp_path / "repo", "dataset")
    for config in ("", "plain"):
        assert len(HuggingFaceImages("me/pets", split="test", config=config).open(place)) == 4
    for table in ({"split": "train"}, {"split": "test", "config": "other"}, {"config": "none"}):
        assert HuggingFaceImages("me/pets", **table).missing(place)


def test_a_download_that_was_stopped(place, tmp_path, monkeypatch):
    (tmp_path / "repo").mkdir()
    pets().to_parquet(str(tmp_path / "repo" / "test-00001-of-00002.parquet"))
    put_on_hub(monkeypatch, tmp_path / "hub", "me/pets", tmp_path / "repo", "dataset")
    (thing,) = HuggingFaceImages("me/pets").missing(place)
    assert thing.what.startswith("Expected the whole of me/pets in Hugging Face's cache")


def test_fewer_images_than_the_card_says(place, tmp_path):
    (tmp_path / "pets").mkdir()
    pets().to_parquet(str(tmp_path / "pets" / "train.parquet"))
    (tmp_path / "pets" / "README.md").write_text(
        "---\ndataset_info:\n  features:\n  - name: image\n    dtype: image\n  - name: label\n"
        "    dtype: int64\n  splits:\n  - name: train\n    num_bytes: 1\n    num_examples: 9\n---\n"
    )
    assert "Expected the 9 images that `pets` says it has but got 4" in refused(place, path="pets")


def test_columns_by_name(place, tmp_path):
    pets(words=["b", None, "a", "b"], other=[1.5] * 4).to_parquet(str(tmp_path / "pets.parquet"))
    labels = HuggingFaceImages("pets.parquet", label_column="words").labels(place)
    assert (labels.values.tolist(), labels.names, labels.ordered) == ([1, -1, 0, 1], ("a", "b"), False)
    assert "to be a column of classes (names or whole numbers)" in refused(
        place, InvalidSettingError, label_column="other"
    )
    assert "Did you mean 'words'?" in refused(place, InvalidSettingError, label_column="word")
    assert "to be a column of images ('image')" in refused(place, InvalidSettingError, image_column="words")


def test_bytes_without_a_type(place, tmp_path):
    columns = {"picture": [png(0), png(1)], "label": [1, None]}
    pq.write_table(pa.table(columns), tmp_path / "pets.parquet")
    assert "Name one as `image_column`" in refused(place)
    images = HuggingFaceImages("pets.parquet", image_column="picture").open(place)
    assert [images[number][1] for number in range(2)] == [1, -1]


def test_no_column_of_images_or_of_labels(place, tmp_path):
    datasets.Dataset.from_dict({"text": ["a"], "number": [1.5]}).to_parquet(str(tmp_path / "pets.parquet"))
    assert "one column of images in `pets.parquet` but its columns are 'text', 'number'" in refused(place)
    pets().remove_columns("label").to_parquet(str(tmp_path / "pets.parquet"))
    assert "one column of labels in `pets.parquet`, since [id.test] needs them" in refused(place)
    unlabelled = replace(place, labelled=False)
    source = HuggingFaceImages("pets.parquet")
    assert source.labels(unlabelled) is None
    assert source.open(unlabelled)[0][1] == -1


def test_several_columns_that_may_be_meant(place, tmp_path):
    twice = pets().add_column("fine", LABELS).cast_column("fine", datasets.ClassLabel(names=list(NAMES)))
    twice.to_parquet(str(tmp_path / "pets.parquet"))
    assert "it has 2, 'label', 'fine'. Name one as `label_column`" in refused(place)
    assert HuggingFaceImages("pets.parquet", label_column="fine").open(place)[0][1] == 2


@pytest.mark.usefixtures("parquet")
def test_names_that_match_in_part(place):
    labels = HuggingFaceImages("pets.parquet").labels(place)
    with pytest.raises(InvalidDataError, match=r"one of the model's 3 but 'owl' is none"):
        join_classes(labels.names, ("cat", "dog", "bird"), title="ID test", ordered=labels.ordered)


def test_an_order_that_is_not_the_alphabets_was_chosen(place, parquet):
    pets(names=("owl", "cat", "dog")).to_parquet(str(parquet))
    assert HuggingFaceImages("pets.parquet").labels(place).ordered


def test_what_is_no_picture_is_unreadable(place, tmp_path):
    secret = tmp_path / "elsewhere" / "secret.png"
    secret.parent.mkdir()
    secret.write_bytes(png(0))
    cells = [
        b"nothing",
        None,
        {"bytes": None, "path": str(secret)},
        {"bytes": None, "path": "http://x/a.png"},
    ]
    rows = [{"bytes": cell, "path": None} if isinstance(cell, bytes) else cell for cell in cells]
    (tmp_path / "pets").mkdir()
    kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
    pq.write_table(pa.table({"image": pa.array(rows, kind)}), tmp_path / "pets" / "a.parquet")
    images = HuggingFaceImages("pets/a.parquet").open(replace(place, labelled=False))
    for number in range(len(rows)):
        with pytest.raises(UnreadableImageError, match=r"replace or remove the file|store its bytes"):
            images[number]


def test_what_is_no_data_set_of_images(place, tmp_path, parquet):
    parquet.write_bytes(parquet.read_bytes()[:-40])
    assert "Expected `datasets` to open `pets.parquet` but" in refused(place)
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.jsonl").write_text('{"text": "a"}\n')
    assert "but got what `datasets` calls Json" in refused(place, path="texts")
    (tmp_path / "script").mkdir()
    (tmp_path / "script" / "script.py").write_text("raise AssertionError('it ran')")
    assert "scripts are no longer supported" in refused(place, path="script")
    assert "of one kind, but got .jsonl, .parquet" in refused(place, path=("pets.parquet", "texts/a.jsonl"))


@pytest.mark.parametrize(("name", "fence"), [("README.md", "---\n"), (".huggingface.yaml", "")])
def test_a_folder_that_points_to_the_network(place, tmp_path, name, fence):
    (tmp_path / "pets").mkdir()
    card = "configs:\n- config_name: default\n  data_files: https://example.org/a.parquet\n"
    (tmp_path / "pets" / name).write_text(f"{fence}{card}{fence}")
    assert "its card names addresses on the net" in refused(place, path="pets")


@pytest.mark.usefixtures("parquet")
def test_settings_that_cannot_be(place, tmp_path):
    assert "Take a part with `subset`" in refused(place, InvalidSettingError, split="train[:10%]")
    assert "It is for names on the hub" in refused(place, InvalidSettingError, revision="main")
    assert "an empty list" in refused(place, InvalidSettingError, path=())
    assert "`none.parquet`" in refused(place, MissingDataError, path="none.parquet")
    datasets.DatasetDict(train=pets(), test=pets()).save_to_disk(tmp_path / "both")
    assert "'train', 'test', but got none in the table. Set it" in refused(place, path="both")


def test_without_the_package_the_command_is_named(place, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert "Expected the package datasets but it is not installed" in refused(place, MissingDataError)


def test_a_picture_beside_a_table_is_not_read(place, tmp_path):
    """It is no part of the table's identity, so that another one in its place would go unnoticed."""
    (tmp_path / "cat.png").write_bytes(png(1))
    columns = {"image": [{"bytes": None, "path": str(tmp_path / "cat.png")}], "label": [0]}
    features = pets().features
    datasets.Dataset.from_dict(columns, features=features).to_parquet(str(tmp_path / "pets.parquet"))
    images = HuggingFaceImages("pets.parquet").open(place)
    with pytest.raises(UnreadableImageError, match=r"“cat\.png” is named in the table but"):
        images[0]
