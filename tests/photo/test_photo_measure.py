"""Finding and measuring people: known truths of real portraits, and that light, size and tricks change little."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Callable
from importlib import import_module, resources
from pathlib import Path

import cv2
import numpy as np
import pytest

from stylize import colour, errors, photo
from stylize import landmarks as lm
from stylize.models import Beard, Hair, Outfit, Photo, Pixels, Subject

SubjectOf = Callable[[str], Subject]
WHOLE = ("astronaut", "biden", "obama", "obama2", "obama3")


def as_photo(pixels: Pixels) -> Photo:
    return Photo(id="test", pixels=np.ascontiguousarray(pixels), media_type="image/png", found=())


def measured(pixels: Pixels) -> tuple[Subject, tuple[str, ...]]:
    picture = as_photo(pixels)
    findings = photo.inspect(picture)
    return photo.isolate(picture, findings), findings.warnings


def exposed(pixels: Pixels, stops: float, balance: tuple[float, float, float] = (1, 1, 1)) -> Pixels:
    light = colour.to_linear(pixels.astype(np.float32) / 255) * 2**stops * np.array(balance, np.float32)
    return (colour.to_srgb(light) * 255 + 0.5).astype(np.uint8)


@pytest.fixture(scope="module")
def close_up(subject_of: SubjectOf) -> Callable[[str], Pixels]:
    return lambda name: subject_of(name).pixels


# ---------------------------------------------------------------- known truths


TRUTHS = {
    "astronaut": ({Hair.PIXIE, Hair.BOB, Hair.SHORT}, {Outfit.ZIP}),
    "biden": ({Hair.THIN, Hair.SHORT, Hair.BUZZ}, {Outfit.SUIT}),
    "obama": ({Hair.BUZZ, Hair.SHORT}, {Outfit.SUIT}),
    "obama2": ({Hair.BUZZ, Hair.SHORT}, {Outfit.SUIT}),
    "obama3": ({Hair.BUZZ, Hair.SHORT}, {Outfit.SUIT}),
}


@pytest.mark.parametrize("name", WHOLE)
def test_known_looks(subject_of: SubjectOf, name: str) -> None:
    look = subject_of(name).person.look
    hair, outfit = TRUTHS[name]
    assert look.hair in hair
    assert look.outfit in outfit
    assert look.beard is Beard.NONE
    assert not look.glasses


def test_known_colours(subject_of: SubjectOf) -> None:
    def lab(name: str, part: str) -> np.ndarray:
        return colour.hex_to_lab(getattr(subject_of(name).person.look, part))

    orange = lab("astronaut", "outer_colour")
    assert orange[1] > 25
    assert orange[2] > 25
    assert lab("obama", "accent_colour")[2] < -15
    assert lab("obama2", "accent_colour")[1] > 25
    assert lab("biden", "hair_colour")[0] > 65
    assert lab("obama2", "hair_colour")[0] < 40
    for name in ("biden", "obama", "obama2", "obama3"):
        assert lab(name, "outer_colour")[0] < 35
        assert lab(name, "inner_colour")[0] > 80


@pytest.mark.parametrize("name", WHOLE)
def test_person_is_sound(subject_of: SubjectOf, name: str) -> None:
    subject = subject_of(name)
    person, shape = subject.person, subject.pixels.shape[:2]
    assert person.landmarks.shape == (468, 3)
    assert person.landmarks.dtype == np.float32
    assert person.confidence > 0.8
    assert abs(person.yaw) < 25
    masks = (person.hair_mask, person.skin_mask, person.clothes_mask)
    for mask in (person.person_mask, *masks):
        assert mask.shape == shape
        assert mask.dtype == np.float32
        assert 0 <= mask.min() <= mask.max() <= 1
    assert sum(masks).max() < 1.01
    width = np.ptp(person.landmarks[list(lm.FACE_OVAL), 0])
    assert 190 < width < 340


@pytest.mark.parametrize("name", WHOLE)
def test_masks_lie_where_they_belong(subject_of: SubjectOf, name: str) -> None:
    person = subject_of(name).person
    points = person.landmarks
    cheeks = [tuple(int(v) for v in points[index, :2]) for index in (50, 280, 205, 425)]
    assert all(person.skin_mask[y, x] > 0.8 for x, y in cheeks)
    assert all(person.hair_mask[y, x] < 0.1 for x, y in cheeks)
    crown = points[lm.FOREHEAD_TOP, :2] + 0.22 * (points[lm.FOREHEAD_TOP, :2] - points[lm.CHIN, :2])
    x, y = (int(v) for v in crown)
    assert person.hair_mask[y - 15 : y + 15, x - 15 : x + 15].mean() > 0.35
    chin_y = int(points[lm.CHIN, 1])
    assert person.hair_mask[chin_y + 60 :].mean() < 0.02
    assert person.clothes_mask[:chin_y].mean() < 0.05
    below = person.person_mask[chin_y + 200 :] > 0.9
    assert person.clothes_mask[chin_y + 200 :][below].mean() > 0.75


def test_half_faces_are_measured_and_told(portraits: dict[str, bytes]) -> None:
    for name in ("obama_partial_face", "obama_partial_face2"):
        picture = photo.read(portraits[name])
        findings = photo.inspect(picture)
        assert "face-cut" in findings.warnings
        assert photo.isolate(picture, findings).person.look.outfit is Outfit.SUIT


# ---------------------------------------------------------------- light, size, tricks


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("stops", [-0.7, 0.7])
def test_exposure_moves_the_skin_little(
    subject_of: SubjectOf, close_up: Callable[[str], Pixels], name: str, stops: float
) -> None:
    """A whole stop and more of difference between the two ends: lightness within 14, hue and chroma within 7."""
    before = colour.hex_to_lab(subject_of(name).person.look.skin_colour)
    subject, _ = measured(exposed(close_up(name), stops))
    gap = np.abs(colour.hex_to_lab(subject.person.look.skin_colour) - before)
    assert gap[0] < 14
    assert np.hypot(gap[1], gap[2]) < 7
    assert subject.person.look.hair is not Hair.BALD


@pytest.mark.parametrize("balance", [(1.25, 1, 0.72), (0.82, 1, 1.3)])
def test_white_balance_keeps_skin_human(close_up: Callable[[str], Pixels], balance: tuple[float, float, float]) -> None:
    for name in ("astronaut", "obama"):
        subject, _ = measured(exposed(close_up(name), 0, balance))
        skin = colour.hex_to_lab(subject.person.look.skin_colour)
        assert 42 <= np.degrees(np.arctan2(skin[2], skin[1])) <= 69


@pytest.mark.parametrize("name", WHOLE)
def test_a_mirror_changes_nothing(subject_of: SubjectOf, close_up: Callable[[str], Pixels], name: str) -> None:
    person = subject_of(name).person
    mirrored, _ = measured(close_up(name)[:, ::-1])
    assert mirrored.person.look.hair == person.look.hair
    assert mirrored.person.look.outfit == person.look.outfit
    assert abs(mirrored.person.yaw + person.yaw) < 4
    assert abs(mirrored.person.roll + person.roll) < 3


@pytest.mark.parametrize("name", ["astronaut", "obama", "biden"])
def test_small_photos(subject_of: SubjectOf, close_up: Callable[[str], Pixels], name: str) -> None:
    small = cv2.resize(close_up(name), None, fx=0.3, fy=0.3, interpolation=cv2.INTER_AREA)
    subject, warnings = measured(np.asarray(small, np.uint8))
    assert "photo-small" in warnings
    assert subject.person.look.outfit == subject_of(name).person.look.outfit


@pytest.mark.parametrize("name", ["astronaut", "obama2", "biden"])
def test_greyscale_gets_natural_colours(close_up: Callable[[str], Pixels], name: str) -> None:
    grey = cv2.cvtColor(close_up(name), cv2.COLOR_RGB2GRAY)
    subject, warnings = measured(np.repeat(grey[..., None], 3, axis=2))
    assert "greyscale" in warnings
    look = subject.person.look
    skin = colour.hex_to_lab(look.skin_colour)
    assert np.hypot(skin[1], skin[2]) > 12
    assert look.beard is Beard.NONE
    assert look.hair is not Hair.BALD


@pytest.mark.parametrize("quarter", [1, 2, 3])
def test_lying_faces_are_found(close_up: Callable[[str], Pixels], quarter: int) -> None:
    turned = np.rot90(close_up("obama2"), quarter)
    findings = photo.inspect(as_photo(turned))
    assert len(findings.faces) == 1
    assert findings.faces[0].score > 0.5
    person = photo.isolate(as_photo(turned), findings).person
    assert abs(person.roll) < 20
    assert person.look.outfit is Outfit.SUIT


def spectacles(subject: Subject, thickness: int, *, dark: bool) -> Pixels:
    """Round glasses drawn onto a portrait."""
    picture, points = subject.pixels.copy(), subject.person.landmarks[:, :2]
    width = float(np.linalg.norm(points[33] - points[133]))
    across = points[263] - points[33]
    across = across / np.linalg.norm(across)
    frame = (22, 20, 20)
    centres = []
    for eye in (lm.RIGHT_EYE, lm.LEFT_EYE):
        centre = points[list(eye)].mean(axis=0) + np.array([0, 0.08 * width])
        centres.append(centre)
        whole = tuple(int(v) for v in centre)
        axes = (int(0.74 * width), int(0.62 * width))
        cv2.ellipse(picture, whole, axes, 0, 0, 360, frame, -1 if dark else thickness, cv2.LINE_AA)
    ends = (centres[0] + across * 0.7 * width, centres[1] - across * 0.7 * width)
    start, end = (tuple(int(v) for v in point - (0, 0.12 * width)) for point in ends)
    cv2.line(picture, start, end, frame, thickness, cv2.LINE_AA)
    return picture


@pytest.mark.parametrize("name", ["astronaut", "obama", "obama3", "biden"])
def test_glasses_are_seen(subject_of: SubjectOf, name: str) -> None:
    subject, warnings = measured(spectacles(subject_of(name), 6, dark=False))
    assert subject.person.look.glasses
    assert "sunglasses" not in warnings


@pytest.mark.parametrize("name", ["astronaut", "obama", "obama3", "biden"])
def test_sunglasses_are_told(subject_of: SubjectOf, name: str) -> None:
    subject, warnings = measured(spectacles(subject_of(name), 6, dark=True))
    assert subject.person.look.glasses
    assert "sunglasses" in warnings
    assert "eyes-closed" not in warnings


def bearded(subject: Subject) -> Pixels:
    """Dark strands drawn over the jaw, the chin and the upper lip."""
    points = subject.person.landmarks[:, :2]
    region = np.zeros(subject.pixels.shape[:2], np.uint8)
    outline = np.concatenate([points[list(lm.JAW[2:-2])], points[[434, 425, 327, 2, 98, 205, 214]]])
    cv2.fillPoly(region, [outline.astype(np.int32)], 255)
    cv2.fillPoly(region, [points[list(lm.LIPS_OUTER)].astype(np.int32)], 0)
    noise = np.random.default_rng(3).normal(0, 1, region.shape).astype(np.float32)
    strands = cv2.GaussianBlur(noise, (0, 0), 1.2) * 40
    hair = np.clip(np.stack([42 + strands, 34 + strands, 30 + strands], axis=-1), 0, 90)
    alpha = cv2.GaussianBlur(region.astype(np.float32) / 255, (0, 0), 4)[..., None] * 0.92
    return (subject.pixels * (1 - alpha) + hair * alpha).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "biden"])
def test_beards_are_seen(subject_of: SubjectOf, name: str) -> None:
    subject, _ = measured(bearded(subject_of(name)))
    assert subject.person.look.beard in (Beard.FULL, Beard.GOATEE)


@pytest.mark.parametrize("name", WHOLE)
def test_a_mask_over_the_mouth_lowers_confidence(subject_of: SubjectOf, name: str) -> None:
    subject = subject_of(name)
    picture = subject.pixels.copy()
    outline = subject.person.landmarks[[*lm.JAW[1:-1], 280, 195, 50], :2]
    cv2.fillPoly(picture, [outline.astype(np.int32)], (205, 222, 235), cv2.LINE_AA)
    masked, warnings = measured(picture)
    assert "face-covered" in warnings
    assert masked.person.confidence < 0.5
    assert masked.person.look.beard is Beard.NONE


def shaven(subject: Subject) -> Pixels:
    """The hair painted over with skin that rounds off into shade."""
    covered = cv2.dilate((subject.person.hair_mask > 0.3).astype(np.float32), np.ones((9, 9)))
    alpha = cv2.GaussianBlur(covered, (0, 0), 3)[..., None]
    shade = 0.8 + 0.25 * cv2.GaussianBlur(alpha, (0, 0), 30)[..., None]
    skin = colour.from_lab(np.array(subject.person.skin_lab, np.float32)) * 255
    grain = np.random.default_rng(0).normal(0, 2, subject.pixels.shape)
    return np.clip(subject.pixels * (1 - alpha) + (skin * shade + grain) * alpha, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("name", ["astronaut", "biden", "obama2"])
def test_bald_heads(subject_of: SubjectOf, name: str) -> None:
    subject, _ = measured(shaven(subject_of(name)))
    assert subject.person.look.hair is Hair.BALD
    assert subject.person.hair_mask.mean() < 0.005


def long_haired(subject: Subject, colours: tuple[float, float, float]) -> Pixels:
    """A cap of strands with two falls down to the shoulders."""
    points = subject.person.landmarks[:, :2]
    up = points[lm.FOREHEAD_TOP] - points[lm.CHIN]
    height, up = float(np.linalg.norm(up)), up / np.linalg.norm(up)
    right = np.array([-up[1], up[0]])
    eyes = points[lm.BETWEEN_EYES]

    def at(across: float, above: float) -> np.ndarray:
        return eyes + right * across * 0.9 * height + up * above * height

    region = np.zeros(subject.pixels.shape[:2], np.uint8)
    outer = [at(-0.8, -1.6), at(-0.78, -0.4), at(-0.72, 0.3), at(-0.45, 0.72), at(0, 0.84)]
    inner = [at(-0.36, -1.5), at(-0.42, -0.5), at(-0.46, 0.1), at(-0.3, 0.42), at(0, 0.5)]
    for side in (1, -1):
        ring = [*outer, *reversed(inner)]
        flipped = [eyes + (p - eyes) - right * ((p - eyes) @ right) * (1 - side) for p in ring]
        cv2.fillPoly(region, [np.array(flipped, np.int32)], 255)
    noise = np.random.default_rng(5).normal(0, 1, region.shape).astype(np.float32)
    strands = cv2.GaussianBlur(cv2.GaussianBlur(noise, (0, 0), 1), (1, 41), 0)[..., None] * 150
    alpha = cv2.GaussianBlur(region.astype(np.float32) / 255, (0, 0), 2)[..., None]
    hair = np.clip(np.array(colours, np.float32) + strands, 0, 255)
    return (subject.pixels * (1 - alpha) + hair * alpha).astype(np.uint8)


@pytest.mark.parametrize("colours", [(70, 45, 30), (205, 165, 105), (150, 70, 40)])
@pytest.mark.parametrize("name", ["astronaut", "obama2"])
def test_long_hair(subject_of: SubjectOf, name: str, colours: tuple[float, float, float]) -> None:
    subject, _ = measured(long_haired(subject_of(name), colours))
    assert subject.person.look.hair in (Hair.LONG, Hair.WAVY, Hair.BOB)
    found = colour.hex_to_lab(subject.person.look.hair_colour)
    wanted = colour.to_lab(np.array(colours, np.float32) / 255)
    assert np.linalg.norm(found - wanted) < 18


# ---------------------------------------------------------------- several people, nobody, too small


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
    crop, _, _ = import_module("stylize.photo.isolate")._crop(picture.pixels, findings.faces[0], ())
    assert np.array_equal(photo.isolate(picture, findings).pixels, crop)


def test_nobody_there() -> None:
    y, x = np.mgrid[0:300, 0:400]
    for pixels in (np.full((300, 400, 3), 128), np.stack([x % 256, y % 256, (x + y) % 256], axis=-1)):
        with pytest.raises(errors.NoFace) as caught:
            photo.inspect(as_photo(pixels.astype(np.uint8)))
        assert "front" in str(caught.value)


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


# ---------------------------------------------------------------- the machinery


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
    carried = [file for file in resources.files("stylize.photo").joinpath("models").iterdir() if file.is_file()]
    assert len(carried) == 4
    for file in carried:
        assert file.name in notice
        assert hashlib.sha256(file.read_bytes()).hexdigest() in notice
    assert sum(len(file.read_bytes()) for file in carried) < 3_000_000
