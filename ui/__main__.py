"""`python -m ui`: lock down, take a port, lay the wall's foundations, open the shop, close the wall, take photos."""

from __future__ import annotations

from stylize.privacy import lock_down

lock_down()  # before anything else: libraries read their switches when they are imported

import contextlib  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from dataclasses import dataclass  # noqa: E402
from pathlib import Path  # noqa: E402
from types import FrameType  # noqa: E402
from typing import TYPE_CHECKING, Any  # noqa: E402

from stylize.errors import StylizeError  # noqa: E402
from stylize.privacy import wall, witness  # noqa: E402
from stylize.privacy.memory import one_heap  # noqa: E402
from stylize.privacy.workspace import private_folder  # noqa: E402
from ui.browser import Usher, has_screen  # noqa: E402
from ui.listening import Address, listen  # noqa: E402
from ui.neighbours import Neighbours, look_around  # noqa: E402
from ui.options import Options, read_options  # noqa: E402

if TYPE_CHECKING:
    from fastapi import FastAPI

    from stylize.photo.darkroom import Darkroom


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where the page answers. `neighbours` tells whose program has connected; None: it cannot be told, or anybody may."""

    listener: socket.socket
    address: Address
    neighbours: Neighbours | None


def main(arguments: list[str] | None = None) -> int:
    """Start the page; returns the exit code."""
    options = read_options(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        return _open(options)
    except StylizeError as problem:
        print(f"Stylize cannot start. {problem}", file=sys.stderr)
        return problem.exit_code


def _open(options: Options) -> int:
    """What has to happen while there is but one thread; the rest is `_serve`."""
    one_heap()
    usher = Usher() if has_screen() and options.browser and not options.lan else None
    try:
        place = _take_place(options)
    except OSError as problem:
        print(f"Stylize cannot use port {options.port}: {problem.strerror}. Leave --port out to get a free one.")
        return 1
    foundations = wall.foundations()  # before there is any thread, so that every one stands on them
    witness.watch()
    from stylize.photo.darkroom import Darkroom  # brings OpenCV and its threads

    with place.listener, private_folder() as folder, Darkroom(walled=options.wall) as darkroom:
        _serve(place, options, foundations, folder, darkroom, usher)
    return 0


def _take_place(options: Options) -> Place:
    if not options.lan:
        listener, address = listen(options.port)
        return Place(listener=listener, address=address, neighbours=look_around())
    from ui.lan import find_host

    listener, address = listen(options.port, host=find_host(options.lan_address), scheme="https")
    return Place(listener=listener, address=address, neighbours=None)


def _serve(
    place: Place,
    options: Options,
    foundations: wall.Foundations,
    folder: Path,
    darkroom: Darkroom,
    usher: Usher | None,
) -> None:
    """Answer until a signal ends it; no other socket is opened."""
    import uvicorn  # heavy imports come after the port is taken

    from stylize.settings import read_settings
    from ui.connections import SETTINGS
    from ui.guard import Guard
    from ui.opening import Opening
    from ui.protocol import PhotoProtocol

    settings = read_settings(flags={"weights": options.weights})
    problems: list[Exception] = []

    def build() -> FastAPI:
        """Load everything; then close the wall. What is returned takes photos."""
        from stylize.workshop import Workshop
        from ui.server import application
        from ui.shop import Shop
        from ui.state import evidence

        workshop = stack.enter_context(Workshop(settings, read=darkroom.read, evidence=lambda: evidence(shop.wall)))
        shop = stack.enter_context(
            contextlib.closing(Shop(workshop, darkroom, keep_seconds=options.keep_seconds, lan=options.lan))
        )
        app = application(shop, place.address)
        workshop.wake_devices()
        darkroom.wait()
        if options.wall:
            shop.wall = wall.raise_wall(foundations, [place.listener], loopback_only=not options.lan)
        else:
            shop.wall = wall.no_wall(foundations)
        workshop.warm()
        return app

    def fail(problem: Exception) -> None:
        problems.append(problem)
        server.should_exit = True

    key, more = _lan_key(place, options, folder) if options.lan else _launch_key(place, usher)
    app = Guard(
        Opening(build, fail, walled=options.wall), token=key, address=place.address, neighbours=place.neighbours
    )
    server = uvicorn.Server(uvicorn.Config(app, **{**SETTINGS, "http": PhotoProtocol, **more}))
    with contextlib.ExitStack() as stack:
        server.run(sockets=[place.listener])
    if problems:
        raise problems[0]


def _launch_key(place: Place, usher: Usher | None) -> tuple[Any, dict[str, Any]]:
    """The key in the printed address, and nothing more for uvicorn."""
    from ui.guard import LaunchToken

    def say_fresh(key: str) -> None:
        print(f"That address was used already. A fresh one: {place.address.link(key)}", flush=True)

    token = LaunchToken(say_fresh)
    link = place.address.link(token.current)
    print(f"The toy shop is opening at {link}   (Ctrl+C closes it)", flush=True)
    if usher is not None:
        usher.show(link)
    return token, {}


def _lan_key(place: Place, options: Options, folder: Path) -> tuple[Any, dict[str, Any]]:
    """The password, and TLS for uvicorn."""
    from ui.lan import prepare

    lan = prepare(place.address, folder, password=options.lan_password)
    print(lan.words, flush=True)
    return lan.door, lan.settings


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Unwind, so that the private folder is removed."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
