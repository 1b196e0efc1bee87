"""How one looks, as cards and swatches: the words and pieces of HTML, before and after the photo was measured."""

from __future__ import annotations

from html import escape

from stylize.models import Beard, Hair, Look, Outfit
from ui.form import COLOURS
from ui.strings import Language

GROUPS: dict[str, tuple[str, ...]] = {
    "hair": tuple(Hair),
    "outfit": tuple(Outfit),
    "beard": tuple(Beard),
    "glasses": ("no", "yes"),
}
"""What is chosen by pictures, and the words of each, which are also the names of the pictures in assets/choices."""

UNKNOWN = "#c8a27c"
"""Where the browser's own picker begins while nothing was measured. It is covered by stripes then."""


def choices(say: Language, group: str, look: Look | None = None) -> list[tuple[str, str]]:
    """(label, value) of every card of a group. The first one leaves it to the photo, and says what was seen in it."""
    first = say("look.measured") if look is None else say("look.seen", what=say(f"{group}.{_seen(look, group)}"))
    return [(first, ""), *((say(f"{group}.{word}"), str(word)) for word in GROUPS[group])]


def pictures(look: Look | None) -> str:
    """Rules that put the pictures of what was seen on the first cards; without a photo they show a camera."""
    if look is None:
        return ""
    rules = "".join(
        f'#looks #{group} label:first-child input{{background-image:url("/toy/icons/seen.svg"),'
        f'url("/toy/choices/{group}/{_seen(look, group)}.webp");background-size:24px,contain;'
        f"background-position:100% 0,center}}"
        for group in GROUPS
    )
    return f"<style>{rules}</style>"


def swatches(say: Language, look: Look | None) -> str:
    """One for each colour. assets/more.js opens the way back where the visitor has chosen another than was measured."""
    places = "".join(_swatch(say, name, None if look is None else getattr(look, name)) for name in COLOURS)
    hint = "look.colours_unknown" if look is None else "look.colours_known"
    return (
        f'<p class="title" aria-hidden="true">{_t(say, "look.colours")}</p>'
        f'<div class="colours" role="group" aria-label="{_t(say, "look.colours")}">{places}</div>'
        f'<p class="hint">{_t(say, hint)}</p>'
    )


def _swatch(say: Language, name: str, measured: str | None) -> str:
    label = _t(say, f"look.{name}")
    known = f' data-measured="{escape(measured)}"' if measured else ""
    back = escape(say("look.back", what=say(f"look.{name}")), quote=True)
    return (
        f'<div class="colour{"" if measured else " unknown"}" data-colour="{name}"{known}><label>'
        f'<input type="color" value="{escape(measured or UNKNOWN)}"><span>{label}</span></label>'
        f'<button type="button" class="undo" title="{back}" aria-label="{back}" hidden></button></div>'
    )


def _seen(look: Look, group: str) -> str:
    """The word for what was measured."""
    return ("yes" if look.glasses else "no") if group == "glasses" else str(getattr(look, group))


def _t(say: Language, key: str) -> str:
    return escape(say(key), quote=True)
