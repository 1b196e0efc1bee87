"""Reading: every format and mode comes out upright, in sRGB and new; everything else gets its own sentence."""

from __future__ import annotations

import io
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms

from stylize import errors, photo
from stylize.models import Photo
from stylize.photo.decode import LARGEST_PIXELS, LONGEST_SIDE_PX
from stylize.photo.read import KEPT_SIDE_PX, LARGEST_FILE_BYTES

CAMERA = Path(__file__).parents[1] / "data" / "camera"


def saved(image: Image.Image, file_type: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_type, **options)
    return out.getvalue()


def quadrants(mode: str = "RGB") -> Image.Image:
    """Red above left, green above right, blue below left, white below right."""
    pixels = np.zeros((96, 128, 3), np.uint8)
    pixels[:48, :64] = 200, 30, 30
    pixels[:48, 64:] = 30, 160, 30
    pixels[48:, :64] = 30, 30, 200
    pixels[48:, 64:] = 240, 240, 240
    return Image.fromarray(pixels).convert(mode)


def corner(picture: Photo, *, right: bool, below: bool) -> tuple[int, ...]:
    height, width = picture.pixels.shape[:2]
    y, x = (height * 3 // 4 if below else height // 4), (width * 3 // 4 if right else width // 4)
    return tuple(int(v) for v in picture.pixels[y, x])


@pytest.mark.parametrize(
    ("file_type", "media_type"), [("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("AVIF", "avif")]
)
def test_reads_what_pillow_wrote(file_type: str, media_type: str) -> None:
    picture = photo.read(saved(quadrants(), file_type, quality=95))
    assert picture.media_type == f"image/{media_type}"
    assert picture.pixels.shape == (96, 128, 3)
    assert picture.pixels.dtype == np.uint8
    assert np.abs(np.array(corner(picture, right=False, below=False)) - (200, 30, 30)).max() < 25
    assert picture.pixels.flags.owndata


def test_reads_heif() -> None:
    picture = photo.read((CAMERA / "phone.heic").read_bytes())
    reference = photo.read((CAMERA / "phone.png").read_bytes())
    assert picture.media_type == "image/heif"
    assert np.abs(picture.pixels.astype(int) - reference.pixels).mean() < 6


def test_ids_tell_nothing() -> None:
    data = saved(quadrants(), "PNG")
    assert photo.read(data).id != photo.read(data).id


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("file_type", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_sideways_photos_stand_up(file_type: str, orientation: int) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    image = quadrants()
    if orientation in undo:
        image = image.transpose(undo[orientation])
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = photo.read(saved(image, file_type, exif=exif, quality=95))
    assert picture.pixels.shape == (96, 128, 3)
    for right, below, expected in (
        (False, False, (200, 30, 30)),
        (True, False, (30, 160, 30)),
        (False, True, (30, 30, 200)),
    ):
        assert np.abs(np.array(corner(picture, right=right, below=below)) - expected).max() < 30


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_png_modes(mode: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(np.asarray(quadrants("L")).astype(np.uint16) * 257)
    elif mode == "P":
        image = quadrants().quantize(8)
    else:
        image = quadrants(mode)
    picture = photo.read(saved(image, "PNG"))
    assert picture.pixels.shape == (96, 128, 3)
    assert picture.pixels[60:90, 70:120].mean() > 225
    assert picture.pixels[60:90, 8:56].mean() < 140


def test_cmyk_jpeg() -> None:
    picture = photo.read(saved(quadrants("CMYK"), "JPEG", quality=95))
    assert np.abs(np.array(corner(picture, right=False, below=False)) - (200, 30, 30)).max() < 40


def test_clear_parts_are_seen_on_white() -> None:
    image = quadrants("RGBA")
    alpha = np.full((96, 128), 255, np.uint8)
    alpha[:48, :64] = 0
    image.putalpha(Image.fromarray(alpha))
    assert corner(photo.read(saved(image, "PNG")), right=False, below=False) == (255, 255, 255)


def test_useless_profiles_mean_srgb() -> None:
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    plain = photo.read(saved(quadrants(), "PNG"))
    same = photo.read(
        saved(quadrants(), "PNG", icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    )
    foreign = photo.read(saved(quadrants(), "PNG", icc_profile=lab))
    broken = photo.read(saved(quadrants(), "PNG", icc_profile=b"nonsense"))
    for picture in (same, foreign, broken):
        assert np.array_equal(picture.pixels, plain.pixels)


def test_wide_gamut_becomes_srgb() -> None:
    profile = wide_gamut_profile()
    picture = photo.read(saved(quadrants(), "PNG", icc_profile=profile))
    plain = photo.read(saved(quadrants(), "PNG"))
    red, green, _ = corner(picture, right=True, below=False)
    plain_red, plain_green, _ = corner(plain, right=True, below=False)
    assert red < plain_red
    assert green >= plain_green
    assert min(corner(picture, right=True, below=True)) > 235


def wide_gamut_profile() -> bytes:
    """An ICC profile with the primaries of Display P3, made from an sRGB one by changing its three colourants."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    p3 = {
        b"rXYZ": (0.51512, 0.2412, -0.00105),
        b"gXYZ": (0.29198, 0.69225, 0.04189),
        b"bXYZ": (0.1571, 0.06657, 0.78407),
    }
    for index in range(int.from_bytes(data[128:132], "big")):
        entry = 132 + 12 * index
        name, start = bytes(data[entry : entry + 4]), int.from_bytes(data[entry + 4 : entry + 8], "big")
        if name in p3:
            for axis, value in enumerate(p3[name]):
                data[start + 8 + 4 * axis : start + 12 + 4 * axis] = round(value * 65536).to_bytes(
                    4, "big", signed=True
                )
        if name == b"desc":
            length = int.from_bytes(data[entry + 8 : entry + 12], "big")
            data[start : start + length] = (
                bytes(data[start : start + length])
                .replace(b"s\0R\0G\0B", b"w\0i\0d\0e")
                .replace(b"\0s\0R\0G\0B", b"\0w\0i\0d\0e")
            )
    return bytes(data)


def test_large_photos_are_scaled_down() -> None:
    image = quadrants().resize((5200, 3900))
    picture = photo.read(saved(image, "JPEG", quality=80))
    assert max(picture.pixels.shape) == KEPT_SIDE_PX
    assert np.abs(np.array(corner(picture, right=False, below=True)) - (30, 30, 200)).max() < 25


# ---------------------------------------------------------------- what cannot be read


def refused(data: bytes, kind: type[errors.PhotoError]) -> errors.PhotoError:
    with pytest.raises(kind) as caught:
        photo.read(data)
    assert type(caught.value) is kind
    assert str(caught.value).endswith(".")
    assert "{" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("data", [b"", b"hello", b"\0" * 5000, bytes(range(256)) * 20, b"RIFF\0\0\0\0WAVE"])
def test_no_image(data: bytes) -> None:
    assert "JPEG" in str(refused(data, errors.NotAnImage))


@pytest.mark.parametrize("file_type", ["GIF", "BMP", "TIFF", "ICO", "PDF"])
def test_other_formats_are_named(file_type: str) -> None:
    error = refused(saved(quadrants("P"), file_type), errors.FormatNotSupported)
    assert file_type in str(error)
    assert "JPEG" in str(error)


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b'<?xml version="1.0"?>\n<svg xmlns="http://www.w3.org/2000/svg"/>', "SVG"),
        (b"\0\0\0\x18ftypisom\0\0\2\0isomiso2mp41", "video"),
        (b"\xff\x0a" + b"\0" * 50, "JPEG XL"),
        (b"8BPS\0\1" + b"\0" * 50, "Photoshop"),
    ],
)
def test_other_kinds_are_named(data: bytes, name: str) -> None:
    assert name in str(refused(data, errors.FormatNotSupported))


def test_too_large_a_file() -> None:
    refused(saved(quadrants(), "JPEG") + b"\0" * LARGEST_FILE_BYTES, errors.PhotoTooLarge)


def png_header(width: int, height: int) -> bytes:
    """A PNG that promises more than it holds."""
    import struct
    import zlib

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")
    )


def test_a_palette_that_is_missing() -> None:
    data = saved(quadrants("P"), "PNG")
    refused(data[: data.index(b"PLTE") - 4] + data[data.index(b"IDAT") - 4 :], errors.PhotoTruncated)


def test_bombs_are_refused_by_their_header() -> None:
    refused(png_header(13000, 13000), errors.PhotoSideTooLong)
    refused(png_header(LONGEST_SIDE_PX, LARGEST_PIXELS // LONGEST_SIDE_PX + 1), errors.PhotoTooManyPixels)
    refused(png_header(2**31 - 1, 2**31 - 1), errors.PhotoSideTooLong)


def test_too_small() -> None:
    refused(saved(quadrants().resize((63, 400)), "PNG"), errors.PhotoTooSmall)


@pytest.mark.parametrize("file_type", ["PNG", "WEBP", "AVIF"])
def test_animations(file_type: str) -> None:
    frames = [quadrants().rotate(angle) for angle in (0, 30, 60)]
    data = saved(frames[0], file_type, save_all=True, append_images=frames[1:], duration=80)
    assert "3" in str(refused(data, errors.PhotoAnimated))


@pytest.mark.parametrize("name", ["phone.jpg", "phone.png", "phone.webp", "phone.heic", "phone.avif"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
def test_truncated(name: str, share: float) -> None:
    data = (CAMERA / name).read_bytes()
    refused(data[: int(len(data) * share)], errors.PhotoTruncated)


def test_endless_progressive_scans() -> None:
    data = saved(quadrants(), "JPEG", progressive=True)
    refused(data[:-2] + b"\xff\xda\x00\x08\x01\x01\x00\x00\x00\x00" * 400 + data[-2:], errors.PhotoTruncated)


SEEDS = [path.read_bytes() for path in sorted(CAMERA.glob("phone.*"))]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.sampled_from(SEEDS),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.binary(min_size=1, max_size=6)), min_size=1, max_size=8),
    end=st.floats(0.02, 1),
)
def test_damaged_files_never_surprise(data: bytes, cuts: list[tuple[float, bytes]], end: float) -> None:
    damaged = bytearray(data)
    for where, patch in cuts:
        place = int(where * min(len(damaged), 4000))
        damaged[place : place + len(patch)] = patch
    try:
        picture = photo.read(bytes(damaged[: max(1, int(len(damaged) * end))]))
    except errors.PhotoError:
        return
    assert picture.pixels.ndim == 3


@settings(max_examples=150, deadline=None)
@given(head=st.sampled_from([data[:40] for data in SEEDS] + [b"GIF89a", b""]), tail=st.binary(max_size=400))
def test_random_bytes_never_surprise(head: bytes, tail: bytes) -> None:
    try:
        photo.read(head + tail)
    except errors.PhotoError:
        return
    pytest.fail("random bytes were taken for a photo")


def test_no_third_party_plug_in_takes_part() -> None:
    assert "HEIF" not in Image.OPEN or os.environ.get("PYTEST_XDIST_WORKER")
