"""One file from the hub to the disk: resumed, counted, hashed; refused if a single byte is not as it should be."""

from __future__ import annotations

import errno
import re
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2
import huggingface_hub

from stylize.errors import DownloadFailed, DownloadRefused, SpaceMissing
from stylize.weights.catalog import gigabytes
from stylize.weights.fetch.hub import Hub, Offer, refusal, why
from stylize.weights.fetch.partial import Partial

TRIES = 5
"""How often in a row nothing at all may come before we give up."""
LONGEST_PAUSE_SECONDS = 60.0
BUSY = (408, 425, 429, 500, 502, 503, 504)

pause = time.sleep

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")

Tell = Callable[[int], None]
"""Hears how many bytes of the file are here."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """`name` and `part` for sentences; `sha256`: what it must be, from the catalog or an earlier download, or None."""

    part: str
    name: str
    offer: Offer
    sha256: str | None


class _Again(Exception):
    """Try once more, after so many seconds."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        self.why, self.seconds = why, seconds


def transfer(hub: Hub, wanted: Wanted, into: Path, tell: Tell) -> str:
    """Bring the file to `into`, whole and right, and return its SHA-256 (hex).

    Raises DownloadFailed, SpaceMissing or HostForeign, and DownloadRefused for an answer that does not fit; what came
    before is kept. Raises DownloadRefused for content that is wrong, which is deleted.
    """
    with Partial(into, wanted.offer.size_bytes) as partial:
        idle = 0
        while partial.have < partial.size_bytes:
            before = partial.have
            try:
                _stream(hub, wanted, partial, tell)
                reason, seconds = "the connection broke", 0.0
            except _Again as again:
                reason, seconds = again.why, again.seconds
            except OSError as problem:
                raise _disk(problem, wanted.offer.size_bytes - partial.have, into) from None
            idle = 0 if partial.have > before else idle + 1
            if idle >= TRIES:
                raise DownloadFailed(why=reason)
            if idle:
                pause(min(max(seconds, 2.0 ** (idle - 1)), LONGEST_PAUSE_SECONDS))
        _judge(wanted, partial)
        partial.settle()
        return partial.sha256


def _stream(hub: Hub, wanted: Wanted, partial: Partial, tell: Tell) -> None:
    """One request: from where we are to as far as it goes."""
    headers = hub.headers()
    if partial.have:
        headers["Range"] = f"bytes={partial.have}-"
    tell(partial.have)
    try:
        with huggingface_hub.get_session().stream("GET", wanted.offer.url, headers=headers) as response:
            if response.status_code == 416:
                partial.restart()
                raise _Again("the server would not go on from where we were")
            if response.status_code in BUSY:
                raise _Again(f"the server answered with error {response.status_code}", _asked_pause(response))
            if response.status_code >= 400:
                raise refusal(response.status_code, wanted.part)
            _check_place(wanted, response, partial)
            for chunk in response.iter_raw():
                if partial.have + len(chunk) > partial.size_bytes:
                    partial.discard()
                    raise DownloadRefused(part=wanted.part, what=f"{wanted.name} is longer than it should be")
                partial.add(chunk)
                tell(partial.have)
    except httpx2.TimeoutException:
        raise _Again("the server did not answer in time") from None
    except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
        raise _Again(why(problem)) from None


def _check_place(wanted: Wanted, response: httpx2.Response, partial: Partial) -> None:
    """The bytes that follow are those that are missing, uncompressed."""
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise DownloadRefused(part=wanted.part, what=f"{wanted.name} comes compressed, though we asked for it as it is")
    coming = partial.size_bytes
    if response.status_code == 206:
        place = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        if place is None or (int(place[1]), int(place[3])) != (partial.have, partial.size_bytes):
            raise DownloadRefused(part=wanted.part, what=f"{wanted.name} goes on at another place than we asked for")
        coming -= partial.have
    length = response.headers.get("Content-Length", "")
    if length.isdigit() and int(length) != coming:
        raise DownloadRefused(part=wanted.part, what=f"{wanted.name} has another length than it should have")
    if response.status_code != 206 and partial.have:
        partial.restart()


def _asked_pause(response: httpx2.Response) -> float:
    """Seconds of Retry-After, 0 where it says nothing that we understand."""
    asked = response.headers.get("Retry-After", "")
    return float(asked) if asked.isdigit() else 0.0


def _judge(wanted: Wanted, partial: Partial) -> None:
    """Every hash that anybody told us must be that of what lies here."""
    expected = [(wanted.sha256, partial.sha256), (wanted.offer.sha256, partial.sha256)]
    expected.append((wanted.offer.git_sha1, partial.git_sha1))
    if any(told is not None and told != is_ for told, is_ in expected):
        partial.discard()
        raise DownloadRefused(part=wanted.part, what=f"{wanted.name} arrived altered, its hash is another")


def _disk(problem: OSError, missing_bytes: int, into: Path) -> DownloadFailed | SpaceMissing:
    if problem.errno in (errno.ENOSPC, errno.EDQUOT):
        free = shutil.disk_usage(into.parent).free
        return SpaceMissing(needed=gigabytes(missing_bytes), free=gigabytes(free))
    return DownloadFailed(why="the disk could not be written to")
