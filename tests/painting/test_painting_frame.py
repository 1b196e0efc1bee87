"""Where the person sits on the canvas, and the warp that reshapes them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from stylize import landmarks as lm
from stylize.engines.painting.cuts import trim, whole_photo
from stylize.engines.painting.framing import frame
from stylize.engines.painting.settings import PaintingSettings
from stylize.engines.painting.sitter import seat
from stylize.engines.painting.warp import average_face, fit_average, new_landmarks
from stylize.geometry import Size
from stylize.models import Subject

SIZES = [
    Size(width=w, height=h) for w, h in ((512, 640), (512, 512), (512, 1024), (1024, 512), (768, 960), (1536, 768))
]
PEOPLE = ["astronaut", "obama", "obama2", "obama3", "biden"]


@pytest.mark.parametrize("size", SIZES, ids=lambda s: f"{s.width}x{s.height}")
@pytest.mark.parametrize("name", PEOPLE)
@pytest.mark.parametrize("head_scale", [1.0, 1.3])
def test_head_and_shoulders_with_room_above(
    name: str, size: Size, head_scale: float, subject_of: Callable[[str], Subject]
) -> None:
    subject = subject_of(name)
    where = frame(subject, size, head_scale)
    person = subject.person
    points = (person.landmarks[:, :2] - [where.left, where.top]) * where.scale
    face = np.linalg.norm(points[lm.FOREHEAD_TOP] - points[lm.CHIN])
    assert 0.18 * size.height < face * head_scale < 0.60 * size.height
    assert points[:, 0].min() > 0.02 * size.width
    assert points[:, 0].max() < 0.98 * size.width
    rows = np.flatnonzero((person.hair_mask > 0.5).any(axis=1))
    chin = points[lm.CHIN, 1]
    crown = chin - (chin - (rows[0] - where.top) * where.scale) * head_scale
    assert crown > 0, "the hair is cut"
    assert crown < 0.34 * size.height, "too much sky"
    assert chin < 0.86 * size.height


@pytest.mark.parametrize("name", PEOPLE)
def test_regions_share_out_the_person(name: str, subject_of: Callable[[str], Subject]) -> None:
    sitter = seat(subject_of(name), Size(width=512, height=640), PaintingSettings())
    total = sitter.hair + sitter.skin + sitter.clothes
    np.testing.assert_allclose(total, sitter.person, atol=0.02)
    for region in (sitter.hair, sitter.skin, sitter.clothes, sitter.face, sitter.inside):
        assert region.min() >= 0
        assert region.max() <= 1.001
    x, y = np.round(sitter.points[lm.NOSE_TIP]).astype(int)
    assert sitter.skin[y, x] > 0.9
    assert sitter.person[int(0.97 * 640)].mean() > 0.3, "the person ends above the canvas' edge"


def test_the_average_face_is_frontal_even_and_one_wide() -> None:
    mean = average_face()
    assert mean.shape == (lm.COUNT, 3)
    assert abs(mean[lm.LEFT_EDGE, 0] - mean[lm.RIGHT_EDGE, 0] - 1) < 0.05
    for right, left in (
        (lm.RIGHT_EYE_OUTER, lm.LEFT_EYE_OUTER),
        (lm.RIGHT_MOUTH_CORNER, lm.LEFT_MOUTH_CORNER),
        (lm.RIGHT_EDGE, lm.LEFT_EDGE),
    ):
        np.testing.assert_allclose(mean[right] * [-1, 1, 1], mean[left], atol=0.01)


def _axes(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    up = points[lm.FOREHEAD_TOP, :2] - points[lm.CHIN, :2]
    up = (up / np.linalg.norm(up)).astype(np.float32)
    return up, np.array([-up[1], up[0]], np.float32)


@pytest.mark.parametrize("name", PEOPLE)
def test_exaggeration_drives_a_face_away_from_the_average(name: str, subject_of: Callable[[str], Subject]) -> None:
    points = subject_of(name).person.landmarks
    up, right = _axes(points)
    plain = PaintingSettings(eye_scale=1.0)
    far = dataclasses.replace(plain, exaggeration=0.7)
    mean = fit_average(points)

    def away(settings: PaintingSettings) -> float:
        return float(np.linalg.norm(new_landmarks(points, settings, up, right) - mean, axis=1).mean())

    assert away(far) > 1.25 * away(plain)


@pytest.mark.parametrize("name", PEOPLE)
def test_eyes_grow_where_they_are(name: str, subject_of: Callable[[str], Subject]) -> None:
    points = subject_of(name).person.landmarks
    up, right = _axes(points)
    small = new_landmarks(points, PaintingSettings(eye_scale=1.0), up, right)
    large = new_landmarks(points, PaintingSettings(eye_scale=1.4), up, right)
    for run in (list(lm.RIGHT_EYE), list(lm.LEFT_EYE)):
        ratio = np.ptp(large[run] @ right) / np.ptp(small[run] @ right)
        assert ratio == pytest.approx(1.4, abs=0.02)
        np.testing.assert_allclose(large[run].mean(axis=0), small[run].mean(axis=0), atol=0.5)
    gap = np.linalg.norm(points[lm.UPPER_LIP_INNER, :2] - points[lm.LOWER_LIP_INNER, :2])
    mad = new_landmarks(points, PaintingSettings(exaggeration=1.0), up, right)
    assert np.linalg.norm(mad[13] - mad[14]) < 1.5 * gap + 0.02 * np.linalg.norm(points[10] - points[152])


def test_the_painting_keeps_whose_face_it_is(subject_of: Callable[[str], Subject]) -> None:
    """After framing and warp, every face is still nearest to itself."""
    shapes = {}
    for name in ("astronaut", "obama", "biden"):
        subject = subject_of(name)
        sitter = seat(subject, Size(width=512, height=640), PaintingSettings())
        shapes[name] = (subject.person.landmarks[:, :2], sitter.points)

    def normal(points: np.ndarray) -> np.ndarray:
        centred = points - points.mean(axis=0)
        up, right = _axes(points)
        turned = np.stack([centred @ right, centred @ up], axis=-1)
        return turned / np.linalg.norm(turned)

    for name, (_, after) in shapes.items():
        gaps = {other: np.linalg.norm(normal(after) - normal(before)) for other, (before, _) in shapes.items()}
        assert min(gaps, key=gaps.__getitem__) == name


@pytest.mark.parametrize("name", PEOPLE)
def test_a_body_is_no_straight_cut(name: str, subject_of: Callable[[str], Subject]) -> None:
    subject = subject_of(name)
    assert trim(subject) is subject


@pytest.mark.parametrize("name", ["obama", "obama3", "biden"])
def test_a_person_cut_from_a_neighbour_ends_at_the_edge_of_the_canvas(
    name: str, subject_of: Callable[[str], Subject]
) -> None:
    subject = subject_of(name)
    points = subject.person.landmarks
    cut = round(float(points[:, 0].max()) + 20)
    mask = subject.person.person_mask.copy()
    mask[:, cut:] = 0
    halved = dataclasses.replace(subject, person=dataclasses.replace(subject.person, person_mask=mask))
    trimmed = trim(halved)
    assert abs(trimmed.pixels.shape[1] - cut) <= 3
    assert trimmed.person.person_mask.shape == trimmed.pixels.shape[:2]
    sitter = seat(trimmed, Size(width=512, height=640), PaintingSettings())
    low = sitter.person[500:620]
    assert low[:, -3:].mean() > 0.9, "the person does not reach the canvas' edge"


def test_a_person_nobody_can_cut_out_fills_the_canvas(subject_of: Callable[[str], Subject]) -> None:
    subject = whole_photo(subject_of("obama"))
    for size in SIZES:
        sitter = seat(subject, size, PaintingSettings(), shaped=False)
        assert sitter.inside.min() > 0.9
        assert sitter.person.min() > 0.9
