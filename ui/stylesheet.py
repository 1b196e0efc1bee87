"""The part of the looks that comes from tables: pictures of styles, choices, accessories and palettes, words on tool buttons."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from stylize.toybox.accessories import accessories
from stylize.toybox.palettes import palettes
from ui.looks import GROUPS
from ui.pictures import ICON_PX, ICONS_ACROSS
from ui.strings import language

STYLE_PICTURES = Path(__file__).parent / "assets" / "styles"
SHOWN_PX = 56
TOOLS = ("upload", "webcam", "clipboard")


@cache
def sheet(code: str) -> str:
    """The style sheet for the page in one language."""
    return "\n".join((*_styles(), *_choices(), *_accessories(), *_palettes(), *_tools(code), *_knobs(code)))


def _styles() -> list[str]:
    pictures = sorted(STYLE_PICTURES.glob("*.webp"))
    return [
        f'#style input[value="{picture.stem}"] {{ background-image: url("/toy/styles/{picture.name}"); }}'
        for picture in pictures
    ]


def _choices() -> list[str]:
    return [
        f'#{group} input[value="{word}"] {{ background-image: url("/toy/choices/{group}/{word}.webp"); }}'
        for group, words in GROUPS.items()
        for word in words
    ]


def _accessories() -> list[str]:
    scale = SHOWN_PX / ICON_PX
    rules = [f"#shelf input {{ background-size: {ICONS_ACROSS * ICON_PX * scale:g}px auto; }}"]
    for index, slug in enumerate(accessories()):
        x, y = (index % ICONS_ACROSS) * SHOWN_PX, (index // ICONS_ACROSS) * SHOWN_PX
        rules.append(f'#shelf input[name="{slug}"] {{ background-position: -{x}px -{y}px; }}')
    return rules


def _palettes() -> list[str]:
    return [
        f'#palette input[value="{p.slug}"] {{ background: linear-gradient(135deg, {p.crest} 0 30%, {p.band} 30% 45%, '
        f"{p.glow} 45% 70%, {p.deep} 70%); }}"
        for p in palettes().values()
    ]


def _tools(code: str) -> list[str]:
    say = language(code)
    missing = json.dumps(say("error.photo-missing"), ensure_ascii=False)
    return [
        f"#photo .uploading::after {{ content: {json.dumps(say('photo.looking'), ensure_ascii=False)}; }}",
        f":root:has(#trouble .photo-missing) #photo .upload-container > button::before {{ content: {missing}; }}",
        *(
            f"#photo .source-selection button:nth-of-type({number})::after {{ content: {json.dumps(say(f'photo.{tool}'), ensure_ascii=False)}; }}"
            for number, tool in enumerate(TOOLS, 1)
        ),
    ]


def _knobs(code: str) -> list[str]:
    words = json.dumps(language(code)("knob.rest"), ensure_ascii=False)
    return [f"#knobs .zero.at-rest .tab-like-container:not(:focus-within)::before {{ content: {words}; }}"]
