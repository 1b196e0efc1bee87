"""Run as a program: a long-lived server in small. Moves photos from its standard input into the darkroom, byte by byte
through one buffer, and never keeps one. Says what it does on standard output.

Each photo comes as 8 bytes of length and a form of that length. `--hold`: forgets to wipe what it should.
"""

from __future__ import annotations

import os
import struct
import sys

from stylize.photo.darkroom import Darkroom, Developed

BUFFER = bytearray(1 << 16)


def fill(view: memoryview) -> None:
    while view:
        count = os.readv(0, [view])
        if not count:
            sys.exit(0)
        view = view[count:]


def move(room: Darkroom, size: int, hold: bool) -> Developed:
    with room.open_plate("edge") as plate:
        while size:
            part = memoryview(BUFFER)[: min(size, len(BUFFER))]
            fill(part)
            size -= len(part)
            rest = part
            while rest:
                rest = rest[os.write(plate.fileno(), rest) :]
            if not hold:
                part[:] = bytes(len(part))
        return plate.finish()


def main(words: list[str]) -> None:
    hold = "--hold" in words
    kept = []
    with Darkroom() as room:
        room.wait()
        print("ready", flush=True)
        head = bytearray(8)
        while True:
            fill(memoryview(head))
            developed = move(room, struct.unpack(">Q", head)[0], hold)
            if not hold:
                developed.report[:] = bytes(len(developed.report))
            kept.append(developed)
            print(len(developed.photo.found), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
