"""Taking over weights that the user has: by a reference, or by a copy that is read back before it counts."""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from stylize.errors import PlaceTaken, SpaceMissing, WeightsDamaged
from stylize.weights.alone import alone_in
from stylize.weights.catalog import catalog, gigabytes
from stylize.weights.kinds import Found
from stylize.weights.lock import PARTIAL, Installed, Lock, LockedFile, read_lock, write_lock

CHUNK_BYTES = 1 << 22
SPARE_BYTES = 200_000_000
FOLDERS = {
    "base": "",
    "vae": "vae",
    "fast_lora": "loras",
    "lora": "loras",
    "ip_adapter": "ip-adapter",
    "image_encoder": "image-encoder",
    "preview_vae": "preview",
    "safety_checker": "safety-checker",
}
"""Where a copy goes, by its first role; ControlNets go into controlnet."""

Hear = Callable[[int, int], None]
"""Hears how many bytes of how many are done."""


def bring(found: Found, home: Path, *, copy: bool, hear: Hear) -> Installed:
    """Enter it into the lock, as a reference or as a copy. The same place entered again is entered anew.

    Raises PlaceTaken, SpaceMissing, WeightsBusy, or WeightsDamaged if a file cannot be read, or the copy is not what was
    read.
    """
    with alone_in(home):
        return _bring(found, home, copy=copy, hear=hear)


def _bring(found: Found, home: Path, *, copy: bool, hear: Hear) -> Installed:
    lock = read_lock(home)
    if copy:
        place, hashes = _copy(found, home, slug_of(found), hear)
    else:
        place, hashes = found.place.absolute(), _hash_all(found, hear)
    where = place.relative_to(home).as_posix() if copy else str(place)
    slug = _free_slug(slug_of(found), where, lock)
    files = tuple(
        LockedFile(
            path=path.relative_to(found.place).as_posix() if found.place.is_dir() else "",
            size_bytes=path.stat().st_size,
            sha256=hashes[path],
            trust="imported",
        )
        for path in found.files
    )
    part = Installed(
        slug=slug,
        title=found.name,
        origin="copied" if copy else "referenced",
        roles=found.roles,
        families=found.families,
        place=where,
        files=files,
        at=datetime.now(UTC).isoformat(timespec="seconds"),
    )
    write_lock(home, read_lock(home).having(part))
    return part


def slug_of(found: Found) -> str:
    """`my-` and the name in small letters: never one of the catalog's."""
    name = re.sub(r"[^a-z0-9]+", "-", found.name.lower()).strip("-") or "model"
    kind = found.roles[0].partition(":")[0].replace("_", "-")
    return f"my-{name}" if found.roles[0] in ("base", "lora", "fast_lora") else f"my-{kind}-{name}"


def _free_slug(slug: str, place: str, lock: Lock) -> str:
    """Two files of one name in two folders are two parts."""
    for number in itertools.count(1):
        candidate = slug if number == 1 else f"{slug}-{number}"
        taken = lock.installed.get(candidate)
        if taken is None or taken.place == place:
            return candidate
    raise AssertionError


def known_as(part: Installed) -> str | None:
    """The title in the catalog of a part with the same content, or None: then nobody vouches for it."""
    hashes = {file.sha256 for file in part.files if file.size_bytes > 1_000_000}
    for known in catalog().parts.values():
        pins = {file.sha256 for file in known.files if file.path.endswith(".safetensors")}
        if hashes and hashes <= pins:
            return known.title
    return None


def hash_file(path: Path, heard: Callable[[int], None] = lambda _count: None) -> str:
    """SHA-256 (hex), read from the disk now. Raises WeightsDamaged if it cannot be read."""
    value = hashlib.sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                value.update(chunk)
                heard(len(chunk))
    except OSError:
        raise WeightsDamaged(what="a file cannot be read") from None
    return value.hexdigest()


def _hash_all(found: Found, hear: Hear) -> dict[Path, str]:
    total = sum(path.stat().st_size for path in found.files)
    done = 0

    def heard(count: int) -> None:
        nonlocal done
        done += count
        hear(done, total)

    return {path: hash_file(path, heard) for path in found.files}


def _copy(found: Found, home: Path, slug: str, hear: Hear) -> tuple[Path, dict[Path, str]]:
    """Copy to the waiting room, read every file back, then move to its place in one step. Nothing is overwritten."""
    folder = home / FOLDERS.get(found.roles[0], "controlnet")
    target = folder / (slug.removeprefix("my-") + ("" if found.place.is_dir() else found.place.suffix.lower()))
    if os.path.lexists(target):
        raise PlaceTaken(part=slug)
    total = sum(path.stat().st_size for path in found.files)
    home.mkdir(parents=True, exist_ok=True)
    if total + SPARE_BYTES > (free := shutil.disk_usage(home).free):
        raise SpaceMissing(needed=gigabytes(total + SPARE_BYTES), free=gigabytes(free))
    room = home / PARTIAL / slug
    shutil.rmtree(room, ignore_errors=True)
    hashes: dict[Path, str] = {}
    done = 0
    try:
        for path in found.files:
            own = room / (path.relative_to(found.place) if found.place.is_dir() else "file.part")
            hashes[path], done = _copy_file(path, own, lambda count: hear(count, total), done)
        target.parent.mkdir(parents=True, exist_ok=True)
        (room if found.place.is_dir() else room / "file.part").replace(target)
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return target, hashes


def _copy_file(source: Path, target: Path, hear: Callable[[int], None], done: int) -> tuple[str, int]:
    """One file; its hash while reading must be its hash when read back from the disk."""
    target.parent.mkdir(parents=True, exist_ok=True)
    value = hashlib.sha256()
    try:
        with source.open("rb") as read, target.open("xb") as written:
            while chunk := read.read(CHUNK_BYTES):
                value.update(chunk)
                written.write(chunk)
                done += len(chunk)
                hear(done)
            written.flush()
            os.fsync(written.fileno())
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(written.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    except OSError:
        raise WeightsDamaged(what="a file could not be copied") from None
    if hash_file(target) != value.hexdigest():
        raise WeightsDamaged(what="the copy is not what was read; the stick or the disk may be failing")
    return value.hexdigest(), done
