"""The second proof: a photo that went through the page, and a page that was killed, leave nothing behind."""

from __future__ import annotations

import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from stylize.selftest.canary import Canary, Needle
from stylize.selftest.page import Page, PageTrouble, open_page
from stylize.selftest.proof import Proof, Standing
from stylize.selftest.search import Searched, may_look, search_files, search_memory, usual_places

PROMISE = "Nothing left"
SEARCH_SECONDS = 10.0
HOLDER = "import sys; data = sys.stdin.buffer.read(); print('held', flush=True); import time; time.sleep(60)"

SearchFiles = Callable[[Iterable[Path], Sequence[Needle], float], Searched]


def look_in_files(places: Iterable[Path], needles: Sequence[Needle], since: float) -> Searched:
    """`search_files` within the time that a self-test has."""
    return search_files(places, needles, since=since, seconds=SEARCH_SECONDS)


def prove(canary: Canary, search: SearchFiles = look_in_files, places: Sequence[Path] | None = None) -> Proof:
    """Upload the canary to the real page, kill it, and look everywhere."""
    start, since = time.monotonic(), time.time() - 1
    evidence: list[str] = []
    with tempfile.TemporaryDirectory(prefix="stylize-selftest-") as name:
        everywhere = (*(usual_places() if places is None else places), Path(name))
        try:
            standing, headline = _judge(canary, search, everywhere, Path(name), since, evidence)
        except PageTrouble as trouble:
            standing, headline = "untested", f"Could not be tested here: {trouble}."
    return Proof(
        promise=PROMISE,
        standing=standing,
        headline=headline,
        evidence=tuple(evidence),
        seconds=time.monotonic() - start,
    )


def _judge(
    canary: Canary, search: SearchFiles, places: Sequence[Path], folder: Path, since: float, evidence: list[str]
) -> tuple[Standing, str]:
    with open_page(folder) as page:
        page.enter()
        told = page.upload(canary.data).decode()
        if not all(needle.told in told for needle in canary.tags):
            raise PageTrouble("the page did not tell its visitor what the photo holds, so it may not have read it")
        evidence.append("the page took the photo and told its visitor what it found in it")
        leaks = _around_the_page(page, evidence) + _in_memory(page, canary, evidence)
        leaks += _in_private_ram(page, canary, search, since, evidence)
        family = page.family()
        page.kill()
        alive = _wait_for_end(family)
    planted = folder / f"{secrets.token_hex(4)}.jpg"
    planted.write_bytes(canary.data)  # the control: as a careless program would leave it
    searched, control = _apart(search(places, canary.needles, since), planted)
    if control != {needle.what for needle in canary.needles}:
        return "untested", "Could not be tested here: the search does not find a photo that lies in a folder."
    evidence.append("control: a photo that this test put into a temporary folder is found by the same search")
    leaks += _in_files(searched, "after it was killed, in all usual places", evidence)
    if alive:
        leaks.append(f"{len(alive)} processes of the page still run")
    for left in _private_folders(page.process.pid):
        shutil.rmtree(left, ignore_errors=True)  # what a kill leaves where there is no private RAM; it was searched
    if leaks:
        return "failed", f"Something was left behind: {'; '.join(leaks)}."
    return "passed", "The page was killed and left nothing of the photo behind."


def _around_the_page(page: Page, evidence: list[str]) -> list[str]:
    """Whether the page that took the photo is itself behind the wall whose strength the first proof shows."""
    counted = page.unlocked_threads()
    if counted is None:
        return []
    unlocked, threads = counted
    evidence.append(
        f"the page itself is behind the wall: the kernel's filter is on in {threads - unlocked} of {threads} threads"
    )
    return [f"{unlocked} threads of the page are not behind the wall"] if unlocked else []


def _apart(searched: Searched, planted: Path) -> tuple[Searched, set[str]]:
    """What was found elsewhere, and which needles were found in the planted file."""
    own = {what for what, where in searched.hits if Path(where).name == planted.name}
    others = tuple(hit for hit in searched.hits if Path(hit[1]).name != planted.name)
    return replace(searched, count=searched.count - bool(own), hits=others), own


def _in_files(searched: Searched, where: str, evidence: list[str]) -> list[str]:
    text = f"{where}: {searched.count} fresh files, {searched.size_bytes / 1e6:.1f} MB, {len(searched.hits)} traces"
    if searched.unread:
        text += f" ({searched.unread} files or folders of other users could not be read)"
    if not searched.finished:
        text += f" (not all could be looked through in {SEARCH_SECONDS:.0f} seconds)"
    evidence.append(text)
    return [f"{what} in {path}" for what, path in searched.hits]


def _in_private_ram(page: Page, canary: Canary, search: SearchFiles, since: float, evidence: list[str]) -> list[str]:
    """What lies in /dev/shm as the page sees it, which is not what others see there."""
    ram = Path(f"/proc/{page.process.pid}/root/dev/shm")
    try:
        next(ram.iterdir(), None)
    except OSError:
        evidence.append("files in the page's private RAM: not looked at; this system lets only root look into it")
        return []
    return _in_files(search([ram], canary.needles, since), "in the page's private RAM, while it ran", evidence)


def _in_memory(page: Page, canary: Canary, evidence: list[str]) -> list[str]:
    """Search the memory of all processes of the page, where the system lets us, with its own control."""
    if not all(may_look(pid) for pid in page.family()):
        evidence.append("memory: not looked at; this system lets only root look into the page's memory")
        return []
    if not _memory_control(canary):
        evidence.append("memory: could not be tested here; the search does not find a photo that a program holds")
        return ["the search of memory is blind"]
    found, size = list[str](), 0
    processes = page.family()
    for pid in processes:
        searched = search_memory(pid, canary.needles)
        size += searched.size_bytes
        found += [f"{what} in the page's memory" for what, _ in searched.hits]
    evidence.append(
        f"memory: {len(processes)} processes of the page, {size / 1e6:.0f} MB, {len(found)} traces "
        "(control: found in a program that holds it)"
    )
    return sorted(set(found))


def _memory_control(canary: Canary) -> bool:
    """A program that holds the photo in memory is found out."""
    with subprocess.Popen(  # noqa: S603
        [sys.executable, "-I", "-S", "-c", HOLDER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as holder:
        assert holder.stdin is not None
        assert holder.stdout is not None
        try:
            holder.stdin.write(canary.data)
            holder.stdin.close()
            holder.stdout.readline()
            found = {what for what, _ in search_memory(holder.pid, canary.needles).hits}
        finally:
            holder.kill()
    return found == {needle.what for needle in canary.needles}


def _wait_for_end(family: Sequence[int]) -> list[int]:
    """Which of these processes still run after a while."""
    until = time.monotonic() + 10
    while (alive := [pid for pid in family if _runs(pid)]) and time.monotonic() < until:
        time.sleep(0.1)
    return alive


def _runs(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def _private_folders(pid: int) -> list[Path]:
    parents = (Path("/dev/shm"), Path(tempfile.gettempdir()))  # noqa: S108
    return [path for parent in parents for path in parent.glob(f"stylize-{pid}-*")]
