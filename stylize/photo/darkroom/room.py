"""The darkroom as its server sees it."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Self

from stylize.errors import DarkroomBusy, DecoderStopped
from stylize.models import Photo
from stylize.photo.darkroom import wire
from stylize.photo.darkroom.decoder import Decoder, Forked, Spawned
from stylize.photo.darkroom.limits import AT_ONCE, WAITING, Limits
from stylize.photo.darkroom.nursery import Nursery
from stylize.photo.darkroom.plate import Plate

_USUAL = Limits()
_ON_THE_CLOCK = 1.5
"""Seconds on the clock for a second of computing."""


class Darkroom:
    """Photos are read in processes that live for one photo, locked in a cell, and take its bytes with them.

    A context manager; safe to use from several threads. At most AT_ONCE photos are read at the same time. On Linux a
    decoder is forked from a prepared process in milliseconds; elsewhere, or with `forking` False, each is an interpreter
    of its own. `seconds`: of computing for one photo (half as much again on the clock); `memory_bytes`: for one photo.
    `walled` False is for who said that they do without the wall.
    """

    def __init__(
        self,
        *,
        seconds: int = _USUAL.cpu_seconds,
        memory_bytes: int = _USUAL.memory_bytes,
        walled: bool = True,
        forking: bool | None = None,
    ) -> None:
        self._limits = Limits(
            cpu_seconds=seconds, wall_seconds=seconds * _ON_THE_CLOCK, memory_bytes=memory_bytes, walled=walled
        )
        forks = sys.platform == "linux" if forking is None else forking
        self._nursery = Nursery(self._limits) if forks else None
        self._places = threading.BoundedSemaphore(AT_ONCE)
        self._waiting = threading.BoundedSemaphore(AT_ONCE + WAITING)
        self._open = False

    def __enter__(self) -> Self:
        """Starts the process that decoders are forked from, without waiting for it. Raises DecoderStopped if it cannot
        be started.
        """
        if self._nursery is not None:
            self._nursery.start()
        self._open = True
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open = False
        if self._nursery is not None:
            self._nursery.close()

    def wait(self) -> None:
        """Until photos can be read. Raises WallMissing where the darkroom could not be locked, DecoderStopped where it
        could not be started.
        """
        if self._nursery is not None:
            self._nursery.wait()

    def open_plate(self, boundary: str | None = None) -> Plate:
        """A decoder for one photo: the bare file, or the form of that `boundary` with the file in its field "files".

        Waits for its turn. Raises DarkroomBusy when too many wait or it takes too long, PhotoNotArrived for a boundary
        that is none, DecoderStopped when there can be no decoder, WallMissing when it could not be locked.
        """
        if not self._open:
            raise DecoderStopped
        if not self._waiting.acquire(blocking=False):
            raise DarkroomBusy(count=AT_ONCE)
        if not self._places.acquire(timeout=self._limits.wall_seconds):
            self._waiting.release()
            raise DarkroomBusy(count=AT_ONCE)
        try:
            return Plate(self._decoder(boundary), self._limits, self._release)
        except BaseException:
            self._release()
            raise

    def read(self, untrusted_bytes: bytes) -> Photo:
        """`photo.read` in a decoder: the same photo, the same errors, and those of `Plate.finish`."""
        with self.open_plate() as plate:
            view = memoryview(untrusted_bytes)
            with suppress(BrokenPipeError):
                while view:
                    view = view[os.write(plate.fileno(), view) :]
            developed = plate.finish()
        found = wire.read_found(developed.report, developed.photo.found)
        developed.report[:] = bytes(len(developed.report))
        return replace(developed.photo, found=found)

    def _decoder(self, boundary: str | None) -> Decoder:
        return Forked(boundary, self._nursery) if self._nursery is not None else Spawned(boundary, self._limits)

    def _release(self) -> None:
        self._places.release()
        self._waiting.release()
