"""Image files made in memory, good and hostile."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import ExifTags, Image

from opnp.data.decode import UploadedImage, read_image
from opnp.errors import UnreadableImageError

RGB = Image.fromarray(np.random.default_rng(0).integers(0, 256, (12, 20, 3), dtype=np.uint8))
GREY = RGB.convert("L")
RAMP16 = np.linspace(0, 65535, 12 * 20).astype(np.uint16).reshape(12, 20)


def encoded(image: Image.Image, file_format: str, **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, file_format, **options)
    return buffer.getvalue()


def png(width: int, height: int, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of the given header and chunks; nothing else need fit."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [(b"IHDR", header), *chunks, (b"IEND", b"")]
    body = (struct.pack(">I", len(d)) + t + d + struct.pack(">I", zlib.crc32(t + d)) for t, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(body)


def tiled_tiff(side: int, tile: int) -> bytes:
    data = zlib.compress(bytes(tile * tile if tile <= 64 else 100))
    data += b"\0" * (len(data) % 2)
    tags = {
        256: side,
        257: side,
        258: 8,
        259: 8,
        262: 1,
        277: 1,
        322: tile,
        323: tile,
        324: 8,
        325: len(data),
    }
    entries = b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags.items())
    head = b"II*\0" + struct.pack("<I", 8 + len(data))
    return head + data + struct.pack("<H", len(tags)) + entries + bytes(4)


def progressive_jpeg(extra_scans: int) -> bytes:
    data = encoded(GREY, "JPEG", progressive=True)
    last = data[data.rfind(b"\xff\xda") : -2]
    return data[:-2] + last * extra_scans + b"\xff\xd9"


def pixels(uploaded: UploadedImage) -> np.ndarray:
    return np.asarray(uploaded.image)


def refusal(data: bytes, name: str = "cat.png", **limits) -> str:
    with pytest.raises(UnreadableImageError) as caught:
        read_image(data, name=name, **limits)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    return str(caught.value)


def with_orientation(value: int) -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = value
    exif[ExifTags.Base.Make] = "a camera"
    return exif
