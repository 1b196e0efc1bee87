"""The page: layout and wiring. What happens is in `ui.handlers`, what is asked in `ui.form`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr

from ui import fragments
from ui.form import COLOURS, NAMES
from ui.handlers import Handlers, Updates
from ui.panels.box import box_panel
from ui.panels.more import more_panel
from ui.panels.photo import photo_panel
from ui.panels.piece import piece
from ui.panels.result import result_panel
from ui.panels.style import style_panel
from ui.shop import Shop
from ui.strings import Language

Widgets = dict[str, Any]

REPORT = ("photo_id", "photo", "report", "face", "trouble")
CHOICE = ("description", "box.tagline", "boxed", "unboxed", "make")
STAGE = ("make", "trouble", "busy", "sketch", "bar", "done", "picture", "home")
QUIET = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 4}
"""No API, no spinner over what changes; several at once, since `ui.job` already sees to one picture at a time."""


def build(say: Language, shop: Shop) -> gr.Blocks:
    """The page in one language."""
    with gr.Blocks(title=say("page.title"), analytics_enabled=False, delete_cache=(60, 600)) as page:
        widgets = _lay_out(say, shop)
        _wire(widgets, Handlers(say, shop), page)
    return page.queue(max_size=32, default_concurrency_limit=1, api_open=False)


def _lay_out(say: Language, shop: Shop) -> Widgets:
    widgets: Widgets = {"photo_id": gr.State(None)}
    piece(fragments.header(say), elem_id="sign")
    with gr.Row(elem_id="steps", equal_height=True):
        with gr.Column(elem_classes="step", elem_id="step-photo", min_width=280):
            widgets |= photo_panel(say)
        with gr.Column(elem_classes="step", elem_id="step-style", min_width=280):
            widgets |= style_panel(say, shop)
        with gr.Column(elem_classes="step", elem_id="step-box", min_width=280):
            widgets |= box_panel(say, shop)
    widgets["make"] = gr.Button(say("make.button"), variant="primary", size="lg", elem_id="make")
    widgets |= result_panel(say)
    widgets |= more_panel(say, shop)
    return widgets


def _wire(widgets: Widgets, do: Handlers, page: gr.Blocks) -> None:
    def on(
        triggers: Sequence[Any], act: Callable[..., Updates], inputs: Sequence[str], outputs: Sequence[str], **options: Any
    ) -> None:
        """When one of `triggers` happens, call `act` with the values of `inputs`, update `outputs` by name."""

        def run(*values: Any) -> dict[Any, Any]:
            return {widgets[name]: update for name, update in act(*values).items()}

        ins, outs = [widgets[name] for name in inputs], [widgets[name] for name in outputs]
        gr.on(triggers, run, ins, outs, **{**QUIET, "trigger_mode": "always_last", **options})

    photo = widgets["photo"]
    on([photo.upload], do.take_photo, ("photo", "photo_id"), REPORT, preprocess=False, trigger_mode="multiple")
    on([photo.clear], do.drop_photo, ("photo_id",), REPORT)
    style, engine, boxed = widgets["style"], widgets["engine"], widgets["boxed"]
    on([style.input], do.choose_style, ("style", "engine"), CHOICE)
    on([engine.input], do.choose_engine, ("engine", "style"), ("style", "knobs", *CHOICE))
    on([style.change, engine.change, boxed.change], do.show_box, ("boxed", "style", "engine"), ("box",))
    on([widgets["search"].change], do.search, ("search", "box.accessories"), ("box.accessories", "nothing"))
    colours = [f"look.{name}" for name in COLOURS]
    on([widgets["own_colours"].change], do.choose_colours, ("own_colours",), colours)
    _wire_making(widgets, do)


def _wire_making(widgets: Widgets, do: Handlers) -> None:
    asked = {widgets[name] for name in ("photo_id", *NAMES)}
    stage = [widgets[name] for name in STAGE]

    def maker(again: bool) -> Callable[..., Iterator[dict[Any, Any]]]:
        def make(data: dict[Any, Any], request: gr.Request) -> Iterator[dict[Any, Any]]:
            values = {name: data[widgets[name]] for name in NAMES}
            updates = do.make(str(request.session_hash), data[widgets["photo_id"]], values, again)
            for update in updates:
                news = update or {"bar": gr.skip()}
                yield {widgets[name]: value for name, value in news.items()}

        return make

    def cancel(request: gr.Request) -> None:
        do.cancel(str(request.session_hash))

    def forget(photo_id: str | None, request: gr.Request) -> dict[Any, Any]:
        return {widgets[name]: update for name, update in do.forget(str(request.session_hash), photo_id).items()}

    gr.on([widgets["make"].click], maker(again=False), asked, stage, **QUIET)
    gr.on([widgets["again"].click], maker(again=True), asked, stage, **QUIET)
    gr.on([widgets["cancel"].click], cancel, None, None, **QUIET)
    everything = [widgets[name] for name in (*REPORT, "done", "picture", "home")]
    gr.on([widgets["forget"].click], forget, [widgets["photo_id"]], everything, **QUIET)
