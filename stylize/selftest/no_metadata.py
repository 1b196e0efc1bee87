"""The third proof: nothing that the photo's file told beside the picture is in the results."""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Callable, Sequence

from stylize.photo.formats import Format
from stylize.photo.metadata.report import report
from stylize.selftest.canary import Canary, Needle
from stylize.selftest.made import Made
from stylize.selftest.proof import Proof, Standing
from stylize.selftest.search import found_in

PROMISE = "No metadata"
DECLARED = ("Digital Source Type", "Creator Tool")
"""What a result says of itself: that a machine made it. Whatever else our reader finds does not belong there, save the
colour profile, which is the same in all results."""
KINDS = {"image/png": Format.PNG, "image/jpeg": Format.JPEG, "image/webp": Format.WEBP}

Search = Callable[[bytes, Sequence[Needle]], set[str]]


def prove(canary: Canary, made: Made, search: Search = found_in) -> Proof:
    """Look for every planted thing in the photo (the control) and in each result, in three ways."""
    start = time.monotonic()
    standing, headline, evidence = _judge(canary, made, search)
    return Proof(
        promise=PROMISE,
        standing=standing,
        headline=headline,
        evidence=tuple(evidence),
        seconds=time.monotonic() - start,
    )


def _judge(canary: Canary, made: Made, search: Search) -> tuple[Standing, str, list[str]]:
    if made.lacks or set(made.files) != set(KINDS):
        return "untested", f"Could not be tested here: {made.lacks or 'a format is missing'}", []
    wanted = {needle.what for needle in canary.needles}
    seen, read = search(canary.data, canary.needles), _read(canary.data, Format.JPEG)
    told = _exiftool(canary.data, canary.tags)
    evidence = [f"control: of {len(wanted)} things planted in the photo, the search finds {len(seen)}"]
    if seen != wanted or not read or told == set():
        return "untested", "Could not be tested here: the search does not find what was planted in the photo.", evidence
    evidence[0] += f", our own reader {read} tags" + (f", exiftool {len(told)}" if told is not None else "")
    leaks: list[str] = []
    for media_type, data in made.files.items():
        hits = search(data, canary.needles) | (_exiftool(data, canary.tags) or set())
        tags = _read(data, KINDS[media_type])
        leaks += [f"{media_type}: {what}" for what in sorted(hits)]
        leaks += [f"{media_type}: {tags} undeclared tags"] if tags else []
        evidence.append(f"{media_type}, {len(data) / 1000:.0f} kB: {len(hits)} planted things, {tags} undeclared tags")
    if told is None:
        evidence.append("exiftool is not installed, so it was not asked as well")
    if leaks:
        return "failed", f"The results tell what they should not: {', '.join(leaks)}.", evidence
    return "passed", f"Nothing of the photo's file is in the results: 0 of {len(wanted)} planted things.", evidence


def _read(data: bytes, kind: Format) -> int:
    """How many tags our own reader finds, beside those that a result says of itself."""
    return sum(one.name not in DECLARED and one.group != "colour" for one in report(data, kind))


def _exiftool(data: bytes, tags: Sequence[Needle]) -> set[str] | None:
    """Which planted tags exiftool tells; None where it is not installed or does not work."""
    program = shutil.which("exiftool")
    if program is None:
        return None
    words = [program, "-config", "", "-a", "-u", "-ee3", "-c", "%d %d %.5f", "-"]
    try:
        told = subprocess.run(words, input=data, check=True, capture_output=True, timeout=30).stdout.decode()  # noqa: S603
    except (subprocess.SubprocessError, OSError, UnicodeDecodeError):
        return None
    return {tag.what for tag in tags if tag.told and tag.told in told}
