import base64
import io
import os

import pytest
from PIL import Image

from opnp.monitor.thumbnail import SIDE, thumbnail


@pytest.mark.parametrize(
    ("mode", "size", "small"), [("L", (28, 28), (28, 28)), ("RGBA", (800, 400), (160, 80))]
)
def test_a_picture_is_made_small(tmp_path, mode, size, small):
    Image.new(mode, size).save(tmp_path / "a.png")
    head, _, data = thumbnail(tmp_path / "a.png").partition(",")
    made = Image.open(io.BytesIO(base64.b64decode(data)))
    assert head == "data:image/jpeg;base64"
    assert (made.size, made.format, SIDE) == (small, "JPEG", 160)


def test_what_is_no_image_at_hand_has_none(tmp_path):
    (tmp_path / "text.png").write_text("no image")
    os.mkfifo(tmp_path / "pipe.png")
    for name in ("text.png", "pipe.png", "gone.png", ".", "a" * 300, "nul\0"):
        assert thumbnail(tmp_path / name) is None
