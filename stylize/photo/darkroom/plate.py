"""A photo on its way through a decoder: poured in by its server, handed out as pixels and a report."""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from io import FileIO
from types import TracebackType
from typing import Self

import numpy as np

from stylize.errors import DecoderStopped, PhotoError, PhotoNotArrived
from stylize.models import Photo
from stylize.photo.darkroom import wire
from stylize.photo.darkroom.decoder import Decoder
from stylize.photo.darkroom.limits import UPLOAD_SECONDS, Limits, too_hard
from stylize.photo.darkroom.orders import End

_PATIENCE_SECONDS = 10
"""How long the end of a decoder may take that was told to end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Developed:
    """What came out. `photo.found` names groups only; its names and values are in `report` alone, UTF-8 JSON as the
    decoder wrote it: `{"found": [{"group", "name", "value"}…], "place": {"latitude", "longitude"} | null}`. Hand it
    on once, then wipe it. A decoder may have been taken over by its photo, so the report is to be trusted as little.
    """

    photo: Photo
    report: bytearray = field(repr=False)


class Plate:
    """One decoder and its photo. Write the photo to `fileno()`, then `finish()`; or `abandon()`.

    As a context manager it abandons what was not finished. `abandon` may come from any thread at any time.
    """

    def __init__(self, decoder: Decoder, limits: Limits, release: Callable[[], None]) -> None:
        self._decoder = decoder
        self._limits = limits
        self._release = release
        self._lock = threading.Lock()
        self._stage = _Stage.POURING
        self._late = False
        self._clock = _wound(UPLOAD_SECONDS, self._expire)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()

    def fileno(self) -> int:
        """The descriptor to write the photo to: the writing end of a pipe, which breaks when the decoder is gone (then
        `finish` tells why). The caller may make it non-blocking.
        """
        return self._decoder.source

    def finish(self) -> Developed:
        """The photo is all there: wait for its pixels and its report.

        Raises a PhotoError: what `photo.read` raises, PhotoTooHard over the limits, PhotoNotArrived for a form that is
        none, a photo that took too long to come or a plate given up, DecoderStopped when the decoder died or answered
        nonsense.
        """
        with self._lock:
            if self._stage is not _Stage.POURING:
                raise PhotoNotArrived
            self._stage = _Stage.FINISHING
            self._clock.cancel()
            came_late = self._late
            os.close(self._decoder.source)
            self._clock = _wound(self._limits.wall_seconds, self._expire)
        try:
            developed = _receive(self._decoder.answer)
        except _BrokenOffError:
            end = self._put_away()  # a decoder that lives on in silence is ended by the clock
            raise self._reason(end, came_late=came_late) from None
        except BaseException:
            self._decoder.stop()
            self._put_away()
            raise
        self._decoder.stop()
        self._put_away()
        return developed

    def abandon(self) -> None:
        """Nobody waits for this photo any more: end its decoder. Does nothing to a plate that is finished."""
        with self._lock:
            pouring = self._stage is _Stage.POURING
            if self._stage is _Stage.FINISHING:
                self._decoder.stop()
            if not pouring:
                return
            self._stage = _Stage.DONE
            self._clock.cancel()
            self._clock = _wound(_PATIENCE_SECONDS, self._decoder.give_up)
            os.close(self._decoder.source)
        self._decoder.stop()
        self._put_away()

    def _put_away(self) -> End:
        try:
            return self._decoder.ending()
        finally:
            with self._lock:
                self._stage = _Stage.DONE
            self._clock.cancel()
            os.close(self._decoder.answer)
            self._release()

    def _reason(self, end: End, *, came_late: bool) -> PhotoError:
        if came_late:
            return PhotoNotArrived()
        if self._late or end is End.OVER_LIMIT:
            return too_hard(self._limits)
        return DecoderStopped()

    def _expire(self) -> None:
        self._late = True
        self._decoder.stop()
        with self._lock:
            if self._stage is _Stage.FINISHING:
                self._clock = _wound(_PATIENCE_SECONDS, self._decoder.give_up)


def _wound(seconds: float, act: Callable[[], None]) -> threading.Timer:
    clock = threading.Timer(seconds, act)
    clock.daemon = True
    clock.start()
    return clock


class _Stage(Enum):
    POURING = 1
    FINISHING = 2
    DONE = 3


class _BrokenOffError(Exception):
    """The answer ends before it is whole."""


def _receive(answer: int) -> Developed:
    """Read an answer. Pixels and report go straight to where they stay."""
    with FileIO(answer, closefd=False) as stream:
        length = bytearray(wire.LENGTH.size)
        _fill(stream, memoryview(length))
        raw = bytearray(wire.read_length(length))
        _fill(stream, memoryview(raw))
        header = wire.read_header(raw)
        pixels = np.empty((header.height, header.width, 3), np.uint8)
        _fill(stream, pixels.data.cast("B"))
        report = bytearray(header.report_bytes)
        _fill(stream, memoryview(report))
    photo = Photo(id=secrets.token_hex(8), pixels=pixels, media_type=header.media_type, found=header.found)
    return Developed(photo=photo, report=report)


def _fill(stream: FileIO, view: memoryview) -> None:
    while view:
        count = stream.readinto(view)
        if not count:
            raise _BrokenOffError
        view = view[count:]
