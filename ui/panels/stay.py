"""What only the page's script touches, so that a page that is loaded again finds its visit."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.panels.piece import piece
from ui.strings import Language


def stay_panel(say: Language) -> dict[str, Any]:
    """`visit` tells the page its visit's id, which assets/stay.js remembers; `claim` and `resume` say that one has come
    back; `rejoin`, that a page has heard nothing more of its work; `noted`, that something was chosen or typed.
    """
    hidden = {"elem_classes": "for-the-script"}
    return {
        "visit": piece(elem_id="visit", **hidden),
        "claim": gr.Textbox(label=say("page.title"), max_length=64, elem_id="claim", **hidden),
        "resume": gr.Button(say("page.title"), elem_id="resume", **hidden),
        "rejoin": gr.Button(say("page.title"), elem_id="rejoin", **hidden),
        "noted": gr.Button(say("page.title"), elem_id="noted", **hidden),
    }
