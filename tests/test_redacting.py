"""A redacted copy of a photo, as a library call, and as a file."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

import stylize
from stylize.errors import ExportVerifyFailed, NoSuchFace
from stylize.export import export, export_photo
from stylize.export.label import PHOTO_LABELS, photo_packet, xmp_packet
from stylize.export.verify import verify
from stylize.models import ExportOrder

KINDS = ("image/png", "image/jpeg", "image/webp")
NEEDLE = b"Needlestreet 51"


@pytest.fixture(scope="module")
def selfie(portraits: dict[str, bytes]) -> bytes:
    exif = Image.Exif()
    exif[0x010E] = NEEDLE.decode()
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(portraits["obama"])) as photo:
        photo.save(buffer, "JPEG", exif=exif, quality=95)
    return buffer.getvalue()


def test_the_photo_is_copied_whole_and_clean(selfie: bytes) -> None:
    done = stylize.redact_photo(selfie, stylize.HideOrder(background="replace"))
    assert (done.size.width, done.size.height) == (910, 1137)
    assert dict(done.hidden)["background"] == 1
    assert NEEDLE not in done.export.data
    assert NEEDLE.decode() not in repr(done)
    kept = stylize.redact_photo(selfie, all_faces=True)
    assert dict(kept.hidden)["face"] >= 1
    assert "background" not in dict(kept.hidden)
    with pytest.raises(NoSuchFace):
        stylize.redact_photo(selfie, face=4)


def test_what_there_is_to_hide_is_told_without_a_face_too() -> None:
    """The regions of a photo of a letter are the reason to look at it."""
    buffer = io.BytesIO()
    Image.fromarray(np.full((300, 400, 3), 130, np.uint8)).save(buffer, "PNG")
    wall = buffer.getvalue()
    report = stylize.inspect_photo(wall)
    assert (report.findings.subject, report.findings.verdict) == (None, "refuse")
    box = stylize.Box(left=10, top=10, right=60, bottom=40)
    done = stylize.redact_photo(wall, stylize.HideOrder(background="keep", boxes=(box,)))
    assert dict(done.hidden)["box"] == 1


def test_a_passer_by_is_not_whom_the_photo_is_about(portraits: dict[str, bytes]) -> None:
    """Whom inspection takes for nobody's subject is hidden, unless somebody says that it is they."""
    with Image.open(io.BytesIO(portraits["obama"])) as near:
        far = near.convert("RGB").resize((73, 91), Image.Resampling.LANCZOS)
    street = Image.new("RGB", (400, 300), (110, 110, 110))
    street.paste(far, (200, 100))
    buffer = io.BytesIO()
    street.save(buffer, "PNG")
    findings = stylize.inspect_photo(buffer.getvalue()).findings
    assert (len(findings.faces), findings.subject, findings.verdict) == (1, None, "refuse")
    assert dict(stylize.redact_photo(buffer.getvalue()).hidden)["face"] == 1
    assert "face" not in dict(stylize.redact_photo(buffer.getvalue(), face=0).hidden)


@pytest.mark.parametrize("media_type", KINDS)
def test_a_copy_says_nothing_of_the_photos_source(media_type: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (40, 50, 3), np.uint8)
    order = ExportOrder(media_type=media_type)
    done = export_photo(pixels, order)
    assert done.labels == PHOTO_LABELS
    assert b'CreatorTool="Stylize"' in done.data
    assert b"igitalSource" not in done.data, "neither a camera's nor a model's"
    for packet in (xmp_packet(trained=False), photo_packet().replace(b"Stylize", b"stylize")):
        with pytest.raises(ExportVerifyFailed):
            verify(done.data, order, pixels, packet)
    with pytest.raises(ExportVerifyFailed):
        verify(export(pixels, order, trained=False).data, order, pixels, photo_packet())
