"""The privacy panel's pieces of HTML: what was in the photo, the wall, what is kept. No value out of a photo is in them:
those are brought by the page's script, once, and put into the places that are prepared here.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from stylize.models import Evidence, Found
from ui.strings import Language

if TYPE_CHECKING:
    from stylize.privacy.wall import Wall


NEXT = "next"
"""In the place of an id: whatever is wiped first."""


def heading(say: Language, wall: Wall | None, *, lan: bool = False) -> str:
    """The first sentence of the panel, and the button that folds it away. `lan`: visitors come from elsewhere."""
    walled = wall is None or wall.level == "kernel"
    key = ("privacy.intro_lan" if lan else "privacy.intro") if walled else "privacy.intro_no_wall"
    return (
        f'<div class="privacy-head"><div><h2>{_t(say, "privacy.title")}</h2><p>{_t(say, key)}</p></div>'
        f'<button type="button" class="fold" data-privacy aria-controls="privacy">{_t(say, "privacy.close")}</button></div>'
    )


def limits(say: Language) -> str:
    """What it does not protect from."""
    return f'<p class="limits"><strong>{_t(say, "privacy.limits_title")}</strong> {_t(say, "privacy.limits")}</p>'


def nothing_discovered(say: Language) -> str:
    """Before there is a photo."""
    return f"{_card(say, 'discovered')}<p>{_t(say, 'discovered.empty')}</p>"


def discovered(say: Language, found: Sequence[Found], photo: str) -> str:
    """The groups of what was in the photo, with places for the values, which the page's script asks for by `photo`."""
    if not found:
        return f'{_card(say, "discovered")}<p class="good">{_t(say, "discovered.clean")}</p>'
    rows = "".join(
        f'<div data-group="{escape(group)}"><dt>{escape(say.maybe(f"found.{group}", group))} <span>{count}</span></dt>'
        f"<dd></dd></div>"
        for group, count in Counter(item.group for item in found).items()
    )
    return (
        f"{_card(say, 'discovered')}<p>{_t(say, 'discovered.found')}</p>"
        f'<div class="discovered" data-found="{escape(photo)}" data-place="{_gaps(say, "discovered.place")}" '
        f'data-north="{_gaps(say, "discovered.north")}" data-south="{_gaps(say, "discovered.south")}" '
        f'data-tags="{_tags(say)}" data-east="{_gaps(say, "discovered.east")}" data-west="{_gaps(say, "discovered.west")}">'
        f'<figure class="world" hidden><div class="land"><span class="pin"></span></div><figcaption></figcaption></figure>'
        f'<dl tabindex="0" aria-label="{_t(say, "discovered.title")}">{rows}</dl><p class="hint once" hidden>{_t(say, "discovered.once")}</p>'
        f'<p class="hint gone" hidden>{_t(say, "discovered.gone")}</p></div>'
    )


def wall_card(say: Language, wall: Wall | None, evidence: Evidence) -> str:
    """Whether it stands, part for part, and who has tried to get out."""
    if wall is None:
        return f"{_card(say, 'wall')}<p>{_t(say, 'wall.opening')}</p>"
    stands = wall.level == "kernel"
    parts = "".join(
        f'<li class="{"yes" if part.stands else "no"}"><span class="tick">{_t(say, "wall.yes" if part.stands else "wall.no")}'
        f"</span>{_part(say, part.name, part.stands, part.why)}</li>"
        for part in wall.parts
    )
    return (
        f"{_card(say, 'wall')}"
        f'<p class="{"good" if stands else "bad"}">{_t(say, "wall.stands" if stands else "wall.missing")}</p>'
        f'<ul class="parts">{parts}</ul>{_attempts(say, evidence, blocked=stands)}'
    )


def _part(say: Language, slug: str, stands: bool, why: str) -> str:
    return escape(say.maybe(f"{'wall_part' if stands else 'wall_missing'}.{slug}", why or slug))


def _attempts(say: Language, evidence: Evidence, *, blocked: bool) -> str:
    seen = evidence.attempts_seen
    if not seen:
        return f'<p class="tries" data-tries="0">{_t(say, "wall.no_tries")}</p>'
    rows = "".join(
        f"<li>{escape(library)}: {escape(say.maybe(f'try.{kind}', kind))} <span>{count}×</span></li>"
        for kind, library, count in evidence.attempts
    )
    words = escape(say("wall.tries_blocked" if blocked else "wall.tries_seen", count=seen))
    return f'<div class="tries" data-tries="{seen}"><p>{words}</p><ul>{rows}</ul></div>'


def kept_card(say: Language, photos: int, results: int, files: int) -> str:
    """How much is in memory now. The page's script keeps the numbers true."""
    rows = "".join(
        f'<li>{_t(say, f"kept.{name}")} <span data-number="{name}">{number}</span></li>'
        for name, number in (("photos", photos), ("results", results), ("files", files))
    )
    soonest = clock(say, NEXT, 0, "next") if photos + results else ""
    return f'{_card(say, "kept")}<ul class="numbers">{rows}</ul>{soonest}<p>{_t(say, "kept.how")}</p>'


def clock(say: Language, thing: str, seconds: float, words: str = "result") -> str:
    """How long the thing of that id is kept; the page's script counts. A reader for the blind hears the minutes only.

    `words`: "photo", "result", or "next" for NEXT.
    """
    longer = f'<button type="button" class="longer" data-press="longer">{_t(say, "clock.longer")}</button>'
    return (
        f'<p class="clock" data-id="{escape(thing)}" data-left="{seconds:.0f}" data-taken="{_gaps(say, "clock.taken")}" '
        f'data-words="{_gaps(say, f"clock.{words}")}" data-minutes="{_gaps(say, "clock.minutes")}">'
        f'<span class="dial" aria-hidden="true"></span><span class="time" aria-hidden="true"></span>'
        f'<span class="spoken" aria-live="polite"></span>{"" if words == NEXT else longer}</p>'
    )


def wiped(say: Language, what: str) -> str:
    """What is seen where a "photo" or a "result" has been."""
    return (
        f'<div class="wiped"><span class="swept" aria-hidden="true"></span><p><strong>{_t(say, "wiped.title")}</strong> '
        f"{_t(say, f'wiped.{what}')}</p></div>"
    )


def _card(say: Language, name: str) -> str:
    return f'<h3 class="card-title {name}">{_t(say, f"{name}.title")}</h3>'


def _t(say: Language, key: str) -> str:
    return escape(say(key), quote=True)


def _tags(say: Language) -> str:
    """The names that tags have among programs → what people call them, for the page's script: a JSON object."""
    names = {key.removeprefix("tag."): words for key, words in say.words.items() if key.startswith("tag.")}
    return escape(json.dumps(names, ensure_ascii=False), quote=True)


def _gaps(say: Language, key: str) -> str:
    """A sentence whose {gaps} the page's script fills."""
    return escape(say.words[key], quote=True)
