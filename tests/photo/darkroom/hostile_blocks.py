"""Metadata that loops, swells, nests without end, or names what is not there."""

from __future__ import annotations

import struct
from random import Random

from PIL import Image, ImageCms

from tests.photo.darkroom.hostile import Attack, Maker, noise, saved
from tests.photo.darkroom.hostile_pictures import chunk

_RDF = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    b' xmlns:exif="http://ns.adobe.com/exif/1.0/"><rdf:Description %b</rdf:Description></rdf:RDF></x:xmpmeta>'
)


def carried(rng: Random, kind: str, *, exif: bytes = b"", xmp: bytes = b"", icc: bytes = b"") -> Attack:
    """The block in a JPEG, a PNG or a WebP, as its size allows."""
    image = Image.fromarray(noise(80, 80))
    blocks = {"exif": exif, "xmp": xmp, "icc_profile": icc}
    given = {name: block for name, block in blocks.items() if block}
    small = sum(map(len, given.values())) < 60_000
    carrier = rng.choice(("JPEG", "PNG", "WEBP") if small else ("PNG", "WEBP"))
    if carrier == "PNG":
        data = saved(image, "PNG", icc_profile=icc or None)
        extra = (chunk(b"eXIf", exif) if exif else b"") + (
            chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + xmp) if xmp else b""
        )
        return Attack(kind=kind, body=data[:33] + extra + data[33:])
    return Attack(kind=kind, body=saved(image, carrier, **given))


def tiff(*directories: list[tuple[int, int, int, int]], following: int | None = None) -> bytes:
    """An EXIF block of directories; each entry (tag, type, count, value). `following`: where each says the next one is."""
    data = b"Exif\0\0II*\0" + struct.pack("<I", 8)
    start = 8
    for entries in directories:
        size = 2 + 12 * len(entries) + 4
        data += struct.pack("<H", len(entries)) + b"".join(struct.pack("<HHII", *entry) for entry in entries)
        data += struct.pack("<I", start + size if following is None else following)
        start += size
    return data


def exif_loops(rng: Random) -> Attack:
    """Directories that lead to themselves, to each other, or on and on."""
    block = rng.choice((
        tiff([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x014A, 4, 1, 8)], following=8),
        tiff(*[[(0x8769, 4, 1, 8 + 18 * number)] for number in range(500)]),
        tiff([(0x014A, 4, 10_000, 8)], following=8) + struct.pack("<I", 8) * 10_000,
        tiff([(0x8825, 4, 1, 8), (1, 2, 2, 0x4E), (2, 5, 3, 8), (3, 2, 2, 0x45), (4, 5, 3, 8)]),
    ))  # fmt: skip
    return carried(rng, "EXIF loops", exif=block)


def exif_lies(rng: Random) -> Attack:
    """Counts of thousands of millions, offsets beyond the end, sixty thousand entries, unknown types."""
    block = rng.choice((
        tiff([(0x010F, 2, 2**32 - 1, 8)]), tiff([(0x010F, 2, 100, 2**32 - 20)]), tiff([(0x0112, 3, 1, 60_000)]),
        tiff([(number, 1, 4, 7) for number in range(4000)]), tiff([(0x9286, 7, 40_000, 0)]) + b"UNICODE\0" + rng.randbytes(50_000),
        b"Exif\0\0MM\0*" + rng.randbytes(3000), b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + rng.randbytes(40_000),
        tiff([(0x02BC, 1, 30_000, 60), (0x8649, 1, 30_000, 60), (0x83BB, 1, 30_000, 60), (0x8773, 7, 30_000, 60)]) + rng.randbytes(31_000),
        tiff([(0x0112, 2, 1, 3), (0x0112, 5, 1, 8), (0x8825, 2, 1, 0)]),
    ))  # fmt: skip
    return carried(rng, "EXIF lies", exif=block)


def xmp_entities(rng: Random) -> Attack:
    """A thousand million laughs, in ASCII and in UTF-16, and files from elsewhere."""
    laughs = b'<!DOCTYPE a [<!ENTITY a0 "ha">' + b"".join(
        b'<!ENTITY a%d "%b">' % (level, b"&a%d;" % (level - 1) * 10) for level in range(1, 12)
    ) + b"]>"  # fmt: skip
    outside = b'<!DOCTYPE a [<!ENTITY a11 SYSTEM "file:///etc/hostname"><!ENTITY % b SYSTEM "http://127.0.0.1:9/">%b;]>'
    document = rng.choice((laughs, outside)) + _RDF % b"exif:A='1'>&a11;"
    coded = rng.choice(
        (document, b"\xff\xfe" + document.decode().encode("utf-16-le"), document.decode().encode("utf-16"))
    )
    return carried(rng, "XMP entities", xmp=coded)


def xmp_deep(rng: Random) -> Attack:
    """Elements within elements, attributes by the thousand, texts without end, codes that nobody uses."""
    code = rng.choice(
        (b"idna", b"punycode", b"unicode_escape", b"cp1252", b"rot13", b"no-such", b"utf-7", b"zlib_codec")
    )
    inside = rng.choice((
        b">" + b"<exif:a>" * 90_000 + b"</exif:a>" * 90_000, b">" + b"<exif:a>" * 50_000,
        b" ".join(b'exif:a%d="%d"' % (number, number) for number in range(50_000)) + b">", b">" + b"a" * 3_000_000,
        b'exif:GPSLatitude="99999999999999999999,1N" exif:GPSLongitude="nan,infE">', b'exif:GPSLatitude="' + b"1," * 60_000 + b'N">',
    ))  # fmt: skip
    head = rng.choice((b"", b'<?xml version="1.0" encoding="' + code + b'"?>'))
    return carried(rng, "XMP deep or long", xmp=head + _RDF % inside)


def photoshop_lies(rng: Random) -> Attack:
    """Image resources and IPTC records whose lengths reach beyond the end, or that carry each other."""
    resource = b"8BIM" + struct.pack(
        ">HHI", rng.choice((0x0404, 0x0422, 0x0424, 0x040C)), 0, rng.choice((2**32 - 1, 400))
    )
    iptc = b"\x1c\x02\x50\xff\xff" + rng.randbytes(60) + b"\x1c\x02\x5a\x00\x05Paris" * 3000
    body = b"Photoshop 3.0\0" + rng.choice((resource + iptc, (resource + rng.randbytes(40)) * 500, b"8BIM" * 12_000))
    segment = b"\xff\xed" + struct.pack(">H", min(len(body) + 2, 65_535)) + body[:65_533]
    data = saved(Image.fromarray(noise(80, 80)), "JPEG")
    return Attack(kind="Photoshop and IPTC lies", body=data[:2] + segment * rng.choice((1, 40)) + data[2:])


def icc_broken(rng: Random) -> Attack:
    """Colour profiles with other numbers in them."""
    profile = bytearray(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes().replace(b"s\0R\0G\0B", b"w\0i\0d\0e")
    )
    for _ in range(rng.choice((1, 5, 60))):
        place = rng.choice((rng.randrange(132, 260), rng.randrange(len(profile))))
        profile[place] = rng.choice((0, 1, 0x7F, 0xFF, rng.randrange(256)))
    if rng.random() < 0.3:
        profile[128:132] = struct.pack(">I", rng.choice((2**32 - 1, 100, 5000)))
    return carried(rng, "broken colour profile", icc=bytes(profile))


MAKERS: tuple[Maker, ...] = (
    exif_loops, exif_lies, xmp_entities, xmp_deep, photoshop_lies, icc_broken,
)  # fmt: skip
