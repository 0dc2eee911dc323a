"""A small picture of an image file, as text that a page can hold."""

import base64
import io
from pathlib import Path

from opnp.data.decode import MAX_BYTES, read_image
from opnp.errors import UnreadableImageError

SIDE = 160


def thumbnail(path: Path) -> str | None:
    """Return a JPEG of at most 160 × 160 pixels as a data URI; None where there is no image at hand."""
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:
            return None
        image = read_image(path.read_bytes(), name=path.name).image
    except (OSError, ValueError, UnreadableImageError):
        return None
    image.thumbnail((SIDE, SIDE))
    data = io.BytesIO()
    image.save(data, "JPEG", quality=85)
    return f"data:image/jpeg;base64,{base64.b64encode(data.getvalue()).decode()}"
