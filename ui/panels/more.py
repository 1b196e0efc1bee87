"""Everything else, folded away: who makes it, how one looks, the knobs of Stable Diffusion."""

from __future__ import annotations

from typing import Any

import gradio as gr

from stylize.models import Beard, Hair, Outfit
from ui import fragments
from ui.form import COLOURS, SIZES
from ui.panels.piece import piece
from ui.shop import Shop
from ui.strings import Language

STARTING_COLOUR = "#e8833a"


def more_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """The remaining fields of a Request, by name, and the group `knobs`."""
    with gr.Accordion(say("more.title"), open=False, elem_id="more"):
        widgets = _engine(say, shop) | _look(say) | _colours(say)
        with gr.Group(visible=False, elem_id="knobs") as widgets["knobs"]:
            widgets |= _knobs(say, shop)
    return widgets


def _heading(say: Language, key: str) -> None:
    gr.Markdown(f"### {say(key)}")


def _engine(say: Language, shop: Shop) -> dict[str, Any]:
    _heading(say, "more.engine_group")
    with gr.Row():
        engine = gr.Dropdown(shop.engine_choices(say), value="", label=say("engine.label"), info=say("engine.info"))
        size = gr.Dropdown(
            [(size.replace("x", " × "), size) for size in SIZES],
            value=SIZES[1],
            label=say("engine.size"),
            info=say("engine.size_info"),
        )
        seed = gr.Textbox(label=say("engine.seed"), info=say("engine.seed_info"), max_length=10, elem_id="seed")
    if not shop.denoises(""):
        piece(fragments.hint(say("more.no_diffusion")))
    return {"engine": engine, "size": size, "seed": seed}


def _look(say: Language) -> dict[str, Any]:
    _heading(say, "more.look_group")
    measured = (say("look.measured"), "")
    widgets: dict[str, Any] = {}
    with gr.Row():
        for name, kinds in (("hair", Hair), ("outfit", Outfit), ("beard", Beard)):
            choices = [measured, *((say(f"{name}.{kind}"), kind.value) for kind in kinds)]
            widgets[f"look.{name}"] = gr.Dropdown(choices, value="", label=say(f"look.{name}"), min_width=200)
        widgets["look.glasses"] = gr.Dropdown(
            [measured, (say("look.yes"), "yes"), (say("look.no"), "no")],
            value="",
            label=say("look.glasses"),
            min_width=200,
        )
    return widgets


def _colours(say: Language) -> dict[str, Any]:
    widgets: dict[str, Any] = {
        "own_colours": gr.CheckboxGroup(
            [(say(f"look.{name}"), name) for name in COLOURS],
            label=say("look.own_colours"),
            info=say("look.own_colours_info"),
            elem_id="own-colours",
        )
    }
    with gr.Row():
        for name in COLOURS:
            widgets[f"look.{name}"] = gr.ColorPicker(
                STARTING_COLOUR, label=say(f"look.{name}"), visible=False, min_width=90, scale=0
            )
    return widgets


def _knobs(say: Language, shop: Shop) -> dict[str, Any]:
    _heading(say, "more.knobs_group")

    def slider(name: str, top: float, step: float) -> Any:
        return gr.Slider(0, top, value=0, step=step, label=say(f"knob.{name}"), info=say(f"knob.{name}_info"))

    default = (say("knob.default"), "")
    with gr.Row():
        strength, guidance = slider("strength", 1, 0.05), slider("guidance_scale", 20, 0.5)
        steps = slider("num_inference_steps", 100, 1)
    with gr.Row():
        scheduler = gr.Dropdown(
            [default, *((name, name) for name in shop.schedulers())],
            value="",
            label=say("knob.scheduler"),
            info=say("knob.scheduler_info"),
        )
        init_image = gr.Dropdown(
            [default, (say("knob.subject"), "subject"), (say("knob.figure"), "figure")],
            value="",
            label=say("knob.init_image"),
            info=say("knob.init_image_info"),
        )
    prompt = gr.Textbox(label=say("knob.prompt"), info=say("knob.prompt_info"), max_length=2000, lines=2)
    negative = gr.Textbox(
        label=say("knob.negative_prompt"), info=say("knob.negative_prompt_info"), max_length=2000, lines=2
    )
    return {
        "denoise.strength": strength,
        "denoise.guidance_scale": guidance,
        "denoise.num_inference_steps": steps,
        "denoise.scheduler": scheduler,
        "denoise.init_image": init_image,
        "denoise.prompt": prompt,
        "denoise.negative_prompt": negative,
    }
