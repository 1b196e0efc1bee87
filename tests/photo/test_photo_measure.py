"""Finding and measuring people: known truths of real portraits, and that light, size and tricks change little."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from stylize import colour, photo
from stylize import landmarks as lm
from stylize.models import Beard, Hair, Outfit, Pixels
from tests.photo.people import WHOLE, SubjectOf, as_photo, exposed, measured


@pytest.fixture(scope="module")
def close_up(subject_of: SubjectOf) -> Callable[[str], Pixels]:
    return lambda name: subject_of(name).pixels


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
