"""The question that comes before the first picture, and the buttons that its answers press."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.consent import ANSWERS
from ui.panels.piece import piece
from ui.strings import Language


def consent_panel(say: Language) -> dict[str, Any]:
    """`question`, empty until it is asked; and `agree` and `guardian`, which assets/consent.js presses. No is no button:
    it only shuts the question.
    """
    buttons = {
        answer: gr.Button(say(f"consent.{answer}"), elem_id=answer, elem_classes="for-the-script") for answer in ANSWERS
    }
    return {"question": piece(elem_id="asked"), **buttons}
