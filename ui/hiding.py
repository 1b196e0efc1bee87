"""What is hidden, as one field of the form carries it: written by assets/regions.js, read here, and never believed unread.

"style=mosaic background=keep shown=1,4 boxes=10,20,110,90;5,6,70,80": each part at most once, none is needed; numbers of
`Findings.regions`, and left, top, right and bottom in pixels of the photo. Nothing written: everything is hidden that is
to be hidden without a word.
"""

from __future__ import annotations

import re
from typing import Any

from stylize.geometry import Box
from stylize.models import Findings, HideOrder
from stylize.regions import HIDE_BACKGROUNDS, HIDE_STYLES
from ui.trouble import HideUnreadable

BOXES = 40
"""More than anybody draws by hand."""
LONGEST = 3000
_NUMBERS = re.compile(r"[0-9]{1,5}(?:,[0-9]{1,5}){0,499}")
_BOXES = re.compile(r"[0-9]{1,5}(?:,[0-9]{1,5}){3}(?:;[0-9]{1,5}(?:,[0-9]{1,5}){3})*")


def to_hide(text: str | None) -> HideOrder:
    """The field → what is hidden. Raises HideUnreadable for whatever is not written as above."""
    words = (text or "").split()
    parts = dict(word.partition("=")[::2] for word in words)
    if len(text or "") > LONGEST or len(parts) != len(words) or not parts.keys() <= {"style", "background", *_READ}:
        raise HideUnreadable
    order: dict[str, Any] = {name: read(parts[name]) for name, read in _READ.items() if name in parts}
    style, background = parts.get("style", HideOrder().style), parts.get("background", HideOrder().background)
    if style not in HIDE_STYLES or background not in HIDE_BACKGROUNDS:
        raise HideUnreadable
    return HideOrder(style=style, background=background, **order)


def check(order: HideOrder, findings: Findings) -> HideOrder:
    """`order` as it is, if all that it shows was found. Raises HideUnreadable."""
    if any(number >= len(findings.regions) for number in order.shown):
        raise HideUnreadable
    return order


def fitting(text: str | None, findings: Findings) -> str:
    """The field as it was left, if it goes with this photo; else nothing, which hides all."""
    try:
        check(to_hide(text), findings)
    except HideUnreadable:
        return ""
    return text or ""


def _shown(text: str) -> tuple[int, ...]:
    if not _NUMBERS.fullmatch(text):
        raise HideUnreadable
    return tuple(sorted({int(number) for number in text.split(",")}))


def _drawn(text: str) -> tuple[Box, ...]:
    if not _BOXES.fullmatch(text):
        raise HideUnreadable
    sides = [[int(side) for side in box.split(",")] for box in text.split(";")]
    if len(sides) > BOXES or any(left >= right or top >= bottom for left, top, right, bottom in sides):
        raise HideUnreadable
    return tuple(Box(left=left, top=top, right=right, bottom=bottom) for left, top, right, bottom in sides)


_READ = {"shown": _shown, "boxes": _drawn}
