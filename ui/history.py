"""The pictures of this visit, newest first, to choose one from: a group of radio buttons that look like pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from ui import proofs
from ui.parcel import Parcel
from ui.shop import Shop
from ui.strings import Language
from ui.visits import Visit

Updates = dict[str, Any]


def kept(shop: Shop, visit: Visit) -> list[tuple[str, Parcel]]:
    """What of its pictures is still there, by id, oldest first; what is not is struck off the visit's list."""
    there = [(name, parcel) for name in visit.parcels if (parcel := shop.parcels.get(name)) is not None]
    visit.parcels[:] = [name for name, _ in there]
    visit.choosing = tuple(name for name in visit.choosing if name in visit.parcels)
    return there


def strip(say: Language, shop: Shop, visit: Visit) -> Updates:
    """`pictures`, the group, and `strip`, its looks. Hidden as long as there is only the one that is shown."""
    there = kept(shop, visit)
    names = [name for name, _ in there]
    newest = enumerate(reversed(there), 1)
    choices = [(_label(say, shop, number, parcel), name) for number, (name, parcel) in newest]
    return {
        "pictures": gr.update(
            choices=choices,
            value=visit.shown if visit.shown in names else None,
            label=say("history.choose" if visit.choosing else "history.label"),
            visible=bool(names) and names != [visit.shown],
        ),
        "strip": _looks(say, shop, names, visit.shown, choosing=bool(visit.choosing)),
    }


def style_title(say: Language, shop: Shop, parcel: Parcel) -> str:
    """What the picture is, in words."""
    titles = shop.workshop.styles[parcel.style].title
    return titles.get(say.code, titles["en"])


def _label(say: Language, shop: Shop, number: int, parcel: Parcel) -> str:
    return say("history.item", number=number, style=style_title(say, shop, parcel))


def _looks(say: Language, shop: Shop, names: Sequence[str], shown: str | None, *, choosing: bool) -> str:
    """The pictures as a style sheet, and a clock, unseen, for each that is not shown: when one runs out, the page asks."""
    rules = "".join(
        f'#pictures input[value="{name}"]{{background-image:url("/shelf/{name}/small.jpg")}}' for name in names
    )
    seconds = shop.retention.keep_seconds
    clocks = "".join(proofs.clock(say, name, seconds) for name in names if name != shown)
    return f'<style>{rules}</style><div class="strip{" choose" if choosing else ""}" hidden>{clocks}</div>'
