"""What was found in the photo, for the page: regions to lay over it, the words for them, and the choices of how to hide.

assets/regions.js draws the regions and keeps all of it in step with the field `hide`, whose grammar is in `ui.hiding`.
"""

from __future__ import annotations

import json
from html import escape
from urllib.parse import quote

from stylize.models import Findings, Region, RegionKind
from stylize.regions import HIDE_BACKGROUNDS, HIDE_STYLES
from ui.hiding import BOXES
from ui.intake import Arrival
from ui.strings import Language

STATES = ("hidden", "shown", "chosen")
ACTS = ("choose", "hide", "show", "remove", "own", "spot")
TOLD = ("hidden", "seen", "nothing", "background", "you", "spot_one", "spot_many")


def regions(say: Language, name: str, arrival: Arrival, subject: int | None, order: str = "") -> str:
    """Of the photo called `name`: what is laid over it and told of it. `subject`: whom it is about; `order`: the field."""
    found, photo = arrival.findings, arrival.photo
    if found is None or photo is None:
        return ""
    height, width = photo.pixels.shape[:2]
    facts = {
        "photo": name,
        "width": width,
        "height": height,
        "subject": -1 if subject is None else subject,
        "first": -1 if found.subject is None else found.subject,
        "order": order,
        "most": BOXES,
        "regions": [_region(region) for region in found.regions],
        "words": words(say),
    }
    return (
        f'<div class="regions" data-regions="{escape(json.dumps(facts, ensure_ascii=False), quote=True)}">'
        f'<div class="over"><div class="sheet" role="group" aria-label="{_t(say, "hide.group")}"></div></div>'
        f'<p class="told" role="status"></p>{_how(say)}'
        f"{_tools(say, name)}{_choices(say, found)}</div>"
    )


def address(photo: str | None, face: int | None, order: str) -> str:
    """Where the redacted photo is, small."""
    return f"/photo/{photo}/seen.jpg?face={'' if face is None else face}&hide={quote(order)}"


def words(say: Language) -> dict[str, str]:
    """What the page's script says, with {gaps}."""
    kinds = [str(kind) for kind in RegionKind]
    keys = (
        *(f"kind.{kind}" for kind in kinds),
        *(f"count.{kind}_{many}" for kind in kinds for many in ("one", "many")),
        *(f"hide.{word}" for word in (*STATES, *ACTS, *TOLD)),
    )
    return {key.removeprefix("hide."): say.words[key] for key in dict.fromkeys(keys)}


def _region(region: Region) -> dict[str, object]:
    """Nothing but what it seems to be and where it is."""
    corners = [round(float(side)) for corner in region.corners for side in corner]
    return {"kind": str(region.kind), "face": region.face, "corners": corners}


def _how(say: Language) -> str:
    """What can be done on the photo: with a mouse, or with a finger, which scrolls unless a tool is taken up."""
    told = "".join(f'<span class="{word}">{_t(say, f"hide.{word}")} </span>' for word in ("spots", "draw", "touch"))
    return f'<p class="hint how">{told}</p>'


def _tools(say: Language, name: str) -> str:
    """Below the photo: hide more, compare, enlarge, take home."""
    buttons = "".join(
        f'<button type="button" class="tool {tool}" title="{_t(say, f"hide.{tool}_hint")}"{state}>{_t(say, f"hide.{tool}")}</button>'
        for tool, state in (("more", ' aria-pressed="false"'), ("original", ""), ("larger", ' aria-pressed="false"'))
    )
    save = (
        f'<a class="tool save" href="/photo/{escape(name)}/redacted.jpg?save" download="photo-redacted.jpg" target="_self" '
        f'title="{_t(say, "hide.save_hint")}">{_t(say, "hide.save")}</a>'
    )
    return f'<div class="tools">{buttons}{save}</div>'


def _choices(say: Language, found: Findings) -> str:
    """Folded away: each thing with a tick, and how all of it is hidden."""
    bare = any(region.kind is RegionKind.NUDITY for region in found.regions)
    note = f'<p class="hint">{_t(say, "hide.bare")}</p>' if bare else ""
    return (
        f'<details class="ways"><summary>{_t(say, "hide.ways")}</summary>'
        f'<div class="ticks" role="group" aria-label="{_t(say, "hide.ticks")}"></div>{note}'
        f"{_row(say, 'style', HIDE_STYLES)}{_row(say, 'background', HIDE_BACKGROUNDS)}"
        f'<button type="button" class="reset">{_t(say, "hide.reset")}</button></details>'
    )


def _row(say: Language, name: str, values: tuple[str, ...]) -> str:
    pills = "".join(
        f'<label><input type="radio" name="hide-{name}" value="{value}"><span>{_t(say, f"hide_{name}.{value}")}</span></label>'
        for value in values
    )
    title = _t(say, f"hide_{name}.title")
    return f'<div class="row" role="radiogroup" aria-label="{title}"><span class="title" aria-hidden="true">{title}</span>{pills}</div>'


def _t(say: Language, key: str) -> str:
    return escape(say(key), quote=True)
