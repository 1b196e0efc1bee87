"""The stage below the steps: the work in progress, then the picture."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.panels.piece import piece
from ui.strings import Language


def result_panel(say: Language) -> dict[str, Any]:
    """`trouble`; the columns `busy` (with `sketch`, `bar`, `cancel`) and `done` (with `picture`, and in the column
    `side`: `home`, `again`, `forget`).
    """
    widgets: dict[str, Any] = {"trouble": piece(visible=False, elem_id="trouble")}
    with gr.Column(visible=False, elem_id="busy") as widgets["busy"]:
        widgets["sketch"] = piece(elem_id="sketch")
        widgets["bar"] = piece(elem_id="bar")
        widgets["cancel"] = gr.Button(say("make.cancel"), elem_id="cancel")
    with gr.Row(visible=False, elem_id="done") as widgets["done"]:
        with gr.Column(scale=3, min_width=300):
            widgets["picture"] = piece(elem_id="picture")
        with gr.Column(scale=2, min_width=260, elem_id="home-side") as widgets["side"]:
            widgets["home"] = piece(elem_id="home")
            widgets["again"] = gr.Button(say("make.again"), elem_id="again")
            widgets["forget"] = gr.Button(say("make.forget"), elem_id="forget")
    return widgets
