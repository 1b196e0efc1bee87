"""The foundations: with namespaces, without, with nothing at all; and the program that stands on them."""

from __future__ import annotations

import errno
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apart import WHO, apart, refused

from stylize.errors import WallMissing
from stylize.privacy import egress, filter, kernel, landlock, namespaces, wall  # noqa: A004 - the module's name

pytestmark = pytest.mark.skipif(kernel.machine() is None, reason="the foundations are for Linux on x86-64 and aarch64")

ORDER = ["network-namespace", "private-ram", "read-only-disk", "landlock", "no-dumps", "no-swap"]
HERE = Path(__file__).parents[2]
PLACES = ("/tmp", "/var/tmp", "/", str(Path.home()), str(HERE), "/dev", "/etc", "/run")


@pytest.fixture(params=WHO)
def who(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def without(*calls: str) -> None:
    """From here on the kernel refuses these calls, as a container does, or an older kernel."""
    rules = [filter.Rule(calls=" ".join(calls), answer=filter.REFUSE, why="a test.")]
    egress.install(filter.assemble(kernel.machine() or "", rules, otherwise=filter.ALLOW))


def stood() -> dict[str, bool]:
    return {part.name: part.stands for part in wall.foundations().parts}


def with_namespaces() -> None:
    if not stood()["private-ram"]:
        pytest.skip("this system lets no program have namespaces of its own")


def with_landlock_only() -> None:
    without("unshare")
    if not stood()["landlock"]:
        pytest.skip("this kernel has no Landlock with network rules")


WAYS: dict[str, Callable[[], None]] = {"namespaces": with_namespaces, "Landlock only": with_landlock_only}


@pytest.fixture(params=WAYS)
def build(request: pytest.FixtureRequest) -> Callable[[], None]:
    return WAYS[str(request.param)]


def test_every_part_is_told_of_with_a_reason_where_it_is_missing(who: str) -> None:
    def inside() -> list[Any]:
        return [[part.name, part.stands, part.why] for part in wall.foundations().parts]

    parts = apart(inside, who)
    assert [name for name, _, _ in parts] == ORDER
    assert all(bool(why) is not stands and (stands or why.endswith(".")) for _, stands, why in parts)


def test_without_anything_it_says_so_and_never_raises(who: str) -> None:
    def inside() -> list[Any]:
        without("unshare", "landlock_create_ruleset")
        parts = wall.foundations().parts
        return [[part.name, part.stands, part.why] for part in parts[:4]]

    parts = apart(inside, who)
    assert [name for name, stands, why in parts if not stands and why.endswith(".")] == ORDER[:4]


def test_an_old_landlock_guards_files_but_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(landlock, "version", lambda: 3)

    def inside() -> list[Any]:
        without("unshare")
        parts = {part.name: part for part in wall.foundations().parts}
        return [parts["landlock"].stands, parts["landlock"].why, parts["read-only-disk"].stands, _writable()]

    stands, why, disk, writable = apart(inside)
    assert (stands, disk, writable) == (False, True, [])
    assert "6.7" in why


@pytest.mark.parametrize("lacking", ["mount_setattr", "mount"])
def test_a_move_that_cannot_be_finished_is_told_of(lacking: str) -> None:
    def inside() -> list[Any]:
        without(lacking, "landlock_create_ruleset")
        return [[part.stands, part.why] for part in wall.foundations().parts[:3]]

    network, ram, disk = apart(inside)
    assert disk[0] is False
    assert disk[1].endswith(".")
    assert ram[0] is (lacking == "mount_setattr") or not network[0]


def test_with_threads_running_it_does_not_move(who: str) -> None:
    def inside() -> list[Any]:
        threading.Thread(target=time.sleep, args=(5,), daemon=True).start()
        parts = wall.foundations().parts
        return [parts[0].stands, parts[0].why, parts[3].name]

    stands, why, _ = apart(inside, who)
    assert not stands
    assert "threads" in why


def _writable() -> list[str]:
    """Which of the usual places take a file, a folder, a link, a pipe or a change."""
    found = []
    for place in PLACES:
        new = Path(place) / f"never-{os.getpid()}"
        attempts = (
            lambda new=new: os.close(os.open(new, os.O_WRONLY | os.O_CREAT)),
            lambda new=new: new.mkdir(),
            lambda new=new: new.symlink_to("/etc"),
            lambda new=new: os.mkfifo(new),
        )
        found += [place for attempt in attempts if not refused(attempt)]
    return found


def test_no_file_can_be_written_but_in_ram(build: Callable[[], None], who: str, tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        if parent.owner() == tmp_path.owner() and str(parent) != "/tmp":
            parent.chmod(0o755)
    there = tmp_path / "there"
    there.write_text("before")
    there.chmod(0o666)

    def inside() -> list[Any]:
        build()
        ram = namespaces.RAM / f"here-{os.getpid()}"
        ram.write_text("fine")
        kept = ram.read_text()
        ram.unlink()
        changes = [
            refused(lambda: there.write_text("after")),
            refused(lambda: os.truncate(there, 0)),
            refused(there.unlink),
            refused(lambda: there.rename(tmp_path / "moved")),
            refused(lambda: (tmp_path / "linked").hardlink_to(there)),
        ]
        return [_writable(), kept, changes, there.read_text()]

    writable, kept, changes, read = apart(inside, who)
    assert writable == []
    assert kept == "fine"
    assert set(changes) <= {errno.EROFS, errno.EACCES, errno.EXDEV}
    assert read == "before"
    assert os.listdir(tmp_path) == ["there"]  # noqa: PTH208 - its names


def test_devices_the_own_terminal_and_reading_stay(build: Callable[[], None], who: str) -> None:
    def inside() -> list[Any]:
        ours, theirs = os.openpty()
        build()
        Path("/dev/null").write_bytes(b"x")
        zeros = os.read(os.open("/dev/zero", os.O_RDWR), 4)
        os.write(theirs, b"seen")
        other = refused(lambda: os.open(os.ttyname(theirs), os.O_WRONLY | os.O_NOCTTY))
        read = Path("/etc/passwd").read_text()[:4]
        return [list(zeros), os.read(ours, 9).decode(), other, bool(read and Path("/proc/self/maps").read_text())]

    assert apart(inside, who) == [[0, 0, 0, 0], "seen", errno.EACCES, True]


def test_raw_disks_and_memory_are_not_among_the_devices() -> None:
    names = {path.name for path in landlock.devices()}
    assert "null" in names
    assert not {"mem", "kmem", "port", "kvm", "fuse", "uinput", "tun"} & names
    assert not [name for name in names if name.startswith(("sd", "vd", "nvme", "loop", "dm-", "input"))]


def test_children_write_nowhere_either(build: Callable[[], None], who: str) -> None:
    def inside() -> str:
        build()
        shell = shutil.which("sh") or "/bin/sh"
        done = subprocess.run([shell, "-c", "echo x > /tmp/never-child"], capture_output=True, text=True, check=False)
        return done.stderr

    assert apart(inside, who)
    assert not Path("/tmp/never-child").exists()


def test_the_network_is_empty(who: str) -> None:
    def inside() -> list[str]:
        with_namespaces()
        return [name for _, name in socket.if_nameindex()]

    assert apart(inside, who) == ["lo"]


def test_the_machine_is_not_changed_for_others(who: str) -> None:
    """Mounts and networks of the test itself are as before, and so is what lies in the shared RAM."""
    before = Path("/proc/self/mountinfo").read_text(), socket.if_nameindex()
    apart(with_namespaces, who)
    assert (Path("/proc/self/mountinfo").read_text(), socket.if_nameindex()) == before


def test_ports_and_other_programs_are_closed_by_landlock(who: str) -> None:
    def inside() -> list[int]:
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        waiting, _holding = os.pipe()
        outside = os.fork()
        if outside == 0:
            os.close(_holding)
            os.read(waiting, 1)  # until the test is over
            os._exit(0)
        with_landlock_only()
        return [
            refused(lambda: socket.socket().connect(listener.getsockname())),
            refused(lambda: socket.socket().bind(("127.0.0.1", 0))),
            refused(lambda: os.kill(outside, 9)) if landlock.version() >= 6 else errno.EPERM,
        ]

    assert apart(inside, who) == [errno.EACCES, errno.EACCES, errno.EPERM]


def test_a_neighbours_memory_is_closed(build: Callable[[], None], who: str) -> None:
    """Else another program of the same user could be made to send; its file in /proc is no call that a filter sees."""

    def inside() -> list[int]:
        waiting, holding = os.pipe()
        neighbour = os.fork()
        if neighbour == 0:
            os.close(holding)
            os.read(waiting, 1)
            os._exit(0)
        memory = f"/proc/{neighbour}/mem"
        open_before = refused(lambda: os.close(os.open(memory, os.O_RDWR)))
        build()
        return [open_before, refused(lambda: os.open(memory, os.O_RDWR))]

    before, after = apart(inside, who)
    assert before == 0
    assert after in (errno.EACCES, errno.EROFS, errno.EPERM)


def test_a_wall_tells_its_level_and_all_its_parts(who: str) -> None:
    def inside() -> list[Any]:
        built = wall.foundations()
        without_it = wall.no_wall(built)
        with_it = wall.raise_wall(built)
        return [[it.level, [part.name for part in it.parts], it.parts[0].stands] for it in (without_it, with_it)]

    names = ["seccomp", *ORDER]
    assert apart(inside, who) == [["none", names, False], ["kernel", names, True]]


def test_a_wall_that_cannot_be_raised_is_an_error(who: str) -> None:
    def inside() -> str:
        built = wall.foundations()
        kept = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            wall.raise_wall(built)
        except WallMissing as problem:
            return problem.slug
        return f"raised over {kept}"

    assert apart(inside, who) == "wall-missing"


@pytest.mark.parametrize("platform", ["win32", "freebsd14"])
def test_elsewhere_it_is_an_honest_sentence(platform: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wall.sys, "platform", platform)
    built = wall.Foundations(())
    with pytest.raises(WallMissing, match="no lock that a program can put on itself"):
        wall.raise_wall(built)
    assert wall.no_wall(built).level == "none"
