"""Letters of Pillow's built-in font, drawn in the manner of MNIST: light strokes on black."""

import math
import string

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

from opnp.experiments.builtin.synthetic.streams import streams

_GLYPH = 160  # pixels of the longer side of a letter before it is placed
_MARGIN = 80


def letters(n: int, seed: int, size: int = 28) -> npt.NDArray[np.uint8]:
    """Draw random letters A–Z and a–z under random scale, rotation (± 25°) and shift (± 1/10 of the side).

    As in MNIST a letter first fills a box of 20/28 of the side by its longer dimension; the scale then varies
    by 0.75 to 1.05. Bytes depend on the version of Pillow, which brings the font and the rasteriser.

    Args:
        n: Number of images.
        seed: Same seed, same bytes; the first images do not depend on `n`.
        size: Side in pixels.

    Returns:
        (n, size, size) uint8, black background.

    Raises:
        InvalidSettingError: If an argument is out of range.
    """
    glyphs = [_glyph(letter) for letter in string.ascii_letters]
    random = streams(n, seed, size)
    images = np.empty((n, size, size), dtype=np.uint8)
    for index, rng in enumerate(random):
        glyph = glyphs[rng.integers(len(glyphs))]
        scale = rng.uniform(0.75, 1.05) * 20 / 28 * size / _GLYPH
        angle = math.radians(rng.uniform(-25, 25))
        shift_x, shift_y = rng.uniform(-0.1, 0.1, 2) * size
        images[index] = _placed(glyph, size, scale, angle, shift_x, shift_y)
    return images


def _glyph(letter: str) -> Image.Image:
    """Draw a letter in white, its longer side `_GLYPH` pixels, centred on a black square."""
    font = ImageFont.load_default(size=2 * _GLYPH)
    left, top, right, bottom = font.getbbox(letter)
    drawn = Image.new("L", (math.ceil(right - left), math.ceil(bottom - top)))
    ImageDraw.Draw(drawn).text((-left, -top), letter, fill=255, font=font)
    fitted = drawn.crop(drawn.getbbox())
    ratio = _GLYPH / max(fitted.size)
    fitted = fitted.resize((max(1, round(fitted.width * ratio)), max(1, round(fitted.height * ratio))))
    side = _GLYPH + 2 * _MARGIN
    square = Image.new("L", (side, side))
    square.paste(fitted, ((side - fitted.width) // 2, (side - fitted.height) // 2))
    return square


def _placed(
    glyph: Image.Image, size: int, scale: float, angle: float, shift_x: float, shift_y: float
) -> npt.NDArray[np.uint8]:
    """Scale, rotate and shift a glyph from the middle, drawn four times finer and then averaged."""
    fine = 4 * size
    a, b = math.cos(angle) / (4 * scale), math.sin(angle) / (4 * scale)
    x, y = fine / 2 + 4 * shift_x, fine / 2 + 4 * shift_y
    middle = glyph.width / 2
    inverse = (a, b, middle - a * x - b * y, -b, a, middle + b * x - a * y)
    placed = glyph.transform((fine, fine), Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR)
    return np.asarray(placed.reduce(4))
