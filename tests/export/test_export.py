"""What leaves holds our pixels, our labels and nothing else; whatever is planted stays behind or is refused."""

from __future__ import annotations

import io
import json
import shutil
import struct
import subprocess
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from stylize.errors import ExportVerifyFailed, OutOfRange, UnknownChoice
from stylize.export import export
from stylize.export.encode import JPEG, PNG, WEBP
from stylize.export.label import LABELS, xmp_packet
from stylize.export.verify import verify
from stylize.models import ExportOrder, Pixels

NEEDLE = b"NEEDLE-51.5007N-0.1246W"
KINDS = (PNG, JPEG, WEBP)
SIGNATURES = {PNG: b"\x89PNG", JPEG: b"\xff\xd8\xff", WEBP: b"RIFF"}
XMP = xmp_packet(trained=False)


@pytest.fixture(scope="module")
def pixels(portraits: dict[str, bytes]) -> Pixels:
    """A real photo, with needles in everything that Pillow can carry beside it."""
    with Image.open(io.BytesIO(portraits["astronaut"])) as photo:
        rgb = photo.convert("RGB")
    text = NEEDLE.decode()
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Comment", text)
    exif = Image.Exif()
    exif[0x010E] = text
    carrier = io.BytesIO()
    rgb.save(carrier, "PNG", pnginfo=chunks, exif=exif)
    planted = Image.open(carrier)
    planted.load()
    planted.info["comment"] = NEEDLE
    planted.info["xmp"] = NEEDLE
    assert NEEDLE in carrier.getvalue()
    return np.asarray(planted)


def order(media_type: str, quality: int = 92) -> ExportOrder:
    return ExportOrder(media_type=media_type, quality=quality)


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("trained", [True, False])
def test_a_file_holds_the_label_and_no_needle(pixels: Pixels, media_type: str, trained: bool) -> None:
    done = export(pixels, order(media_type), trained=trained)
    assert done.data.startswith(SIGNATURES[media_type])
    assert done.labels == LABELS
    assert NEEDLE not in done.data
    word = b"compositeWithTrainedAlgorithmicMedia" if trained else b"algorithmicMedia"
    assert b"digitalsourcetype/" + word + b'"' in done.data


@pytest.mark.parametrize("media_type", KINDS)
def test_pillow_reads_the_label_back(pixels: Pixels, media_type: str) -> None:
    with Image.open(io.BytesIO(export(pixels, order(media_type), trained=True).data)) as picture:
        description = str(picture.info.get("xmp") or picture.info["XML:com.adobe.xmp"])
        others = set(picture.info) - {"XML:com.adobe.xmp", "xmp", "icc_profile", "srgb"}
    assert "compositeWithTrainedAlgorithmicMedia" in description
    assert not others - {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "loop",
        "background",
        "timestamp",
        "duration",
    }


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
@pytest.mark.parametrize("media_type", KINDS)
def test_exiftool_finds_nothing_else(pixels: Pixels, media_type: str) -> None:
    data = export(pixels, order(media_type), trained=False).data
    read = subprocess.run(["exiftool", "-j", "-G1", "-a", "-u", "-"], input=data, capture_output=True, check=True)
    (tags,) = json.loads(read.stdout)
    groups = {name.partition(":")[0] for name in tags} - {"SourceFile"}
    technical = {"ExifTool", "File", "System", "Composite", "PNG", "JFIF", "RIFF"}
    assert groups - technical <= {"XMP-xmp", "XMP-iptcExt", "XMP-x", "ICC_Profile", "ICC-header", "ICC-chrm"}
    assert tags["XMP-xmp:CreatorTool"] == "Stylize"
    assert tags["XMP-iptcExt:DigitalSourceType"].endswith("/algorithmicMedia")
    assert not [value for value in tags.values() if "NEEDLE" in str(value)]
    assert tags.get("ICC-header:ProfileDateTime", "0000").startswith("0000")


@pytest.mark.parametrize("media_type", KINDS)
def test_equal_pixels_equal_bytes(pixels: Pixels, media_type: str) -> None:
    assert export(pixels, order(media_type), trained=True) == export(pixels.copy(), order(media_type), trained=True)


@settings(deadline=None, max_examples=60)
@given(
    st.sampled_from(KINDS),
    st.integers(1, 100),
    st.integers(1, 90),
    st.integers(1, 90),
    st.sampled_from(["noise", "black and white", "one colour"]),
    st.integers(0, 9999),
)
def test_any_size_and_quality_passes_its_own_check(
    kind: str, quality: int, width: int, height: int, look: str, seed: int
) -> None:
    """Even one pixel of noise at quality 1, of which a lossy file keeps next to nothing."""
    drawn = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    if look == "black and white":
        drawn = np.where(drawn[..., :1] > 127, 255, 0).astype(np.uint8).repeat(3, axis=2)
    elif look == "one colour":
        drawn[:] = drawn[0, 0]
    with Image.open(io.BytesIO(export(drawn, order(kind, quality), trained=False).data)) as picture:
        assert picture.size == (width, height)


def test_jpeg_of_large_noise_is_written_whole() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 1500, 3), np.uint8)
    assert len(export(noise, order(JPEG, 100), trained=False).data) > noise.size


def test_lettering_does_not_fray_in_jpeg() -> None:
    stripes = np.zeros((64, 64, 3), np.uint8)
    stripes[:, ::2] = (255, 0, 0)
    with Image.open(io.BytesIO(export(stripes, order(JPEG), trained=False).data)) as picture:
        off = np.abs(np.asarray(picture).astype(int) - stripes)
    assert off.mean() < 8, "colour is kept at full resolution (4:4:4)"


def test_an_order_that_cannot_be_is_refused(pixels: Pixels) -> None:
    with pytest.raises(UnknownChoice, match="image/png, image/jpeg, image/webp"):
        export(pixels, order("image/gif"), trained=False)
    for quality in (0, 101):
        with pytest.raises(OutOfRange, match="quality"):
            export(pixels, order(PNG, quality), trained=False)


# ---------------------------------------------------------------- the second look


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def _riff(data: bytes) -> bytes:
    return data[:4] + struct.pack("<I", len(data) - 8) + data[8:]


SMUGGLED: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "png-text": (PNG, lambda d: d[:33] + _chunk(b"tEXt", b"Comment\0" + NEEDLE) + d[33:]),
    "png-exif": (PNG, lambda d: d[:33] + _chunk(b"eXIf", NEEDLE) + d[33:]),
    "png-time": (PNG, lambda d: d[:33] + _chunk(b"tIME", b"\x07\xea\x01\x01\0\0\0") + d[33:]),
    "png-second-xmp": (PNG, lambda d: d[:33] + _chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + NEEDLE) + d[33:]),
    "png-other-label": (PNG, lambda d: d.replace(XMP, XMP[:-1] + b" ")),
    "png-bad-checksum": (PNG, lambda d: d[:40] + bytes([d[40] ^ 1]) + d[41:]),
    "png-tail": (PNG, lambda d: d + NEEDLE),
    "png-cut": (PNG, lambda d: d[:-20]),
    "jpeg-comment": (JPEG, lambda d: d[:2] + b"\xff\xfe" + struct.pack(">H", len(NEEDLE) + 2) + NEEDLE + d[2:]),
    "jpeg-exif": (JPEG, lambda d: d[:20] + b"\xff\xe1" + struct.pack(">H", len(NEEDLE) + 2) + NEEDLE + d[20:]),
    "jpeg-app13": (JPEG, lambda d: d[:20] + b"\xff\xed" + struct.pack(">H", len(NEEDLE) + 2) + NEEDLE + d[20:]),
    "jpeg-thumbnail": (JPEG, lambda d: d[:2] + b"\xff\xe0\x00\x13" + d[6:18] + b"\x01\x01abc" + d[20:]),
    "jpeg-tail": (JPEG, lambda d: d + NEEDLE),
    "jpeg-cut": (JPEG, lambda d: d[:-200]),
    "webp-exif": (WEBP, lambda d: _riff(d + b"EXIF" + struct.pack("<I", 24) + NEEDLE + b"\0")),
    "webp-unknown": (WEBP, lambda d: _riff(d + b"NEED" + struct.pack("<I", 4) + b"NEED")),
    "webp-tail": (WEBP, lambda d: d + NEEDLE),
    "webp-cut": (WEBP, lambda d: d[:-40]),
    "nothing": (PNG, lambda d: b""),
}


@pytest.mark.parametrize("way", SMUGGLED)
def test_whatever_is_smuggled_in_is_refused(pixels: Pixels, way: str) -> None:
    media_type, tamper = SMUGGLED[way]
    data = export(pixels, order(media_type), trained=False).data
    assert tamper(data) != data
    verify(data, order(media_type), pixels, XMP)
    with pytest.raises(ExportVerifyFailed) as caught:
        verify(tamper(data), order(media_type), pixels, XMP)
    assert "NEEDLE" not in str(caught.value)


@pytest.mark.parametrize("media_type", KINDS)
def test_other_pixels_are_refused(pixels: Pixels, media_type: str) -> None:
    data = export(pixels, order(media_type), trained=False).data
    other = pixels.copy()
    other[100:180, 100:180] = 255 - other[100:180, 100:180]
    for wrong in (other, pixels[:-1], pixels[:, ::-1]):
        with pytest.raises(ExportVerifyFailed, match="pixels"):
            verify(data, order(media_type), wrong, XMP)


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("quality", [1, 49, 50, 92])
def test_another_picture_is_refused_at_any_quality(pixels: Pixels, media_type: str, quality: int) -> None:
    data = export(pixels, order(media_type, quality), trained=False).data
    for wrong in (255 - pixels, pixels[::-1], np.roll(pixels, 200, axis=1), np.zeros_like(pixels)):
        with pytest.raises(ExportVerifyFailed, match="pixels"):
            verify(data, order(media_type, quality), wrong, XMP)


@pytest.mark.parametrize("media_type", KINDS)
@pytest.mark.parametrize("shape", [(1, 2), (1, 300), (17, 17), (40, 3)])
def test_a_small_picture_is_compared_too(media_type: str, shape: tuple[int, int]) -> None:
    white = np.full((*shape, 3), 255, np.uint8)
    data = export(white, order(media_type), trained=False).data
    with pytest.raises(ExportVerifyFailed, match="pixels"):
        verify(data, order(media_type), np.zeros_like(white), XMP)


def test_a_single_level_is_noticed_in_png(pixels: Pixels) -> None:
    data = export(pixels, order(PNG), trained=False).data
    other = pixels.copy()
    other[0, 0, 0] ^= 1
    with pytest.raises(ExportVerifyFailed, match="pixels"):
        verify(data, order(PNG), other, XMP)


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(KINDS), st.integers(0, 10**6), st.integers(1, 255), st.sampled_from(["flip", "cut", "double"]))
def test_a_damaged_file_is_refused_or_harmless(media_type: str, where: int, flip: int, how: str) -> None:
    """Every damage is refused in PNG; in the others a flipped bit of coded pixels may pass, a needle never could."""
    small = np.random.default_rng(1).integers(0, 256, (24, 40, 3), np.uint8)
    data = export(small, order(media_type), trained=False).data
    at = where % len(data)
    damaged = {
        "flip": data[:at] + bytes([data[at] ^ flip]) + data[at + 1 :],
        "cut": data[:at],
        "double": data[:at] + data[at : at + 40] + data[at:],
    }[how]
    try:
        verify(damaged, order(media_type), small, XMP)
    except ExportVerifyFailed:
        return
    assert media_type != PNG


@pytest.fixture(scope="module")
def figure(pixels: Pixels) -> Pixels:
    """A disc of the photo on nothing; beneath the nothing lies the rest of the photo."""
    height, width = pixels.shape[:2]
    y, x = np.mgrid[:height, :width]
    away = np.hypot(x - width / 2, y - height / 2)
    alpha = np.clip(0.4 * min(height, width) - away, 0, 1) * 255
    return np.dstack([pixels, alpha.astype(np.uint8)])


def test_a_transparent_png_hides_nothing_beneath(figure: Pixels) -> None:
    done = export(figure, order(PNG), trained=False)
    with Image.open(io.BytesIO(done.data)) as picture:
        read = np.asarray(picture)
        assert picture.mode == "RGBA"
        assert set(picture.info) <= {"XML:com.adobe.xmp", "xmp", "srgb"}
    clear = figure[..., 3] == 0
    assert np.any(figure[clear])
    assert not np.any(read[clear])
    assert np.array_equal(read[~clear], figure[~clear])
    assert (done.labels, NEEDLE in done.data) == (LABELS, False)


def test_what_hides_beneath_the_transparent_is_refused(figure: Pixels) -> None:
    buffer = io.BytesIO()
    chunks = PngImagePlugin.PngInfo()
    chunks.add(b"sRGB", b"\x00")
    chunks.add_itxt("XML:com.adobe.xmp", XMP.decode())
    Image.fromarray(figure).save(buffer, "PNG", pnginfo=chunks)
    with pytest.raises(ExportVerifyFailed, match="hidden"):
        verify(buffer.getvalue(), order(PNG), figure, XMP)


def test_alpha_is_part_of_the_picture(figure: Pixels, pixels: Pixels) -> None:
    data = export(figure, order(PNG), trained=False).data
    thicker = figure.copy()
    thicker[..., 3] = np.where(figure[..., 3] > 100, 255, figure[..., 3])
    thicker[figure.shape[0] // 2, figure.shape[1] // 2, 3] = 254
    for wrong in (thicker, pixels):
        with pytest.raises(ExportVerifyFailed, match="pixels"):
            verify(data, order(PNG), wrong, XMP)


@pytest.mark.parametrize("media_type", [JPEG, WEBP])
def test_only_png_can_be_transparent(figure: Pixels, media_type: str) -> None:
    with pytest.raises(UnknownChoice, match=PNG):
        export(figure, order(media_type), trained=False)
