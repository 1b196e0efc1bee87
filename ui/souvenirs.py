"""What can be taken home, as HTML: the picture in any format, what else was made of it, sheets to print, and, folded away,
how it came to be.
"""

from __future__ import annotations

from html import escape

from stylize.enlarging import DPI
from stylize.geometry import Size
from ui.strings import Language

SCREEN, PRINT = "screen", "print"
"""The two sizes, as they are chosen on the page."""
_CM_PER_INCH = 2.54


def compare(say: Language, before: str, after: str, alt: str, size: tuple[int, int]) -> str:
    """The photo and the picture over each other, with a line to slide: a range input, so that hands, keys and readers can.
    Its button, as a click beside the line, opens the picture in large (assets/zoom.js).
    """
    width, height = size
    words = "".join(
        f' data-{name}="{_t(say, f"zoom.{name}")}"'
        for name in ("title", "close", "nearer", "farther", "whole", "true", "hint")
    )
    return (
        f'<div class="compare" style="aspect-ratio:{width}/{height}"{words}>'
        f'<img src="{escape(before)}" alt="{_t(say, "result.before")}" width="{width}" height="{height}">'
        f'<img class="after" src="{escape(after)}" alt="{escape(alt)}" width="{width}" height="{height}">'
        f'<span class="tag before-tag">{_t(say, "result.before")}</span>'
        f'<span class="tag after-tag">{_t(say, "result.after")}</span>'
        f'<span class="line"></span><input type="range" min="0" max="100" value="0" '
        f'aria-label="{_t(say, "result.slide")}">'
        f'<button type="button" class="zoom" aria-haspopup="dialog" title="{_t(say, "zoom.open")}">'
        f"<span>{_t(say, 'zoom.open')}</span></button></div>"
    )


def headline(say: Language, clock: str = "", *, among: int = 1) -> str:
    """That it is there. `among`: of how many one is still to be chosen."""
    words = f'<p class="which">{escape(say("result.which", count=among))}</p>' if among > 1 else ""
    return f"<h2>{_t(say, 'result.title')}</h2>{words}{clock}"


def size_choices(say: Language, screen: Size, printed: Size) -> list[tuple[str, str]]:
    """(label, SCREEN or PRINT), with what each measures."""
    return [
        (f"{say('size.screen')}\n{screen.width} × {screen.height}", SCREEN),
        (f"{say('size.print')}\n{_centimetres(say, printed)}", PRINT),
    ]


def files(base: str, name: str, size: str, told: str = "") -> str:
    """The picture as PNG, JPEG and WebP, in `size`. `told`: what is to be said of it."""
    stem = "print" if size == PRINT else "picture"
    end = "-print" if size == PRINT else ""
    links = "".join(
        f'<a class="file" href="{escape(base)}/{stem}.{suffix}?save" download="{escape(name)}{end}.{suffix}" '
        f'target="_self">{label}</a>'
        for suffix, label in (("png", "PNG"), ("jpg", "JPEG"), ("webp", "WebP"))
    )
    note = f'<p class="hint told" role="status">{escape(told)}</p>' if told else ""
    return f'<p class="files">{links}</p>{note}'


def printed(say: Language, size: Size, *, enlarged: bool) -> str:
    """What is to be said of the files for paper."""
    words = say("size.enlarged" if enlarged else "size.made", width=size.width, height=size.height)
    return f"{words} {say('size.paper', size=_centimetres(say, size), dpi=DPI)}"


def keepsakes(say: Language, base: str, name: str, facts: str, clock: str = "", *, cutout: bool = False) -> str:
    """What else there is, and the small print. `cutout`: the figure can be had alone."""
    also = "".join(
        f'<a class="file {stem}" href="{escape(base)}/{stem}.{suffix}?save" download="{escape(name)}-{stem}.{suffix}" '
        f'target="_self">{_t(say, f"result.{stem}")}</a>'
        for stem, suffix, there in (("profile", "jpg", True), ("cutout", "png", cutout))
        if there
    )
    paper = "".join(
        f'<a class="file sheet" href="{escape(base)}/print_{size}.pdf?save" download="{escape(name)}-print-{size}.pdf" '
        f'target="_self" aria-label="{_t(say, "result.paper")}: {label}">{label}</a>'
        for size, label in (("a4", "A4"), ("letter", "Letter"))
    )
    receipts = (
        f'<a href="{escape(base)}/receipt.txt?save" download="{escape(name)}-receipt.txt" target="_self">'
        f"{_t(say, 'result.receipt_text')}</a> · "
        f'<a href="{escape(base)}/receipt.json?save" download="{escape(name)}-receipt.json" target="_self">JSON</a>'
    )
    return (
        f'<p class="files also">{also}</p>'
        f'<p class="paper"><span>{_t(say, "result.paper")}</span>{paper}</p>{clock}'
        f'<details class="small-print"><summary>{_t(say, "result.small_print")}</summary>'
        f'<p class="hint facts">{escape(facts)}</p><p class="hint">{_t(say, "result.facts_hint")}</p>'
        f'<p class="hint verified">{_t(say, "result.verified")}</p>'
        f'<p class="hint receipt">{_t(say, "result.receipt")}: {receipts}</p>'
        f'<p class="hint"><a href="{escape(base)}/picture.png" target="_blank">{_t(say, "result.full")}</a></p></details>'
    )


def _centimetres(say: Language, size: Size) -> str:
    sides = (f"{side / DPI * _CM_PER_INCH:.1f}" for side in (size.width, size.height))
    return "\u00a0×\u00a0".join(side.replace(".", say("result.decimal_point")) for side in sides) + "\u00a0cm"


def _t(say: Language, key: str) -> str:
    return escape(say(key), quote=True)
