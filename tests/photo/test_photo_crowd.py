"""Several people, nobody, too small, too dark; and the machinery: equal answers, threads, carried models."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from stylize import errors, photo
from stylize import landmarks as lm
from stylize.models import HideOrder, Outfit, Pixels
from stylize.photo import nets
from stylize.photo.people import find_faces
from stylize.photo.view import view_of
from tests.photo.people import WHOLE, SubjectOf, as_photo, exposed, measured


@pytest.fixture(scope="module")
def close_up(subject_of: SubjectOf) -> Callable[[str], Pixels]:
    return lambda name: subject_of(name).pixels


def beside_each_other(left: Pixels, right: Pixels) -> Pixels:
    height = min(left.shape[0], right.shape[0])
    return np.concatenate([left[:height], right[:height]], axis=1)


def test_several_people(close_up: Callable[[str], Pixels]) -> None:
    pair = beside_each_other(close_up("obama2"), close_up("astronaut"))
    picture = as_photo(pair)
    findings = photo.inspect(picture)
    assert len(findings.faces) == 2
    assert "several-faces" in findings.warnings
    assert findings.verdict == "ask"
    looks = {photo.isolate(picture, photo.inspect(picture, face)).person.look.outfit for face in (0, 1)}
    assert looks == {Outfit.SUIT, Outfit.ZIP}
    with pytest.raises(errors.NoSuchFace):
        photo.inspect(picture, 2)


def test_bystanders_cannot_be_recognised(close_up: Callable[[str], Pixels]) -> None:
    pair = beside_each_other(close_up("obama2")[:, 60:], close_up("obama3")[:, 200:])
    picture = as_photo(pair)
    findings = photo.inspect(picture)
    assert len(findings.faces) == 2
    for chosen in (0, 1):
        crop = photo.isolate(picture, photo.inspect(picture, chosen))
        assert len(photo.inspect(as_photo(crop.pixels)).faces) == 1


@pytest.mark.parametrize("name", WHOLE)
def test_nothing_is_hidden_where_nobody_else_is(portraits: dict[str, bytes], name: str) -> None:
    picture = photo.read(portraits[name])
    findings = photo.inspect(picture)
    everything = HideOrder(background="keep", shown=tuple(range(len(findings.regions))))
    subject = photo.isolate(picture, findings, everything)
    assert np.array_equal(subject.pixels, view_of(findings.faces[0], picture.pixels.shape).pixels(picture.pixels))
    assert subject.hidden == ()


def test_nobody_there() -> None:
    y, x = np.mgrid[0:300, 0:400]
    for pixels in (np.full((300, 400, 3), 128), np.stack([x % 256, y % 256, (x + y) % 256], axis=-1)):
        with pytest.raises(errors.NoFace) as caught:
            photo.inspect(as_photo(pixels.astype(np.uint8)))
        assert "front" in str(caught.value)


@pytest.mark.parametrize(("height", "width", "most"), [(3000, 4000, 24), (64, 12000, 150)])
def test_where_nobody_is_the_search_ends_soon(
    monkeypatch: pytest.MonkeyPatch, height: int, width: int, most: int
) -> None:
    """Lying faces are looked for in a small copy; a strip is not cut into hundreds of squares."""
    looks = []

    def sees_nothing(name: str, _picture: nets.Floats, _output: str) -> nets.Floats:
        looks.append(name)
        return np.full(1, -60, np.float32)

    monkeypatch.setattr(nets, "run", sees_nothing)
    assert find_faces(np.zeros((height, width, 3), np.uint8)) == ()
    assert 8 <= len(looks) <= most


def test_tiny_face(close_up: Callable[[str], Pixels]) -> None:
    close = close_up("obama")
    tiny = cv2.resize(close, None, fx=0.12, fy=0.12, interpolation=cv2.INTER_AREA)
    canvas = np.full((300, 400, 3), 90, np.uint8)
    canvas[40 : 40 + tiny.shape[0], 60 : 60 + tiny.shape[1]] = tiny
    with pytest.raises(errors.FaceTooSmall) as caught:
        photo.inspect(as_photo(canvas))
    assert re.search(r"\d+ pixels", str(caught.value))


def test_dark_photo(close_up: Callable[[str], Pixels]) -> None:
    assert "photo-dark" in photo.inspect(as_photo(exposed(close_up("astronaut"), -4.5))).warnings
    for name in WHOLE:
        assert "photo-dark" not in photo.inspect(as_photo(close_up(name))).warnings


def test_shut_eyes_measure_narrower(subject_of: SubjectOf) -> None:
    """Eyes painted shut: lids of skin with a line of lashes. The mesh follows lids only in part; so it is measured."""
    subject = subject_of("obama")
    picture, points = subject.pixels.copy(), subject.person.landmarks[:, :2]
    for eye in (lm.RIGHT_EYE, lm.LEFT_EYE):
        outline = points[list(eye)]
        middle, width = outline.mean(axis=0), float(np.linalg.norm(outline[0] - outline[8]))
        grown = (middle + (outline - middle) * 1.4).astype(np.int32)
        skin = picture[int(middle[1] + 0.75 * width), int(middle[0])]
        cv2.fillPoly(picture, [grown], tuple(int(v) for v in skin), cv2.LINE_AA)
        lashes = points[[eye[0], eye[13], eye[12], eye[11], eye[8]]].astype(np.int32)
        cv2.polylines(picture, [lashes], False, (25, 15, 12), 4, cv2.LINE_AA)
    assert measured(picture)[0].person.eyes_open < 0.85 * subject.person.eyes_open


def test_nobody_is_warned_without_need(portraits: dict[str, bytes]) -> None:
    for name in ("biden", "obama", "obama2", "obama3"):
        findings = photo.inspect(photo.read(portraits[name]))
        assert findings.warnings == ()
        assert findings.verdict == "ok"


def test_same_photo_same_answer(portraits: dict[str, bytes], subject_of: SubjectOf) -> None:
    picture = photo.read(portraits["obama2"])
    again = photo.isolate(picture, photo.inspect(picture)).person
    assert again.look == subject_of("obama2").person.look
    assert np.array_equal(again.landmarks, subject_of("obama2").person.landmarks)


def test_threads_do_not_disturb_each_other(portraits: dict[str, bytes], subject_of: SubjectOf) -> None:
    names = ("obama2", "astronaut", "obama2", "astronaut")
    found: dict[int, np.ndarray] = {}

    def work(index: int) -> None:
        picture = photo.read(portraits[names[index]])
        found[index] = photo.isolate(picture, photo.inspect(picture)).person.landmarks

    threads = [threading.Thread(target=work, args=(index,)) for index in range(len(names))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for index, name in enumerate(names):
        assert np.array_equal(found[index], subject_of(name).person.landmarks)


def test_carried_models_are_those_of_the_notice() -> None:
    notice = (Path(__file__).parents[2] / "NOTICE").read_text(encoding="utf-8")
    folder = resources.files("stylize.photo").joinpath("models")
    carried = [file for file in folder.iterdir() if file.is_file() and file.name != "README.md"]
    assert len(carried) > 4
    for file in carried:
        assert file.name in notice
        assert hashlib.sha256(file.read_bytes()).hexdigest() in notice
    assert sum(len(file.read_bytes()) for file in carried) < 40_000_000
