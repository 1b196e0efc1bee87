"""A file on its way: grows, is hashed as it grows, and gets its name only when every byte is right."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Self

CHUNK_BYTES = 1 << 20


class Partial:
    """Opened for appending; what an earlier run left is hashed first. `size_bytes`: how long it will be.

    It lies under a name that nothing loads; see `stylize.weights.lock.PARTIAL`.
    """

    def __init__(self, path: Path, size_bytes: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size_bytes = size_bytes
        self._file = path.open("a+b")
        self._begin()
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            self._count(chunk)
        if self.have > size_bytes:
            self.restart()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, chunk: bytes) -> None:
        """Append. Raises OSError when the disk is full; what was written before stays."""
        self._file.write(chunk)
        self._file.flush()
        self._count(chunk)

    def restart(self) -> None:
        """Forget everything that came."""
        self._file.seek(0)
        self._file.truncate()
        self._begin()

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    @property
    def git_sha1(self) -> str:
        """How git names the same content (a blob's object name)."""
        return self._git.hexdigest()

    def settle(self) -> None:
        """Everything is on the disk, so that a name given now survives a power cut."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def discard(self) -> None:
        self._file.close()
        self.path.unlink(missing_ok=True)

    def _begin(self) -> None:
        self.have = 0
        self._sha256 = hashlib.sha256()
        self._git = hashlib.sha1(b"blob %d\0" % self.size_bytes, usedforsecurity=False)

    def _count(self, chunk: bytes) -> None:
        self._sha256.update(chunk)
        self._git.update(chunk)
        self.have += len(chunk)
