"""Photos in, pictures out: sizes are looked at before reading, files appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from stylize.errors import FileExists, FileNotWritten, FileUnreadable, PhotoTooLarge, UnknownChoice
from stylize.photo.read import LARGEST_FILE_BYTES

STREAM = "-"
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp"}
SHEETS = ".pdf"
RECEIPTS = (".json", ".txt")
_MEGABYTE = 1_000_000


def read_photo(place: str) -> bytes:
    """The bytes of a file, or of stdin for "-". Raises FileUnreadable, or PhotoTooLarge before it is read."""
    if place == STREAM:
        return _bounded(sys.stdin.buffer.read(LARGEST_FILE_BYTES + 1))
    try:
        with Path(place).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if size > LARGEST_FILE_BYTES:
                raise _too_large(size)
            return _bounded(file.read(LARGEST_FILE_BYTES + 1))
    except OSError as problem:
        raise FileUnreadable(why=_reason(problem)) from None


def media_type_of(place: str, named: str | None) -> str:
    """By `named` ("png", "jpg", "webp") if given, else by the file's ending; PNG for stdout. Raises UnknownChoice."""
    ending = f".{named}" if named else (".png" if place == STREAM else Path(place).suffix.lower())
    if ending not in MEDIA_TYPES:
        raise UnknownChoice(kind="file type", choices=", ".join(MEDIA_TYPES))
    return MEDIA_TYPES[ending]


def check_place(place: str, *, force: bool) -> None:
    """Refuse, before any work, a place that cannot be written. Raises FileExists or FileNotWritten."""
    if place == STREAM:
        return
    path = Path(place)
    if path.is_dir():
        raise FileNotWritten(why="that is a folder")
    if os.path.lexists(path) and not force:
        raise FileExists
    if not path.parent.is_dir():
        raise FileNotWritten(why="there is no such folder")
    if not os.access(path.parent, os.W_OK):
        raise FileNotWritten(why="the folder may not be written to")


def check_receipt(place: str, *, force: bool) -> None:
    """As `check_place`; and its ending says how it is written. Raises UnknownChoice for others."""
    if Path(place).suffix.lower() not in RECEIPTS:
        raise UnknownChoice(kind="file type of a receipt", choices=", ".join(RECEIPTS))
    check_place(place, force=force)


def check_sheets(place: str, *, force: bool) -> None:
    """As `check_place`; and it must end in .pdf. Raises UnknownChoice for others."""
    if Path(place).suffix.lower() != SHEETS:
        raise UnknownChoice(kind="file type of printed sheets", choices=SHEETS)
    check_place(place, force=force)


def write_whole(place: str, data: bytes, *, force: bool) -> None:
    """Write to a file that nobody else may read, or to stdout for "-".

    The bytes go to a nameless neighbour first, reach the disk, and only then get their name, so a file of that name is
    always whole. Raises FileExists or FileNotWritten; nothing is left behind then.
    """
    if place == STREAM:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    path = Path(place)
    part = path.parent / f".{secrets.token_hex(8)}.part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if os.path.lexists(path) and not force:
            raise FileExists
        part.replace(path)
    except OSError as problem:
        raise FileNotWritten(why=_reason(problem)) from None
    finally:
        part.unlink(missing_ok=True)


def _bounded(data: bytes) -> bytes:
    if len(data) > LARGEST_FILE_BYTES:
        raise _too_large(len(data))
    return data


def _too_large(size: int) -> PhotoTooLarge:
    return PhotoTooLarge(megabytes=round(size / _MEGABYTE, 1), limit=LARGEST_FILE_BYTES // _MEGABYTE)


def _reason(problem: OSError) -> str:
    """The system's own words for an errno, without the file's name."""
    return os.strerror(problem.errno).lower() if problem.errno else "the system refused"
