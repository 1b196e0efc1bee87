"""Everything else, folded away: who makes it, how one looks, the knobs of Stable Diffusion."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui.form import SIZES
from ui.panels.knobs import knobs_panel
from ui.panels.look import look_panel
from ui.shop import Shop
from ui.strings import Language


def more_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """The remaining fields of a Request, by name, and the group `knobs`."""
    with gr.Accordion(say("more.title"), open=False, elem_id="more"):
        _heading(say, "more.look_group")
        widgets = look_panel(say)
        _heading(say, "more.engine_group")
        widgets |= _engine(say, shop)
        with gr.Column(visible=shop.denoises(""), elem_id="knobs") as widgets["knobs"]:
            _heading(say, "more.knobs_group")
            widgets |= knobs_panel(say, shop)
    return widgets


def _heading(say: Language, key: str) -> None:
    gr.Markdown(f"### {say(key)}")


def _engine(say: Language, shop: Shop) -> dict[str, Any]:
    with gr.Row(elem_id="making"):
        engine = gr.Dropdown(shop.engine_choices(say), value="", label=say("engine.label"), info=say("engine.info"))
        size = gr.Dropdown(
            [(size.replace("x", " × "), size) for size in SIZES],
            value=SIZES[1],
            label=say("engine.size"),
            info=say("engine.size_info"),
        )
        seed = gr.Textbox(
            label=say("engine.seed"),
            info=say("engine.seed_info"),
            placeholder=say("engine.seed_hint"),
            max_length=10,
            elem_id="seed",
        )
    return {"engine": engine, "size": size, "seed": seed}
