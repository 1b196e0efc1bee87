"""The knobs of Stable Diffusion, under the names they have everywhere, each with a sentence for those who have never
heard them. Whatever is left alone is as the style says.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

import gradio as gr

from stylize.styles.pace import DEEPCACHE_INTERVAL
from ui.form import ALWAYS, MIDDLE
from ui.panels.piece import piece
from ui.shop import Shop
from ui.strings import Language

PROMPT_LETTERS = 2000


def knobs_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """The fields of a DenoiseOverride by name. Those for which the weights have nothing beside them, and those that mean
    nothing to them, are there, unseen.
    """
    default = (say("knob.default"), "")
    words = {"rest": say("knob.rest"), "reset": say("knob.reset")}
    piece(f'<p data-knobs="{escape(json.dumps(words, ensure_ascii=False))}"></p>', elem_classes="for-the-script")
    widgets: dict[str, Any] = {"denoise.likeness": _likeness(say, shop.takes("likeness"))}
    with gr.Row():
        for name, top, step in (("strength", 1, 0.05), ("guidance_scale", 20, 0.5), ("num_inference_steps", 100, 1)):
            widgets[f"denoise.{name}"] = _slider(say, name, top, step, shop.takes(name))
    with gr.Row(elem_classes="pair", visible=shop.takes("scheduler") or shop.takes("init_image")):
        widgets["denoise.scheduler"] = gr.Dropdown(
            [default, *((name, name) for name in shop.schedulers())], value="", **_words(say, "scheduler")
        )
        widgets["denoise.init_image"] = gr.Dropdown(
            [default, (say("knob.subject"), "subject"), (say("knob.figure"), "figure")],
            value="",
            **_words(say, "init_image"),
        )
    for name in ("prompt", "negative_prompt"):
        widgets[f"denoise.{name}"] = gr.Textbox(
            **_words(say, name),
            placeholder=say("knob.default"),
            max_length=PROMPT_LETTERS,
            lines=2,
            visible=shop.takes(name),
        )
    return widgets | _beside(say, shop) | _speed(say, shop)


def _beside(say: Language, shop: Shop) -> dict[str, Any]:
    """What needs more files than the model: LoRAs and guides."""
    loras, guides = shop.loras(), shop.guides()
    with gr.Row(elem_classes="pair", visible=bool(loras)):
        chosen = gr.CheckboxGroup([(name, name) for name in loras], **_words(say, "loras"), elem_id="loras")
        scale = gr.Slider(0, 2, value=1, step=0.05, **_words(say, "lora_scale"))
    with gr.Row(elem_classes="pair", visible=bool(guides)):
        adapter = _slider(say, "ip_adapter_scale", 1.5, 0.05, "ip_adapter" in guides)
        control = _slider(say, "controlnet_conditioning_scale", 2, 0.05, any("controlnet" in name for name in guides))
    return {
        "denoise.loras": chosen,
        "lora_scale": scale,
        "denoise.ip_adapter_scale": adapter,
        "denoise.controlnet_conditioning_scale": control,
    }


def _speed(say: Language, shop: Shop) -> dict[str, Any]:
    """What trades time for detail. Each begins with what is done when nothing is said."""
    with gr.Row(elem_classes="pair"):
        pace = _switch(say, "pace", ("", "quick", "thorough"), shop.is_fast())
        face = _switch(say, "face_pass", ("", "yes", "no"), shop.mends_faces())
    with gr.Row(elem_classes="pair"):
        decoder = _switch(say, "decoder", ("", "tiny"), shop.decodes_small())
        cache = gr.Slider(
            *DEEPCACHE_INTERVAL,
            value=ALWAYS,
            step=1,
            **_words(say, "deepcache_interval"),
            visible=shop.takes("deepcache_interval"),
        )
    return {
        "denoise.pace": pace,
        "denoise.face_pass": face,
        "denoise.decoder": decoder,
        "denoise.deepcache_interval": cache,
    }


def _switch(say: Language, name: str, words: Sequence[str], visible: bool) -> Any:
    """A choice of few words; "" leaves it to the style, or to the weights."""
    choices = [(say(f"knob.{word}") if word else say(f"knob.{name}_default"), word) for word in words]
    elem_id = name.replace("_", "-")
    return gr.Radio(choices, value="", **_words(say, name), elem_id=elem_id, elem_classes="switch", visible=visible)


def _likeness(say: Language, visible: bool) -> Any:
    """The one that moves several: its middle, not its end, is what the style says."""
    return gr.Slider(
        0,
        1,
        value=MIDDLE,
        step=0.05,
        **_words(say, "likeness"),
        elem_id="likeness",
        elem_classes="middle",
        visible=visible,
    )


def _slider(say: Language, name: str, top: float, step: float, visible: bool = True) -> Any:
    """At 0 the style decides; assets/more.js says so beside it."""
    return gr.Slider(
        0, top, value=0, step=step, **_words(say, name), elem_id=name.replace("_", "-"), elem_classes="zero",
        visible=visible,
    )  # fmt: skip


def _words(say: Language, name: str) -> dict[str, str]:
    return {"label": say(f"knob.{name}"), "info": say(f"knob.{name}_info")}
