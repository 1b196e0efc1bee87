"""Forms that are none: without end, without beginning, with too many parts, with headers that go on and on."""

from __future__ import annotations

from random import Random

from tests.photo.darkroom.hostile import CAMERA, Attack, Maker, originals

EDGE = "edge"
_PHOTO = (CAMERA / "phone.jpg").read_bytes()


def part(headers: bytes, body: bytes = _PHOTO, edge: bytes = b"--edge") -> bytes:
    return edge + b"\r\n" + headers + b"\r\n\r\n" + body + b"\r\n"


_HEADER = b'Content-Disposition: form-data; name="files"; filename="a.jpg"'
_END = b"--edge--\r\n"


def form_without_end(rng: Random) -> Attack:
    whole = part(_HEADER) + _END
    return Attack(kind="form cut short", body=whole[: rng.randrange(len(whole) - 10)], boundary=EDGE)


def form_of_another_boundary(rng: Random) -> Attack:
    body = rng.choice(
        (
            part(_HEADER, edge=b"--other") + b"--other--\r\n",
            _PHOTO,
            rng.randbytes(9000),
            b"--edge--\r\n",
            b"--edge",
            b"",
        )
    )
    return Attack(kind="form without its boundary", body=body, boundary=EDGE)


def form_of_many_parts(rng: Random) -> Attack:
    other = b'Content-Disposition: form-data; name="other"'
    body = rng.choice((
        part(_HEADER) * 2, part(other, b"x") * 20_000 + part(_HEADER), part(_HEADER, b"x") * 5000, part(other) * 3,
        part(_HEADER, part(_HEADER, part(_HEADER, edge=b"--c"), edge=b"--b")),
    ))  # fmt: skip
    return Attack(kind="form of many parts", body=body + _END, boundary=EDGE)


def form_of_long_headers(rng: Random) -> Attack:
    headers = rng.choice((
        _HEADER + b"; a=" + b"b" * 4_000_000, b"X: y\r\n" * 100_000 + _HEADER, b"X" * 4_000_000, b"X-\0\xff: \0\r\n" + _HEADER,
        b'Content-Disposition: form-data; name="files"; filename="' + b"\\" * 100_000 + b'"',
        b"Content-Disposition: form-data; name=files; " + b"; ".join(b"filename*%d*=utf-8''%%41" % n for n in range(3000)),
        b"Content-Disposition: form-data; name*=no-such-code''files; filename*=idna''%ff", b"", b":", b"Content-Disposition:",
        b'Content-Disposition: form-data; name="files"', _HEADER + b"\r\n" + _HEADER, b"\r\n", _HEADER.lower(),
    ))  # fmt: skip
    return Attack(kind="form of long headers", body=part(headers) + _END, boundary=EDGE)


def form_of_near_misses(rng: Random) -> Attack:
    """What looks like the boundary again and again, and is not."""
    body = rng.choice(
        (
            b"\r\n--edg" * 2_000_000,
            b"\r" * 10_000_000,
            b"\r\n" * 5_000_000,
            b"\r\n--edge" * 500_000,
            rng.randbytes(5_000_000),
        )
    )
    return Attack(kind="form of near misses", body=part(_HEADER, body) + _END, boundary=EDGE)


def form_of_a_bad_photo(rng: Random) -> Attack:
    """A sound form around a damaged photo."""
    _, data = rng.choice(originals())
    return Attack(
        kind="form of a bad photo", body=part(_HEADER, data[: rng.randrange(len(data))]) + _END, boundary=EDGE
    )


def strange_boundary(rng: Random) -> Attack:
    boundary = rng.choice(
        ("", " ", "\r\n", "\0", "é", "a" * 71, "a" * 70, "--", "edge ", "(),/:=?", "e\x7fdge", "a" * 100_000)
    )
    return Attack(kind="strange boundary", body=part(_HEADER, edge=b"--" + boundary.encode()) + _END, boundary=boundary)


MAKERS: tuple[Maker, ...] = (
    form_without_end, form_of_another_boundary, form_of_many_parts, form_of_long_headers, form_of_near_misses,
    form_of_a_bad_photo, strange_boundary,
)  # fmt: skip
