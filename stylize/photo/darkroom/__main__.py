"""`python -m stylize.photo.darkroom`: started by `Darkroom`, of no use by hand.

Without `--once`: the zygote; its standard input is the socket of its server. With it: one decoder, for systems without
fork; its standard input brings an order and then the photo, its standard output takes the answer.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from pathlib import Path

from stylize.errors import StylizeError, WallMissing
from stylize.photo.darkroom.develop import develop
from stylize.photo.darkroom.limits import Limits
from stylize.photo.darkroom.orders import ORDER_BYTES, read_order
from stylize.photo.darkroom.warm import thread_count, warm_up


def main(words: list[str]) -> None:
    """`words`: the limits as JSON, and perhaps `--once`."""
    limits = Limits(**json.loads(words[0]))
    if "--once" in words:
        _once(limits)
    else:
        _zygote(limits)


def _once(limits: Limits) -> None:
    answer = os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    warm_up()
    order = bytearray()
    while len(order) < ORDER_BYTES and (part := os.read(0, ORDER_BYTES - len(order))):
        order += part
    if len(order) == ORDER_BYTES:
        develop(0, answer, read_order(bytes(order)), limits)


def _zygote(limits: Limits) -> None:
    from stylize.photo.darkroom.zygote import Zygote
    from stylize.privacy.egress import lock

    control = socket.socket(fileno=os.dup(0))
    try:
        warm_up()
        _volunteer()
        zygote = Zygote(control, limits)
        if thread_count() != 1:
            raise WallMissing(why="a library started a thread in the darkroom")
        if limits.walled:
            lock(())
    except StylizeError as refusal:
        _tell(control, {"slug": refusal.slug, "facts": refusal.facts})
    else:
        if _tell(control, {}):
            zygote.serve()


def _tell(control: socket.socket, word: dict[str, object]) -> bool:
    """Say that all is ready (an empty word) or why not; False if the server has gone meanwhile."""
    try:
        control.sendall(json.dumps(word).encode() + b"\n")
    except OSError:
        return False
    return True


def _volunteer() -> None:
    """Where memory runs short, the system shall end a decoder before anything else."""
    try:
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    except OSError:
        return


if __name__ == "__main__":
    main(sys.argv[1:])
