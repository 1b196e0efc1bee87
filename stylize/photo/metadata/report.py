"""Everything a file tells beside its picture, in plain words."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from PIL import ImageCms

from stylize.models import Found
from stylize.photo.formats import Format
from stylize.photo.metadata import chunks, exif, iso, jpeg, photoshop, place, xmp
from stylize.photo.metadata.blocks import Blocks
from stylize.photo.metadata.words import GROUPS, found

_MOST = 2000


def report(untrusted_bytes: bytes, kind: Format) -> tuple[Found, ...]:
    """Every tag found in the file, grouped: place, time, device, person, software, thumbnail, colour, other.

    EXIF (all directories), XMP, IPTC and Photoshop's blocks, comments, text chunks, the ICC profile, embedded pictures
    and films, and whatever else hangs on. Never raises: a damaged block tells what can be read of it.
    """
    blocks = _read(untrusted_bytes, kind)
    return tuple(sorted(blocks.found, key=lambda one: GROUPS.index(one.group))[:_MOST])


def locate(untrusted_bytes: bytes, kind: Format) -> place.Place | None:
    """Where the photo was taken, by its EXIF or else its XMP. Never raises."""
    blocks = _read(untrusted_bytes, kind)
    with suppress(Exception):  # a damaged block names no place
        for located in (*map(place.from_exif, blocks.exif), *map(place.from_xmp, blocks.xmp)):
            if located is not None:
                return located
    return None


def _read(untrusted_bytes: bytes, kind: Format) -> Blocks:
    """Every block in the file, those inside of others too, and in `found` what they all tell."""
    blocks = _walk(untrusted_bytes, kind)
    findings = blocks.found
    for block in blocks.photoshop:
        with _damage_told(findings):
            told, inside = photoshop.read(block)
            findings += told
            _take(inside, blocks)
    for block in blocks.exif:
        with _damage_told(findings):
            told, inside = exif.read(block)
            findings += told
            _take(inside, blocks)
            findings += photoshop.read(inside["photoshop"])[0] if "photoshop" in inside else []
    for block in blocks.iptc:
        with _damage_told(findings):
            findings += photoshop.read_iptc(block)
    for block in blocks.xmp:
        with _damage_told(findings):
            findings += xmp.read(block)
    findings += _profile(blocks.icc)
    return blocks


@contextmanager
def _damage_told(findings: list[Found]) -> Iterator[None]:
    """A block too damaged to be read is still told of: the report is never the reason why a photo is refused."""
    try:
        yield
    except Exception:
        findings.append(found("Damaged block", "there is something that cannot be read", "other"))


def _walk(data: bytes, kind: Format) -> Blocks:
    blocks = Blocks()
    with _damage_told(blocks.found):
        if kind is Format.JPEG:
            blocks = jpeg.walk(data)
        elif kind is Format.PNG:
            blocks = chunks.walk_png(data)
        elif kind is Format.WEBP:
            blocks = chunks.walk_webp(data)
        else:
            blocks = iso.walk(data, kind)
    return blocks


def _take(inside: dict[str, bytes], blocks: Blocks) -> None:
    """Blocks found inside of others are read as if they had stood alone."""
    if "exif" in inside:
        blocks.exif.append(inside["exif"])
    if "xmp" in inside:
        blocks.xmp.append(inside["xmp"])
    if "iptc" in inside:
        blocks.iptc.append(inside["iptc"])
    blocks.icc = blocks.icc or inside.get("icc", b"")


def _profile(icc: bytes) -> list[Found]:
    """What a colour profile says of itself: screens and scanners are told by it."""
    if not icc:
        return []
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile
        fields = {
            "Colour profile": profile.profile_description,
            "Colour profile copyright": profile.copyright,
            "Colour profile maker": profile.manufacturer,
            "Colour profile model": profile.model,
        }
    except (OSError, ImageCms.PyCMSError, ValueError, TypeError):
        return [found("Colour profile", "one that cannot be read", "colour")]
    return [found(name, value, "colour") for name, value in fields.items() if value] or [
        found("Colour profile", "one without a name", "colour")
    ]
