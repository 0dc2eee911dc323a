"""Zips from strangers: what is taken, what is left out and why, and that nothing escapes its bounds."""

import io
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_files import GREY, encoded
from PIL import Image

from opnp.data import zip_reader
from opnp.data.zip_reader import Member, SkipReason, open_zip, safe_path
from opnp.errors import InvalidDataError

PNG = encoded(GREY, "PNG")


def zipped(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as made:
        for name, data in files.items():
            made.writestr(name, data)
    return buffer.getvalue()


def members(data: bytes, **limits: int) -> list[Member]:
    return list(open_zip(data, name="mine.zip", **limits).members())


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_pictures_come_out_as_they_went_in(method):
    files = {f"{kind}.bin": encoded(GREY, kind) for kind in ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")}
    assert dict(members(zipped(files, method))) == files


def test_each_of_the_rest_has_its_reason():
    files = {
        "a.png": PNG,
        "notes.png": b"these are words",
        "empty.jpg": b"",
        "more.zip": zipped({"b.png": PNG}),
        "torn.gz": b"\x1f\x8brest",
    }
    assert [data if isinstance(data, SkipReason) else None for _, data in members(zipped(files))] == [
        None,
        SkipReason.NOT_A_PICTURE,
        SkipReason.NOT_A_PICTURE,
        SkipReason.ARCHIVE,
        SkipReason.ARCHIVE,
    ]


def test_notes_of_systems_and_folders_are_not_counted():
    files = {"a/": b"", "a/b.png": PNG, "__MACOSX/a/._b.png": PNG, "a/.DS_Store": b"x", "Thumbs.db": b"x"}
    opened = open_zip(zipped(files), name="mac.zip")
    assert (opened.files, [name for name, _ in opened.members()]) == (1, ["a/b.png"])


def test_a_password_is_a_reason():
    data = bytearray(zipped({"a.png": PNG}))
    data[data.find(b"PK\1\2") + 8] |= 1
    assert members(bytes(data))[0].data is SkipReason.LOCKED


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_hungry_ways_to_pack_are_refused(method):
    assert members(zipped({"a.png": PNG}, method))[0].data is SkipReason.DAMAGED


def test_a_changed_byte_is_noticed():
    noise = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    data = bytearray(zipped({"a.png": encoded(Image.fromarray(noise), "PNG")}, zipfile.ZIP_STORED))
    data[300] ^= 255
    assert members(bytes(data))[0].data is SkipReason.DAMAGED


def test_a_member_stops_at_its_limit_whatever_it_declares(monkeypatch):
    monkeypatch.setattr(zip_reader, "MAX_BYTES", 1000)
    data = bytearray(zipped({"bomb.png": b"\x89PNG" + bytes(5_000_000)}))
    assert len(data) < 10_000
    place = data.find(b"PK\1\2") + 24
    data[place : place + 4] = struct.pack("<I", 50)  # the directory lies: fifty bytes
    assert isinstance(members(bytes(data))[0].data, SkipReason)
    honest = zipped({"bomb.png": b"\x89PNG" + bytes(5_000_000)})
    assert members(honest)[0].data is SkipReason.LARGE


def test_all_members_share_a_limit(monkeypatch):
    monkeypatch.setattr(zip_reader, "MAX_UNPACKED_BYTES", int(2.5 * len(PNG)))
    found = members(zipped({f"{number}.png": PNG for number in range(4)}))
    assert [data is SkipReason.BEYOND for _, data in found] == [False, False, True, True]


def test_what_is_refused_is_paid_for_too(monkeypatch):
    monkeypatch.setattr(zip_reader, "MAX_BYTES", 1000)
    monkeypatch.setattr(zip_reader, "MAX_UNPACKED_BYTES", 2500)
    bomb = b"\x89PNG" + bytes(50_000)
    found = members(zipped({f"{number}.png": bomb for number in range(6)}))
    assert [data for _, data in found] == [SkipReason.LARGE] * 2 + [SkipReason.BEYOND] * 4


def test_a_part_is_spread_evenly():
    data = zipped({f"{number:03}.png": PNG for number in range(100)})
    opened = open_zip(data, name="many.zip", most=10)
    assert (opened.files, opened.chosen) == (100, 10)
    assert [name for name, _ in opened.members()] == [f"{number:03}.png" for number in range(0, 100, 10)]


@pytest.mark.parametrize(
    "data",
    [b"", b"PK", b"no zip at all " * 9, zipped({"a.png": PNG})[:-9]],
    ids=["nothing", "a beginning", "text", "cut short"],  # a zip holds the time, workers must name alike
)
def test_what_is_no_zip_is_refused_in_words(data):
    with pytest.raises(InvalidDataError, match=r"“mine.zip” is not a zip.*expected a zip of pictures"):
        members(data)


def test_a_damaged_list_is_refused_in_words():
    data = bytearray(zipped({"a.png": PNG}))
    data[data.find(b"PK\1\2")] = 0
    with pytest.raises(InvalidDataError, match="list of files is damaged"):
        members(bytes(data))


def test_too_large_a_file_is_refused(monkeypatch):
    monkeypatch.setattr(zip_reader, "MAX_BUNDLE_BYTES", 10)
    with pytest.raises(InvalidDataError, match="expected at most"):
        members(zipped({"a.png": PNG}))


@pytest.mark.parametrize("long", [False, True])
def test_too_long_a_list_is_refused_before_it_is_read(monkeypatch, long):
    data = zipped({f"{number}.png": b"" for number in range(50)})
    if long:  # the 64-bit records overrule the small numbers of the plain end
        directory = data.find(b"PK\1\2")
        size = len(data) - 22 - directory
        record = b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 50, 50, size, directory)
        locator = b"PK\6\7" + struct.pack("<IQI", 0, len(data) - 22, 1)
        end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, 1, 0, 0)
        data = data[:-22] + record + locator + end
        assert open_zip(data, name="long.zip").files == 50
    monkeypatch.setattr(zip_reader, "MAX_DIRECTORY_BYTES", 1000)
    monkeypatch.setattr(zipfile, "ZipFile", lambda *_: pytest.fail("It was read."))
    with pytest.raises(InvalidDataError, match="lists too many files"):
        members(data)


@given(st.binary(max_size=60), st.integers(0, 10_000), st.integers(0, 255))
def test_damage_anywhere_is_a_reason_or_a_sentence(junk, place, byte):
    data = bytearray(zipped({"a.png": PNG, "b/c.jpg": encoded(GREY, "JPEG")}))
    data[place % len(data)] = byte
    try:
        found = members(bytes(data) + junk)
    except InvalidDataError:
        return
    assert all(isinstance(content, SkipReason | bytes) for _, content in found)


@given(st.text(max_size=80))
def test_a_path_leads_nowhere(name):
    shown = safe_path(name)
    assert not shown.startswith("/")
    assert ".." not in shown.split("/")
    assert not set(shown) & set("\\<>\n\r\0`*[]")
