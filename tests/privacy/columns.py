"""Run as a program: the table of ways and layers, as root and as nobody, in a network of its own; JSON on stdout."""

from __future__ import annotations

import asyncio  # noqa: F401 -- all that probes import lazily: nobody may be unable to read the Python of root
import concurrent.futures.thread  # noqa: F401
import encodings.idna  # noqa: F401
import fcntl  # noqa: F401
import http.client  # noqa: F401
import json
import os
import resource  # noqa: F401
import sys
import termios  # noqa: F401
import traceback
import urllib.request  # noqa: F401
from dataclasses import asdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from stylize.privacy import lock_down

lock_down()

from stylize.selftest.courier import open_courier  # noqa: E402
from stylize.selftest.sinks import Hosts, Sinks, open_sinks  # noqa: E402
from stylize.selftest.trial import try_all  # noqa: E402
from stylize.selftest.ways import WAYS  # noqa: E402
from tests.privacy.layers import LAYERS  # noqa: E402
from tests.privacy.private_network import (  # noqa: E402
    HOST4,
    HOST6,
    RESOLVER,
    NoNetwork,
    become_nobody,
    enter,
    must_be_alone,
    take_resolver,
)


def main() -> None:
    table: dict[str, Any] = {}
    try:
        real_root = enter()
        ours = take_resolver()
        must_be_alone()
        hosts = Hosts(host4=HOST4, host6=HOST6, resolver=(RESOLVER, 53), resolver_is_ours=ours, for_all_users=True)
        with open_sinks(hosts) as sinks:
            if real_root:
                table["root"] = columns(sinks)
            table["nobody"] = as_nobody(sinks, real_root=real_root)
    except NoNetwork as lack:
        table["skip"] = str(lack)
    json.dump(table, sys.stdout)


def as_nobody(sinks: Sinks, *, real_root: bool) -> list[dict[str, Any]]:
    """The same in a child that gave up its rights for good."""
    ours, theirs = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(ours)
            become_nobody(real_root=real_root)
            with os.fdopen(theirs, "w") as out:
                json.dump(columns(sinks), out)
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as told:
        text = told.read()
    os.waitpid(child, 0)
    return list(json.loads(text))


def columns(sinks: Sinks) -> list[dict[str, Any]]:
    must_be_alone()
    with open_courier(sinks.targets) as courier:
        return [asdict(try_all(WAYS, layer, sinks, courier)) for layer in LAYERS]


if __name__ == "__main__":
    main()
