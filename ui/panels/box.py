"""Step three: the box, its lettering and what comes with it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import fragments
from ui.panels.piece import piece
from ui.shop import ACCESSORY_LIMIT, NAME_LIMIT, TAGLINE_LIMIT, Shop
from ui.strings import Language


def box_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """`boxed`, and, in the group `box`, the fields of a BoxOrder."""
    piece(fragments.step(say, 3, "box.title"))
    widgets: dict[str, Any] = {
        "boxed": gr.Checkbox(value=True, label=say("box.wanted"), elem_id="boxed", container=False),
        "unboxed": piece(fragments.hint(say("box.unboxed")), visible=False, elem_id="unboxed"),
    }
    with gr.Column(elem_id="box") as widgets["box"]:
        widgets["box.name"] = gr.Textbox(
            label=say("box.name"), placeholder=say("box.name_hint"), max_length=NAME_LIMIT, elem_id="name"
        )
        widgets["box.tagline"] = gr.Textbox(
            label=say("box.tagline"), placeholder=shop.first_tagline(say), max_length=TAGLINE_LIMIT, elem_id="tagline"
        )
        with gr.Column(elem_id="shelf-box"):
            widgets["search"] = gr.Textbox(
                label=say("box.accessories"),
                info=say("box.accessories_info", limit=ACCESSORY_LIMIT),
                placeholder=say("box.search_hint"),
                elem_id="search",
            )
            widgets["box.accessories"] = gr.CheckboxGroup(
                shop.accessory_choices(say), show_label=False, label=say("box.accessories"), elem_id="shelf"
            )
            widgets["filter"] = piece(elem_id="filter")
            widgets["nothing"] = piece(fragments.hint(say("box.nothing")), visible=False)
        widgets["box.palette"] = gr.Radio(
            shop.palette_choices(say), value="", label=say("box.palette"), elem_id="palette"
        )
    return widgets
