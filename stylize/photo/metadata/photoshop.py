"""Photoshop's image resources and the IPTC-IIM record in them (IPTC-NAA Information Interchange Model 4.2)."""

from __future__ import annotations

from collections.abc import Iterator

from stylize.models import Found
from stylize.photo.metadata.words import found, size_words

_IPTC, _THUMBNAILS, _EXIF, _XMP, _ICC = 0x0404, (0x0409, 0x040C), (0x0422, 0x0423), 0x0424, 0x040F
_NAMES = {
    5: "ObjectName", 7: "EditStatus", 10: "Urgency", 12: "SubjectReference", 15: "Category",
    20: "SupplementalCategory", 22: "FixtureIdentifier", 25: "Keywords", 26: "ContentLocationCode",
    27: "ContentLocationName", 30: "ReleaseDate", 35: "ReleaseTime", 37: "ExpirationDate", 40: "SpecialInstructions",
    55: "DateCreated", 60: "TimeCreated", 62: "DigitalCreationDate", 63: "DigitalCreationTime",
    65: "OriginatingProgram software", 70: "ProgramVersion", 80: "Byline", 85: "BylineTitle", 90: "City",
    92: "Sublocation", 95: "ProvinceState", 100: "CountryCode", 101: "CountryName", 103: "OriginalTransmissionReference",
    105: "Headline", 110: "Credit", 115: "Source", 116: "CopyrightNotice", 118: "Contact", 120: "Caption",
    121: "LocalCaption", 122: "CaptionWriter",
}  # fmt: skip
_SILENT = frozenset({(1, 90), (2, 0), (1, 0)})


def resources(block: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, data) of each image resource; ends where the block is damaged."""
    place = block.find(b"8BIM")
    while place >= 0 and place + 12 <= len(block) and block[place : place + 4] in (b"8BIM", b"MeSa", b"PHUT", b"AgHg"):
        number = int.from_bytes(block[place + 4 : place + 6], "big")
        name_end = place + 7 + block[place + 6]
        name_end += (name_end - place) % 2
        size = int.from_bytes(block[name_end : name_end + 4], "big")
        yield number, block[name_end + 4 : name_end + 4 + size]
        place = name_end + 4 + size + size % 2


def read(block: bytes) -> tuple[list[Found], dict[str, bytes]]:
    """(everything found, blocks of other kinds that were inside: exif, xmp, icc)."""
    findings: list[Found] = []
    inside: dict[str, bytes] = {}
    for number, data in resources(block):
        if number == _IPTC:
            findings += read_iptc(data)
        elif number in _THUMBNAILS:
            findings.append(found("Thumbnail", f"a small copy of the picture, {size_words(len(data))}", "thumbnail"))
        elif number in _EXIF:
            inside["exif"] = data
        elif number == _XMP:
            inside["xmp"] = data
        elif number == _ICC:
            inside["icc"] = data
        else:
            readable = data.decode("utf-8", "replace")
            value = readable if len(readable) > 3 and readable.isprintable() else size_words(len(data))
            findings.append(found(f"Photoshop resource {number}", value, "software"))
    return findings, inside


def read_iptc(data: bytes) -> list[Found]:
    """Every data set of an IPTC-IIM record."""
    findings: list[Found] = []
    place = 0
    while place + 5 <= len(data) and data[place] == 0x1C:
        record, number = data[place + 1], data[place + 2]
        size = int.from_bytes(data[place + 3 : place + 5], "big")
        start = place + 5
        if size & 0x8000:
            wide = size & 0x7FFF
            size, start = int.from_bytes(data[start : start + wide], "big"), start + wide
        value = data[start : start + size]
        if (record, number) not in _SILENT:
            name = _NAMES.get(number, f"IPTC {record}:{number:03}") if record == 2 else f"IPTC {record}:{number:03}"
            findings.append(found(name, _decode(value)))
        place = start + size
    return findings


def _decode(value: bytes) -> str:
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
