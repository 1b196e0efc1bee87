"""Which regions of a photo an order hides."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from stylize.errors import NoSuchRegion
from stylize.models import Findings, HideOrder, Region, RegionKind

NUMBERS_FROM = 1
"""What the first region is called where people read it; in `HideOrder.shown` it is 0."""

BACKGROUND, BOX = "background", "box"
"""What is counted beside the kinds of regions."""


def hidden_regions(
    findings: Findings, order: HideOrder, subject: int | None, *, for_engine: bool = False
) -> tuple[Region, ...]:
    """Those of `findings.regions` that `order` hides when the photo is that of face number `subject` (None: nobody's).

    The subject's own face is never among them. `for_engine`: nudity is, whatever was said. `order.boxes` are beside these.
    Raises NoSuchRegion for a number in `order.shown` that there is not.
    """
    for number in order.shown:
        if not 0 <= number < len(findings.regions):
            raise NoSuchRegion(number=number + NUMBERS_FROM, count=len(findings.regions))

    def hides(number: int, region: Region) -> bool:
        if region.kind is RegionKind.FACE and region.face is not None and region.face == subject:
            return False
        if for_engine and region.kind is RegionKind.NUDITY:
            return True
        return number not in order.shown

    return tuple(region for number, region in enumerate(findings.regions) if hides(number, region))


def count_kinds(
    regions: Iterable[Region], *, boxes: int = 0, faces: int = 0, background: bool = False
) -> tuple[tuple[str, int], ...]:
    """(kind, how many), as `Subject.hidden` has it: kinds in the order of `RegionKind`, then "box", then "background".
    `faces`: how many were found besides those of `regions`.
    """
    counts = Counter(region.kind for region in regions) + Counter({RegionKind.FACE: faces})
    told = [(kind.value, counts[kind]) for kind in RegionKind if counts[kind]]
    return (*told, *([(BOX, boxes)] if boxes else []), *([(BACKGROUND, 1)] if background else []))
