"""The order of things in a pull: licences, what the hub offers, room on the disk, files, names, the lock."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from stylize.errors import DownloadFailed, DownloadRefused, LicenceNotAccepted, PlaceTaken, SpaceMissing, WeightsError
from stylize.weights.alone import alone_in
from stylize.weights.catalog import Part, RemoteFile, gigabytes
from stylize.weights.fetch.guard import Guard
from stylize.weights.fetch.hub import Hub, Offer
from stylize.weights.fetch.transfer import Wanted, transfer
from stylize.weights.header import read_header
from stylize.weights.lock import PARTIAL, Installed, LockedFile, is_whole, read_lock, seen_key, where_of, write_lock
from stylize.weights.store import digest_file

SPARE_BYTES = 200_000_000
"""Left free on the disk."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """`parts` in order, into the weights folder `home`. `accepted`: when each licence was accepted, by its slug."""

    parts: tuple[Part, ...]
    home: Path
    accepted: Mapping[str, str]
    endpoint: str
    allow_hosts: tuple[str, ...] = ()
    token: str | None = None
    proxy: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Voice:
    """Who is told: `line` a sentence; `progress` what is coming (part and file), and bytes here and in all."""

    line: Callable[[str], None]
    progress: Callable[[str, int, int], None]


def pull(order: Order, voice: Voice) -> tuple[str, ...]:
    """Fetch what is missing of every part. Returns the hosts that were talked to.

    Raises LicenceNotAccepted, PlaceTaken, SpaceMissing, WeightsBusy, HostForeign, DownloadFailed or DownloadRefused; parts that were
    whole before that stay, and what has arrived of the others waits under names that nothing loads.
    """
    for part in order.parts:
        if part.licence.slug not in order.accepted:
            raise LicenceNotAccepted(title=part.licence.title, link=part.licence_link, licence=part.licence.slug)
    guard = Guard(order.endpoint, order.allow_hosts, lambda host: voice.line(f"talking to {host}"))
    hub = Hub(order.endpoint, guard, token=order.token, proxy=order.proxy)
    try:
        with alone_in(order.home), hub.open():
            missing = [part for part in order.parts if not _here(part, order, voice)]
            offers = {part.slug: hub.offers(part) for part in missing}
            for part in missing:
                _check_offer(part, offers[part.slug], order.home)
            _check_room(missing, offers, order.home)
            for part in missing:
                _bring(part, offers[part.slug], hub, order, voice)
    except OSError:
        raise DownloadFailed(why="the weights folder could not be written to") from None
    return tuple(guard.hosts)


def _here(part: Part, order: Order, voice: Voice) -> bool:
    """Is the part installed already, at this revision? What lies there without a lock must be right, or is not ours."""
    lock = read_lock(order.home)
    known = lock.installed.get(part.slug)
    place = order.home / part.place
    if known is not None and (known.origin, known.place) == ("pulled", part.place) and place.exists():
        if known.revision == part.revision and is_whole(known, order.home):
            voice.line(f"{part.title}: already here")
            return True
        return False
    if not place.exists():
        return False
    files = list(zip(part.files, _files(part, place), strict=True))
    if not all(path.is_file() and file.sha256 and digest_file(path) == file.sha256 for file, path in files):
        raise PlaceTaken(part=part.title)
    _record(part, order, {file.path: str(file.sha256) for file in part.files})
    voice.line(f"{part.title}: was already here, and is whole")
    return True


def _check_offer(part: Part, offers: Mapping[str, Offer], home: Path) -> None:
    """Before a byte is fetched: what the hub lists must be what the catalog, or an earlier download, names."""
    seen = read_lock(home).seen
    for file in part.files:
        offer = offers[file.path]
        told = file.sha256 or seen.get(seen_key(part.repository, part.revision, file.path))
        if told is not None and offer.sha256 not in (None, told):
            raise DownloadRefused(part=part.title, what=f"the hub lists {file.save_as} with another hash")
        if file.size_bytes not in (None, offer.size_bytes):
            raise DownloadRefused(part=part.title, what=f"the hub lists {file.save_as} with another size")


def _check_room(parts: list[Part], offers: Mapping[str, Mapping[str, Offer]], home: Path) -> None:
    needed = 0
    for part in parts:
        for file in part.files:
            waiting = _waiting(part, file, home)
            have = waiting.stat().st_size if waiting.is_file() else 0
            needed += max(offers[part.slug][file.path].size_bytes - have, 0)
    free = shutil.disk_usage(home).free
    if needed and needed + SPARE_BYTES > free:
        raise SpaceMissing(needed=gigabytes(needed + SPARE_BYTES), free=gigabytes(free))


def _bring(part: Part, offers: Mapping[str, Offer], hub: Hub, order: Order, voice: Voice) -> None:
    """All files of a part to the waiting room, then the whole part to its place in one step."""
    seen = read_lock(order.home).seen
    hashes: dict[str, str] = {}
    for file in part.files:
        offer = offers[file.path]
        hub.confirm(part, file, offer)
        told = file.sha256 or seen.get(seen_key(part.repository, part.revision, file.path))
        wanted = Wanted(part=part.title, name=file.save_as, offer=offer, sha256=told)

        def heard(have: int, *, name: str = file.save_as, whole: int = offer.size_bytes) -> None:
            voice.progress(f"{part.title}: {name}", have, whole)

        waiting = _waiting(part, file, order.home)
        hashes[file.path] = transfer(hub, wanted, waiting, heard)
        _check_kind(part, file, waiting)
    _publish(part, order.home)
    _record(part, order, hashes)
    how = "" if all(file.sha256 for file in part.files) else " (hashes as the hub told them, kept for the next time)"
    voice.line(f"{part.title}: {gigabytes(sum(offer.size_bytes for offer in offers.values()))}, whole{how}")


def _check_kind(part: Part, file: RemoteFile, path: Path) -> None:
    """Weights are weights: nothing that only bears the name gets it. Raises DownloadRefused, and deletes the file."""
    if file.save_as.endswith(".safetensors"):
        try:
            read_header(path)
        except WeightsError:
            path.unlink()
            raise DownloadRefused(part=part.title, what=f"{file.save_as} is no safetensors file") from None


def _publish(part: Part, home: Path) -> None:
    """Give a part that is whole its name. Only what is ours is replaced (see `_here`); what lies beside it stays."""
    place = home / part.place
    place.parent.mkdir(parents=True, exist_ok=True)
    room = home / PARTIAL / part.slug
    if part.single_file:
        _waiting(part, part.files[0], home).replace(place)
        shutil.rmtree(room, ignore_errors=True)
        return
    ready = home / PARTIAL / f"{part.slug}.ready"
    shutil.rmtree(ready, ignore_errors=True)
    for file in part.files:
        target = ready / file.save_as
        target.parent.mkdir(parents=True, exist_ok=True)
        _waiting(part, file, home).replace(target)
    if place.exists():
        old = home / PARTIAL / f"{part.slug}.old"
        shutil.rmtree(old, ignore_errors=True)
        place.replace(old)
        ready.replace(place)
        _hand_back(old, place, {file.path for file in read_lock(home).installed[part.slug].files})
        shutil.rmtree(old, ignore_errors=True)
    else:
        ready.replace(place)
    shutil.rmtree(room, ignore_errors=True)


def _hand_back(old: Path, place: Path, ours: Collection[str]) -> None:
    """What somebody laid beside our files goes with them to the new place, where nothing of that name is."""
    for path in sorted(old.rglob("*")):
        name = path.relative_to(old)
        foreign = path.is_symlink() or (path.is_file() and name.as_posix() not in ours)
        if foreign and not os.path.lexists(place / name):
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            path.replace(place / name)


def _record(part: Part, order: Order, hashes: Mapping[str, str]) -> None:
    """Write the lock: what, where from, hashes, when, and that the licence was accepted."""
    lock = read_lock(order.home)
    entry = Installed(
        slug=part.slug,
        title=part.title,
        origin="pulled",
        roles=part.roles,
        families=part.families,
        place=part.place,
        files=(),
        at=datetime.now(UTC).isoformat(timespec="seconds"),
        repository=part.repository,
        revision=part.revision,
        licence=part.licence.slug,
        licence_accepted_at=order.accepted[part.licence.slug],
    )
    files = tuple(
        LockedFile(
            path="" if part.single_file else file.save_as,
            size_bytes=path.stat().st_size,
            sha256=hashes[file.path],
            trust=file.trust,
        )
        for file, path in zip(part.files, _files(part, where_of(entry, order.home)), strict=True)
    )
    seen = {seen_key(part.repository, part.revision, path): sha256 for path, sha256 in hashes.items()}
    accepted = {part.licence.slug: order.accepted[part.licence.slug]} if part.licence.default else {}
    lock = replace(lock, seen={**lock.seen, **seen}, accepted={**lock.accepted, **accepted})
    write_lock(order.home, lock.having(replace(entry, files=files)))


def _files(part: Part, place: Path) -> list[Path]:
    return [place if part.single_file else place / file.save_as for file in part.files]


def _waiting(part: Part, file: RemoteFile, home: Path) -> Path:
    """Where a file waits until its part is whole. The revision is in the name, so that two never mix."""
    return home / PARTIAL / part.slug / f"{file.save_as.replace('/', '--')}.{part.revision[:12]}.part"
