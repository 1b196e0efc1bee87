"""What the user asks for is what is painted: colours, glasses, beards, moods, looseness."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np
import pytest

from stylize import landmarks as lm
from stylize.colour import hex_to_lab, to_lab
from stylize.engines.painting.backdrops import choose_mood, paint_backdrop
from stylize.engines.painting.engine import PaintingEngine
from stylize.engines.painting.settings import MOODS, PaintingSettings
from stylize.engines.painting.sitter import Sitter, seat
from stylize.errors import OutOfRange
from stylize.geometry import Size
from stylize.models import Beard, Picture, Subject

Paint = Callable[..., Picture]
SIZE = Size(width=256, height=320)


@pytest.fixture(scope="module")
def subject(subject_of: Callable[[str], Subject]) -> Subject:
    return subject_of("astronaut")


@pytest.fixture(scope="module")
def sitter(subject: Subject) -> Sitter:
    return seat(subject, SIZE, PaintingSettings())


def _median(picture: Picture, region: np.ndarray) -> np.ndarray:
    return np.median(to_lab(picture.pixels.astype(np.float32) / 255)[region > 0.95], axis=0)


@pytest.mark.parametrize(
    ("field", "colour", "region"),
    [
        ("hair_colour", "#b03020", "hair"),
        ("hair_colour", "#181820", "hair"),
        ("skin_colour", "#5a3a28", "face"),
        ("skin_colour", "#f2d2b8", "face"),
    ],
)
def test_a_colour_goes_where_it_belongs_and_nowhere_else(
    field: str, colour: str, region: str, subject: Subject, sitter: Sitter, paint: Paint
) -> None:
    before, after = paint(subject, mood="studio"), paint(subject, {field: colour}, mood="studio")
    mask = getattr(sitter, region)
    wanted = hex_to_lab(colour)
    gap = [np.linalg.norm(_median(p, mask) - wanted) for p in (before, after)]
    assert gap[1] < 0.55 * gap[0], "the colour did not arrive"
    assert gap[1] < 22
    away = np.abs(before.pixels.astype(int) - after.pixels.astype(int)).max(axis=-1)
    assert away[sitter.person < 0.01].mean() < 2, "the backdrop changed"
    assert away[sitter.clothes > 0.99].mean() < 4, "the clothes changed"


def test_clothes_take_another_colour(subject_of: Callable[[str], Subject], paint: Paint) -> None:
    subject = subject_of("obama")
    worn = seat(subject, SIZE, PaintingSettings()).clothes
    before = paint(subject, mood="studio")
    after = paint(subject, {"outer_colour": "#9a1f1f"}, mood="studio")
    red = _median(after, worn)
    assert red[1] > _median(before, worn)[1] + 15


def test_loose_paintings_take_colours_too(subject_of: Callable[[str], Subject], paint: Paint) -> None:
    subject = subject_of("obama_partial_face")
    seated = seat(subject, SIZE, PaintingSettings(), shaped=False)
    before = paint(subject, mood="studio")
    after = paint(subject, {"hair_colour": "#c8a050"}, mood="studio")
    assert _median(after, seated.hair)[0] > _median(before, seated.hair)[0] + 8


def test_glasses_and_beards_are_drawn_on_the_face_only(subject: Subject, sitter: Sitter, paint: Paint) -> None:
    before = paint(subject, mood="studio").pixels.astype(int)
    for look in ({"glasses": True}, {"beard": Beard.FULL}, {"beard": Beard.MOUSTACHE}):
        changed = np.abs(paint(subject, look, mood="studio").pixels.astype(int) - before).max(axis=-1) > 24
        assert changed.sum() > 60, look
        assert (changed & (sitter.skin < 0.01)).sum() < 0.15 * changed.sum(), look


def test_beards_differ_in_size(subject: Subject, paint: Paint) -> None:
    before = paint(subject, mood="studio").pixels.astype(int)
    sizes = [
        int((np.abs(paint(subject, {"beard": kind}, mood="studio").pixels - before).max(axis=-1) > 20).sum())
        for kind in (Beard.NONE, Beard.MOUSTACHE, Beard.GOATEE, Beard.FULL)
    ]
    assert sizes[0] == 0
    assert sizes == sorted(sizes)
    assert len(set(sizes)) == 4


def test_skin_keeps_its_depth(subject_of: Callable[[str], Subject], painted: Callable[[str], Picture]) -> None:
    """Neither bleached nor browned: within a few L of what was measured in a fairly lit photo."""
    for name in ("astronaut", "obama", "obama2"):
        found = subject_of(name)
        face = seat(found, SIZE, PaintingSettings()).face
        assert abs(_median(painted(name), face)[0] - found.person.skin_lab[0]) < 8, name


def test_every_mood_is_another_world(subject: Subject, sitter: Sitter, paint: Paint) -> None:
    behind = sitter.person < 0.01
    worlds = [paint(subject, mood=mood).pixels[behind].astype(int) for mood in MOODS]
    for i, one in enumerate(worlds):
        for other in worlds[i + 1 :]:
            assert np.abs(one - other).mean() > 10


@pytest.mark.parametrize("mood", MOODS)
def test_backdrops_are_in_range_and_equal_for_equal_seeds(mood: str) -> None:
    for size in ((320, 256), (256, 512)):
        one, two = paint_backdrop(mood, size, 3), paint_backdrop(mood, size, 3)
        assert one.pixels.shape == (*size, 3)
        assert one.pixels.min() >= 0
        assert one.pixels.max() <= 1
        np.testing.assert_array_equal(one.pixels, two.pixels)
    assert (paint_backdrop(mood, (320, 256), 4).pixels != paint_backdrop(mood, (320, 256), 5).pixels).any()


def test_auto_moods_go_round_by_seed() -> None:
    assert {choose_mood("auto", seed) for seed in range(12)} == set(MOODS) - {"studio"}
    assert choose_mood("studio", 5) == "studio"


def test_looseness_softens_step_by_step(subject: Subject, paint: Paint) -> None:
    clean = paint(subject, mood="studio").pixels.astype(int)
    gaps = [np.abs(paint(subject, mood="studio", looseness=v).pixels - clean).mean() for v in (0.3, 0.6, 1.0)]
    assert 0 < gaps[0] < gaps[1] < gaps[2]


def test_no_lines_without_ink(subject: Subject, paint: Paint) -> None:
    """Ink only darkens."""
    none, much = (paint(subject, mood="studio", line_strength=v).pixels.mean() for v in (0.0, 1.5))
    assert much < none


def test_the_cutout_is_the_person(subject: Subject, sitter: Sitter, paint: Paint) -> None:
    cutout = paint(subject, mood="studio").cutout
    assert cutout is not None
    assert not cutout.staged
    assert np.abs(cutout.alpha - sitter.person).mean() < 0.01


@pytest.mark.parametrize(("width", "height"), [(255, 320), (256, 1537), (256, 520), (1025, 512)])
def test_sizes_it_cannot_do_are_refused(width: int, height: int, subject: Subject, paint: Paint) -> None:
    with pytest.raises(OutOfRange):
        paint(subject, width=width, height=height)


def test_the_photo_is_not_written_to(subject: Subject, paint: Paint) -> None:
    before = subject.pixels.copy(), subject.person.landmarks.copy(), subject.person.person_mask.copy()
    paint(subject, exaggeration=0.7, head_scale=1.2)
    after = subject.pixels, subject.person.landmarks, subject.person.person_mask
    for one, other in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, other)


def test_backdrops_are_kept_few_and_forgotten() -> None:
    engine = PaintingEngine()
    for mood in MOODS:
        engine._backdrop(mood, (64, 64), 0)
    assert 1 <= len(engine._backdrops) <= 3
    engine.close()
    assert not engine._backdrops


def test_glasses_are_taken_off_when_the_user_says_so(subject_of: Callable[[str], Subject], paint: Paint) -> None:
    """A photo with drawn-on frames, painted without them, is much nearer to the photo that never had them."""
    bare = subject_of("obama")
    pixels = bare.pixels.copy()
    for run in (lm.RIGHT_EYE, lm.LEFT_EYE):
        x, y = bare.person.landmarks[list(run), :2].mean(axis=0)
        cv2.ellipse(pixels, (round(x), round(y + 6)), (40, 32), 0, 0, 360, (25, 22, 22), 5, cv2.LINE_AA)
    look = dataclasses.replace(bare.person.look, glasses=True)
    worn = dataclasses.replace(bare, pixels=pixels, person=dataclasses.replace(bare.person, look=look))
    wanted = paint(bare, {"glasses": False}, mood="studio").pixels.astype(int)
    on, off = (paint(worn, {"glasses": g}, mood="studio").pixels.astype(int) for g in (True, False))
    assert np.abs(off - wanted).mean() < 0.5 * np.abs(on - wanted).mean()


def test_a_grey_photo_is_painted_in_colour_of_skin(subject: Subject, paint: Paint) -> None:
    grey = np.repeat(subject.pixels.mean(axis=-1, keepdims=True), 3, axis=-1).astype(np.uint8)
    lightness = subject.person.skin_lab[0]
    person = dataclasses.replace(
        subject.person,
        skin_lab=(lightness, 0.0, 0.0),
        look=dataclasses.replace(subject.person.look, skin_colour="#c0c0c0", hair_colour="#707070"),
    )
    picture = paint(dataclasses.replace(subject, pixels=grey, person=person), mood="studio")
    assert picture.pixels.std() > 20
