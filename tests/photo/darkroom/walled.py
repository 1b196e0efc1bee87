"""Run as a program: a server that stands behind the wall, with its darkroom made before it or after. JSON on stdout.

Words: `before` or `after`; `foundations` for namespaces and Landlock as well.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
from pathlib import Path

from stylize import errors
from stylize.photo.darkroom import Darkroom
from stylize.privacy.wall import Foundations, foundations, raise_wall
from tests.photo.darkroom.pouring import children, form, pour

CAMERA = Path(__file__).parents[2] / "data" / "camera"


def main(words: list[str]) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    built = foundations() if "foundations" in words else Foundations(())
    room = Darkroom(forking="spawned" not in words)
    if "before" in words:
        room.__enter__()
        room.wait()
    wall = raise_wall(built, [listener])
    if "after" in words:
        room.__enter__()
    told: dict[str, object] = {"level": wall.level, "uid": os.getuid()}
    told["parts"] = {part.name: part.stands for part in wall.parts}
    told["found"] = [len(room.read(path.read_bytes()).found) for path in sorted(CAMERA.glob("phone.*"))]
    with room.open_plate("edge") as plate:
        pour(plate, form((CAMERA / "phone.jpg").read_bytes()))
        told["shape"] = plate.finish().photo.pixels.shape
    if "spawned" not in words:
        for zygote in children(os.getpid()):
            os.kill(zygote, signal.SIGKILL)
        told["again"] = len(room.read((CAMERA / "phone.jpg").read_bytes()).found)
    try:
        room.read(b"nonsense")
    except errors.PhotoError as refusal:
        told["refusal"] = refusal.slug
    room.__exit__(None, None, None)
    print(json.dumps(told))


if __name__ == "__main__":
    main(sys.argv[1:])
