"""The background is hidden for good, and what goes to an engine has everything hidden."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

import stylize
from stylize import photo
from stylize.engines.diffusion.frame import init_image
from stylize.errors import NoFace, NoSuchFace, NoSuchRegion
from stylize.geometry import Box
from stylize.models import ExportOrder, Findings, HideOrder, Photo, Pixels, RegionKind, Subject
from stylize.photo.hiding.background import HIDDEN_BELOW, hide_background
from stylize.photo.hiding.patch import patch_of, patch_of_box
from stylize.photo.hiding.redact import own_flags
from stylize.photo.turn import turn
from stylize.photo.view import view_of
from stylize.regions import HIDE_BACKGROUNDS
from tests.painting.conftest import make_plan
from tests.photo.hiding.twins import PLANTS, code, groups, likeness, noise, region, twin

SubjectOf = Callable[[str], Subject]
STYLES = tuple(style for style in HIDE_BACKGROUNDS if style != "keep")


def as_photo(pixels: Pixels) -> Photo:
    return Photo(id="test", pixels=np.ascontiguousarray(pixels), media_type="image/png", found=())


def disc(height: int, width: int) -> np.ndarray:
    """A person as soft as masks are."""
    mask = np.zeros((height, width), np.float32)
    cv2.circle(mask, (width // 2, height // 2), height // 4, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 4), np.float32)


def cells(person: np.ndarray) -> np.ndarray:
    """(h, w): 0 where the person is; the numbers of the cells of which one colour each is left."""
    height, width = person.shape
    columns, rows = (4, 3) if width > height else (3, 4)
    number = np.arange(1, rows * columns + 1, dtype=np.uint8).reshape(rows, columns)
    cell = cv2.resize(number, (width, height), interpolation=cv2.INTER_NEAREST).astype(np.int64)
    return np.where(person < HIDDEN_BELOW, cell, 0)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("plant", PLANTS)
def test_of_the_background_only_a_dozen_colours_are_left(plant: str, style: str) -> None:
    picture, person = PLANTS[plant](180, 240), disc(180, 240)
    group = cells(person)
    one = hide_background(picture, person, style)
    assert np.array_equal(one, hide_background(twin(picture, group), person, style))
    assert likeness(picture, one, cv2.erode((group > 0).astype(np.uint8), np.ones((25, 25))) > 0) < 0.12
    assert np.array_equal(one[80:100, 110:130], picture[80:100, 110:130]), "the person is as they were"
    if style == "replace":
        assert np.array_equal(one[group > 0], hide_background(255 - picture, person, style)[group > 0])


@pytest.fixture(scope="module")
def planted(subject_of: SubjectOf) -> tuple[Photo, Findings]:
    """A person, a second one beside them whose head is noise, a code on the wall, a paper with noise on their chest."""
    one, two = subject_of("obama2").pixels, subject_of("astronaut").pixels
    height = min(one.shape[0], two.shape[0])
    scene = np.concatenate([one[:height], two[:height]], axis=1)
    scene = cv2.resize(scene, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    opened = as_photo(scene)
    found = photo.survey(opened)
    own, other = sorted(range(2), key=lambda number: found.faces[number].box.left)
    box = found.faces[own].box
    below = box.bottom + 0.9 * box.height
    extra = (
        region(RegionKind.PAPER, Box(left=box.left, top=below, right=box.right + 10, bottom=below + 60)),
        region(RegionKind.TEXT, Box(left=4, top=10, right=90, bottom=34)),
    )
    faces = tuple(r for r in found.regions if r.face is not None)
    findings = replace(found, regions=(*faces, *extra), subject=own)
    pixels = opened.pixels.copy()
    for hidden in (faces[other], *extra):
        left, top, right, bottom = hidden.box.as_ints()
        pixels[top:bottom, left:right] = noise(bottom - top, right - left, seed=3)
    return as_photo(pixels), findings


def test_twins_give_an_engine_the_same_person_to_the_bit(planted: tuple[Photo, Findings]) -> None:
    """Whatever any engine makes of a subject, and any box or file of that, is then the same, too."""
    opened, findings = planted
    order = HideOrder(boxes=(Box(left=120, top=4, right=170, bottom=40),))
    other = twinned(opened, findings, order)
    one, two = photo.isolate(opened, findings, order), photo.isolate(other, findings, order)
    assert np.array_equal(one.pixels, two.pixels)
    assert one.person.look == two.person.look
    for name in ("landmarks", "person_mask", "hair_mask", "skin_mask", "clothes_mask"):
        assert np.array_equal(getattr(one.person, name), getattr(two.person, name)), name
    assert np.array_equal(photo.redact(opened, findings, order), photo.redact(other, findings, order))
    assert dict(one.hidden)["background"] == 1
    assert {"face", "paper", "box"} <= dict(one.hidden).keys()


def test_twins_end_in_the_same_files(planted: tuple[Photo, Findings], tmp_path: Path) -> None:
    """Through the spine, each engine that needs no weights, the box, and every kind of file."""
    opened, findings = planted
    other = twinned(opened, findings, HideOrder())
    size = stylize.Size(width=256, height=256)
    figure = stylize.Request(
        engine="figure", seed=3, size=size, box=stylize.BoxOrder(name="Ada"), face=findings.subject
    )
    jpeg, webp = (ExportOrder(media_type=f"image/{kind}") for kind in ("jpeg", "webp"))
    painted = replace(figure, style="painted-anime", engine="painting", box=None, export=jpeg)
    with stylize.Workshop(stylize.Settings(weights=tmp_path)) as workshop:
        for request in (replace(figure, export=webp), painted):
            made = [workshop.run(surveyed(one, findings), request) for one in (opened, other)]
            assert made[0].export == made[1].export
            assert dict(made[0].receipt.hidden)["background"] == 1
    subjects = [photo.isolate(p, findings) for p in (opened, other)]
    begun = [np.asarray(init_image(s, make_plan(s.person.look), None, size=size)) for s in subjects]
    assert np.array_equal(*begun), "what diffusion begins from"


def surveyed(opened: Photo, findings: Findings) -> photo.Sitting:
    """A sitting in which it is known what is where."""
    sitting = photo.Sitting(opened)
    sitting._survey = replace(findings, subject=None)
    return sitting


def twinned(opened: Photo, findings: Findings, order: HideOrder) -> Photo:
    hidden = photo.hidden_regions(findings, order, findings.subject)
    patches = [patch_of(r, None if r.face is None else findings.faces[r.face]) for r in hidden]
    patches += [patch_of_box(box) for box in order.boxes]
    own = own_flags(opened.pixels, findings, findings.subject)
    other = twin(opened.pixels, groups(opened.pixels.shape[:2], patches, own))
    assert (other != opened.pixels).any(axis=2).mean() > 0.02
    return as_photo(other)


def test_what_an_engine_sees_has_no_trace_of_the_room(subject_of: SubjectOf, portraits: dict[str, bytes]) -> None:
    """A pattern on the wall: not in the pixels, and not in any mask."""
    opened = photo.read(portraits["obama"])
    there = photo.redact(opened, photo.inspect(opened), HideOrder(background="replace"))
    wall = code(*opened.pixels.shape[:2])
    faint = np.clip(opened.pixels.astype(int) + wall.astype(int) // 6 - 21, 0, 255).astype(np.uint8)
    behind = (np.abs(there.astype(int) - opened.pixels) > 0).any(axis=2)
    scene = as_photo(np.where(cv2.erode(behind.astype(np.uint8), np.ones((9, 9)))[..., None] > 0, faint, opened.pixels))
    findings = photo.inspect(scene, 0)
    view = view_of(findings.faces[0], scene.pixels.shape)
    subject, seen = photo.isolate(scene, findings), view.pixels(scene.pixels)
    away = cv2.dilate((subject.person.person_mask > 0).astype(np.uint8), np.ones((41, 41))) == 0
    assert away.mean() > 0.2
    assert likeness(seen, seen, away) > 0.95
    assert likeness(seen, subject.pixels, away) < 0.05
    for mask in (subject.person.person_mask, subject.person.hair_mask, subject.person.clothes_mask):
        assert not mask[away].any()
    painted = subject.pixels[subject.person.person_mask == 0].reshape(-1, 3)
    assert len(np.unique(painted // 16, axis=0)) < 120, "soft colours, no detail"


def test_a_bystanders_body_is_background(planted: tuple[Photo, Findings]) -> None:
    opened, findings = planted
    own, other = findings.subject or 0, 1 - (findings.subject or 0)
    subject = photo.isolate(opened, findings)
    view = view_of(findings.faces[own], opened.pixels.shape)
    box = view.box(findings.faces[other].box)
    below = np.s_[int(box.bottom + 60) : int(box.bottom + 120), int(box.left) : int(box.right)]
    if subject.person.person_mask[below].size:
        assert subject.person.person_mask[below].mean() < 0.02
    assert len(photo.survey(as_photo(subject.pixels)).faces) == 1


@pytest.mark.parametrize("style", ["blur", "mosaic"])
def test_threads_do_not_change_a_bit(planted: tuple[Photo, Findings], style: str) -> None:
    opened, findings = planted
    made = []
    before = cv2.getNumThreads()
    try:
        for threads in (1, 4):
            cv2.setNumThreads(threads)
            made.append(photo.redact(opened, findings, HideOrder(style=style, background=style)))  # type: ignore[arg-type]
    finally:
        cv2.setNumThreads(before)
    assert np.array_equal(*made)


def test_a_lying_photo_is_redacted_as_it_lies(planted: tuple[Photo, Findings]) -> None:
    opened, _ = planted
    lying = as_photo(turn(opened.pixels, 1))
    found = photo.survey(lying)
    assert found.faces
    out = photo.redact(lying, found, HideOrder(background="keep"))
    assert out.shape == lying.pixels.shape
    for face in found.faces:
        left, top, right, bottom = face.box.as_ints()
        part = np.s_[max(top, 0) : bottom, max(left, 0) : right]
        assert likeness(lying.pixels, out, np.pad(np.ones(out[part].shape[:2], bool), _around(out, part))) < 0.15
    subject = photo.isolate(lying, photo.choose(lying, found, 0))
    assert dict(subject.hidden)["background"] == 1


def _around(picture: Pixels, part: tuple[slice, slice]) -> tuple[tuple[int, int], tuple[int, int]]:
    rows, columns = part
    return (rows.start, picture.shape[0] - rows.stop), (columns.start, picture.shape[1] - columns.stop)


def test_shown_regions_are_shown_but_never_nudity_to_an_engine(planted: tuple[Photo, Findings]) -> None:
    opened, findings = planted
    bare = region(RegionKind.NUDITY, Box(left=60, top=300, right=140, bottom=380))
    findings = replace(findings, regions=(*findings.regions, bare))
    everything = tuple(range(len(findings.regions)))
    order = HideOrder(background="keep", shown=everything)
    assert photo.hidden_regions(findings, order, findings.subject) == ()
    assert photo.hidden_regions(findings, order, findings.subject, for_engine=True) == (bare,)
    assert np.array_equal(photo.redact(opened, findings, order), opened.pixels)
    assert dict(photo.isolate(opened, findings, order).hidden) == {"nudity": 1}
    with pytest.raises(NoSuchRegion) as caught:
        photo.redact(opened, findings, replace(order, shown=(len(everything),)))
    assert f"number {len(everything) + 1}" in str(caught.value)
    for nobody in (-1, len(findings.faces)):
        with pytest.raises(NoSuchFace):
            photo.redact(opened, findings, order, nobody)


def test_nobodys_photo_has_every_face_hidden_and_keeps_the_bodies(planted: tuple[Photo, Findings]) -> None:
    opened, findings = planted
    nobody = replace(findings, subject=None)
    out = photo.redact(opened, nobody, HideOrder(background="keep"))
    assert photo.survey(as_photo(out)).faces == ()
    there = photo.redact(opened, nobody, HideOrder(background="replace"))
    own = findings.faces[findings.subject or 0].box
    chest = np.s_[int(own.bottom + 20) : int(own.bottom + 40), int(own.left + 40) : int(own.right - 40)]
    assert np.array_equal(there[chest], out[chest])
    with pytest.raises(NoFace):
        photo.redact(opened, replace(nobody, faces=(), regions=()), HideOrder())


def test_what_is_shown_by_name_stands_before_the_hidden_background(planted: tuple[Photo, Findings]) -> None:
    opened, findings = planted
    text = next(number for number, r in enumerate(findings.regions) if r.kind is RegionKind.TEXT)
    left, top, right, bottom = findings.regions[text].box.as_ints()
    inner = np.s_[top + 2 : bottom - 2, left + 2 : right - 2]
    order = HideOrder(shown=(text,))
    assert np.array_equal(photo.redact(opened, findings, order)[inner], opened.pixels[inner])
    subject = photo.isolate(opened, findings, order)
    view = view_of(findings.faces[findings.subject or 0], opened.pixels.shape)
    seen = view.box(Box(left=left + 4, top=top + 4, right=right - 4, bottom=bottom - 4)).as_ints()
    part = np.s_[max(0, seen[1]) : seen[3], max(0, seen[0]) : seen[2]]
    if subject.pixels[part].size:
        assert np.array_equal(subject.pixels[part], view.pixels(opened.pixels)[part])
        assert not subject.person.person_mask[part].any(), "it is not the person's"
