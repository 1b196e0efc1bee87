"""Files that mean harm, as many as wanted, the same for the same seed.

`attacks(count, seed)` goes round all kinds: damage done to real photos here, pictures that lie about their size or cost
far more than they weigh in `hostile_pictures`, metadata that loops or swells in `hostile_blocks`, and forms that are none
in `hostile_forms`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image

CAMERA = Path(__file__).parents[2] / "data" / "camera"
_SEAMS = {
    "jpeg": (b"\xff\xd8", b"\xff\xe1", b"\xff\xdb", b"\xff\xc0", b"\xff\xc2", b"\xff\xc4", b"\xff\xda", b"\xff\xd9"),
    "png": (b"IHDR", b"eXIf", b"iTXt", b"tEXt", b"zTXt", b"iCCP", b"IDAT", b"IEND"),
    "webp": (b"VP8X", b"VP8 ", b"VP8L", b"EXIF", b"XMP ", b"ICCP", b"ALPH"),
    "iso": (b"ftyp", b"meta", b"hdlr", b"pitm", b"iinf", b"infe", b"iref", b"iprp", b"ipco", b"ispe", b"hvcC", b"av1C",
            b"colr", b"ipma", b"iloc", b"idat", b"mdat"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Attack:
    """`body` is a bare file, or a form where there is a `boundary`."""

    kind: str
    body: bytes = field(repr=False)
    boundary: str | None = None


Maker = Callable[[Random], Attack]


def attacks(count: int, seed: int) -> Iterator[Attack]:
    """`count` attacks: every kind in turn, each differing from the one before."""
    rng = Random(seed)
    makers = _makers()
    for number in range(count):
        yield makers[number % len(makers)](rng)


def _makers() -> tuple[Maker, ...]:
    from tests.photo.darkroom import hostile_blocks, hostile_forms, hostile_grids, hostile_pictures

    ours = (
        truncated,
        flipped,
        flipped_head,
        spliced,
        overwritten_lengths,
        random_bytes,
        wrong_magic,
        nothing,
        polyglot,
    )
    return (*ours, *hostile_pictures.MAKERS, *hostile_blocks.MAKERS, *hostile_grids.MAKERS, *hostile_forms.MAKERS)


@cache
def originals() -> tuple[tuple[str, bytes], ...]:
    """(family, file): the camera's photos, and one of every sub-kind that Pillow writes."""
    found = []
    for path in sorted(CAMERA.glob("phone.*")):
        family = {".jpg": "jpeg", ".png": "png", ".webp": "webp"}.get(path.suffix, "iso")
        found.append((family, path.read_bytes()))
    image = Image.fromarray(noise(160, 120))
    for family, file_type, mode, options in (
        ("jpeg", "JPEG", "RGB", {"progressive": True}),
        ("jpeg", "JPEG", "CMYK", {"quality": 60}),
        ("png", "PNG", "P", {}),
        ("png", "PNG", "RGBA", {}),
        ("webp", "WEBP", "RGBA", {"lossless": True}),
        ("webp", "WEBP", "RGBA", {"quality": 40}),
        ("iso", "AVIF", "RGBA", {"quality": 40}),
    ):
        found.append((family, saved(image.convert(mode), file_type, **options)))
    return tuple(found)


def saved(image: Image.Image, file_type: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, file_type, **options)
    return out.getvalue()


def noise(width: int, height: int) -> np.ndarray:
    return np.random.default_rng(width * height).integers(0, 256, (height, width, 3), np.uint8)


def seams(family: str, data: bytes) -> list[int]:
    """Places where one part of the file ends and another begins."""
    found = []
    for mark in _SEAMS[family]:
        place = data.find(mark)
        while place >= 0 and len(found) < 200:
            found.append(place)
            place = data.find(mark, place + 1)
    return sorted(found)


def truncated(rng: Random) -> Attack:
    family, data = rng.choice(originals())
    end = rng.choice(seams(family, data)) + rng.randint(-4, 12) if rng.random() < 0.7 else rng.randrange(len(data))
    return Attack(kind="truncated", body=data[: max(0, end)])


def flipped(rng: Random) -> Attack:
    _, data = rng.choice(originals())
    return Attack(kind="bits flipped", body=_flip(rng, data, len(data), rng.choice((1, 4, 30, 300))))


def flipped_head(rng: Random) -> Attack:
    _, data = rng.choice(originals())
    return Attack(kind="bits flipped in the head", body=_flip(rng, data, min(len(data), 1500), rng.choice((1, 3, 12))))


def _flip(rng: Random, data: bytes, end: int, times: int) -> bytes:
    changed = bytearray(data)
    for _ in range(times):
        changed[rng.randrange(end)] ^= 1 << rng.randrange(8)
    return bytes(changed)


def spliced(rng: Random) -> Attack:
    """Parts taken out, doubled, or put in from another file of the family."""
    family, data = rng.choice(originals())
    other = rng.choice([file for kind, file in originals() if kind == family])
    cuts = sorted(rng.choice(seams(family, data)) for _ in range(2))
    theirs = sorted(rng.choice(seams(family, other)) for _ in range(2))
    middle = rng.choice((b"", data[cuts[0] : cuts[1]] * rng.choice((2, 50)), other[theirs[0] : theirs[1]]))
    return Attack(kind="spliced", body=data[: cuts[0]] + middle + data[cuts[1] :])


def overwritten_lengths(rng: Random) -> Attack:
    """Numbers near the seams become 0, the largest, or nearly so."""
    family, data = rng.choice(originals())
    changed = bytearray(data)
    for _ in range(rng.choice((1, 2, 5))):
        place = max(0, rng.choice(seams(family, data)) + rng.choice((-4, 2, 4, 8, 12)))
        patch = rng.choice(
            (b"\0\0\0\0", b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\x80\0\0\0", b"\0\0\0\1", b"\xff\xff")
        )
        changed[place : place + len(patch)] = patch
    return Attack(kind="lengths overwritten", body=bytes(changed[: len(data)]))


def random_bytes(rng: Random) -> Attack:
    return Attack(kind="random bytes", body=rng.randbytes(rng.choice((1, 11, 4096, 3_000_000))))


def wrong_magic(rng: Random) -> Attack:
    """The beginning of one format before the body of another, or before noise."""
    _, head = rng.choice(originals())
    body = rng.choice((rng.randbytes(50_000), rng.choice(originals())[1]))
    return Attack(kind="wrong magic", body=head[: rng.choice((4, 12, 40, 300))] + body)


def nothing(rng: Random) -> Attack:
    return Attack(
        kind="nothing or nearly",
        body=rng.choice((b"", b"\0", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP")),
    )


def polyglot(rng: Random) -> Attack:
    """A photo that is something else as well, before or behind."""
    _, data = rng.choice(originals())
    other = rng.choice((
        b"%PDF-1.7\n1 0 obj<</OpenAction<</S/JavaScript/JS(app.alert(1))>>>>endobj\n",
        b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"PK\x03\x04" + rng.randbytes(300) + b"PK\x05\x06" + b"\0" * 18,
        b"GIF89a" + rng.randbytes(60), b"<html><script>location=1</script>", b"#!/bin/sh\nexit\n", b"\x7fELF" + rng.randbytes(99),
    ))  # fmt: skip
    return Attack(kind="polyglot", body=rng.choice((data + other, other + data, data[:40] + other + data[40:])))
