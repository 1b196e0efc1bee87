"""How one looks: a card with a picture for each hair, outfit and beard, and a swatch for each colour."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import looks
from ui.panels.piece import piece
from ui.strings import Language


def look_panel(say: Language) -> dict[str, Any]:
    """The Look's fields by name; `seen` and `swatches`, drawn anew when a photo was measured; and `own_colours`, in which
    assets/more.js writes down which colours the visitor has chosen. Pictures come from `ui.stylesheet`.
    """
    widgets: dict[str, Any] = {"seen": piece(elem_id="seen")}
    with gr.Row(elem_id="looks"):
        for group in looks.GROUPS:
            widgets[f"look.{group}"] = gr.Radio(
                looks.choices(say, group),
                value="",
                label=say(f"look.{group}"),
                elem_id=group,
                elem_classes="cards",
                min_width=100,
            )
        widgets["swatches"] = piece(looks.swatches(say, None), elem_id="swatches")
    widgets["own_colours"] = gr.Textbox(
        label=say("look.colours"), elem_id="own-colours", elem_classes="for-the-script", max_length=300
    )
    return widgets
