"""GET /photo/<id>/…: the redacted photo as the page shows it, as it was before, and as a file. From memory, never stored."""

from __future__ import annotations

import asyncio

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from stylize.errors import StylizeError
from stylize.models import HideOrder
from ui.hiding import to_hide
from ui.intake import Arrival, Intake, Once
from ui.redacting import whole
from ui.shelf import Sheet

FILE_NAME = "photo-redacted.jpg"
DRAWN_AT_ONCE = 2
"""Clicks come faster than large photos are drawn."""


class Redacted:
    """Three files of each photo. `face` and `hide` are asked for as the form's fields of these names say it."""

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._drawing = asyncio.Semaphore(DRAWN_AT_ONCE)

    async def answer(self, request: Request) -> Response:
        """400 for what the page did not write, 404 for a photo that is gone."""
        asked, name = request.query_params, request.path_params["name"]
        try:
            order = to_hide(asked.get("hide", ""))
            face = _face(asked.get("face", ""))
            async with self._drawing:
                sheet = await run_in_threadpool(self._draw, request.path_params["id"], name, order, face)
        except (StylizeError, ValueError):
            return Response(status_code=400)
        if sheet is None:
            return Response(status_code=404)
        saved = name == "redacted.jpg"
        headers = {"content-disposition": f'attachment; filename="{FILE_NAME}"'} if saved else {}
        secret = bytearray(sheet.data)
        sheet.wipe()
        return Once(secret, sheet.media_type, headers)

    def _draw(self, photo: str, name: str, order: HideOrder, face: int | None) -> Sheet | None:
        """While it is drawn the photo is not wiped."""
        with self._intake.arrivals.hold(photo) as arrival:
            if arrival is None or arrival.photo is None or arrival.findings is None or arrival.view is None:
                return None
            if face is not None and face >= len(arrival.findings.faces):
                raise ValueError("there is no such face")
            return _sheet(arrival, name, order, face)


def _sheet(arrival: Arrival, name: str, order: HideOrder, face: int | None) -> Sheet | None:
    if arrival.photo is None or arrival.findings is None or arrival.view is None:
        return None
    if name == "original.jpg":
        return arrival.view.original()
    if name == "redacted.jpg":
        return whole(arrival.photo, arrival.findings, order, face)
    return arrival.view.seen(order, face)


def _face(text: str) -> int | None:
    """Digits, a few, or nothing. Raises ValueError."""
    if text and not (text.isascii() and text.isdigit() and len(text) < 5):
        raise ValueError("a face is a number")
    return int(text) if text else None
