"""What the net takes for a bare body: a bare mannequin, none of our portraits, and not the same mannequin dressed."""

from __future__ import annotations

import numpy as np
import pytest

from stylize import photo
from stylize.geometry import Box
from stylize.models import Face, RegionKind
from stylize.photo.nudity import NUDITY, find_nudity, look, shows_nudity
from tests.photo.mannequin import mannequin
from tests.photo.people import as_photo

PORTRAITS = ("astronaut", "biden", "obama", "obama2", "obama3", "obama_partial_face")


@pytest.mark.parametrize(("centre", "half"), [(0.1, 1.2), (0.35, 0.8)])
def test_a_bare_mannequin_is_seen_and_the_place_holds_its_chest(centre: float, half: float) -> None:
    side = 256
    found = find_nudity(mannequin(side, centre=centre, half=half))
    assert found
    assert all(region.kind is RegionKind.NUDITY and region.score >= NUDITY for region in found)
    chest = round((half - (0.43 - centre)) / (2 * half) * side)
    assert any(region.box.top <= chest <= region.box.bottom for region in found)


def test_the_same_mannequin_in_a_pullover_is_not() -> None:
    assert not shows_nudity(mannequin(dressed=True))


@pytest.mark.parametrize("name", PORTRAITS)
def test_portraits_are_not(portraits: dict[str, bytes], name: str) -> None:
    assert find_nudity(photo.read(portraits[name]).pixels) == ()


@pytest.mark.parametrize("colour", [(224, 172, 140), (120, 78, 56), (250, 250, 250), (0, 0, 0)])
def test_a_plain_colour_is_not_even_that_of_skin(colour: tuple[int, int, int]) -> None:
    assert not shows_nudity(np.full((240, 320, 3), colour, np.uint8))


def test_a_place_ends_below_the_face_that_reaches_into_it() -> None:
    pixels = mannequin(256)
    found = find_nudity(pixels)[0].box
    face = Box(left=100, top=0, right=156, bottom=found.top + 30)
    known = Face(box=face, score=1.0, keypoints=np.zeros((6, 2), np.float32))
    assert find_nudity(pixels, (known,))[0].box.top == pytest.approx(face.bottom)


def test_the_map_says_what_the_number_says() -> None:
    score, heat = look(mannequin())
    assert heat.shape == (8, 8)
    assert score == pytest.approx(1 / (1 + np.exp(-heat.mean())))


def test_a_photo_with_a_bare_body_is_not_refused_but_the_user_is_told_and_it_is_a_region(
    portraits: dict[str, bytes],
) -> None:
    person = photo.read(portraits["astronaut"]).pixels
    pixels = np.ascontiguousarray(np.hstack([person, mannequin(person.shape[0])]))
    findings = photo.inspect(as_photo(pixels))
    assert findings.verdict == "ask"
    assert findings.warnings[0] == "nudity"
    bare = [region for region in findings.regions if region.kind is RegionKind.NUDITY]
    assert bare
    assert all(region.box.centre[0] > person.shape[1] for region in bare)
