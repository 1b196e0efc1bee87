"""Flags that say what of a photo is hidden, and how → HideOrder. They are named a little differently by each verb."""

from __future__ import annotations

import argparse
import re

from stylize.errors import OutOfRange
from stylize.geometry import Box
from stylize.models import HideOrder
from stylize.regions import HIDE_BACKGROUNDS, HIDE_STYLES

_SHOWN = "also show what stylize inspect lists under this number; several, with commas, or said several times"
_BOX = (
    "also hide this, in pixels from the top left of the photo as stylize inspect measures it; may be said several times"
)


def add_hide(parser: argparse.ArgumentParser) -> None:
    """The flags of `make`."""
    group = parser.add_argument_group("what is hidden", "before anything is made: all but the person, unless you say")
    group.add_argument("--hide-style", choices=HIDE_STYLES, default="blur", help="%(default)s unless said")
    group.add_argument("--background", choices=HIDE_BACKGROUNDS, default="blur", help="%(default)s unless said")
    group.add_argument("--show-region", action="append", type=_numbers, metavar="N", help=_SHOWN)
    group.add_argument("--hide-box", action="append", type=_box, metavar="X,Y,W,H", help=_BOX)


def add_redact(parser: argparse.ArgumentParser) -> None:
    """The same for `redact`, where nothing else could be meant by style, show and box."""
    parser.add_argument(
        "--style", dest="hide_style", choices=HIDE_STYLES, default="blur", help="%(default)s unless said"
    )
    parser.add_argument("--background", choices=HIDE_BACKGROUNDS, default="keep", help="%(default)s unless said")
    parser.add_argument("--show", dest="show_region", action="append", type=_numbers, metavar="N", help=_SHOWN)
    parser.add_argument("--box", dest="hide_box", action="append", type=_box, metavar="X,Y,W,H", help=_BOX)


def build_hide(args: argparse.Namespace) -> HideOrder:
    """The order that the flags describe. Raises OutOfRange for a number below 1."""
    numbers = sorted({number for said in args.show_region or () for number in said})
    if numbers and numbers[0] < 1:
        raise OutOfRange(field="show", low=1, high="the number of things found")
    return HideOrder(
        style=args.hide_style,
        background=args.background,
        shown=tuple(number - 1 for number in numbers),
        boxes=tuple(args.hide_box or ()),
    )


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(word) for word in text.split(",") if word.strip())
    except ValueError:
        raise argparse.ArgumentTypeError("numbers are written as 3 or 3,5") from None


def _box(text: str) -> Box:
    match = re.fullmatch(r"(-?\d{1,5}),(-?\d{1,5}),(\d{1,5}),(\d{1,5})", text.replace(" ", ""))
    if not match or not (int(match[3]) and int(match[4])):
        raise argparse.ArgumentTypeError("a box is written as X,Y,W,H, for example 120,80,300,60")
    left, top, width, height = (float(number) for number in match.groups())
    return Box(left=left, top=top, right=left + width, bottom=top + height)
