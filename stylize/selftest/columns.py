"""`python -m stylize.selftest.columns`: every way out, unlocked and behind the wall, to sinks on loopback; as JSON.

A process of its own, since a network namespace can only be entered before there are threads.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict

from stylize.privacy import lock_down

LOCK, WALL, UNLOCKED = "lock", "wall", "unlocked"


def main() -> None:
    """Print {"columns": [...]} or {"lacks": why}."""
    if not hasattr(os, "fork"):
        print(json.dumps({"lacks": "this system cannot start the probes (it has no fork)"}))  # noqa: T201
        return
    from stylize.privacy.egress import lock
    from stylize.privacy.wall import foundations, raise_wall
    from stylize.selftest.courier import open_courier
    from stylize.selftest.sinks import Hosts, open_sinks
    from stylize.selftest.trial import Layer, try_all
    from stylize.selftest.ways import WAYS

    layers = [Layer(name=UNLOCKED)]
    if sys.platform == "linux":
        layers.append(Layer(name=LOCK, late=lambda listeners, _early: lock(listeners)))
    layers.append(Layer(name=WALL, early=foundations, late=lambda listeners, early: raise_wall(early, listeners)))
    try:
        with open_sinks(Hosts()) as sinks, open_courier(sinks.targets) as courier:
            columns = [asdict(try_all(WAYS, layer, sinks, courier)) for layer in layers]
    except OSError as problem:
        print(json.dumps({"lacks": f"the sinks could not be opened ({problem.strerror})"}))  # noqa: T201
        return
    print(json.dumps({"columns": columns}))  # noqa: T201


if __name__ == "__main__":
    lock_down()
    main()
