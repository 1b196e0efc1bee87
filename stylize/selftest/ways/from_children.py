"""What other programs could do when they are started from the process."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from pathlib import Path

from stylize.selftest.targets import Errand
from stylize.selftest.ways.way import NotHere, Way

SECONDS = 4.0
PYTHON_CHILD = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=4) as wire:
    wire.sendall(sys.argv[3].encode())
"""


def run(program: str, *words: str) -> None:
    """Run it to its end. NotHere if there is no such program, PermissionError if it says that it failed."""
    path = shutil.which(program)
    if path is None:
        raise NotHere(f"no {program} here")
    code = subprocess.run(  # noqa: S603 -- our own probes, with words of our own
        [path, *words],
        check=False,
        timeout=2 * SECONDS,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ).returncode
    if code:
        raise PermissionError(f"{Path(program).name} ended with {code}")


def curl(errand: Errand) -> str:
    host, port = errand.targets.tcp4
    run("curl", "-q", "-s", "--noproxy", "*", "-m", "4", f"http://{host}:{port}/{errand.word}")
    return ""


def bash(errand: Errand) -> str:
    host, port = errand.targets.tcp4
    run("bash", "--norc", "-c", f"exec 3<>/dev/tcp/{host}/{port} && printf {errand.word} >&3")
    return ""


def getent(errand: Errand) -> str:
    if not errand.targets.resolver_is_ours:
        raise NotHere("would ask the real resolver")
    run("getent", "ahosts", f"{errand.word}.example.test")
    return ""


def python(errand: Errand) -> str:
    host, port = errand.targets.tcp4
    run(errand.python, "-I", "-S", "-c", PYTHON_CHILD, host, str(port), errand.word)
    return ""


def ping(errand: Errand) -> str:
    run("ping", "-n", "-c", "1", "-W", "4", "-p", errand.mark[-16:].hex(), errand.targets.tcp4[0])
    return "ping got its answer"


def orphan(errand: Errand) -> str:
    """Two forks and a session of its own: the sender is nobody's child any more."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setsid()
            if os.fork() == 0:
                with socket.create_connection(errand.targets.tcp4, timeout=SECONDS) as wire:
                    wire.sendall(errand.mark)
                os.write(theirs, b"sent")
        finally:
            os._exit(0)
    os.close(theirs)
    os.waitpid(child, 0)
    if not os.read(ours, 4):
        raise PermissionError("the grandchild could not")
    return ""


WAYS = (
    Way(slug="child-curl", sentence="curl is started and posts.", go=curl, needs="curl"),
    Way(slug="child-bash", sentence="A shell opens /dev/tcp.", go=bash, needs="bash"),
    Way(
        slug="child-getent",
        sentence="Another program looks up a host's name.",
        go=getent,
        needs="getent, a resolver of our own",
    ),
    Way(slug="child-python", sentence="A new Python connects.", go=python),
    Way(slug="child-ping", sentence="ping, which has rights of its own, is started.", go=ping, needs="ping"),
    Way(slug="orphan", sentence="A detached grandchild, which outlives the process, connects.", go=orphan),
)
