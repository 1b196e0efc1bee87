"""`python -m ui`: lock down, take a port, lay the wall's foundations, open the shop, close the wall, take photos."""

from __future__ import annotations

from stylize.privacy import lock_down

lock_down()  # before anything else: libraries read their switches when they are imported

import argparse  # noqa: E402
import contextlib  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402
from types import FrameType  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

from stylize.errors import StylizeError  # noqa: E402
from stylize.privacy import wall, witness  # noqa: E402
from stylize.privacy.workspace import private_folder  # noqa: E402
from ui.browser import Usher, has_screen  # noqa: E402
from ui.listening import Address, listen  # noqa: E402

if TYPE_CHECKING:
    from fastapi import FastAPI

    from stylize.photo.darkroom import Darkroom


def main(arguments: list[str] | None = None) -> int:
    """Start the page; returns the exit code."""
    options = _parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    usher = Usher() if has_screen() and not options.no_browser else None
    try:
        listener, address = listen(options.port)
    except OSError as problem:
        print(f"Stylize cannot use port {options.port}: {problem.strerror}. Leave --port out to get a free one.")
        return 1
    foundations = wall.foundations()  # before there is any thread, so that every one stands on them
    witness.watch()
    from stylize.photo.darkroom import Darkroom  # brings OpenCV and its threads

    try:
        with listener, private_folder(), Darkroom(walled=not options.without_wall) as darkroom:
            _run(listener, address, options, foundations, darkroom, usher)
    except StylizeError as problem:
        print(f"Stylize cannot start. {problem}", file=sys.stderr)
        return problem.exit_code
    return 0


def _run(
    listener: socket.socket,
    address: Address,
    options: argparse.Namespace,
    foundations: wall.Foundations,
    darkroom: Darkroom,
    usher: Usher | None,
) -> None:
    """Answer on `listener` until a signal ends it; no other socket is opened."""
    import uvicorn  # heavy imports come after the port is taken

    from stylize.settings import read_settings
    from ui.guard import Guard, LaunchToken
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
        shop = stack.enter_context(contextlib.closing(Shop(workshop, darkroom, keep_seconds=60 * options.keep_minutes)))
        app = application(shop, address)
        workshop.wake_devices()
        darkroom.wait()
        shop.wall = wall.no_wall(foundations) if options.without_wall else wall.raise_wall(foundations, [listener])
        return app

    def fail(problem: Exception) -> None:
        problems.append(problem)
        server.should_exit = True

    def say_fresh(key: str) -> None:
        print(f"That address was used already. A fresh one: {address.link(key)}", flush=True)

    token = LaunchToken(say_fresh)
    config = uvicorn.Config(
        Guard(Opening(build, fail), address=address, token=token),
        http=PhotoProtocol,  # type: ignore[arg-type] # it is a BufferedProtocol, which asyncio takes as well
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        limit_concurrency=64,
        timeout_keep_alive=5,
        timeout_graceful_shutdown=1,
        ws="none",
    )
    server = uvicorn.Server(config)
    print(f"The toy shop is opening at {address.link(token.current)}   (Ctrl+C closes it)", flush=True)
    if usher is not None:
        usher.show(address.link(token.current))
    with contextlib.ExitStack() as stack:
        server.run(sockets=[listener])
    if problems:
        raise problems[0]


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ui", description="Open the Stylize page on this machine.")
    parser.add_argument("--port", type=int, help="the port to answer on (else one that is free)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument(
        "--keep-minutes",
        type=_minutes,
        default=15,
        metavar="N",
        help="how long photos and pictures are kept in memory after their last use (%(default)s unless said)",
    )
    parser.add_argument("--weights", type=Path, help="a Stable Diffusion folder or .safetensors file")
    parser.add_argument(
        "--without-wall",
        action="store_true",
        help="go on even if the system cannot take the network away from this program (the page will say so)",
    )
    return parser.parse_args(arguments)


def _minutes(text: str) -> float:
    """0.1 to 1440."""
    minutes = float(text)
    if not 0.1 <= minutes <= 24 * 60:
        raise argparse.ArgumentTypeError("it must be between 0.1 and 1440")
    return minutes


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Unwind, so that the private folder is removed."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
