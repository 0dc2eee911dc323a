import re
import struct
import threading
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from image_files import (
    GREY,
    RAMP16,
    RGB,
    encoded,
    pixels,
    png,
    progressive_jpeg,
    refusal,
    tiled_tiff,
    with_orientation,
)
from PIL import Image

from opnp.data.decode import MAX_SCANS, UploadedImage, display_name, read_image
from opnp.errors import UnreadableImageError

# Refusals: one sentence each


def test_an_empty_file():
    assert refusal(b"") == "“cat.png” is empty but expected an image, so choose the file again."


@pytest.mark.parametrize(
    "data",
    [
        b"not an image, just text",
        b"<svg onload='alert(1)'/>",
        b"PK\x03\x04" + bytes(99),
        b"%PDF-1.7",
        bytes(500),
    ],
)
def test_a_file_of_another_kind_called_png(data):
    assert refusal(data) == (
        "“cat.png” is not an image that can be read here, or its beginning is damaged; expected PNG, JPEG, "
        "WebP, BMP, GIF or TIFF, so save it as one of these and upload that."
    )


def test_too_many_bytes_are_not_even_opened():
    message = refusal(encoded(RGB, "BMP") + bytes(4000), max_bytes=3_000)
    assert message == "“cat.png” has 0.0 MB but expected at most 0.003 MB, so upload a smaller copy."


def test_the_limits_are_inclusive():
    data = encoded(RGB, "BMP")
    read_image(data, name="a", max_bytes=len(data), max_pixels=12 * 20)
    refusal(data, max_bytes=len(data) - 1)
    refusal(data, max_pixels=12 * 20 - 1)


def test_header_bombs_are_refused_before_decoding(monkeypatch):
    monkeypatch.setattr("opnp.data.decode._decode", lambda _: pytest.fail("it was decoded"))
    assert "claims a giant size" in refusal(png(50_000, 50_000))
    assert "has 6000 × 5000 pixels but expected at most 25 million" in refusal(png(6000, 5000))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        assert "has 10000 × 10000 pixels" in refusal(png(10_000, 10_000))
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        assert "claims a giant size" in refusal(png(10_000, 10_000))


@pytest.mark.parametrize("place", ["WEBP", "GIF", "BMP", "TIFF"])
def test_header_bombs_of_other_formats(place):
    data = bytearray(encoded(RGB, place))
    if place == "WEBP":
        data = bytearray(encoded(RGB, place, lossless=True))
        data[21:25] = struct.pack("<I", 16_383 | 16_383 << 14)
    elif place == "GIF":
        data[6:10] = struct.pack("<HH", 65_535, 65_535)
    elif place == "BMP":
        data[18:26] = struct.pack("<ii", 65_535, 65_535)
    else:
        at = data.rfind(struct.pack("<HH", 256, 4))
        at = at if at >= 0 else data.rfind(struct.pack("<HHI", 256, 3, 1))
        data[at : at + 24] = struct.pack("<HHIIHHII", 256, 4, 1, 65_535, 257, 4, 1, 65_535)[:24]
    assert re.search("giant size|pixels but expected at most", refusal(bytes(data)))


def test_a_tiff_with_giant_tiles_for_a_small_picture_is_refused():
    assert pixels(read_image(tiled_tiff(64, 64), name="a.tif")).shape == (64, 64)
    assert "expected at most 25 million" in refusal(tiled_tiff(64, 16_384), "a.tif")


def test_a_jpeg_that_asks_for_endless_passes_is_refused():
    read_image(progressive_jpeg(0), name="a.jpg")
    read_image(progressive_jpeg(MAX_SCANS - 10), name="a.jpg")
    assert f"more than {MAX_SCANS} passes" in refusal(progressive_jpeg(MAX_SCANS), "a.jpg")


def test_what_follows_a_jpeg_does_not_count_as_passes():
    """Phones append a film to a photograph; its bytes hold any marker."""
    film = b"\xff\xda\x00\x04" * 500
    uploaded = read_image(encoded(GREY, "JPEG") + film, name="a.jpg")
    comment = read_image(encoded(GREY, "JPEG", comment=film), name="a.jpg")
    assert np.array_equal(pixels(uploaded), pixels(comment))


def test_a_line_of_pixels_is_refused():
    read_image(encoded(Image.new("L", (1, 100)), "PNG"), name="a")
    message = refusal(encoded(Image.new("L", (1, 101)), "PNG"))
    assert "has 1 × 101 pixels but expected one side to be at most 100 times the other" in message


@pytest.mark.parametrize("chunk", [b"iTXt", b"zTXt"])
def test_a_text_that_unpacks_to_a_bomb_is_refused_at_small_cost(chunk):
    bomb = zlib.compress(bytes(40_000_000))
    head = {b"iTXt": b"k\0\x01\0\0\0", b"zTXt": b"k\0\0"}[chunk]
    good = encoded(RGB, "PNG")
    end = good.rfind(b"IDAT") - 4
    part = struct.pack(">I", len(head + bomb)) + chunk + head + bomb
    data = good[:end] + part + struct.pack(">I", zlib.crc32(chunk + head + bomb)) + good[end:]
    assert refusal(data).startswith("“cat.png” ")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF"])
@pytest.mark.filterwarnings("ignore:Corrupt EXIF:UserWarning")
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_files_that_are_cut_off(file_format, share):
    data = encoded(RGB, file_format, **({"compression": "tiff_lzw"} if file_format == "TIFF" else {}))
    message = refusal(data[: int(share * len(data))], "cut.img")
    assert re.search("damaged, cut off|beginning is damaged", message)


@pytest.mark.parametrize("data", [b"", b"text", png(50_000, 50_000), encoded(RGB, "JPEG")[:200]])
def test_a_refusal_is_one_short_sentence_without_secrets(data):
    message = refusal(
        data, r"C:\Users\anna\..\secret" + "/etc/passwd/" + "x" * 300 + "<script>alert(1)</script>.png"
    )
    assert message.endswith(".")
    assert not re.search(r"\. [A-Z]|\n", message)
    assert len(message) < 260
    assert not re.search(r"anna|secret|passwd|<|>|Traceback|BytesIO|0x|/", message)


# Names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("cat.png", "cat.png"),
        ("/home/anna/cat.png", "cat.png"),
        (r"C:\fakepath\cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("<img src=x onerror=alert(1)>.png", "_img src_x onerror_alert(1)_.png"),
        ("![x](https:evil)`$y$`.png", "_x_(https_evil)_y_.png"),
        ("a\nb\tc\u202egnp.exe\0", "a b c_gnp.exe_"),
        ("e\u0301te\u0301 日本 हिंदी.jpg", "\u00e9t\u00e9 日本 हिंदी.jpg"),
        ("", "unnamed file"),
        ("...", "unnamed file"),
        ("folder/", "unnamed file"),
        ("a" * 100 + ".jpeg", "a" * 27 + "…" + "a" * 7 + ".jpeg"),
    ],
)
def test_names_are_cleaned(name, shown):
    assert display_name(name) == shown
    assert read_image(encoded(RGB, "PNG"), name=name).name == shown


@given(st.text())
def test_any_name_is_safe_and_cleaning_twice_changes_nothing(name):
    shown = display_name(name)
    assert 0 < len(shown) <= 40
    assert shown.isprintable()
    assert not set(shown) & set("/\\<>[]{}`*$#|~:;&%@!?=\"'")


# Threads


def test_threads_decode_at_once_and_leave_pillow_and_the_warning_filters_alone():
    before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters))
    expected = pixels(read_image(encoded(RGB, "PNG"), name="a"))
    good = [encoded(RGB, "PNG"), encoded(RGB, "BMP"), encoded(RGB, "TIFF")]
    bad = [png(50_000, 50_000), png(6000, 5000), b"", encoded(RGB, "JPEG")[:200]]
    barrier = threading.Barrier(8)

    def work(_) -> bool:
        barrier.wait()
        for _ in range(5):
            for data in bad:
                with pytest.raises(UnreadableImageError):
                    read_image(data, name="x")
            if not all(np.array_equal(pixels(read_image(data, name="x")), expected) for data in good):
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(8)))
    assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters)) == before


# Anything at all

SEEDS = [
    encoded(RGB, "PNG", exif=with_orientation(6)),
    encoded(RGB.quantize(8), "PNG", transparency=0),
    encoded(Image.fromarray(RAMP16), "PNG"),
    encoded(RGB, "JPEG", exif=with_orientation(3)),
    encoded(RGB.convert("CMYK"), "JPEG", progressive=True),
    encoded(RGB.convert("RGBA"), "WEBP"),
    encoded(RGB, "WEBP", save_all=True, append_images=[GREY]),
    encoded(RGB, "BMP"),
    encoded(RGB, "GIF", save_all=True, append_images=[GREY.convert("RGB")]),
    encoded(RGB, "TIFF", compression="tiff_lzw"),
    encoded(GREY, "TIFF", save_all=True, append_images=[GREY]),
    encoded(RGB, "TIFF", compression="jpeg"),
    encoded(RGB, "MPO", save_all=True, append_images=[RGB]),
    tiled_tiff(64, 64),
]
SIGNATURES = [seed[:n] for seed in SEEDS for n in (4, 16, 40)]


def assert_an_image_or_a_sentence(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            said: UploadedImage | str = read_image(data, name="fuzz.png", max_pixels=100_000)
        except UnreadableImageError as problem:
            said = str(problem)
    if isinstance(said, str):
        assert said.startswith("“fuzz.png” ")
        return
    assert said.image.mode in ("RGB", "L")
    assert said.image.width * said.image.height <= 100_000


@given(st.sampled_from([b"", *SIGNATURES]), st.binary(max_size=300))
def test_random_bytes_never_raise_anything_else(signature, data):
    assert_an_image_or_a_sentence(signature + data)


@given(st.data())
def test_mutated_files_never_raise_anything_else(data):
    mutated = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, min(len(mutated) - 1, 400))))
        kind = data.draw(st.sampled_from(["set", "cut", "insert", "drop"]))
        piece = data.draw(st.binary(min_size=1, max_size=4))
        if kind == "cut":
            mutated = mutated[: max(at, 12)]
        else:
            mutated[at : at + (len(piece) if kind == "set" else 0 if kind == "insert" else 3)] = (
                b"" if kind == "drop" else piece
            )
    assert_an_image_or_a_sentence(bytes(mutated))
