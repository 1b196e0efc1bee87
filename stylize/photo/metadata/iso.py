"""HEIF and AVIF: the libraries that decode them also hand out their metadata; top-level boxes are walked for the rest."""

from __future__ import annotations

import io

import pi_heif
from PIL import AvifImagePlugin

from stylize.photo.formats import Format
from stylize.photo.metadata.blocks import Blocks
from stylize.photo.metadata.words import found, size_words

_CREDENTIALS = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
_USUAL = frozenset({b"ftyp", b"meta", b"mdat", b"moov", b"free", b"skip", b"idat", b"wide"})


def walk(data: bytes, kind: Format) -> Blocks:
    """All metadata of a HEIF or AVIF file; what the library cannot open is left out."""
    blocks = Blocks()
    try:
        if kind is Format.HEIF:
            _from_heif(data, blocks)
        else:
            with AvifImagePlugin.AvifImageFile(io.BytesIO(data)) as image:
                blocks.exif += [image.info["exif"]] if image.info.get("exif") else []
                blocks.xmp += [image.info["xmp"]] if image.info.get("xmp") else []
                blocks.icc = image.info.get("icc_profile") or b""
    except Exception:
        blocks.found.append(found("Metadata", "the file's own directory cannot be read", "other"))
    _boxes(data, blocks)
    return blocks


def _from_heif(data: bytes, blocks: Blocks) -> None:
    container = pi_heif.open_heif(io.BytesIO(data))
    for picture in container:
        info = picture.info
        if info.get("exif"):
            blocks.exif.append(info["exif"])
        if info.get("xmp"):
            blocks.xmp.append(info["xmp"])
        blocks.icc = blocks.icc or info.get("icc_profile") or b""
        for other in info.get("metadata", ()):
            kind = str(other.get("content_type") or other.get("type") or "block")
            size = len(other.get("data") or b"")
            blocks.found.append(found(f"Block {kind}", size_words(size), "other"))
        for side in info.get("thumbnails", ()):
            blocks.found.append(found("Thumbnail", f"a small copy of the picture, {side} pixels", "thumbnail"))
        for _ in info.get("depth_images", ()):
            blocks.found.append(found("Depth picture", "how far away everything was", "thumbnail"))
        for name, ids in (info.get("aux") or {}).items():
            blocks.found.append(found("Helper picture", f"{len(ids)} of {name}", "thumbnail"))
    if len(container) > 1:
        blocks.found.append(found("Second picture", f"{len(container) - 1} more in the file", "thumbnail"))


def _boxes(data: bytes, blocks: Blocks) -> None:
    place = 0
    while place + 8 <= len(data):
        size, kind = int.from_bytes(data[place : place + 4], "big"), data[place + 4 : place + 8]
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size == 0:
            break
        if kind == b"uuid" and data[place + 8 : place + 24] == _CREDENTIALS:
            blocks.found.append(found("Content credentials", "a signed history of the picture (C2PA)", "software"))
        elif kind == b"moov":
            blocks.found.append(found("Film", "a short film or live photo", "thumbnail"))
        elif kind not in _USUAL:
            if not kind.isalnum():
                blocks.found.append(found("Data behind the picture", size_words(len(data) - place), "other"))
                break
            blocks.found.append(found(f"Box {kind.decode('ascii')}", size_words(size), "other"))
        if size < 8:
            break
        place += size
