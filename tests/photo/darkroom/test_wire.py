"""A decoder that was taken over by its photo may answer what it likes: its server hears a PhotoError, and is never made
to hold more than the limits.
"""

from __future__ import annotations

import json
import os
import threading
import tracemalloc
from collections.abc import Callable
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize import errors
from stylize.models import Found, Photo
from stylize.photo.darkroom import Developed, Plate, wire
from stylize.photo.darkroom.limits import Limits
from stylize.photo.darkroom.orders import End, read_order, write_order
from stylize.photo.metadata.place import Place
from stylize.photo.metadata.words import GROUPS

FOUND = (
    Found(group="place", name="Where", value="52° north"),
    Found(group="person", name="Artist", value='Ada "L" </script>\n\u2028😀'),
    Found(group="person", name="Owner", value="Ada"),
)
PHOTO = Photo(id="x", pixels=np.arange(5 * 7 * 3, dtype=np.uint8).reshape(5, 7, 3), media_type="image/png", found=FOUND)
SOUND = {"width": 7, "height": 5, "media_type": "image/png", "groups": {"place": 1, "person": 2}, "report_bytes": 20}


class Answering:
    """A decoder of the test's own: answers `answer` through a real pipe, whatever it is sent."""

    def __init__(self, answer: bytes) -> None:
        self._reading, self.source = os.pipe()
        self.answer, writing = os.pipe()
        self._thread = threading.Thread(target=self._write, args=(writing, answer))
        self._thread.start()

    def _write(self, writing: int, answer: bytes) -> None:
        view = memoryview(answer)
        try:
            while view:
                view = view[os.write(writing, view) :]
        except OSError:
            pass
        finally:
            os.close(writing)

    def stop(self) -> None:
        return

    def give_up(self) -> None:
        return

    def ending(self) -> End:
        while self._thread.is_alive() and os.read(self.answer, 65_536):
            pass
        self._thread.join()
        os.close(self._reading)
        return End.ANSWERED


def received(answer: bytes, end: Callable[[], None] = lambda: None) -> Developed:
    return Plate(Answering(answer), Limits(), end).finish()


def framed(header: object) -> bytes:
    written = header if isinstance(header, bytes) else json.dumps(header).encode()
    return wire.LENGTH.pack(len(written)) + written


def test_a_sound_answer_comes_through() -> None:
    released = []
    pieces = wire.write_photo(PHOTO, Place(latitude=1.5, longitude=-2.5))
    out = received(b"".join(pieces), lambda: released.append(1))
    assert np.array_equal(out.photo.pixels, PHOTO.pixels)
    assert out.photo.media_type == "image/png"
    assert [one.group for one in out.photo.found] == ["place", "person", "person"]
    assert wire.read_found(out.report, out.photo.found) == FOUND
    assert json.loads(out.report)["place"] == {"latitude": 1.5, "longitude": -2.5}
    assert released == [1]
    assert b"Ada" not in bytes(pieces[0])


@pytest.mark.parametrize(
    "error",
    [
        errors.NotAnImage(formats=wire.NAMES),
        errors.FormatNotSupported(format="camera raw", formats=wire.NAMES),
        errors.PhotoTooLarge(megabytes="20.1", limit=20),
        errors.PhotoTooLarge(megabytes="> 100", limit=20),
        errors.PhotoTooManyPixels(megapixels="too many", limit=50),
        errors.PhotoSideTooLong(side_px=2**31 - 1, limit_px=12_000),
        errors.PhotoTruncated(),
        errors.PhotoAnimated(frames=3),
        errors.PhotoTooHard(seconds=20, megabytes=1200),
        errors.PhotoNotArrived(),
    ],
    ids=lambda error: error.slug,
)
def test_errors_come_through(error: errors.PhotoError) -> None:
    with pytest.raises(type(error)) as told:
        received(b"".join(wire.write_refusal(error)))
    assert (type(told.value), str(told.value)) == (type(error), str(error))


@pytest.mark.parametrize(
    "header",
    [
        SOUND | {"width": 3073}, SOUND | {"width": 0}, SOUND | {"width": -1}, SOUND | {"width": True}, SOUND | {"width": 7.0},
        SOUND | {"width": "7"}, SOUND | {"width": 10**4000}, SOUND | {"height": None}, SOUND | {"report_bytes": 4_000_001},
        SOUND | {"report_bytes": 1}, SOUND | {"media_type": "text/html"}, SOUND | {"media_type": ["image/png"]},
        SOUND | {"groups": []}, SOUND | {"groups": {"Ada": 1}}, SOUND | {"groups": {"place": 2001}},
        SOUND | {"groups": {"place": 1500, "time": 1500}}, SOUND | {"groups": {"place": -1}}, SOUND | {"more": 1},
        {"width": 7}, [], None, 7, "x", {}, b"", b"{", b"\xff\xfe", b"[" * 4000, b'{"width":NaN}', b"x" * 4097,
        {"slug": "photo-truncated"}, {"slug": "photo-truncated", "facts": None}, {"slug": "photo-truncated", "facts": {"a": 1}},
        {"slug": "photo", "facts": {}}, {"slug": "wall-missing", "facts": {"why": "x"}}, {"slug": ["x"], "facts": {}},
        {"slug": "cancelled", "facts": {}}, {"slug": "photo-animated", "facts": {"frames": "Ada Lovelace"}},
        {"slug": "photo-animated", "facts": {"frames": {"__class__": 1}}}, {"slug": "photo-animated", "facts": {"frames": 10**13}},
        {"slug": "photo-animated", "facts": {"frames": -1}}, {"slug": "photo-animated", "facts": {"frames": 1e999}},
        {"slug": "format-not-supported", "facts": {"format": "<b>", "formats": wire.NAMES}},
        {"slug": "photo-too-large", "facts": {"megabytes": "20.1\nAda", "limit": 20}},
    ],
    ids=lambda header: str(header)[:50],
)  # fmt: skip
def test_an_unsound_header_is_a_stopped_decoder(header: object) -> None:
    with pytest.raises(errors.DecoderStopped):
        received(framed(header) + bytes(200))


def test_an_answer_cut_anywhere_is_a_stopped_decoder() -> None:
    whole = b"".join(wire.write_photo(PHOTO, None))
    for end in range(0, len(whole), 7):
        with pytest.raises(errors.DecoderStopped):
            received(whole[:end])


def test_no_more_than_the_limits_is_held() -> None:
    """The largest promise that is allowed, and nothing behind it: 28 MB of pixels and 4 MB of report, no more."""
    tracemalloc.start()
    try:
        with pytest.raises(errors.DecoderStopped):
            received(framed(SOUND | {"width": 3072, "height": 3072, "report_bytes": 4_000_000}) + bytes(100))
        assert tracemalloc.get_traced_memory()[1] < 35_000_000
    finally:
        tracemalloc.stop()


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 2**32), times=st.integers(1, 12))
def test_bent_answers_never_surprise(seed: int, times: int) -> None:
    rng = Random(seed)
    bent = bytearray(b"".join(wire.write_photo(PHOTO, None)))
    for _ in range(times):
        bent[rng.randrange(200)] = rng.randrange(256)
    try:
        out = received(bytes(bent))
        wire.read_found(out.report, out.photo.found)
    except errors.PhotoError:
        return
    assert out.photo.pixels.size <= 3072 * 3072 * 3
    assert {one.group for one in out.photo.found} <= set(GROUPS)


@pytest.mark.parametrize(
    "report",
    [
        b"", b"{}", b"[]", b'{"found": {}}', b'{"found": [{}]}', b'{"found": [1, 2, 3]}', b'{"found": "abc"}', b"\xff", b"[" * 100_000,
        b'{"found": [{"group": "place", "name": "a", "value": 1}]}', b'{"found": [{"group": "time", "name": "a", "value": "b"}]}',
        b'{"found": [{"group": "place", "name": "a", "value": "' + b"x" * 401 + b'"}]}', b'{"found": []}',
    ],
    ids=lambda report: repr(report[:40]),
)  # fmt: skip
def test_an_unsound_report_is_a_stopped_decoder(report: bytes) -> None:
    with pytest.raises(errors.DecoderStopped):
        wire.read_found(bytearray(report), FOUND[:1])


def test_orders() -> None:
    assert read_order(write_order(None)) is None
    assert read_order(write_order("----WebKitFormBoundaryA1b2")) == b"----WebKitFormBoundaryA1b2"
    assert read_order(write_order("a" * 70)) == b"a" * 70
    for wrong in ("", " ", "a ", "a" * 71, "é", "a\r\nb", 'a"b', "a;b"):
        with pytest.raises(errors.PhotoNotArrived):
            write_order(wrong)
