"""Takes a photo in, in the place of Gradio's upload route: its bytes go past this process, into the darkroom.

Gradio's own route writes the file, place and time included, into a folder. Here the body of the request is moved from
the socket into a decoder's pipe (`ui.protocol`), and what comes back is pixels, how many things of each kind the file
held besides, and one report of what they were. That report is handed to the page once, and overwritten.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from python_multipart.multipart import parse_options_header
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from stylize import photo
from stylize.errors import PhotoNotArrived, PhotoTooLarge, StylizeError
from stylize.models import Findings, Found, HideOrder, Photo
from stylize.photo.darkroom import Darkroom, Plate
from stylize.photo.darkroom.limits import DRAINED_BYTES
from stylize.photo.read import LARGEST_FILE_BYTES
from stylize.privacy.memory import wipe
from ui.pictures import placeholder
from ui.protocol import BodyLost, Wire
from ui.redacting import View, view
from ui.shelf import Sheet, Shelf
from ui.trouble import unexpected

PATIENCE_SECONDS = 60
REPORT_SECONDS = 60
"""How long the report waits to be fetched before it is overwritten."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What came in: a photo with a face, or the `refusal` that says why not. `preview` is what the page shows of it first:
    all is hidden that is to be hidden without a word. `view`: what it is drawn of when something else is chosen.
    """

    photo: Photo | None
    findings: Findings | None
    refusal: StylizeError | None
    preview: Sheet = field(repr=False)
    view: View | None = field(default=None, repr=False)

    @property
    def found(self) -> tuple[Found, ...]:
        """What the file held besides: groups alone, without names and values."""
        return self.photo.found if self.photo else ()

    def wipe(self) -> None:
        """Overwrite what can be overwritten."""
        self.preview.wipe()
        if self.view is not None:
            self.view.wipe()
        if self.photo is not None:
            wipe(self.photo.pixels)


class Intake:
    """The upload route, the routes of the small picture and of the report, and the shelf between them."""

    def __init__(self, darkroom: Darkroom) -> None:
        self._darkroom = darkroom
        self.arrivals: Shelf[Arrival] = Shelf(places=4)
        self._reports: dict[str, bytearray] = {}

    async def upload(self, request: Request) -> Response:
        """POST: one photo in a form. Answers as Gradio's route does: a list of one path, "photo/<id>.webp"."""
        wire: Wire = request.scope["state"]["wire"]
        boundary = _boundary(request)
        if not boundary:
            return Response(status_code=400)
        if not wire.length:
            return Response(status_code=400 if "content-length" in request.headers else 411)
        if wire.length > DRAINED_BYTES:
            return self._answer(_refused(_too_large()))
        try:
            plate = await asyncio.to_thread(self._darkroom.open_plate, boundary)
        except StylizeError as problem:
            return self._answer(_refused(problem))
        try:
            os.set_blocking(plate.fileno(), False)
            async with asyncio.timeout(PATIENCE_SECONDS):
                await wire.pour(plate.fileno())
        except (TimeoutError, BodyLost):
            await asyncio.to_thread(plate.abandon)
            wire.hang_up()
            return Response(status_code=408)
        arrival, report = await asyncio.to_thread(_develop, plate)
        if isinstance(arrival.refusal, PhotoNotArrived):
            return Response(status_code=400)
        return self._answer(arrival, report)

    def _answer(self, arrival: Arrival, report: bytearray | None = None) -> Response:
        name = self.arrivals.put(arrival)
        if report:
            self._reports[name] = report
            asyncio.get_running_loop().call_later(REPORT_SECONDS, self._forget, name)
        return JSONResponse([f"photo/{name}.webp"])

    def _forget(self, name: str) -> None:
        """Overwrite what nobody has fetched."""
        if (report := self._reports.pop(name, None)) is not None:
            wipe(report)

    async def progress(self, _request: Request) -> Response:
        """GET: Gradio asks how far an upload is; by the time it hears an answer the photo is there."""
        return Response('data: {"msg": "done"}\n\n', media_type="text/event-stream")

    async def picture(self, request: Request) -> Response:
        """GET: the small picture of a photo."""
        arrival = self.arrivals.get(request.path_params["id"])
        if arrival is None:
            return Response(status_code=404)
        return Response(arrival.preview.data, media_type=arrival.preview.media_type)

    async def found(self, request: Request) -> Response:
        """GET: the report of a photo, with the values, once; then it is gone from here."""
        report = self._reports.pop(request.path_params["id"], None)
        return Response(status_code=404) if report is None else Once(report)


class Once(Response):
    """An answer from memory that is overwritten as soon as the socket has it."""

    def __init__(
        self, secret: bytearray, media_type: str = "application/json", headers: Mapping[str, str] | None = None
    ) -> None:
        sized = {"content-length": str(len(secret)), **(headers or {})}
        super().__init__(None, headers=sized, media_type=media_type)
        self._secret = secret

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        wire: Wire = scope["state"]["wire"]
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        await wire.deliver(self._secret)
        await send({"type": "http.response.body", "body": b""})


def arrival_id(path: str) -> str:
    """The id in a path that `Intake.upload` gave to Gradio."""
    return PurePath(path).stem  # Gradio has put its working folder before it, though there is no such file


def _develop(plate: Plate) -> tuple[Arrival, bytearray]:
    """Wait for the darkroom, and look for people in what it gives. Returns the report beside."""
    try:
        developed = plate.finish()
    except StylizeError as problem:
        return _refused(problem), bytearray()
    try:
        findings = photo.inspect(developed.photo)
        seen = view(developed.photo, findings)
        small = seen.seen(HideOrder(), suffix=".webp")
    except Exception as surprise:  # whatever a stranger's picture does to the nets, the page answers
        for secret in (developed.report, developed.photo.pixels):
            wipe(secret)
        return _refused(surprise if isinstance(surprise, StylizeError) else unexpected(surprise)), bytearray()
    arrival = Arrival(photo=developed.photo, findings=findings, refusal=None, preview=small, view=seen)
    return arrival, developed.report


def _refused(problem: StylizeError) -> Arrival:
    return Arrival(photo=None, findings=None, refusal=problem, preview=placeholder())


def _too_large() -> PhotoTooLarge:
    limit = LARGEST_FILE_BYTES // 1_000_000
    return PhotoTooLarge(megabytes=f"> {limit}", limit=limit)


def _boundary(request: Request) -> str:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    return options.get(b"boundary", b"").decode("latin1") if kind == b"multipart/form-data" else ""
