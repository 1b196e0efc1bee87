"""What any Python library could do."""

from __future__ import annotations

import socket
import threading
from queue import Empty, SimpleQueue

from stylize.selftest.targets import Errand
from stylize.selftest.ways.way import NotHere, Way

SECONDS = 4.0


def tcp(errand: Errand) -> str:
    with socket.create_connection(errand.targets.tcp4, timeout=SECONDS) as wire:
        wire.sendall(errand.mark)
    return ""


def tcp6(errand: Errand) -> str:
    if errand.targets.tcp6 is None:
        raise NotHere("no IPv6 here")
    with socket.create_connection(errand.targets.tcp6, timeout=SECONDS) as wire:
        wire.sendall(errand.mark)
    return ""


def udp(errand: Errand) -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.sendto(errand.mark, errand.targets.udp4)
    return ""


def urllib(errand: Errand) -> str:
    import urllib.request

    host, port = errand.targets.tcp4
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    opener.open(f"http://{host}:{port}/{errand.word}", timeout=SECONDS).close()
    return ""


def http_post(errand: Errand) -> str:
    import http.client

    wire = http.client.HTTPConnection(*errand.targets.tcp4, timeout=SECONDS)
    wire.request("POST", "/", body=errand.mark)
    wire.getresponse().close()
    wire.close()
    return ""


def asyncio_stream(errand: Errand) -> str:
    import asyncio

    async def send() -> None:
        _, writer = await asyncio.wait_for(asyncio.open_connection(*errand.targets.tcp4), SECONDS)
        writer.write(errand.mark)
        await writer.drain()
        writer.close()

    asyncio.run(send())
    return ""


def look_up(errand: Errand) -> str:
    if not errand.targets.resolver_is_ours:
        raise NotHere("would ask the real resolver")
    socket.getaddrinfo(f"{errand.word}.example.test", 80)
    return ""


class Sleeper:
    """A thread that was there before the wall: it waits for one errand."""

    def __init__(self) -> None:
        self.errands: SimpleQueue[Errand] = SimpleQueue()
        self.answers: SimpleQueue[OSError | None] = SimpleQueue()
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        errand = self.errands.get()
        try:
            tcp(errand)
            self.answers.put(None)
        except OSError as problem:
            self.answers.put(problem)


def earlier_thread(errand: Errand) -> str:
    assert isinstance(errand.prepared, Sleeper)
    errand.prepared.errands.put(errand)
    try:
        problem = errand.prepared.answers.get(timeout=SECONDS + 1)
    except Empty:
        raise TimeoutError("the thread did not answer") from None
    if problem is not None:
        raise problem
    return ""


WAYS = (
    Way(slug="python-tcp", sentence="A Python library connects to an address.", go=tcp),
    Way(slug="python-tcp6", sentence="A Python library connects to an IPv6 address.", go=tcp6, needs="IPv6"),
    Way(slug="python-udp", sentence="A Python library sends a datagram.", go=udp),
    Way(slug="python-urllib", sentence="A Python library fetches a web address.", go=urllib),
    Way(slug="python-http", sentence="A Python library posts to a web server.", go=http_post),
    Way(slug="python-asyncio", sentence="Asynchronous code opens a stream.", go=asyncio_stream),
    Way(
        slug="python-getaddrinfo",
        sentence="A look-up of a host's name carries data in the name.",
        go=look_up,
        needs="a resolver of our own",
    ),
    Way(
        slug="earlier-thread",
        sentence="A thread that was started before the wall connects.",
        go=earlier_thread,
        before=Sleeper,
        inside=True,
    ),
)
