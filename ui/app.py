"""The page: layout and wiring. What happens is in `ui.handlers`, what is asked in `ui.form`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import gradio as gr

from stylize.models import Consent
from ui import fragments
from ui.consent import ANSWERS
from ui.form import NAMES
from ui.handlers import Handlers, Updates
from ui.keeping import Keeping
from ui.making import Making
from ui.measure import SHOWN, Measure
from ui.panels.box import box_panel
from ui.panels.consent import consent_panel
from ui.panels.more import more_panel
from ui.panels.photo import photo_panel
from ui.panels.piece import piece
from ui.panels.privacy import banner, privacy_panel
from ui.panels.ready import ready_panel
from ui.panels.result import count_choice, result_panel
from ui.panels.stay import stay_panel
from ui.panels.style import style_panel
from ui.picking import Picking
from ui.seeds import Throw
from ui.shop import Shop
from ui.showing import RESULT, Showing
from ui.staying import Staying
from ui.streams import keep_open
from ui.strings import Language

Widgets = dict[str, Any]
Act = Callable[..., Updates]

REPORT = ("photo", "regions", "hide", "found", "report", "face", "trouble", "discovered", "question")
BOX = ("box", "unboxed")
CHOICE = ("description", "scene", "box.tagline", "make", "boxed", *BOX)
ORDER = ("box.name", "box.tagline", "box.accessories", "box.toys", "box.palette", "style")
CARD = ("card", "card_note")
STAGE = ("make", "question", "trouble", "busy", "sketch", "bar", "ready", *RESULT)
PANEL = ("wall", "kept")
GONE = (*REPORT, *RESULT, *PANEL)
BACK = tuple(dict.fromkeys(("visit", *NAMES, *REPORT, *CHOICE, "knobs", *RESULT)))
QUIET = {"api_visibility": "private", "show_progress": "hidden", "concurrency_limit": 4}
"""No API, no spinner over what changes; several at once, since `ui.job` already sees to one picture at a time."""


def build(say: Language, shop: Shop) -> gr.Blocks:
    """The page in one language."""
    with gr.Blocks(title=say("page.title"), analytics_enabled=False, delete_cache=(60, 600)) as page:
        widgets = _lay_out(say, shop)
        visits = shop.visits
        rooms = (Handlers(say, shop, visits), Making(say, shop, visits), Keeping(say, shop, visits))
        more = (
            Measure(say, shop, visits),
            Picking(say, shop, visits),
            Staying(say, shop, visits, rooms[0], Showing(say, shop)),
        )
        _wire(widgets, *rooms, *more, page)
    page.queue(max_size=32, default_concurrency_limit=1, api_open=False)
    keep_open(page._queue)  # noqa: SLF001 - there is no public way
    return page


def _lay_out(say: Language, shop: Shop) -> Widgets:
    widgets: Widgets = {}
    widgets["sign"] = piece(fragments.header(say, lan=shop.lan), elem_id="sign")
    widgets["banner"] = banner()
    widgets |= privacy_panel(say, shop)
    with gr.Row(elem_id="steps", equal_height=True):
        with gr.Column(elem_classes="step", elem_id="step-photo", min_width=280):
            widgets |= photo_panel(say)
        with gr.Column(elem_classes="step", elem_id="step-style", min_width=280):
            widgets |= style_panel(say, shop)
        with gr.Column(elem_classes="step", elem_id="step-box", min_width=280):
            widgets |= box_panel(say, shop)
    widgets["make"] = gr.Button(say("make.button"), variant="primary", size="lg", elem_id="make")
    widgets["count"] = count_choice(say)
    widgets |= ready_panel(say, shop)
    widgets |= more_panel(say, shop) | stay_panel(say) | consent_panel(say)
    widgets |= result_panel(say)  # last: it comes and goes, and nothing below it jumps
    return widgets


def _wire(
    widgets: Widgets,
    do: Handlers,
    making: Making,
    keeping: Keeping,
    measure: Measure,
    picking: Picking,
    staying: Staying,
    page: gr.Blocks,
) -> None:
    def by_name(update: Updates) -> dict[Any, Any]:
        return {widgets[name]: value for name, value in update.items()} or {widgets["bar"]: gr.skip()}

    def wired(act: Act, inputs: Sequence[str], outputs: Sequence[str]) -> tuple[Any, Any, Any]:
        """What calls `act` with the values of `inputs` and updates those of the `outputs` that it names."""

        def run(request: gr.Request, *values: Any) -> dict[Any, Any]:
            return by_name(act(str(request.session_hash), *values))

        return run, [widgets[name] for name in inputs], [widgets[name] for name in outputs]

    def on(triggers: Sequence[Any], act: Act, inputs: Sequence[str], outputs: Sequence[str], **options: Any) -> Any:
        """When one of `triggers` happens: see `wired`. Returns what `then` may follow."""
        return gr.on(triggers, *wired(act, inputs, outputs), **{**QUIET, "trigger_mode": "always_last", **options})

    def on_make(trigger: Any, throw: Throw) -> None:
        """The long one: a generator, fed with every field of the form."""

        def run(request: gr.Request, *values: Any) -> Iterator[dict[Any, Any]]:
            for update in making.make(str(request.session_hash), dict(zip(NAMES, values, strict=True)), throw):
                yield by_name(update)

        ins, outs = [widgets[name] for name in NAMES], [widgets[name] for name in STAGE]
        gr.on([trigger], run, ins, outs, **{**QUIET, "concurrency_limit": None})  # `ui.line` says how many may wait

    def on_answer(trigger: Any, said: Consent) -> None:
        """A yes to the question: as long as `on_make`, for it goes on there."""

        def run(request: gr.Request, *values: Any) -> Iterator[dict[Any, Any]]:
            for update in making.answer(str(request.session_hash), dict(zip(NAMES, values, strict=True)), said):
                yield by_name(update)

        ins, outs = [widgets[name] for name in NAMES], [widgets[name] for name in STAGE]
        gr.on([trigger], run, ins, outs, **{**QUIET, "concurrency_limit": None})

    def on_resize(trigger: Any) -> None:
        """Another size takes a while, too; the last click counts."""

        def run(request: gr.Request, size: str) -> Iterator[dict[Any, Any]]:
            for update in picking.resize(str(request.session_hash), size):
                yield by_name(update)

        options = {**QUIET, "trigger_mode": "multiple", "preprocess": False}
        gr.on([trigger], run, [widgets["paper"]], [widgets["paper"], widgets["files"], widgets["bar"]], **options)

    photo, style, engine, boxed = (widgets[name] for name in ("photo", "style", "engine", "boxed"))
    brought = on([photo.upload], do.take_photo, ("photo",), REPORT, preprocess=False)
    dropped = on([photo.clear], do.drop_photo, (), REPORT)
    on([style.input], do.choose_style, ("style", "engine"), CHOICE)
    on([engine.input], do.choose_engine, ("engine", "style"), ("style", "knobs", *CHOICE))
    on([boxed.input], do.show_box, ("boxed",), BOX)
    on([widgets[name].change for name in ORDER], do.show_card, ORDER, CARD)
    on([widgets["search"].change], do.search, ("search",), ("filter", "nothing"))
    bag = ("box.accessories", "box.toys")
    on([widgets["invent"].click], do.invent, ("search", *bag), ("box.toys", "search", "filter", "card_note"))
    on_make(widgets["make"].click, Throw.FORM)
    on_make(widgets["again"].click, Throw.FRESH)
    on_make(widgets["same"].click, Throw.SAME)
    for name, said in ANSWERS.items():
        on_answer(widgets[name].click, said)
    on([widgets["pictures"].input], picking.choose, ("pictures",), RESULT, preprocess=False)
    on_resize(widgets["paper"].input)
    on([widgets["cancel"].click], making.cancel, (), ("bar",))
    on([page.load], keeping.open, (), ("sign", "banner", "heading", "minutes", "ready", *PANEL))
    on([widgets["look"].click], keeping.look, (), PANEL)
    on([widgets["minutes"].input], keeping.keep_for, ("minutes",), PANEL)
    on([widgets["longer"].click], keeping.keep_longer, (), ("bar",))
    swept = on([widgets["swept"].click], keeping.swept, (), GONE)
    wiped = on([widgets["wipe"].click, widgets["forget"].click], keeping.wipe, (), GONE)
    on([widgets["face"].input], do.choose_face, ("face",), ("report",))
    on([widgets["face"].input], measure.look, ("face",), SHOWN)
    brought.then(*wired(measure.look, ("face",), SHOWN), **QUIET)
    for gone in (dropped, swept, wiped):
        gone.then(*wired(measure.forget, (), SHOWN), **QUIET)

    def on_return(trigger: Any, *, lost: bool) -> None:
        """Also a long one: what is being made goes on."""

        def run(request: gr.Request) -> Iterator[dict[Any, Any]]:
            for update in making.rejoin(str(request.session_hash), lost=lost):
                yield by_name(update)

        trigger(run, None, [widgets[name] for name in STAGE], **{**QUIET, "concurrency_limit": None})

    def note(session: str, *values: Any) -> Updates:
        return staying.note(session, dict(zip(NAMES, values, strict=True)))

    def show_photo(request: gr.Request) -> Any:
        return staying.photo(str(request.session_hash))

    on([page.load], staying.open, (), ("visit",))
    on([widgets["noted"].click], note, NAMES, ("bar",))
    back = on([widgets["resume"].click], staying.resume, ("claim",), BACK)
    back.then(show_photo, None, [photo], **QUIET, postprocess=False)
    back.then(*wired(measure.look, ("face",), SHOWN), **QUIET)
    on_return(back.then, lost=False)
    on_return(widgets["rejoin"].click, lost=True)
    page.unload(
        lambda: None
    )  # without it Gradio does not hold the line by which `ui.presence` sees that a page is open
