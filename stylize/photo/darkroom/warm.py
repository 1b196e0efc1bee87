"""Everything a decoder will need, brought in before the door is shut: modules, tables, one photo of every format.

Behind the wall of a cell no file can be opened, not even one of Python's own modules. So everything that is loaded on
first use is used here once, with samples of our own: a gradient of 96 × 64 pixels with the primaries of Display P3, the
word "Sample" in every kind of tag, and a place in the sea.
"""

from __future__ import annotations

import codecs
import gc
import logging
import warnings
from importlib import resources
from pathlib import Path

import cv2
import pi_heif
from PIL import AvifImagePlugin

from stylize.errors import PhotoError
from stylize.photo.darkroom import wire
from stylize.photo.darkroom.form import take_file
from stylize.photo.formats import Format, recognise
from stylize.photo.metadata.report import locate
from stylize.photo.read import read

_SAMPLES = ("jpg", "png", "webp", "heic", "avif")
_CODECS = ("ascii", "latin-1", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "idna")
_FORM = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"; filename*=utf-8\'\'a.jpg\r\n'
    b"Content-Type: image/jpeg\r\n\r\n%b\r\n--x--\r\n"
)


def warm_up() -> None:
    """Use every part of the decoder once. Raises PhotoError if one of our own samples cannot be read."""
    warnings.simplefilter("ignore")
    logging.disable()  # what libraries log may hold what is the user's
    cv2.setNumThreads(1)
    pi_heif.options.DECODE_THREADS = 1
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    for name in _CODECS:
        codecs.lookup(name)
    samples = resources.files("stylize.photo.darkroom").joinpath("samples")
    for ending in _SAMPLES:
        _use(samples.joinpath(f"sample.{ending}").read_bytes())
    gc.collect()
    gc.freeze()


def _use(data: bytes) -> None:
    taken = read(take_file(_FORM % data, b"x"))
    wire.write_photo(taken, locate(data, Format(taken.media_type)))
    for damaged in (data[: len(data) // 2], b""):
        try:
            recognise(damaged)
            read(damaged)
        except PhotoError as refusal:
            wire.write_refusal(refusal)


def thread_count() -> int:
    """Threads of this process, 1 where the system does not tell."""
    try:
        return sum(1 for _ in Path("/proc/self/task").iterdir())
    except OSError:
        return 1
