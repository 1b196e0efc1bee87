"""Step two: the style, as cards with pictures that this program made."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import fragments
from ui.panels.piece import piece
from ui.shop import Shop
from ui.strings import Language
from ui.stylesheet import STYLE_PICTURES


def window(say: Language, shop: Shop, style: str, engine: str = "") -> str:
    """The chosen style, told by its picture and in words."""
    title = next(title for title, slug in shop.style_choices(say) if slug == style)
    made = say.maybe(f"made.{shop.maker(style, engine)}", "")
    picture = f"/toy/styles/{style}.webp" if (STYLE_PICTURES / f"{style}.webp").exists() else ""
    return fragments.style_window(say, picture, title, shop.description(say, style), made)


def style_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """`style`, whose cards get their pictures from `ui.stylesheet`, `description` of the chosen one, and `scene`, where there are
    places to choose from.
    """
    piece(fragments.step(say, 2, "style.title"))
    choices = shop.style_choices(say)
    first = choices[0][1]
    places = shop.scene_choices(say, first)
    return {
        "style": gr.Radio(choices, value=first, show_label=False, label=say("style.title"), elem_id="style"),
        "description": piece(window(say, shop, first), elem_id="description"),
        "scene": gr.Dropdown(
            places or [(say("style.scene_auto"), "")],
            value="",
            label=say("style.scene"),
            visible=bool(places),
            elem_id="scene",
        ),
    }
