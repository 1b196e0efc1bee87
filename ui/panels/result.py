"""The stage below the steps: the work in progress, then the picture."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.panels.piece import piece
from ui.souvenirs import PRINT, SCREEN
from ui.strings import Language


def count_choice(say: Language) -> Any:
    """How many pictures the big button makes."""
    choices = [(say("make.one"), 1), (say("make.four"), 4)]
    return gr.Radio(choices, value=1, label=say("make.count"), elem_id="count", container=False)


def result_panel(say: Language) -> dict[str, Any]:
    """`trouble`; the columns `busy` (with `sketch`, `bar`, `cancel`) and `done`: in it `strip`, `picture`, `pictures`, and in
    the column `side` what `ui.souvenirs` draws, `again`, `same`, `forget`.
    """
    widgets: dict[str, Any] = {"trouble": piece(visible=False, elem_id="trouble")}
    with gr.Column(visible=False, elem_id="busy") as widgets["busy"]:
        widgets["sketch"] = piece(elem_id="sketch")
        widgets["bar"] = piece(elem_id="bar")
        widgets["cancel"] = gr.Button(say("make.cancel"), elem_id="cancel")
    with gr.Row(visible=False, elem_id="done") as widgets["done"]:
        with gr.Column(scale=3, min_width=300, elem_id="stage"):
            widgets["strip"] = piece(elem_id="strip")
            widgets["picture"] = piece(elem_id="picture")
            widgets["pictures"] = gr.Radio(
                [], label=say("history.label"), elem_id="pictures", visible=False, interactive=True
            )
        with gr.Column(scale=2, min_width=260, elem_id="home") as widgets["side"]:
            widgets["headline"] = piece(elem_id="headline")
            sizes = [(say("size.screen"), SCREEN), (say("size.print"), PRINT)]
            widgets["paper"] = gr.Radio(sizes, value=SCREEN, label=say("size.label"), elem_id="paper", interactive=True)
            widgets["files"] = piece(elem_id="files")
            widgets["keepsakes"] = piece(elem_id="keepsakes")
            with gr.Column(elem_id="more-of-it"):
                widgets["again"] = gr.Button(say("make.again"), elem_id="again")
                widgets["same"] = gr.Button(say("make.same"), elem_id="same")
                piece(f'<p class="hint">{say("make.same_hint")}</p>', elem_id="same-hint")
                widgets["forget"] = gr.Button(say("make.forget"), elem_id="forget")
    return widgets
