"""What the tests of the darkroom share: forms, and a photo poured into a plate."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from stylize.photo.darkroom import Darkroom, Developed, Plate


def form(data: bytes, boundary: str = "edge", name: str = "files", file_name: str = "NeedleName.jpg") -> bytes:
    """A form as browsers send it, with one file in it."""
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n'
    return head.encode() + b"Content-Type: image/jpeg\r\n\r\n" + data + f"\r\n--{boundary}--\r\n".encode()


def pour(plate: Plate, data: bytes) -> None:
    """Write as long as somebody reads."""
    view = memoryview(data)
    with suppress(BrokenPipeError):
        while view:
            view = view[os.write(plate.fileno(), view) :]


def developed(room: Darkroom, data: bytes, boundary: str | None = None) -> Developed:
    with room.open_plate(boundary) as plate:
        pour(plate, data)
        return plate.finish()


def until(true: Callable[[], bool], seconds: float = 30) -> bool:
    """Whether it became true in time."""
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


def children(of: int) -> set[int]:
    """Living processes whose parent is `of`."""
    found = set()
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                fields = (folder / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == of and fields[0] != "Z":
                found.add(int(folder.name))
    return found
