"""Step one: the photo, and what was found in it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import fragments
from ui.panels.found import found_panel
from ui.panels.piece import piece
from ui.strings import Language


def photo_panel(say: Language) -> dict[str, Any]:
    """`photo` to drop into, its `regions` and what is to `hide` of them, what was `found` in its file, `face` to choose from where there are several, `report`."""
    piece(fragments.step(say, 1, "photo.title"))
    return {
        "photo": gr.Image(
            elem_id="photo",
            sources=["upload", "webcam", "clipboard"],
            type="filepath",
            placeholder=say("photo.drop"),
            show_label=False,
            label=say("photo.title"),
            alt_text=say("photo.title"),
            buttons=[],
            container=False,
            webcam_options=gr.WebcamOptions(mirror=True),
        ),
        **found_panel(say),
        "face": gr.Radio([], label=say("photo.whose"), elem_id="face", visible=False),
        "found": piece(elem_id="found"),
        "report": piece(fragments.hint(say("photo.hint")), elem_id="report"),
    }
