"""Where the photo was cut between two people: a dead straight edge of the person, made into an edge of the photo.

The painter can treat the photo's edge (it is laid on the canvas' edge, or brushed away); a person who ends at a ruler's
edge in mid-air looks broken.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from stylize import landmarks as lm
from stylize.engines.painting.ink import Field
from stylize.models import Subject

STRAIGHT_PX = 2.5
"""An outline that wanders less than this from a vertical line is no body's."""
LONG = 0.7
"""For this many heights of the face."""


def trim(subject: Subject) -> Subject:
    """The subject without the columns beyond a straight cut at its left or right; itself where there is none."""
    points = subject.person.landmarks
    chin = int(points[lm.CHIN, 1])
    face = float(np.linalg.norm(points[lm.FOREHEAD_TOP, :2] - points[lm.CHIN, :2]))
    mask = subject.person.person_mask[max(chin, 0) :] > 0.5
    width = mask.shape[1]
    least = LONG * face
    middle = float(points[:, 0].mean())
    first, last = _edges(mask)
    left, right = _straight(first, least), _straight(last, least)
    left = left if left is not None and 3 < left < min(middle - 0.4 * face, points[:, 0].min()) else 0
    right = (
        right + 1 if right is not None and max(middle + 0.4 * face, points[:, 0].max()) < right < width - 4 else width
    )
    if left == 0 and right == width:
        return subject
    return _columns(subject, left, right)


def _edges(mask: Field) -> tuple[Field, Field]:
    """The first and the last column of the person in every row that has one."""
    rows = mask[mask.any(axis=1)]
    if not len(rows):
        return np.zeros(0), np.zeros(0)
    return rows.argmax(axis=1), rows.shape[1] - 1 - rows[:, ::-1].argmax(axis=1)


def _straight(edge: Field, least: float) -> int | None:
    """Where an edge stands still for at least `least` rows, counted over all rows (arms may hide parts of it)."""
    if len(edge) < least:
        return None
    counts = np.bincount(edge.astype(int))
    around = np.convolve(counts, np.ones(round(2 * STRAIGHT_PX)), mode="same")
    where = int(around.argmax())
    return where if around[where] >= least else None


def _columns(subject: Subject, left: int, right: int) -> Subject:
    """The subject's columns from `left` to `right`."""
    person = subject.person
    points = person.landmarks.copy()
    points[:, 0] -= left
    part = np.s_[:, left:right]
    return Subject(
        pixels=np.ascontiguousarray(subject.pixels[part]),
        person=replace(
            person,
            landmarks=points,
            person_mask=person.person_mask[part],
            hair_mask=person.hair_mask[part],
            skin_mask=person.skin_mask[part],
            clothes_mask=person.clothes_mask[part],
        ),
    )


def whole_photo(subject: Subject) -> Subject:
    """The subject with everything in the photo for their person: when nobody knows where they end."""
    everything = np.ones_like(subject.person.person_mask)
    return replace(subject, person=replace(subject.person, person_mask=everything))
