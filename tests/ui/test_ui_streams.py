"""The line of a page stays open between clicks, and closes after a while of quiet."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from ui import streams
from ui.streams import KEEP, keep_open


async def _a_visit(sessions_left: bool) -> tuple[Any, list[Any]]:
    """One click, answered; then quiet. The queue's fields are those that Gradio's own queue has."""
    messages: asyncio.Queue[Any] = asyncio.Queue()
    queue = SimpleNamespace(pending_messages_per_session={"a": messages}, pending_event_ids_session={})
    keep_open(queue)
    queue.pending_event_ids_session["a"] = set()
    pending = queue.pending_event_ids_session["a"]
    pending.add("click")
    assert pending == {"click", KEEP}
    pending.remove("click")
    assert len(pending) == 1  # Gradio hangs up at none
    queue.pending_event_ids_session["a"] -= {"other"}
    assert queue.pending_event_ids_session["a"] is pending
    if not sessions_left:
        queue.pending_messages_per_session.clear()
    await asyncio.sleep(0.2)
    return queue, [messages.get_nowait() for _ in range(messages.qsize())]


def test_it_closes_when_it_is_quiet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET_SECONDS", 0.05)
    _, said = asyncio.run(_a_visit(sessions_left=True))
    assert [(message.msg, message.event_id) for message in said] == [("process_completed", KEEP)]


def test_a_session_that_is_gone_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET_SECONDS", 0.05)
    queue, said = asyncio.run(_a_visit(sessions_left=False))
    assert said == []
    assert dict(queue.pending_event_ids_session) == {}


def test_it_stays_while_something_is_under_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streams, "QUIET_SECONDS", 0.05)

    async def long_work() -> int:
        messages: asyncio.Queue[Any] = asyncio.Queue()
        queue = SimpleNamespace(pending_messages_per_session={"a": messages}, pending_event_ids_session={})
        keep_open(queue)
        queue.pending_event_ids_session["a"] = set()
        queue.pending_event_ids_session["a"].add("long")
        await asyncio.sleep(0.25)
        return messages.qsize()

    assert asyncio.run(long_work()) == 0
