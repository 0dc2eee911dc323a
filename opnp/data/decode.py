"""Decode untrusted bytes into images that are safe to show and classify, or explain why not.

Nothing global is touched: Pillow's pixel limit and Python's warning filters belong to the whole process, so
the size is read from the header, which Pillow opens without decoding, and compared here. Threads may decode
at the same time.
"""

import io
import logging
import re
import unicodedata
from dataclasses import dataclass

import numpy as np
from PIL import ExifTags, Image

from opnp.errors import UnreadableImageError

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF")
OWN_FORMATS = (*FORMATS, "PPM")
"""What is read from files of one's own, beside what a visitor may send."""
ON_DISK = "replace or remove the file"
"""What to do about a file of one's own that is no image."""
MAX_PIXELS = 25_000_000
MAX_BYTES = 30_000_000
MAX_ASPECT = 100
"""Longer side over shorter side: a transform that fits the short side would blow a line of pixels up."""
MAX_SCANS = 100
"""Passes of a progressive JPEG: forty bytes ask for one more over all pixels; cameras write about ten."""

_NAME_LENGTH = 40
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MARKER = re.compile(rb"\xff([\x02-\xcf\xd9-\xfe])")  # those that a length follows, and the end
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UploadedImage:
    """An uploaded image.

    Attributes:
        name: Its file name, safe to show.
        image: Mode RGB or L, upright, without metadata.
        note: What was left out or changed on the way, in sentences; None if nothing was.
    """

    name: str
    image: Image.Image
    note: str | None


def read_image(
    data: bytes,
    *,
    name: str,
    max_pixels: int = MAX_PIXELS,
    max_bytes: int = MAX_BYTES,
    formats: tuple[str, ...] = FORMATS,
    remedy: str = "",
) -> UploadedImage:
    """Decode the bytes of an image file; reject everything else.

    The content decides the format, not the name. Of animations and multi-page files the first picture is
    taken. EXIF rotation is applied. Transparent parts are shown on white, as most pages and viewers do. Grey
    of 16 bits is scaled to 8 (65535 becomes 255); grey of 32 bits has no agreed white and is stretched from
    its darkest to its brightest value. Other grey becomes L, all else RGB. Colour profiles are not applied.

    Args:
        data: The file's bytes.
        name: The file's name as the browser sent it; only used in texts, after cleaning.
        max_pixels: Width times height that is still decoded.
        max_bytes: Size of the file that is still looked at.
        formats: What is decoded, by Pillow's names.
        remedy: What to do where there is no image; for an upload by default, to upload another.

    Returns:
        The image.

    Raises:
        UnreadableImageError: If there is nothing safe to decode, with one sentence for the visitor.
    """
    try:
        return _read(data, display_name(name), max_pixels, max_bytes, formats)
    except UnreadableImageError as error:
        raise (UnreadableImageError(error.reason, remedy) if remedy else error) from None


def _read(data: bytes, name: str, max_pixels: int, max_bytes: int, formats: tuple[str, ...]) -> UploadedImage:
    if not data:
        raise UnreadableImageError(f"“{name}” is empty but expected an image", "choose the file again")
    if len(data) > max_bytes:
        raise UnreadableImageError(
            f"“{name}” has {len(data) / 1e6:.1f} MB but expected at most {max_bytes / 1e6:g} MB",
            "upload a smaller copy",
        )
    opened = _open(data, name, max_pixels, formats)
    try:
        _require_modest(opened, data, name, max_pixels)
        image, notes = _decode(opened)
    except UnreadableImageError:
        raise
    except Exception:  # noqa: BLE001 - on hostile bytes decoders raise errors of any type
        _log.info("Could not decode %s", name, exc_info=True)
        raise UnreadableImageError(
            f"“{name}” begins as {opened.format} but expected a whole image: the rest is damaged, cut off "
            "or of a rare kind",
            "upload it again or save it as PNG first",
        ) from None
    return UploadedImage(name, image, " ".join(notes) or None)


def plain_image(image: Image.Image) -> Image.Image:
    """Convert an opened image as `read_image` does one of a file: upright, opaque, 8 bits.

    Raises:
        UnreadableImageError: If its pixels cannot be read.
    """
    try:
        return _decode(image)[0]
    except Exception:  # noqa: BLE001 - decoders raise errors of any type
        raise UnreadableImageError(
            "The image's pixels cannot be read but expected a whole image", "save it as PNG"
        ) from None


def display_name(name: str) -> str:
    """Return a file name that is safe in any text: no folders, no markup, no control characters, 40 at most.

    Example:
        >>> display_name("../../etc/<b>cat</b>.png")
        'b_.png'
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    spaced = " ".join(last.split())
    allowed = "".join(c if unicodedata.category(c)[0] in "LMN" or c in " .,-+()" else "_" for c in spaced)
    clean = re.sub(r"_{2,}", "_", allowed).strip(" .")
    if len(clean) > _NAME_LENGTH:
        clean = f"{clean[: _NAME_LENGTH - 13]}…{clean[-12:]}"
    return clean or "unnamed file"


def _open(data: bytes, name: str, max_pixels: int, formats: tuple[str, ...]) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise UnreadableImageError(
            f"“{name}” claims a giant size but expected at most {max_pixels / 1e6:g} million pixels",
            "upload a smaller copy",
        ) from None
    except Exception:  # noqa: BLE001 - on hostile bytes decoders raise errors of any type
        _log.info("Could not open %s", name, exc_info=True)
        raise UnreadableImageError(
            f"“{name}” is not an image that can be read here, or its beginning is damaged; expected "
            "PNG, JPEG, WebP, BMP, GIF or TIFF",
            "save it as one of these and upload that",
        ) from None


def _require_modest(opened: Image.Image, data: bytes, name: str, max_pixels: int) -> None:
    width, height = opened.size
    if width * height > max_pixels or _tile_pixels(opened) > max_pixels:
        raise UnreadableImageError(
            f"“{name}” has {width} × {height} pixels but expected at most {max_pixels / 1e6:g} million "
            "in all",
            "upload a smaller copy",
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise UnreadableImageError(
            f"“{name}” has {width} × {height} pixels but expected one side to be at most {MAX_ASPECT} times "
            "the other",
            "crop it",
        )
    if opened.format in ("JPEG", "MPO") and _has_too_many_scans(data):
        raise UnreadableImageError(
            f"“{name}” is a JPEG of more than {MAX_SCANS} passes but expected about ten", "save it as PNG"
        )


def _tile_pixels(opened: Image.Image) -> int:
    """Return the pixels of one tile of a TIFF, which may be declared far larger than the image; else 0."""
    tags = getattr(opened, "tag_v2", {})
    width, height = (tags.get(tag, 0) for tag in (ExifTags.Base.TileWidth, ExifTags.Base.TileLength))
    return int(width) * int(height)


def _has_too_many_scans(data: bytes) -> bool:
    """Return whether the first picture in a JPEG has more than MAX_SCANS passes; ignore what follows it."""
    scans, place = 0, 2
    while scans <= MAX_SCANS:
        marker = _MARKER.search(data, place)
        if marker is None or marker[1] == b"\xd9":
            return False
        scans += marker[1] == b"\xda"
        place = marker.end() + int.from_bytes(data[marker.end() : marker.end() + 2])
    return True


def _decode(opened: Image.Image) -> tuple[Image.Image, list[str]]:
    notes = ["Only its first picture is used."] if getattr(opened, "is_animated", False) else []
    opened.load()
    if opened.format == "PPM" and opened.mode == "I":
        opened = opened.convert("I;16")  # Pillow scales every deeper PGM to 0..65535
    upright = _upright(opened, notes)
    image = _eight_bits(upright, notes) if _is_deep(upright) else _opaque(upright, notes)
    image.info.clear()
    return image, notes


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    try:
        turn = _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001 - broken metadata must not cost the picture
        notes.append("Its rotation could not be read, so it is shown as stored.")
        return image
    return image if turn is None else image.transpose(turn)


def _is_deep(image: Image.Image) -> bool:
    return image.mode in ("I", "F") or image.mode.startswith("I;16")


def _eight_bits(image: Image.Image, notes: list[str]) -> Image.Image:
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        return Image.fromarray(((values.astype(np.uint32) + 128) // 257).astype(np.uint8))
    notes.append("Its values were stretched from the darkest to the brightest.")
    low, high = float(values.min()), float(values.max())
    if not np.isfinite([low, high]).all():
        raise ValueError("a pixel is not finite")
    scale = 255 / (high - low) if high > low else 0.0
    return Image.fromarray(np.rint((values.astype(np.float64) - low) * scale).astype(np.uint8))


def _opaque(image: Image.Image, notes: list[str]) -> Image.Image:
    target = "L" if image.mode in ("1", "L", "LA", "La") else "RGB"
    if not image.has_transparency_data:
        return image.convert(target)
    painted = image.convert("RGBA")
    if painted.getchannel("A").getextrema() != (255, 255):
        notes.append("Its transparent parts are shown on white.")
        painted = Image.alpha_composite(Image.new("RGBA", painted.size, "white"), painted)
    return painted.convert(target)
