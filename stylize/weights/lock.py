"""The lock file of a weights folder: what was pulled, copied or referenced, from where, with which hashes.

It is JSON (`weights.lock.json`), written as a whole or not at all, and readable by nobody else, since a reference holds
a path of the user's. Hashes that the hub told at a first download stay in `seen` even after the part was removed.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

from stylize.errors import WeightsDamaged, WeightsError

LOCK = "weights.lock.json"
VERSION = 1
PARTIAL = ".partial"
"""The folder for what is not yet whole; nothing ever looks for models in it."""

Origin = Literal["pulled", "copied", "referenced"]
"""How a part came: both first lie in our folder and are ours to delete, the last is the user's own."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockedFile:
    """`path` below the part's place ("" where the place is the file). `trust` as in the catalog, or "imported"."""

    path: str
    size_bytes: int
    sha256: str
    trust: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Installed:
    """A part that is here. `place`: relative to the weights folder, or absolute for a reference. Times are ISO, UTC."""

    slug: str
    title: str
    origin: Origin
    roles: tuple[str, ...]
    families: tuple[str, ...]
    place: str
    files: tuple[LockedFile, ...]
    at: str
    repository: str | None = None
    revision: str | None = None
    licence: str | None = None
    licence_accepted_at: str | None = None

    @property
    def size_bytes(self) -> int:
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """`installed` by slug; `accepted`: when a licence was accepted, by its slug; `seen`: SHA-256 by `seen_key`."""

    installed: Mapping[str, Installed] = field(default_factory=dict)
    accepted: Mapping[str, str] = field(default_factory=dict)
    seen: Mapping[str, str] = field(default_factory=dict)

    def having(self, part: Installed) -> Lock:
        return replace(self, installed={**self.installed, part.slug: part})

    def without(self, slug: str) -> Lock:
        return replace(self, installed={name: part for name, part in self.installed.items() if name != slug})


def seen_key(repository: str, revision: str, path: str) -> str:
    return f"{repository}@{revision}/{path}"


def where_of(part: Installed, home: Path) -> Path:
    """The part's place on this machine."""
    return home / part.place


def paths_of(part: Installed, home: Path) -> tuple[Path, ...]:
    """Its files on this machine, in the order of the lock."""
    place = where_of(part, home)
    return tuple(place / file.path if file.path else place for file in part.files)


def is_whole(part: Installed, home: Path) -> bool:
    """Every file is there and as long as it was."""
    try:
        return all(
            path.stat().st_size == file.size_bytes for file, path in zip(part.files, paths_of(part, home), strict=True)
        )
    except OSError:
        return False


def waiting_bytes(home: Path) -> dict[str, int]:
    """What unfinished downloads take up, by part."""
    room = home / PARTIAL
    folders = sorted(path for path in room.iterdir() if path.is_dir()) if room.is_dir() else []
    sizes = {folder.name: sum(file.stat().st_size for file in folder.rglob("*.part")) for folder in folders}
    return {slug: size for slug, size in sizes.items() if size}


def referenced_bases(home: Path) -> list[Path]:
    """Whole models elsewhere on this machine that the folder's lock refers to, by name; none if it cannot be read."""
    try:
        installed = read_lock(home).installed
    except WeightsError:
        return []
    parts = (part for _, part in sorted(installed.items()))
    return [
        where_of(part, home)
        for part in parts
        if part.origin == "referenced" and "base" in part.roles and is_whole(part, home)
    ]


def read_lock(home: Path) -> Lock:
    """The lock of a folder; an empty one if there is none. Raises WeightsDamaged if it cannot be understood."""
    try:
        table = json.loads((home / LOCK).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Lock()
    except (OSError, ValueError, RecursionError):
        raise _unreadable() from None
    try:
        if table["version"] != VERSION:
            raise _unreadable()
        parts = {slug: _installed(slug, row) for slug, row in table["installed"].items()}
        return Lock(
            installed=MappingProxyType(parts),
            accepted=MappingProxyType({str(k): str(v) for k, v in table["accepted"].items()}),
            seen=MappingProxyType({str(k): str(v) for k, v in table["seen"].items()}),
        )
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _unreadable() from None


def write_lock(home: Path, lock: Lock) -> None:
    """Replace the lock, in one step."""
    rows = {slug: {k: v for k, v in asdict(part).items() if k != "slug"} for slug, part in lock.installed.items()}
    table = {"version": VERSION, "installed": rows, "accepted": dict(lock.accepted), "seen": dict(lock.seen)}
    home.mkdir(parents=True, exist_ok=True)
    part = home / f".{secrets.token_hex(8)}.part"
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
            json.dump(table, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        part.replace(home / LOCK)
    finally:
        part.unlink(missing_ok=True)


def _installed(slug: str, row: dict[str, Any]) -> Installed:
    files = tuple(LockedFile(**file) for file in row["files"])
    if any(type(file.size_bytes) is not int or (file.path and not inside(file.path)) for file in files):
        raise ValueError
    if row["origin"] not in ("pulled", "copied", "referenced"):
        raise ValueError
    if row["origin"] != "referenced" and not inside(row["place"]):
        raise ValueError
    return Installed(
        slug=slug,
        title=str(row["title"]),
        origin=row["origin"],
        roles=tuple(map(str, row["roles"])),
        families=tuple(map(str, row["families"])),
        place=str(row["place"]),
        files=files,
        at=str(row["at"]),
        repository=row.get("repository"),
        revision=row.get("revision"),
        licence=row.get("licence"),
        licence_accepted_at=row.get("licence_accepted_at"),
    )


def inside(place: str) -> bool:
    """A relative path that stays where it is put: what we delete or replace must lie in our folder."""
    path = Path(place)
    return bool(place) and not path.is_absolute() and ".." not in path.parts


def _unreadable() -> WeightsDamaged:
    return WeightsDamaged(what=f"the file {LOCK} cannot be understood; move it away and pull or import again")
