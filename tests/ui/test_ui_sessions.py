"""Gradio notes nothing of what is typed on a page or drawn for it, and still knows which choices there are."""

from __future__ import annotations

import asyncio
from typing import Any

import gradio as gr
import pytest
from fastapi import FastAPI

from ui.sessions import keep_no_values

NAME = "Needle von Typed"
SESSION = "somebody"


def page() -> gr.Blocks:
    """A name is typed, and comes back as a card and as a choice."""
    with gr.Blocks() as blocks:
        name, card, choice = gr.Textbox(), gr.Markdown(), gr.CheckboxGroup([], value=[])

        def draw(typed: str, _ticked: list[str]) -> dict[Any, Any]:
            return {card: f"<b>{typed}</b>", choice: gr.update(choices=["kite"], value=["kite"])}

        gr.on([name.change], draw, [name, choice], [card, choice])
    gr.mount_gradio_app(FastAPI(), blocks, "/page")
    return blocks


def use(blocks: gr.Blocks, *inputs: Any) -> Any:
    """One event; returns what Gradio holds of the session then."""
    state = blocks.state_holder[SESSION]
    asyncio.run(blocks.process_api(0, list(inputs), state=state))
    return state


def test_by_itself_gradio_notes_them() -> None:
    assert NAME in repr(use(page(), NAME, []).config_values), "else this room is not needed any more"


def test_values_are_not_noted() -> None:
    blocks = page()
    keep_no_values(blocks)
    state = use(blocks, NAME, [])
    assert NAME not in repr(state.config_values)
    assert len(state.config_values) == 0
    assert blocks.state_holder[SESSION] is state


def test_choices_are_known() -> None:
    blocks = page()
    keep_no_values(blocks)
    use(blocks, NAME, [])
    use(blocks, NAME, ["kite"])
    with pytest.raises(gr.Error):
        use(blocks, NAME, ["ball"])
