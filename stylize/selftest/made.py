"""A toy made of the canary, behind the wall, in a process of its own."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from dataclasses import dataclass

from stylize.selftest.canary import Canary

COMMAND = (sys.executable, "-m", "stylize.selftest.toy")
SECONDS = 180


@dataclass(frozen=True, kw_only=True, slots=True)
class Made:
    """The results by media type. `lacks`: why there are none, or "". `missing`: parts of the wall that did not stand.

    `found`: how many things were found in the photo beside the picture.
    """

    files: dict[str, bytes]
    missing: tuple[str, ...] = ()
    found: int = 0
    lacks: str = ""


def make(canary: Canary) -> Made:
    """Never raises: what went wrong is in `lacks`."""
    try:
        run = subprocess.run(COMMAND, input=canary.data, check=False, capture_output=True, timeout=SECONDS)  # noqa: S603
        told = json.loads(run.stdout or b"{}")
    except (subprocess.TimeoutExpired, ValueError):
        told = {}
    if "files" not in told:
        return Made(files={}, lacks=str(told.get("lacks", "the toy could not be made")))
    files = {media_type: base64.b64decode(text) for media_type, text in told["files"].items()}
    return Made(files=files, missing=tuple(told["missing"]), found=int(told["found"]))
