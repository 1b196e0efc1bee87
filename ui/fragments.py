"""The page's own pieces of HTML. Everything that comes from outside is escaped here.

They are shown by `gr.Markdown`, since `gr.HTML` evaluates templates, which the content policy forbids. Markdown leaves a
block of HTML alone as long as it holds no empty line.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from html import escape

from stylize.errors import StylizeError
from stylize.models import Findings, Found
from ui.strings import Language, language, languages

ALARM = "margin:0;padding:10px 18px;border-radius:14px;background:#8a1f10;color:#fff;font-weight:600"
"""The look of the banner, without a style sheet: it must be seen on every screen."""


def header(say: Language, *, walled: bool = True, lan: bool = False) -> str:
    """Name, slogan, the lock that opens the privacy panel, and the other languages. `lan`: visitors come from elsewhere."""
    promise = ("page.promise_lan" if lan else "page.promise") if walled else "page.no_promise"
    here = ' aria-current="true"'
    links = "".join(
        f'<a href="/{code}/" lang="{code}" target="_self"{here if code == say.code else ""}>'
        f"{escape(language(code)('language.name'))}</a>"
        for code in languages()
    )
    return (
        f'<div class="sign" data-words="{_words(say)}"><div class="brand"><h1>{_t(say, "page.title")}</h1><p>{_t(say, "page.slogan")}</p></div>'
        f'<div class="aside"><button type="button" class="promise{"" if walled else " open-lock"}" data-privacy '
        f'aria-controls="privacy" aria-expanded="false">{_t(say, promise)}</button>'
        f'<nav class="tongues" aria-label="{_t(say, "page.languages")}">{links}</nav></div></div><p class="ended" role="alert" hidden>{_t(say, "page.ended")}</p>'
    )


def no_wall_banner(say: Language, missing: Sequence[str] = ()) -> str:
    """For every screen of a program that was started without a wall. `missing`: slugs of the parts that do not stand."""
    parts = " ".join(_t(say, f"wall_missing.{slug}") for slug in missing if f"wall_missing.{slug}" in say.words)
    return f'<p class="no-wall" role="alert" style="{ALARM}">{_t(say, "wall.banner")} {parts}</p>'


def step(say: Language, number: int, key: str) -> str:
    """The heading of one of the three steps."""
    return f'<h2 class="step-title"><span class="number">{number}</span> {_t(say, key)}</h2>'


def hint(text: str) -> str:
    """A quiet sentence."""
    return f'<p class="hint">{escape(text)}</p>'


def trouble(say: Language, error: StylizeError) -> str:
    """An error as a kind sentence. Its slug is a class: that a photo is missing is shown where photos go."""
    title = "" if error.slug == "photo-missing" else f"<strong>{_t(say, 'error.title')}</strong> "
    return f'<div class="trouble {escape(error.slug)}" role="alert">{title}{escape(say.error(error))}</div>'


def amiss(say: Language, error: StylizeError) -> str:
    """What is not right yet, beside the field it is about."""
    return f'<p class="amiss" role="alert">{escape(say.error(error))}</p>'


def card(picture: str, alt: str, size: tuple[int, int]) -> str:
    """The card in the window. `picture`: an address. Decoded at once, so that nothing flickers while somebody types."""
    width, height = size
    return f'<img src="{escape(picture)}" alt="{escape(alt)}" width="{width}" height="{height}" decoding="sync">'


def photo_report(say: Language, findings: Findings, clock: str = "") -> str:
    """How well the face will do, and how long the photo is kept."""
    lines = [f'<p class="ready">{_t(say, "photo.ready")}</p>']
    lines += [f'<p class="warning">{escape(say.maybe(f"warning.{slug}", slug))}</p>' for slug in findings.warnings]
    return "".join((*lines, clock))


def photo_found(say: Language, found: Sequence[Found]) -> str:
    """Stickers on the photo: what kinds of things were in the file beside the picture, never which."""
    if not found:
        return f'<div class="stickers"><p class="clean">{_t(say, "photo.clean")}</p></div>'
    groups = Counter(item.group for item in found)
    chips = [
        f"<li><s>{escape(say.maybe(f'found.{group}', group))}</s>{f' <small>{count}×</small>' if count > 1 else ''}</li>"
        for group, count in groups.items()
    ]
    see = f'<button type="button" class="see" data-privacy aria-controls="privacy">{_t(say, "photo.see")}</button>'
    return (
        f'<div class="stickers"><p class="removed">{_t(say, "photo.removed")}</p>'
        f'<ul class="chips">{"".join(chips)}</ul>{see}</div>'
    )


def style_window(say: Language, picture: str, title: str, description: str, made: str) -> str:
    """The chosen style as in a shop window: its `picture`, an address, if it has one, what it is, how it is `made`."""
    by = f'<p class="made">{escape(made)}</p>' if made else ""
    look = (
        f'<img src="{escape(picture)}" alt="{_t(say, "style.example")}" width="300" height="480" decoding="sync">'
        if picture
        else '<span class="no-picture"></span>'
    )
    return f'<div class="window">{look}<div><h3>{escape(title)}</h3><p>{escape(description)}</p>{by}</div></div>'


def bag(say: Language, limit: int) -> str:
    """How many accessories are chosen; assets/shelf.js counts, and stops at `limit`."""
    words = [
        ("none", say("box.accessories_info", limit=limit)),
        ("some", say.words["box.chosen"]),
        ("full", say("box.full", limit=limit)),
        ("swap", say("box.swap")),
    ]
    told = " ".join(f'data-{name}="{escape(text, quote=True)}"' for name, text in words)
    return f'<p class="bag" role="status" data-limit="{limit}" {told}>{escape(words[0][1])}</p>'


def shelf_filter(found: Sequence[str] | None) -> str:
    """Rules that leave only `found` on the shelf, in that order, after what is ticked. None: everything is there. Where
    nothing is found, what may be done instead comes to light.

    `found` are slugs of our own table.
    """
    if found is None:
        return ""
    rules = [f'#shelf label:has(input[name="{slug}"]){{display:flex;order:{n}}}' for n, slug in enumerate(found, 1)]
    if not found:
        rules.append("#invent{display:inline-flex !important}")
    ticked = "#shelf label:has(input:checked){display:flex;order:0}"
    return f"<style>#shelf label{{display:none}}{''.join(rules)}{ticked}</style>"


def progress(sentence: str, fraction: float) -> str:
    """The bar and what is being done."""
    return (
        f'<div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" aria-valuenow="{100 * fraction:.0f}" '
        f'aria-label="{escape(sentence)}"><span style="width:{fraction:.0%}"></span></div>'
        f'<p class="doing">{escape(sentence)} …</p>'
    )


def _words(say: Language) -> str:
    """What assets/reach.js calls Gradio's own buttons, which know the browser's language only: a JSON object."""
    words = {
        "tools": [say("photo.upload"), say("photo.webcam"), say("photo.clipboard")],
        "choose": say("photo.choose"),
        "remove": say("photo.remove"),
        "camera": say("photo.camera"),
        "snap": say("photo.snap"),
    }
    return escape(json.dumps(words, ensure_ascii=False), quote=True)


def _t(say: Language, key: str) -> str:
    return escape(say(key), quote=True)
