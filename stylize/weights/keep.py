"""Looking after what is installed: is it still what came, and how it goes again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stylize.errors import WeightsError, WeightsNotInstalled
from stylize.weights.alone import alone_in
from stylize.weights.bring import hash_file
from stylize.weights.catalog import catalog
from stylize.weights.header import read_header
from stylize.weights.lock import PARTIAL, Installed, inside, paths_of, read_lock, where_of, write_lock


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """`wrong`: one sentence a problem, without any path outside the part; none: it is what it was."""

    part: Installed
    wrong: tuple[str, ...]


def chosen(home: Path, slugs: tuple[str, ...]) -> tuple[Installed, ...]:
    """The installed parts of these names, all if none is said. Raises WeightsNotInstalled."""
    installed = read_lock(home).installed
    for slug in slugs:
        if slug not in installed:
            raise WeightsNotInstalled(choices=", ".join(sorted(installed)) or "nothing")
    return tuple(installed[slug] for slug in slugs or installed)


def throw_away(slug: str, home: Path) -> None:
    """Delete what an unfinished download of this part left. Its name must be one of `waiting_bytes`. Raises WeightsBusy."""
    with alone_in(home):
        shutil.rmtree(home / PARTIAL / slug, ignore_errors=True)


def verify(part: Installed, home: Path, heard: Callable[[int], None] = lambda _count: None) -> Verdict:
    """Read every file again and compare. `heard`: bytes read since the last call."""
    wrong = _against_catalog(part)
    for file, path in zip(part.files, paths_of(part, home), strict=True):
        name = file.path or path.name if part.origin != "referenced" else file.path or "the file"
        if not path.is_file():
            wrong.append(f"{name} is not there")
        elif (size := path.stat().st_size) != file.size_bytes:
            wrong.append(f"{name} has {size:,} bytes instead of {file.size_bytes:,}")
        elif hash_file(path, heard) != file.sha256:
            wrong.append(f"{name} was altered: its SHA-256 is another")
        elif path.suffix == ".safetensors" and (problem := _unreadable(path)):
            wrong.append(f"{name}: {problem}")
    return Verdict(part=part, wrong=tuple(wrong))


def _against_catalog(part: Installed) -> list[str]:
    """The lock itself must say what the catalog says of the same revision."""
    known = catalog().parts.get(part.slug)
    if known is None or part.origin != "pulled" or known.revision != part.revision:
        return []
    pins = {"" if known.single_file else file.save_as: file.sha256 for file in known.files if file.sha256}
    locked = {file.path: file.sha256 for file in part.files}
    return [
        f"{path or 'the file'} has another hash in the lock file than in the catalog"
        for path, pin in pins.items()
        if locked.get(path) != pin
    ]


def _unreadable(path: Path) -> str | None:
    try:
        read_header(path)
    except WeightsError as problem:
        return str(problem)
    return None


def remove(part: Installed, home: Path) -> tuple[str, ...]:
    """Delete what we brought, and forget the part. Returns what was left, each a sentence.

    Of a reference nothing is deleted. A file that is not as long as the one we brought is somebody else's and stays;
    so does a folder that holds anything more. Raises WeightsBusy.
    """
    with alone_in(home):
        return _remove(part, home)


def _remove(part: Installed, home: Path) -> tuple[str, ...]:
    left = []
    if part.origin != "referenced":
        place = where_of(part, home)
        if not inside(part.place) or place.resolve() != home.resolve() / part.place:
            left.append("its place leads out of the weights folder, so nothing there was touched")
        else:
            left += [sentence for sentence in _delete(part, home) if sentence]
    write_lock(home, read_lock(home).without(part.slug))
    return tuple(left)


def _delete(part: Installed, home: Path) -> list[str]:
    left = []
    for file, path in zip(part.files, paths_of(part, home), strict=True):
        if path.parent.resolve() != home.resolve() / path.parent.relative_to(home):
            left.append(f"{file.path} lies behind a link out of the weights folder, so it stays")
        elif path.is_file() and path.stat().st_size == file.size_bytes:
            path.unlink()
        elif os.path.lexists(path):
            left.append(f"{file.path or path.name} is not the file that was brought, so it stays")
        parent = path.parent
        while parent != home and home in parent.parents:
            try:
                parent.rmdir()
            except OSError:
                break
            parent = parent.parent
    if (place := where_of(part, home)).is_dir():
        left.append(f"the folder {place.name} holds other files, so it stays")
    return left
