"""After a photo was read, nothing that it carried is left in the memory of any process that lives on."""

from __future__ import annotations

import io
import os
import secrets
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from tests.memory import find_in_memory
from tests.photo.darkroom.hostile import noise
from tests.photo.darkroom.pouring import children, form

ROOT = Path(__file__).parents[3]
FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into the memory of other processes, on Linux")


def planted(file_type: str, needle: str) -> bytes:
    """A photo with the needle in its EXIF, its XMP and its comments."""
    image = Image.fromarray(noise(120, 90))
    exif = Image.Exif()
    for tag in (0x010E, 0x010F, 0x013B):
        exif[tag] = f"{needle} {tag}"
    xmp = (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="{needle}"/></rdf:RDF></x:xmpmeta>'
    ).encode()
    out = io.BytesIO()
    if file_type == "PNG":
        text = PngInfo()
        text.add_text("Comment", needle, zip=True)
        text.add_itxt("XML:com.adobe.xmp", xmp.decode())
        image.save(out, file_type, exif=exif.tobytes(), pnginfo=text)
    elif file_type == "JPEG":
        image.save(out, file_type, exif=exif.tobytes(), xmp=xmp, comment=needle)
    else:
        image.save(out, file_type, exif=exif.tobytes(), xmp=xmp)
    return out.getvalue()


@contextmanager
def feeder(*words: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.photo.darkroom.feeder", *words],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    try:
        assert process.stdout
        assert process.stdout.readline() == b"ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


def feed(process: subprocess.Popen[bytes], needle: str) -> int:
    """One photo of every format, the needle in its file name as well; how many findings were told of."""
    assert process.stdin
    assert process.stdout
    told = 0
    for file_type in FORMATS:
        body = form(planted(file_type, needle), file_name=f"{needle}.jpg")
        process.stdin.write(struct.pack(">Q", len(body)) + body)
        told += int(process.stdout.readline())
    return told


def look(pid: int, needle: str) -> int:
    """As bytes, and as the wider letters that programs may keep texts in."""
    try:
        return sum(find_in_memory(pid, [needle.encode(code) for code in ("ascii", "utf-16-le", "utf-32-le")]).values())
    except PermissionError:
        pytest.skip("this user may not look into the memory of other processes")


def test_no_needle_is_left_in_server_or_zygote() -> None:
    needle = f"Canary{secrets.token_hex(12)}"
    with feeder() as process:
        zygotes = children(process.pid)
        assert len(zygotes) == 1
        assert feed(process, needle) >= 4 * len(FORMATS)
        assert children(process.pid) == zygotes
        zygote = zygotes.pop()
        assert children(zygote) == set()
        assert look(process.pid, needle) == 0
        assert look(zygote, needle) == 0
        assert look(zygote, "stylize.photo.darkroom") > 0


def test_the_search_finds_what_is_held() -> None:
    needle = f"Canary{secrets.token_hex(12)}"
    with feeder("--hold") as process:
        feed(process, needle)
        assert look(process.pid, needle) >= len(FORMATS)
        zygote = children(process.pid).pop()
        assert look(zygote, needle) == 0
