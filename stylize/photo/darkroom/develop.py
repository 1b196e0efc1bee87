"""The life of a decoder: into its cell, one photo, one answer, the end.

It is born for one photo and dies with it, so that nothing of the file stays in any memory. Before it reads the first
byte it has given up everything but its two pipes.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import NoReturn

from stylize.errors import DecoderStopped, PhotoError, PhotoTooLarge, WallMissing
from stylize.photo.darkroom import wire
from stylize.photo.darkroom.form import take_file
from stylize.photo.darkroom.limits import DRAINED_BYTES, LARGEST_BODY_BYTES, Limits, too_hard
from stylize.photo.formats import Format
from stylize.photo.metadata.report import locate
from stylize.photo.read import LARGEST_FILE_BYTES, read
from stylize.privacy.cell import enter_cell

_CHUNK_BYTES = 1 << 18


def develop(source: int, answer: int, boundary: bytes | None, limits: Limits) -> NoReturn:
    """Read a photo from the descriptor `source` until its end, write the answer to `answer`, and be gone.

    `boundary`: of the form around the photo, None for a bare file.
    """
    try:
        try:
            pieces = _answer(source, boundary, limits)
        except MemoryError:
            pieces = wire.write_refusal(too_hard(limits))
        except PhotoError as refusal:
            pieces = wire.write_refusal(refusal)
        except BaseException:  # whatever a stranger's file brings about, its words go nowhere
            pieces = wire.write_refusal(DecoderStopped())
        with suppress(OSError):
            for piece in pieces:
                _send(answer, piece)
    finally:
        os._exit(0)


def _answer(source: int, boundary: bytes | None, limits: Limits) -> list[memoryview]:
    try:
        enter_cell(memory_bytes=limits.memory_bytes, cpu_seconds=limits.cpu_seconds)
    except WallMissing:
        if limits.walled:
            raise
    untrusted_bytes = receive(source)
    if boundary is not None:
        untrusted_bytes = take_file(untrusted_bytes, boundary)
    taken = read(untrusted_bytes)
    return wire.write_photo(taken, locate(untrusted_bytes, Format(taken.media_type)))


def receive(source: int) -> bytes:
    """Everything up to the end. Raises PhotoTooLarge, after the rest was listened to as well: a browser that may not
    send its photo to the end does not hear the answer.
    """
    parts: list[bytes] = []
    total = 0
    while total <= DRAINED_BYTES and (part := os.read(source, _CHUNK_BYTES)):
        total += len(part)
        if total <= LARGEST_BODY_BYTES:
            parts.append(part)
        else:
            parts.clear()
    if total > LARGEST_BODY_BYTES:
        size = f"{total / 1e6:.1f}" if total <= DRAINED_BYTES else f"> {DRAINED_BYTES // 1_000_000}"
        raise PhotoTooLarge(megabytes=size, limit=LARGEST_FILE_BYTES // 1_000_000)
    return b"".join(parts)


def _send(answer: int, piece: memoryview) -> None:
    while piece:
        piece = piece[os.write(answer, piece) :]
