"""What was found in the photo: seen on it, told below it, switched there; and where the page's script writes it down."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.hiding import LONGEST
from ui.panels.piece import piece
from ui.strings import Language


def found_panel(say: Language) -> dict[str, Any]:
    """`regions`, which assets/regions.js lays over the photo, and `hide`, in which it writes down what is hidden."""
    return {
        "regions": piece(elem_id="regions"),
        "hide": gr.Textbox(
            label=say("hide.title"), max_length=LONGEST, elem_id="hide", elem_classes="for-the-script", container=False
        ),
    }
