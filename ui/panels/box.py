"""Step three: the box, its lettering and what comes with it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import display, fragments
from ui.panels.piece import piece
from ui.shop import ACCESSORY_LIMIT, NAME_LIMIT, TAGLINE_LIMIT, Shop
from ui.strings import Language

LISTENED = 3
"""How many times too long a text may be typed: what is cut off in silence is a riddle, a sentence is none."""


def box_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """`boxed`, and, in the group `box`, the fields of a BoxOrder, with `card` and `card_note`: how it will look."""
    piece(fragments.step(say, 3, "box.title"))
    widgets: dict[str, Any] = {
        "boxed": gr.Checkbox(value=True, label=say("box.wanted"), elem_id="boxed", container=False),
        "unboxed": piece(fragments.hint(say("box.unboxed")), visible=False, elem_id="unboxed"),
    }
    with gr.Column(elem_id="box") as widgets["box"]:
        with gr.Row(elem_id="display"):
            card, note = display.first(say, shop)
            widgets["card"] = piece(card, elem_id="card")
            with gr.Column(elem_id="lettering", min_width=100):
                widgets["box.name"] = gr.Textbox(
                    label=say("box.name"),
                    placeholder=say("box.name_hint"),
                    max_length=LISTENED * NAME_LIMIT,
                    elem_id="name",
                )
                widgets["box.tagline"] = gr.Textbox(
                    label=say("box.tagline"),
                    placeholder=shop.first_tagline(say),
                    max_length=LISTENED * TAGLINE_LIMIT,
                    elem_id="tagline",
                )
        widgets["card_note"] = piece(note, elem_id="card-note")
        with gr.Column(elem_id="shelf-box"):
            piece(fragments.bag(say, ACCESSORY_LIMIT), elem_id="bag")
            widgets["search"] = gr.Textbox(
                label=say("box.accessories"),
                placeholder=say("box.search_hint"),
                elem_id="search",
            )
            widgets["box.accessories"] = gr.CheckboxGroup(
                shop.accessory_choices(say), show_label=False, label=say("box.accessories"), elem_id="shelf"
            )
            widgets["filter"] = piece(elem_id="filter")
            paints = shop.denoises("")
            nothing = say("box.not_yet" if paints else "box.nothing")
            widgets["nothing"] = piece(fragments.hint(nothing), visible=False)
            widgets["invent"] = gr.Button(say("box.invent"), visible=paints, size="md", elem_id="invent")
            widgets["box.toys"] = gr.CheckboxGroup(
                [], value=[], label=say("box.toys"), info=say("box.toys_info"), visible=paints, elem_id="toys"
            )
        widgets["box.palette"] = gr.Radio(
            shop.palette_choices(say), value="", label=say("box.palette"), elem_id="palette"
        )
    return widgets
