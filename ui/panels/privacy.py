"""The privacy panel: what was in the photo, the wall, what is kept and for how long, and the button that ends it."""

from __future__ import annotations

from typing import Any

import gradio as gr

from stylize.models import Evidence
from ui import proofs
from ui.panels.piece import piece
from ui.retention import CHOICES_MINUTES
from ui.shop import Shop
from ui.strings import Language


def privacy_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """`heading`, `discovered`, `wall`, `kept`, `minutes`, `wipe`; and buttons that only the page's script presses:
    `longer` winds the clocks of this page, `look` brings wall and numbers up to date, `swept` says that the time of something on the page has run out.
    """
    widgets: dict[str, Any] = {}
    minutes = round(shop.retention.keep_seconds / 60, 2)
    with gr.Column(elem_id="privacy"):
        widgets["heading"] = piece(proofs.heading(say, None, lan=shop.lan), elem_id="privacy-heading")
        with gr.Row(elem_id="cards"):
            with gr.Column(elem_classes="card", min_width=240):
                widgets["discovered"] = piece(proofs.nothing_discovered(say), elem_id="discovered")
            with gr.Column(elem_classes="card", min_width=240):
                widgets["wall"] = piece(proofs.wall_card(say, None, Evidence()), elem_id="wall")
            with gr.Column(elem_classes="card", min_width=240):
                widgets["kept"] = piece(proofs.kept_card(say, 0, 0, 0), elem_id="kept")
                widgets["wipe"] = gr.Button(say("kept.wipe"), elem_id="wipe")
                widgets["minutes"] = gr.Radio(
                    [
                        (say("kept.minutes", number=f"{number:g}"), number)
                        for number in sorted({*map(float, CHOICES_MINUTES), minutes})
                    ],
                    value=minutes,
                    label=say("kept.keep_for"),
                    elem_id="minutes",
                )
        piece(proofs.limits(say), elem_id="limits")
        widgets["longer"] = gr.Button(say("clock.longer"), elem_id="longer", elem_classes="for-the-script")
        widgets["look"] = gr.Button(say("privacy.title"), elem_id="look", elem_classes="for-the-script")
        widgets["swept"] = gr.Button(say("wiped.title"), elem_id="swept", elem_classes="for-the-script")
    return widgets


def banner() -> Any:
    """Where the page says that there is no wall."""
    return piece(elem_id="banner", visible=False)
