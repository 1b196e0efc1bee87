"""What a decoder answers, written and read again.

    4 bytes: length of the header | header: JSON without any value of the file | pixels | report: JSON with the values

The side that reads trusts nothing: whoever answers may have been taken over by the photo. A header that is not exactly
what a sound decoder would have written is DecoderStopped, and nothing larger than the limits is ever made room for.
"""

from __future__ import annotations

import json
import re
import struct
from collections import Counter
from dataclasses import asdict, dataclass, field
from string import Formatter

from stylize.errors import DecoderStopped, PhotoError
from stylize.models import Found, Photo
from stylize.photo.formats import NAMES, REFUSED_NAMES, Format
from stylize.photo.metadata.place import Place
from stylize.photo.metadata.words import GROUPS
from stylize.photo.read import KEPT_SIDE_PX

LENGTH = struct.Struct(">I")
LONGEST_HEADER_BYTES = 4096
LARGEST_REPORT_BYTES = 4_000_000
MOST_FOUND = 2000
LONGEST_NAME, LONGEST_VALUE = 80, 400

_WORDS = REFUSED_NAMES | {NAMES, "too many"}
_FIGURE = re.compile(r"(> )?[0-9]{1,6}(\.[0-9])?")
_LARGEST_NUMBER = 10**12


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What follows it: `height` × `width` × 3 bytes of pixels, then `report_bytes` of report. `found` has groups only."""

    width: int
    height: int
    media_type: str
    found: tuple[Found, ...] = field(repr=False)
    report_bytes: int


def write_photo(photo: Photo, place: Place | None) -> list[memoryview]:
    """The pieces of an answer, to be sent one after the other."""
    found = [asdict(one) for one in photo.found[:MOST_FOUND]]
    report = json.dumps({"found": found, "place": asdict(place) if place else None}, ensure_ascii=False)
    blob = report.encode("utf-8", "replace")
    header = {
        "width": photo.pixels.shape[1],
        "height": photo.pixels.shape[0],
        "media_type": photo.media_type,
        "groups": Counter(one["group"] for one in found),
        "report_bytes": len(blob),
    }
    return [memoryview(_frame(header)), photo.pixels.data.cast("B"), memoryview(blob)]


def write_refusal(error: PhotoError) -> list[memoryview]:
    """An error as its slug and its facts."""
    return [memoryview(_frame({"slug": error.slug, "facts": error.facts}))]


def _frame(header: dict[str, object]) -> bytes:
    written = json.dumps(header).encode("ascii")
    return LENGTH.pack(len(written)) + written


def read_length(raw: bytearray) -> int:
    """The length of a header. Raises DecoderStopped for one that is too long."""
    length = int(LENGTH.unpack(raw)[0])
    if not 2 <= length <= LONGEST_HEADER_BYTES:
        raise DecoderStopped
    return length


def read_header(raw: bytearray) -> Header:
    """What an answer holds. Raises the PhotoError that it carries, or DecoderStopped where it is not sound."""
    try:
        told = json.loads(raw.decode("ascii"))
    except (ValueError, RecursionError):
        raise DecoderStopped from None
    if not isinstance(told, dict):
        raise DecoderStopped
    if told.keys() == {"slug", "facts"}:
        raise _refusal(told["slug"], told["facts"])
    if told.keys() != {"width", "height", "media_type", "groups", "report_bytes"}:
        raise DecoderStopped
    if told["media_type"] not in [kind.value for kind in Format]:
        raise DecoderStopped
    return Header(
        width=_whole(told["width"], 1, KEPT_SIDE_PX),
        height=_whole(told["height"], 1, KEPT_SIDE_PX),
        media_type=told["media_type"],
        found=_groups(told["groups"]),
        report_bytes=_whole(told["report_bytes"], 2, LARGEST_REPORT_BYTES),
    )


def read_found(report: bytearray, groups: tuple[Found, ...]) -> tuple[Found, ...]:
    """The findings of a report, values and all. Raises DecoderStopped unless they are those that `groups` counts."""
    try:
        told = json.loads(report.decode("utf-8"))["found"]
        findings = tuple(Found(group=one["group"], name=one["name"], value=one["value"]) for one in told)
    except (ValueError, RecursionError, TypeError, LookupError):
        raise DecoderStopped from None
    for one, expected in zip(findings, groups, strict=False):
        if one.group != expected.group or not _text(one.name, LONGEST_NAME) or not _text(one.value, LONGEST_VALUE):
            raise DecoderStopped
    if len(findings) != len(groups):
        raise DecoderStopped
    return findings


def _text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _whole(value: object, least: int, most: int) -> int:
    if type(value) is not int or not least <= value <= most:
        raise DecoderStopped
    return value


def _groups(told: object) -> tuple[Found, ...]:
    """One nameless finding for each that was counted, in the order of GROUPS."""
    if not isinstance(told, dict) or not told.keys() <= set(GROUPS):
        raise DecoderStopped
    counts = {group: _whole(count, 0, MOST_FOUND) for group, count in told.items()}
    if sum(counts.values()) > MOST_FOUND:
        raise DecoderStopped
    return tuple(Found(group=group, name="", value="") for group in GROUPS for _ in range(counts.get(group, 0)))


def _refusal(slug: object, facts: object) -> PhotoError:
    """The error of that slug, its facts checked: numbers, and words that are ours."""
    kind = {kind.slug: kind for kind in _kinds(PhotoError)}.get(slug if isinstance(slug, str) else "")
    if kind is None or not isinstance(facts, dict):
        return DecoderStopped()
    gaps = {name for _, name, _, _ in Formatter().parse(kind.sentence) if name}
    sound = facts.keys() == gaps and all(_is_ours(value) for value in facts.values())
    return kind(**facts) if sound else DecoderStopped()


def _kinds(kind: type[PhotoError]) -> set[type[PhotoError]]:
    """The errors that a decoder may raise: those below `kind` that have a sentence of their own."""
    below = {error for child in kind.__subclasses__() for error in _kinds(child)}
    return below | ({kind} if "sentence" in vars(kind) else set())


def _is_ours(value: object) -> bool:
    if type(value) is int or type(value) is float:
        return 0 <= value <= _LARGEST_NUMBER
    return isinstance(value, str) and (value in _WORDS or _FIGURE.fullmatch(value) is not None)
