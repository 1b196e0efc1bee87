"""Regions are hidden for good: only a handful of colours is left of them, whatever they are, however they lie."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stylize.geometry import Box
from stylize.models import RegionKind
from stylize.photo.hiding.cover import cover
from stylize.photo.hiding.patch import Patch, lay, patch_of, patch_of_box
from stylize.regions import HIDE_STYLES
from tests.photo.hiding.twins import PLANTS, groups, letters, likeness, longest_run, noise, region, twin

TURNED = ((60, 40), (190, 70), (170, 150), (40, 120))
MOST_COLOURS = 12


def laid(patch: Patch, shape: tuple[int, int]) -> np.ndarray:
    """True where the patch hides."""
    where = np.zeros(shape, bool)
    there = lay(patch, shape, None)
    assert there is not None
    left, top, right, bottom = there.place
    where[top:bottom, left:right] = there.core > 0
    return where


@pytest.mark.parametrize("style", HIDE_STYLES)
@pytest.mark.parametrize("kind", RegionKind)
def test_of_a_region_only_its_few_colours_are_left(kind: RegionKind, style: str) -> None:
    for plant in PLANTS.values():
        picture = plant(200, 240)
        patch = patch_of(region(kind, TURNED))
        other = twin(picture, groups((200, 240), [patch], None))
        where = laid(patch, (200, 240))
        assert patch.cells[0] * patch.cells[1] <= MOST_COLOURS
        assert (other != picture).any(axis=2)[where].mean() > 0.1, "twins differ where it is hidden"
        one = cover(picture, [patch], style)
        assert np.array_equal(one[where], cover(other, [patch], style)[where])
        assert np.array_equal(one, cover(other, [patch], style)), "nor does any of it get out by the soft edge"


@pytest.mark.parametrize("style", HIDE_STYLES)
@pytest.mark.parametrize("plant", PLANTS)
def test_a_matched_filter_finds_nothing(plant: str, style: str) -> None:
    picture = PLANTS[plant](200, 240)
    patch = patch_of(region(RegionKind.PAPER, TURNED))
    hidden = cover(picture, [patch], style)
    where = laid(patch, (200, 240))
    inner = cv2.erode(where.astype(np.uint8), np.ones((25, 25), np.uint8)) > 0
    assert likeness(picture, picture, inner) > 0.95, "it finds what is there"
    assert likeness(picture, hidden, inner) < 0.12
    if plant == "noise":  # flat paper may come out in its own colour
        assert longest_run(np.where(where[..., None], picture, 1), np.where(where[..., None], hidden, 2)) < 3


def test_letters_leave_one_colour_of_a_word_and_two_of_a_line() -> None:
    """So that no dictionary of rendered words can be tried against a mosaic's cells."""
    assert patch_of(region(RegionKind.TEXT, Box(left=10, top=10, right=90, bottom=26))).cells == (1, 1)
    assert patch_of(region(RegionKind.TEXT, Box(left=10, top=10, right=230, bottom=26))).cells == (2, 1)
    assert patch_of(region(RegionKind.PLATE, Box(left=10, top=10, right=230, bottom=26))).cells == (1, 1)
    line = patch_of(region(RegionKind.TEXT, Box(left=10, top=66, right=230, bottom=82)))
    one, other = letters(200, 240), letters(200, 240)
    other[66:82, 10:230] = np.roll(letters(200, 240)[2:18, 10:230], 7, axis=1)
    assert not np.array_equal(one, other)
    assert (
        np.abs(
            cover(one, [line], "blur")[66:82, 20:220].astype(int) - cover(other, [line], "blur")[66:82, 20:220]
        ).max()
        < 16
    )


def test_a_head_is_hidden_with_ears_and_hair() -> None:
    face = Box(left=100, top=100, right=160, bottom=160)
    where = laid(patch_of(region(RegionKind.FACE, face)), (300, 300))
    assert where[100:160, 100:160].all(), "the face to its corners"
    assert where[130, 85], "an ear"
    assert where[75, 130], "hair over the forehead"
    assert not where[250, 130]


def test_the_subjects_own_face_is_never_painted_over_but_by_hand() -> None:
    picture = noise(200, 240)
    own = np.zeros((200, 240), np.uint8)
    own[60:160, 100:180] = 1
    far_inside = np.s_[70:150, 110:170]
    for kind in RegionKind:
        out = cover(picture, [patch_of(region(kind, Box(left=20, top=50, right=150, bottom=170)))], "blur", own)
        assert np.array_equal(out[far_inside], picture[far_inside]), "its own face stays"
        assert likeness(picture, out, np.pad(np.ones((60, 40), bool), ((80, 60), (40, 160)))) < 0.15, (
            "beside it nothing"
        )
    by_hand = cover(picture, [patch_of_box(Box(left=110, top=70, right=170, bottom=150))], "solid", own)
    assert len(np.unique(by_hand[far_inside].reshape(-1, 3), axis=0)) == 1


def test_what_is_not_hidden_stays_as_it_is() -> None:
    picture = noise(200, 240)
    out = cover(picture, [patch_of(region(RegionKind.BADGE, Box(left=80, top=80, right=140, bottom=120)))], "mosaic")
    changed = (out != picture).any(axis=2)
    assert not changed[:60].any()
    assert not changed[140:].any()
    assert np.array_equal(noise(200, 240), picture), "nor is the picture written to"


def test_nothing_to_hide_is_a_copy() -> None:
    picture = noise(20, 20)
    out = cover(picture, [patch_of_box(Box(left=50, top=50, right=60, bottom=60))], "blur")
    assert np.array_equal(out, picture)
    assert not np.shares_memory(out, picture)


coordinate = st.floats(-300, 500, allow_nan=False, width=32)
quadrangles = st.one_of(
    st.tuples(*[st.tuples(coordinate, coordinate)] * 4),
    st.tuples(coordinate, coordinate, st.floats(0, 6), st.floats(0, 6)).map(
        lambda b: ((b[0], b[1]), (b[0] + b[2], b[1]), (b[0] + b[2], b[1] + b[3]), (b[0], b[1] + b[3]))
    ),
    st.just(((-3000, -3000), (4000, -3000), (4000, 4000), (-3000, 4000))),
)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(st.tuples(st.sampled_from(RegionKind), quadrangles), min_size=1, max_size=4),
    st.sampled_from(HIDE_STYLES),
    st.booleans(),
)
def test_wherever_they_lie_and_however_they_overlap(
    several: list[tuple[RegionKind, object]], style: str, with_face: bool
) -> None:
    """At the edge, beyond it, tiny, huge, twisted, one on another, around the subject's face."""
    shape = (120, 150)
    own = np.zeros(shape, np.uint8)
    own[30:80, 50:100] = 1
    face = own if with_face else None
    patches = [patch_of(region(kind, corners)) for kind, corners in several]
    picture, group = noise(*shape), groups(shape, patches, face)
    one, other = cover(picture, patches, style, face), cover(twin(picture, group), patches, style, face)
    assert np.array_equal(one, other)
    inside = np.zeros(shape, bool)
    for patch in patches:
        there = lay(patch, shape, None)
        if there is not None:
            left, top, right, bottom = there.place
            assert 0 <= left < right <= 150
            assert 0 <= top < bottom <= 120
            inside[top:bottom, left:right] |= there.core > 0
    assert ((group > 0) == (inside & (own == 0) if with_face else inside)).all()


@settings(deadline=None, max_examples=40)
@given(st.floats(-20, 160), st.floats(-20, 130), st.floats(0.5, 90), st.floats(0.5, 90))
def test_a_box_drawn_by_hand_hides_every_pixel_it_touches(left: float, top: float, width: float, height: float) -> None:
    box = Box(left=left, top=top, right=left + width, bottom=top + height)
    there = lay(patch_of_box(box), (120, 150), None)
    first = (max(0, int(np.ceil(left))), max(0, int(np.ceil(top))))
    last = (min(149, int(np.floor(left + width)) - 1), min(119, int(np.floor(top + height)) - 1))
    if first[0] > last[0] or first[1] > last[1]:
        return
    assert there is not None
    core = np.zeros((120, 150), np.uint8)
    core[there.place[1] : there.place[3], there.place[0] : there.place[2]] = there.core
    assert core[first[1] : last[1] + 1, first[0] : last[0] + 1].all()
