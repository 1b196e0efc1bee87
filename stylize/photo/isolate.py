"""What an engine may see: one person, with all that is to be hidden hidden beyond recovery."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stylize.geometry import Box, Size
from stylize.models import Face, Findings, HideOrder, Mask, Person, Photo, Pixels, Points, RegionKind, Subject
from stylize.photo import mesh
from stylize.photo.faces import propose
from stylize.photo.hiding.background import hide_background, whose
from stylize.photo.hiding.choose import count_kinds, hidden_regions
from stylize.photo.hiding.cover import cover
from stylize.photo.hiding.patch import own_face, patch_of_face
from stylize.photo.hiding.redact import also, own_flags, patches, person_alone, shown_regions
from stylize.photo.measure import measure
from stylize.photo.people import present
from stylize.photo.view import view_of
from stylize.regions import HideBackground

_PERHAPS_A_FACE = 0.3
"""Where a bystander may be, the mesh need not be as sure as for a subject."""

_SAME = 0.2
_BYSTANDER = 0.4
"""A face that is not sure has a body in the picture from this size on, over the subject's face."""


def isolate(photo: Photo, findings: Findings, hide: HideOrder = HideOrder()) -> Subject:
    """The bust of `findings.faces[findings.subject]` with everything hidden that `hide` says, and the person measured.

    Regions are hidden in the photo itself, before it is scaled: no hidden pixel gets into another. The person is measured
    before the background goes: what stands behind them helps to tell where they end; masks end where it is hidden.
    Raises ValueError when `findings` has no subject, NoSuchRegion for a number in `hide.shown` that there is not.
    """
    if findings.subject is None:
        raise ValueError("there is no subject to isolate")
    subject = findings.faces[findings.subject]
    regions = hidden_regions(findings, hide, findings.subject, for_engine=True)
    over = patches(regions, findings.faces, hide.boxes)
    covered = cover(photo.pixels, over, hide.style, own_flags(photo.pixels, findings, findings.subject))
    view = view_of(subject, photo.pixels.shape)
    pixels, face = view.pixels(covered), view.face(subject)
    others = tuple(view.face(f) for i, f in enumerate(findings.faces) if i != findings.subject)
    unsure = tuple(view.box(r.box) for r in findings.regions if r.kind is RegionKind.FACE and r.face is None)
    more = _small_ones(pixels, (face.box, *(other.box for other in others), *unsure))
    if more:
        own = own_face(pixels.shape, mesh.fit(pixels, face).points)
        pixels = cover(pixels, [patch_of_face(other) for other in more], hide.style, own)
    person = measure(pixels, face, (*others, *more, *_beside(face.box, unsure)))
    if hide.background != "keep":
        shown = shown_regions(findings, hide)
        corners = [view.points(r.corners) for r in shown if r.face is None and r.kind is not RegionKind.NUDITY]
        faces = [view.face(findings.faces[r.face]) for r in shown if r.face not in (None, findings.subject)]
        beside = [person_alone(pixels, other, (face,)) for other in faces if _meets(other.box, pixels)]
        pixels, person = _before_nothing(pixels, person, hide.background, beside, corners)
    counted = count_kinds(
        (region for region in regions if view.shows(region.box)),
        boxes=sum(view.shows(box) for box in hide.boxes),
        faces=len(more),
        background=hide.background != "keep",
    )
    return Subject(pixels=pixels, person=person, hidden=counted)


def _small_ones(pixels: Pixels, known: tuple[Box, ...]) -> tuple[Face, ...]:
    """Faces that only show in the enlarged view."""
    more = tuple(f for f in propose(pixels) if all(f.box.overlap(box) < _SAME for box in known))
    return tuple(present(pixels, more, _PERHAPS_A_FACE))


def _beside(own: Box, unsure: tuple[Box, ...]) -> tuple[Face, ...]:
    """Those of the unsure faces that are likely to have a body beside the subject's: not small, not on their clothes."""
    nowhere = np.zeros((6, 2), np.float32)
    return tuple(
        Face(box=box, score=0.0, keypoints=nowhere)
        for box in unsure
        if box.width > _BYSTANDER * own.width and abs(box.centre[0] - own.centre[0]) > own.width
    )


def _meets(box: Box, pixels: Pixels) -> bool:
    return box.clamp(Size(width=pixels.shape[1], height=pixels.shape[0])).area > 0


def _before_nothing(
    pixels: Pixels, person: Person, style: HideBackground, beside: list[Mask], corners: list[Points]
) -> tuple[Pixels, Person]:
    """The person before a painted ground; their masks end where that begins. What is shown `beside` them is not theirs."""
    there = whose(person.person_mask, person.landmarks)
    left = (there > 0).astype(np.float32)
    alone = replace(
        person,
        person_mask=person.person_mask * left,
        hair_mask=person.hair_mask * left,
        skin_mask=person.skin_mask * left,
        clothes_mask=person.clothes_mask * left,
    )
    return hide_background(pixels, also(there, beside, corners), style), alone
