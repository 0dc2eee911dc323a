import numpy as np
import pytest
from image_files import GREY, RAMP16, RGB, encoded, pixels, refusal, with_orientation
from PIL import Image

from opnp.data.decode import read_image

# Formats


@pytest.mark.parametrize("image", [RGB, GREY], ids=["rgb", "grey"])
@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_deflate"}),
        ("WEBP", {"lossless": True}),
    ],
)
def test_lossless_formats_come_back_exactly(image, file_format, options):
    uploaded = read_image(encoded(image, file_format, **options), name="a.bin")
    expected = image if uploaded.image.mode == image.mode else image.convert(uploaded.image.mode)
    assert uploaded.note is None
    assert np.array_equal(pixels(uploaded), np.asarray(expected))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"subsampling": 0}])
@pytest.mark.parametrize("image", [RGB, GREY], ids=["rgb", "grey"])
def test_jpeg_keeps_its_mode_and_size(image, options):
    smooth = image.resize((4, 4)).resize((64, 48), Image.Resampling.BICUBIC)
    uploaded = read_image(encoded(smooth, "JPEG", quality=95, **options), name="a.jpg")
    assert (uploaded.image.mode, uploaded.image.size, uploaded.note) == (image.mode, (64, 48), None)
    assert np.abs(pixels(uploaded).astype(int) - np.asarray(smooth)).mean() < 8


def test_gif_becomes_rgb():
    uploaded = read_image(encoded(RGB.quantize(16), "GIF"), name="a.gif")
    assert np.array_equal(pixels(uploaded), np.asarray(RGB.quantize(16).convert("RGB")))


@pytest.mark.parametrize("file_format", ["GIF", "WEBP", "PNG", "TIFF"])
def test_the_first_picture_of_many_is_taken_and_said(file_format):
    frames = [Image.new("RGB", (8, 6), colour) for colour in ("red", "blue", "lime")]
    options = {"lossless": True} if file_format == "WEBP" else {}
    data = encoded(frames[0], file_format, save_all=True, append_images=frames[1:], **options)
    uploaded = read_image(data, name="a.gif")
    assert (pixels(uploaded) == (255, 0, 0)).all()
    assert uploaded.note == "Only its first picture is used."


def test_the_two_pictures_of_a_phones_jpeg_are_one():
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "blue")]
    uploaded = read_image(encoded(frames[0], "MPO", save_all=True, append_images=frames[1:]), name="a.jpg")
    assert np.abs(pixels(uploaded).astype(int) - (255, 0, 0)).max() < 8


@pytest.mark.parametrize("name", ["photo.jpg", "photo", "photo.txt", ".png", ""])
def test_the_content_decides_not_the_name(name):
    assert np.array_equal(pixels(read_image(encoded(RGB, "PNG"), name=name)), np.asarray(RGB))


@pytest.mark.parametrize("file_format", ["PPM", "ICO", "TGA", "PCX", "EPS", "PDF", "JPEG2000", "DDS"])
def test_other_formats_are_refused_even_though_pillow_knows_them(file_format):
    assert "is not an image that can be read here" in refusal(encoded(RGB, file_format))


# Modes


@pytest.mark.parametrize(
    ("file_format", "order"), [("PNG", "<"), ("TIFF", "<"), ("TIFF", ">")], ids=["png", "tiff", "big endian"]
)
def test_16_bit_grey_is_scaled_not_clipped(file_format, order):
    if order == ">":
        stored = encoded(Image.frombytes("I;16B", (20, 12), RAMP16.astype(">u2").tobytes()), file_format)
    else:
        stored = encoded(Image.fromarray(RAMP16), file_format)
    uploaded = read_image(stored, name="a")
    assert uploaded.image.mode == "L"
    assert np.array_equal(pixels(uploaded), np.rint(RAMP16 / 257))
    assert (pixels(uploaded).min(), pixels(uploaded).max()) == (0, 255)


@pytest.mark.parametrize("dtype", [np.int32, np.float32])
def test_32_bit_values_are_stretched_and_said(dtype):
    values = np.linspace(-3000, 90_000, 12 * 20).reshape(12, 20).astype(dtype)
    uploaded = read_image(encoded(Image.fromarray(values), "TIFF"), name="a.tif")
    assert np.array_equal(pixels(uploaded), np.rint((values.astype(float) + 3000) * 255 / 93_000))
    assert uploaded.note == "Its values were stretched from the darkest to the brightest."


def test_32_bit_constants_and_values_that_are_no_numbers():
    constant = encoded(Image.fromarray(np.full((4, 4), 7.0, np.float32)), "TIFF")
    assert (pixels(read_image(constant, name="a")) == 0).all()
    for value in (np.nan, np.inf):
        values = np.zeros((4, 4), np.float32)
        values[2, 1] = value
        assert "begins as TIFF" in refusal(encoded(Image.fromarray(values), "TIFF"))


@pytest.mark.parametrize("file_format", ["PNG", "BMP", "TIFF"])
def test_one_bit_becomes_black_and_white(file_format):
    bits = GREY.point(lambda value: 255 * (value > 127)).convert("1")
    uploaded = read_image(encoded(bits, file_format), name="a")
    assert uploaded.image.mode in ("L", "RGB")
    assert np.array_equal(np.asarray(uploaded.image.convert("L")), np.asarray(bits.convert("L")))


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF"])
def test_cmyk_becomes_rgb(file_format):
    red = Image.new("CMYK", (16, 16), (0, 255, 255, 0))
    uploaded = read_image(encoded(red, file_format), name="a")
    assert uploaded.image.mode == "RGB"
    assert np.abs(pixels(uploaded).astype(int) - (255, 0, 0)).max() <= 4


@pytest.mark.parametrize("file_format", ["PNG", "GIF", "BMP", "TIFF"])
def test_palettes_are_looked_up(file_format):
    uploaded = read_image(encoded(RGB.quantize(16), file_format), name="a")
    assert np.array_equal(pixels(uploaded), np.asarray(RGB.quantize(16).convert("RGB")))


@pytest.mark.parametrize(("mode", "value", "shown"), [("RGBA", (0, 0, 200, 51), 244), ("LA", (0, 51), 204)])
@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_transparent_parts_are_composed_on_white(file_format, mode, value, shown):
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    uploaded = read_image(encoded(Image.new(mode, (4, 4), value), file_format, **options), name="a")
    assert uploaded.note == "Its transparent parts are shown on white."
    assert abs(int(pixels(uploaded)[0, 0].reshape(-1)[-1]) - shown) <= 1
    assert uploaded.image.mode == ("L" if mode == "LA" and file_format != "WEBP" else "RGB")


@pytest.mark.parametrize("file_format", ["PNG", "WEBP", "TIFF"])
def test_an_opaque_alpha_channel_changes_nothing(file_format):
    options = {"lossless": True} if file_format == "WEBP" else {}
    uploaded = read_image(encoded(RGB.convert("RGBA"), file_format, **options), name="a")
    assert uploaded.note is None
    assert np.array_equal(pixels(uploaded), np.asarray(RGB))


@pytest.mark.parametrize("mode", ["P", "L", "RGB", "1"])
def test_a_transparent_colour_is_white(mode):
    image = Image.new(mode, (4, 4), 0)
    uploaded = read_image(encoded(image, "PNG", transparency=(0, 0, 0) if mode == "RGB" else 0), name="a")
    assert (pixels(uploaded) == 255).all()


def test_a_gifs_transparent_colour_is_white():
    image = Image.new("P", (4, 4), 1)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((0, 0), 0)
    shown = pixels(read_image(encoded(image, "GIF", transparency=0), name="a"))
    assert (shown[0, 0].tolist(), shown[1, 1].tolist()) == ([255, 255, 255], [255, 0, 0])


# Rotation and metadata


UPRIGHT = {  # what a viewer does to a stored array, by the standard's meaning of row 0 and column 0
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a, 2).swapaxes(0, 1),
    8: lambda a: np.rot90(a, 1),
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize(
    ("file_format", "options"),
    [
        ("PNG", {}),
        ("WEBP", {"lossless": True}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
    ],
)
def test_exif_rotation_is_applied_once_and_metadata_is_gone(file_format, options, orientation):
    uploaded = read_image(encoded(RGB, file_format, exif=with_orientation(orientation), **options), name="a")
    assert np.array_equal(pixels(uploaded), UPRIGHT[orientation](np.asarray(RGB)))
    assert uploaded.image.info == {}
    assert not uploaded.image.getexif()


def test_a_phones_sideways_jpeg_stands_upright():
    uploaded = read_image(encoded(RGB, "JPEG", exif=with_orientation(6)), name="a.jpg")
    assert uploaded.image.size == (12, 20)


def test_16_bit_and_transparent_pictures_are_turned_too():
    deep = read_image(encoded(Image.fromarray(RAMP16), "PNG", exif=with_orientation(6)), name="a")
    assert np.array_equal(pixels(deep), np.rot90(np.rint(RAMP16 / 257), -1))
    clear = read_image(encoded(RGB.convert("RGBA"), "PNG", exif=with_orientation(8)), name="a")
    assert np.array_equal(pixels(clear), np.rot90(np.asarray(RGB)))


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_is_ignored(orientation):
    uploaded = read_image(encoded(RGB, "PNG", exif=with_orientation(orientation)), name="a")
    assert np.array_equal(pixels(uploaded), np.asarray(RGB))


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\x05\0junk", b"junk"]
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_broken_metadata_does_not_cost_the_picture(exif):
    assert np.array_equal(pixels(read_image(encoded(RGB, "PNG", exif=exif), name="a")), np.asarray(RGB))
