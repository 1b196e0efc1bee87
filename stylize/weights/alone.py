"""One at a time in a weights folder: whoever pulls, imports or removes holds the same file lock."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from stylize.errors import WeightsBusy
from stylize.weights.lock import PARTIAL

FILE = "lock"
PATIENCE_SECONDS = 0.5


@contextmanager
def alone_in(home: Path) -> Iterator[None]:
    """Within, no other process changes what is installed in `home`. The lock is the system's: it goes with the process,
    however that ends; the empty file stays. Raises WeightsBusy if somebody else is at it for longer than PATIENCE_SECONDS,
    and OSError where the folder cannot be written to.
    """
    import filelock

    (home / PARTIAL).mkdir(parents=True, exist_ok=True)
    try:
        lock = filelock.FileLock(home / PARTIAL / FILE)
        lock.acquire(timeout=PATIENCE_SECONDS)
    except filelock.Timeout:
        raise WeightsBusy from None
    try:
        yield
    finally:
        lock.release()
