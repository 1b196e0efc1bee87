"""Faces in the background: people of known size and tilt, put into photographs without people."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from benchmarks.face_scenes import Placed, Scene, cut_out, room, scenes
from stylize import photo
from stylize.geometry import Box
from stylize.models import Face, Pixels, RegionKind
from stylize.photo.centerface import same_face
from stylize.photo.people import find_faces
from stylize.photo.regions import find_regions
from stylize.photo.second_look import look_again
from stylize.photo.small_faces import find_small_faces, sight
from tests.photo.people import as_photo

NOWHERE = np.zeros((6, 2), np.float32)


def missed(scene: Scene, found: tuple[Face, ...]) -> list[Placed]:
    return [face for face in scene.faces if not any(same_face(face.box, other.box) for other in found)]


@pytest.fixture(scope="module")
def crowd() -> tuple[Scene, tuple[Face, ...]]:
    """Twelve megapixels with people of many sizes, and what is sighted there."""
    scene = next(scenes([3], (20, 24, 30, 40, 60, 100, 300), each=2))
    return scene, sight(scene.pixels)


def test_upright_faces_of_every_size(crowd: tuple[Scene, tuple[Face, ...]]) -> None:
    scene, found = crowd
    assert len(scene.faces) == 14
    unseen = missed(scene, found)
    assert not [face for face in unseen if face.width_px >= 24]
    assert len(unseen) <= 1
    assert len(found) <= len(scene.faces) + 1


def test_each_face_is_told_once_and_where_it_is(crowd: tuple[Scene, tuple[Face, ...]]) -> None:
    scene, found = crowd
    for placed in scene.faces:
        here = [face for face in found if same_face(placed.box, face.box)]
        assert len(here) <= 1
        for face in here:
            away = np.subtract(face.box.centre, placed.box.centre) / placed.box.width
            assert np.abs(away).max() < 0.35
            assert 0.5 < face.box.width / placed.box.width < 1.6


def test_tilted_faces() -> None:
    scene = next(scenes([5], (120, 200), rolls=(45, 90, 180, -90, -45), each=4))
    found = sight(scene.pixels)
    assert len(missed(scene, found)) <= 1
    assert len([face for face in found if all(not same_face(face.box, one.box) for one in scene.faces)]) <= 1


@pytest.mark.parametrize("name", ["coffee", "brick", "rocket"])
def test_nobody_is_seen_where_nobody_is(name: str) -> None:
    assert sight(np.ascontiguousarray(room(name)[::2, ::2])) == ()


@pytest.mark.parametrize("name", ["astronaut", "obama", "obama3", "obama_partial_face"])
def test_one_person_is_one_face(portraits: dict[str, bytes], name: str) -> None:
    pixels = photo.read(portraits[name]).pixels
    sighted = sight(pixels)
    faces = find_faces(pixels, sighted)
    assert len(faces) == 1
    assert find_small_faces(sighted, faces) == ()


def with_bystander(portraits: dict[str, bytes], width_px: float) -> tuple[Pixels, Box]:
    """The astronaut, with a small president in the upper left corner."""
    pixels = photo.read(portraits["astronaut"]).pixels.copy()
    cut = cut_out("obama")
    scale = width_px / cut.width_px
    small = cv2.resize(cut.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    alpha = cv2.resize(cut.alpha, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)[..., None]
    height, width = small.shape[:2]
    spot = pixels[8 : 8 + height, 4 : 4 + width]
    spot[:] = (small * alpha + spot * (1 - alpha)).astype(np.uint8)
    low, high = cut.outline.min(axis=0) * scale + [4, 8], cut.outline.max(axis=0) * scale + [4, 8]
    return pixels, Box(left=float(low[0]), top=float(low[1]), right=float(high[0]), bottom=float(high[1]))


def test_a_small_bystander_is_a_region_and_not_a_subject(portraits: dict[str, bytes]) -> None:
    pixels, box = with_bystander(portraits, 20)
    findings = photo.inspect(as_photo(pixels))
    assert findings.subject == 0
    assert findings.faces[0].box.width > 80
    regions = [region for region in findings.regions if region.kind is RegionKind.FACE]
    assert [region.face for region in regions[: len(findings.faces)]] == list(range(len(findings.faces)))
    assert [region for region in regions if same_face(region.box, box)]


def test_regions_do_not_move_with_the_subject(portraits: dict[str, bytes]) -> None:
    pixels, box = with_bystander(portraits, 60)
    sighted = sight(pixels)
    faces = find_faces(pixels, sighted)
    assert len(faces) == 2
    regions = find_regions(pixels, faces, sighted)
    assert [region.face for region in regions[:2]] == [0, 1]
    assert same_face(regions[1].box, box)
    assert not [region for region in regions[2:] if region.kind is RegionKind.FACE]


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
def test_a_nearer_look_at_a_lying_face_finds_its_place(portraits: dict[str, bytes], quarters: int) -> None:
    upright, box = with_bystander(portraits, 40)
    lying = np.ascontiguousarray(np.rot90(upright, -quarters))
    marked = np.zeros(upright.shape[:2], np.uint8)
    marked[int(box.top) : int(box.bottom), int(box.left) : int(box.right)] = 1
    rows, columns = np.nonzero(np.rot90(marked, -quarters))
    place = Box(left=float(columns.min()), top=float(rows.min()), right=float(columns.max()), bottom=float(rows.max()))
    guess = Face(box=place.move(4, -3), score=0.05, keypoints=NOWHERE)
    empty = Face(box=Box(left=30, top=300, right=60, bottom=340), score=0.05, keypoints=NOWHERE)
    face, nothing = look_again(lying, [guess, empty], 0.5, quarters)
    assert nothing is None
    assert face is not None
    assert face.box.overlap(place) > 0.5


def test_a_face_on_the_seam_of_two_tiles_is_whole(portraits: dict[str, bytes]) -> None:
    ground = np.full((1000, 1800, 3), 120, np.uint8)
    small, box = with_bystander(portraits, 80)
    part = small[: int(box.bottom) + 30, : int(box.right) + 20]
    for left in range(20, 1600, 170):
        ground[450 : 450 + part.shape[0], left : left + part.shape[1]] = part
    found = sight(ground)
    assert len(found) == len(range(20, 1600, 170))
    assert max(face.box.width for face in found) < 1.3 * min(face.box.width for face in found)


def test_who_is_in_focus_is_the_subject() -> None:
    """A passer-by in front, larger but blurred; without the blur they would be taken for the subject."""
    ground = np.ascontiguousarray(room("brick")[::3, ::3])
    for name, width, left, blur in (("obama", 90, 60, 0.0), ("obama2", 115, 640, 6.0)):
        cut = cut_out(name)
        scale = width / cut.width_px
        person = cv2.resize(cut.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        alpha = cv2.resize(cut.alpha, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        if blur:
            person, alpha = cv2.GaussianBlur(person, (0, 0), blur), cv2.GaussianBlur(alpha, (0, 0), blur)
        spot = ground[200 : 200 + person.shape[0], left : left + person.shape[1]]
        spot[:] = (person * alpha[..., None] + spot * (1 - alpha[..., None])).astype(np.uint8)
    faces = find_faces(ground, sight(ground))
    assert len(faces) == 2
    assert faces[0].box.centre[0] < 600
    assert faces[0].box.width < faces[1].box.width
