"""What counts as an image of a folder, what is left out, and that a listing is of the folder as it is."""

import os
from pathlib import Path

import pytest
from image_files import RGB, encoded
from PIL import Image

from opnp.data.image_set import content_identity
from opnp.experiments.sources import listing as module
from opnp.experiments.sources.files import files_identity, names_identity
from opnp.experiments.sources.images.folder import FolderOfImages
from opnp.experiments.sources.listing import listing
from opnp.experiments.sources.table_location import Place


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path / "mine.toml", "[[ood]] mine", "mine")


def fill(folder, *names):
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(RGB, "PNG"))


def settle(folder):
    """As if nothing had changed for a minute."""
    for place, _, _ in os.walk(folder):
        os.utime(place, ns=(1, Path(place).stat().st_mtime_ns - 60 * 10**9))


def test_png_ppm_and_jfif_are_all_read(tmp_path, place):
    folder = tmp_path / "mixed"
    folder.mkdir()
    kinds = {**dict.fromkeys(range(3), ("png", "PNG")), **dict.fromkeys(range(3, 8), ("ppm", "PPM"))}
    for number, (suffix, kind) in {**kinds, 8: ("jfif", "JPEG")}.items():
        (folder / f"{number}.{suffix}").write_bytes(encoded(RGB, kind))
    images = FolderOfImages("mixed").open(place)
    assert len(images) == 9
    assert {images[index][0].size for index in range(9)} == {RGB.size}
    assert images[3][0].tobytes() == RGB.tobytes()


def test_a_deep_pgm_is_scaled_as_a_deep_png_is(tmp_path, place):
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.pgm").write_bytes(b"P5 2 1 65535\n" + bytes([0x40, 0x40, 0x80, 0x80]))
    image, _ = FolderOfImages("deep").open(place)[0]
    assert list(image.tobytes()) == [0x40, 0x80]


def test_what_is_left_out_is_counted_by_suffix(tmp_path, place):
    fill(
        tmp_path / "set",
        "a.png",
        "b.ico",
        "c.ICO",
        "d.txt",
        "e",
        ".hidden.png",
        "Thumbs.db",
        "__MACOSX/x.png",
    )
    found = listing(tmp_path / "set")
    assert (found.files, found.left_out) == (("a.png",), {".ico": 2, ".txt": 1, "no suffix": 1})
    said = FolderOfImages("set").left_out(place)
    assert (str(said), said.surprising) == ("2 .ico, 1 .txt, 1 no suffix", True)
    fill(tmp_path / "plain", "a.png", "notes.txt")
    assert not FolderOfImages("plain").left_out(place).surprising


@pytest.mark.parametrize("target", ["set", "set/a", ".", "set/a/0.png"])
def test_what_a_link_leads_back_to_is_counted_once(tmp_path, target):
    fill(tmp_path / "set", "a/0.png", "b/0.png")
    (tmp_path / "set" / ("again.png" if target.endswith("png") else "again")).symlink_to(tmp_path / target)
    found = listing(tmp_path / "set")
    assert found.files == ("a/0.png", "b/0.png")
    assert found.left_out == {"links to what is counted already": 1}


def test_links_to_the_same_place_count_once_and_odd_links_do_no_harm(tmp_path):
    fill(tmp_path / "else", "0.png")
    (tmp_path / "set" / "deep").mkdir(parents=True)
    for name in ("a", "b", "deep/c"):
        (tmp_path / "set" / name).symlink_to(tmp_path / "else")
    (tmp_path / "set" / "loop").symlink_to(tmp_path / "set" / "loop")
    (tmp_path / "set" / "gone.png").symlink_to(tmp_path / "gone.png")
    os.mkfifo(tmp_path / "set" / "pipe.png")
    found = listing(tmp_path / "set")
    assert (found.files, found.folders) == (("a/0.png",), ("a", "deep"))
    assert sum(found.left_out.values()) == 5


def test_a_folder_is_listed_once_and_again_when_it_changes(tmp_path, monkeypatch):
    fill(tmp_path / "set", "a/0.png", "b/0.png")
    settle(tmp_path / "set")
    scanned = []
    scan = module._scan
    monkeypatch.setattr(module, "_scan", lambda root, place: scanned.append(place) or scan(root, place))
    for _ in range(3):
        assert len(listing(tmp_path / "set").files) == 2
    assert sorted(scanned) == ["", "a", "b"]
    fill(tmp_path / "set", "b/1.png")
    assert len(listing(tmp_path / "set").files) == 3


def test_what_changed_a_moment_ago_is_not_trusted_to_tell_further_changes(tmp_path):
    fill(tmp_path / "set", "0.png")
    changed = (tmp_path / "set").stat().st_mtime_ns
    assert len(listing(tmp_path / "set").files) == 1
    fill(tmp_path / "set", "1.png")
    os.utime(tmp_path / "set", ns=(changed, changed))  # as on a file system whose clock ticks slowly
    assert len(listing(tmp_path / "set").files) == 2


def test_identities_are_those_of_earlier_versions(tmp_path, place):
    fill(tmp_path / "set", "b/1.png", "b/10.png", "b 2/0.jpg", "a.png", "é/x.webp")
    paths = sorted(path for path in (tmp_path / "set").rglob("*") if path.is_file())
    stats = [path.stat() for path in paths]
    parts = [
        f"{path.relative_to(tmp_path / 'set')} {stat.st_size} {stat.st_mtime_ns}"
        for path, stat in zip(paths, stats, strict=True)
    ]
    expected = content_identity("folder", "False", "x", *parts)
    assert FolderOfImages("set", ("x",)).identity(place) == expected
    root, names = tmp_path / "set", [str(path.relative_to(tmp_path / "set")) for path in paths]
    assert names_identity(root, [*names, "gone.png"]) == files_identity([*paths, root / "gone.png"], root)


def test_names_that_are_no_unicode_are_files_like_others(tmp_path, place):
    (tmp_path / "set").mkdir()
    Image.new("L", (3, 3)).save(os.fsdecode(bytes(tmp_path / "set") + b"/\xff.png"), "PNG")
    assert len(FolderOfImages("set").identity(place)) == 64
    assert FolderOfImages("set").open(place)[0][0].size == (3, 3)
