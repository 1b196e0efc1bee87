"""`python -m ui`: lock down, take a port, open the shop."""

from __future__ import annotations

from stylize.privacy import lock_down

lock_down()  # before anything else: libraries read their switches when they are imported

import argparse  # noqa: E402
import contextlib  # noqa: E402
import os  # noqa: E402
import signal  # noqa: E402
import socket  # noqa: E402
import sys  # noqa: E402
import threading  # noqa: E402
from pathlib import Path  # noqa: E402
from types import FrameType  # noqa: E402
from typing import TYPE_CHECKING  # noqa: E402

from stylize.errors import StylizeError  # noqa: E402
from ui.workspace import private_folder  # noqa: E402

if TYPE_CHECKING:
    from fastapi import FastAPI

HOST = "127.0.0.1"
USUAL_PORT = 7860


def main(arguments: list[str] | None = None) -> int:
    """Start the page; returns the exit code."""
    options = _parse(arguments)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _leave)
    try:
        listener = listen(options.port)
    except OSError as problem:
        print(f"Stylize cannot use port {options.port}: {problem.strerror}. Leave --port out to get a free one.")
        return 1
    try:
        with listener, private_folder():
            _run(listener, options)
    except StylizeError as problem:
        print(f"Stylize cannot start. {problem}", file=sys.stderr)
        return problem.exit_code
    return 0


def listen(port: int | None) -> socket.socket:
    """A listening socket on loopback: the given port; else the usual one; else any that is free."""
    for wanted in (USUAL_PORT, 0) if port is None else (port,):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            if os.name == "posix":  # elsewhere this would let another program share the port
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, wanted))
            listener.listen(64)
        except OSError:
            listener.close()
            if port is not None or wanted == 0:
                raise
        else:
            return listener
    raise AssertionError("port 0 is always free")


def _run(listener: socket.socket, options: argparse.Namespace) -> None:
    """Answer on `listener` until a signal ends it; no other socket is opened."""
    import uvicorn  # heavy imports come after the port is taken

    from stylize.settings import read_settings
    from ui.guard import Guard, LaunchToken
    from ui.opening import Opening

    port = listener.getsockname()[1]
    settings = read_settings(flags={"weights": options.weights})
    problems: list[Exception] = []

    def address(key: str) -> str:
        return f"http://{HOST}:{port}/?token={key}"

    def build() -> FastAPI:
        from stylize.workshop import Workshop
        from ui.server import application
        from ui.shop import Shop

        return application(Shop(stack.enter_context(Workshop(settings))), port)

    def fail(problem: Exception) -> None:
        problems.append(problem)
        server.should_exit = True

    token = LaunchToken(lambda key: print(f"That address was used already. A fresh one: {address(key)}", flush=True))
    config = uvicorn.Config(
        Guard(Opening(build, fail), port=port, token=token),
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
    print(f"The toy shop is opening at {address(token.current)}   (Ctrl+C closes it)", flush=True)
    if _has_browser(options):
        threading.Timer(0.3, _open_browser, [address(token.current)]).start()
    with contextlib.ExitStack() as stack:
        server.run(sockets=[listener])
    if problems:
        raise problems[0]


def _has_browser(options: argparse.Namespace) -> bool:
    if options.no_browser or os.environ.get("CI"):
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _open_browser(address: str) -> None:
    import webbrowser

    webbrowser.open(address)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m ui", description="Open the Stylize page on this machine.")
    parser.add_argument("--port", type=int, help=f"the port to answer on (else {USUAL_PORT}, else a free one)")
    parser.add_argument("--no-browser", action="store_true", help="only print the address")
    parser.add_argument("--weights", type=Path, help="a Stable Diffusion folder or .safetensors file")
    return parser.parse_args(arguments)


def _leave(_number: int, _frame: FrameType | None) -> None:
    """Unwind, so that the private folder is removed."""
    raise SystemExit(0)


if __name__ == "__main__":
    sys.exit(main())
