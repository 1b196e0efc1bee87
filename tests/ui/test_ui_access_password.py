"""Passwords, the lock against guessing them, and which address of this machine is taken for the network."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path

import pytest

from stylize.errors import LanUnavailable
from ui import lan as lan_room
from ui.lan import find_host
from ui.password import (
    GROUP,
    GROUPS,
    LETTERS,
    LONGEST_WAIT_SECONDS,
    MOST_FAILURES,
    MOST_SESSIONS,
    PasswordDoor,
    Shut,
    ask_password,
    make_password,
)

# ---------------------------------------------------------------- the lock against guessing


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def offer(door: PasswordDoor, password: str) -> str | None:
    return asyncio.run(door.try_password(password))


def test_every_wrong_password_makes_the_next_wait_longer_until_nobody_comes_in() -> None:
    clock = Clock()
    door = PasswordDoor("correct horse battery", now=clock)
    owner = offer(door, "correct horse battery")
    waits = []
    for _ in range(MOST_FAILURES):
        assert offer(door, "Correct horse battery") is None
        if not door.locked:
            with pytest.raises(Shut) as shut:
                offer(door, "correct horse battery")
            waits.append(shut.value.seconds)
            clock.now += shut.value.seconds
    assert waits == sorted(waits)
    assert waits[-1] >= LONGEST_WAIT_SECONDS
    clock.now += 1e6
    with pytest.raises(Shut):
        offer(door, "correct horse battery")
    assert door.locked
    assert door.knows(owner or "")
    assert not door.knows("")


def test_the_oldest_session_makes_room() -> None:
    door = PasswordDoor("correct horse battery")
    cookies = [offer(door, "correct horse battery") or "" for _ in range(MOST_SESSIONS + 1)]
    assert len(set(cookies)) == len(cookies)
    assert [door.knows(cookie) for cookie in cookies] == [False] + [True] * MOST_SESSIONS


def test_two_guesses_at_once_are_one() -> None:
    door = PasswordDoor("correct horse battery")

    async def both() -> list[object]:
        return await asyncio.gather(*(door.try_password("wrong") for _ in range(5)), return_exceptions=True)

    assert sorted(type(result).__name__ for result in asyncio.run(both())) == ["NoneType"] + ["Shut"] * 4


def test_made_passwords_cannot_be_guessed() -> None:
    assert GROUPS * GROUP * math.log2(len(set(LETTERS))) >= 80
    made = {make_password() for _ in range(200)}
    assert len(made) == 200
    assert all([len(group) for group in password.split("-")] == [GROUP] * GROUPS for password in made)


@pytest.mark.parametrize(("typed", "why"), [(["short", "short"], "shorter"), (["long enough it is", "other"], "same")])
def test_a_password_of_ones_own_is_asked_for_twice(typed: list[str], why: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(typed)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: next(answers))
    with pytest.raises(LanUnavailable, match=why):
        ask_password()
    monkeypatch.setattr("getpass.getpass", lambda _prompt: "long enough it is")
    assert ask_password() == "long enough it is"


# ---------------------------------------------------------------- the address


@pytest.mark.parametrize(
    "host", ["0.0.0.0", "224.0.0.1", "255.255.255.255", "8.8.8.8", "name.example", "::1", "10.0.0.1/8"]
)
def test_what_is_no_address_of_a_local_network_is_refused(host: str) -> None:
    with pytest.raises(LanUnavailable, match=r"without --lan|Without --lan"):
        find_host(host)


@pytest.mark.parametrize("host", ["192.168.1.5", "10.0.0.1", "172.16.0.9", "100.64.0.3", "169.254.1.1", "127.3.4.5"])
def test_addresses_of_local_networks_are_taken(host: str) -> None:
    assert find_host(host) == host


HEADER = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"


@pytest.mark.skipif(not Path("/proc/net/route").exists(), reason="there is no table of routes here")
@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ("lo\t00000000\t0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n", "127.0.0.1"),
        (
            "none9\t00000000\t0\t0003\t0\t0\t1\t00000000\t0\t0\t0\nlo\t00000000\t0\t0003\t0\t0\t9\t00000000\t0\t0\t0\n",
            "127.0.0.1",
        ),
        ("lo\t00000000\t0\t0002\t0\t0\t100\t00000000\t0\t0\t0\n", None),
        ("lo\t0000000A\t0\t0001\t0\t0\t100\t000000FF\t0\t0\t0\n", None),
        ("", None),
    ],
)
def test_the_default_route_tells_the_address(
    rows: str, found: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "route").write_text(HEADER + rows)
    monkeypatch.setattr(lan_room, "ROUTES", tmp_path / "route")
    if found is None:
        with pytest.raises(LanUnavailable, match="in no network"):
            find_host()
    else:
        assert find_host() == found
