"""Takes a photo in, in the place of Gradio's upload route: its bytes stay in memory, from the socket to the pixels.

Gradio's own route writes the file, place and time included, into a folder. This one reads the photo with
`stylize.photo`, keeps pixels and report on a shelf in memory, and hands Gradio a name under which the page can fetch a
small clean picture of it, from memory too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass, field
from pathlib import PurePath

from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from stylize import photo
from stylize.errors import PhotoTooLarge, StylizeError
from stylize.models import Findings, Found
from ui.pictures import encode, placeholder, preview
from ui.shelf import Sheet, Shelf
from ui.trouble import unexpected

LIMIT_BYTES = 20_000_000
FORM_BYTES = 4096
"""What the form around the photo may add."""
DRAIN_BYTES = 100_000_000
"""How much of a photo over the limit is listened to and thrown away, so that the browser hears the answer."""
PATIENCE_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What came in: a photo with a face, or the `refusal` that says why not. `preview` is what the page shows of it."""

    data: bytes = field(repr=False)
    found: tuple[Found, ...] = field(repr=False)
    findings: Findings | None
    refusal: StylizeError | None
    preview: Sheet = field(repr=False)


class InMemoryParser(MultiPartParser):
    """Starlette's parser, told never to move a part into a file."""

    spool_max_size = LIMIT_BYTES * 2


class Intake:
    """The upload route, the route of the small picture, and the shelf between them."""

    def __init__(self) -> None:
        self.arrivals: Shelf[Arrival] = Shelf(places=4)

    async def upload(self, request: Request) -> Response:
        """POST: one photo in a form. Answers as Gradio's route does: a list of one path, "photo/<id>.webp"."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                untrusted_bytes = await _read_form(request)
        except (TimeoutError, ClientDisconnect):
            return Response(status_code=408)
        except MultiPartException:
            return Response(status_code=400)
        arrival = await asyncio.to_thread(_look_at, untrusted_bytes)
        return JSONResponse([f"photo/{self.arrivals.put(arrival)}.webp"])

    async def progress(self, _request: Request) -> Response:
        """GET: Gradio asks how far an upload is; by the time it hears an answer the photo is there."""

        async def done() -> AsyncIterator[str]:
            yield 'data: {"msg": "done"}\n\n'

        return StreamingResponse(done(), media_type="text/event-stream")

    async def picture(self, request: Request) -> Response:
        """GET: the small picture of a photo."""
        arrival = self.arrivals.get(request.path_params["id"])
        if arrival is None:
            return Response(status_code=404)
        return Response(arrival.preview.data, media_type=arrival.preview.media_type)


def arrival_id(path: str) -> str:
    """The id in a path that `Intake.upload` gave to Gradio."""
    return PurePath(path).stem  # Gradio has put its working folder before it, though there is no such file


def _look_at(untrusted_bytes: bytes | None) -> Arrival:
    try:
        if untrusted_bytes is None:
            limit = LIMIT_BYTES // 1_000_000
            raise PhotoTooLarge(megabytes=f"> {limit}", limit=limit)
        taken = photo.read(untrusted_bytes)
        findings = photo.inspect(taken)
    except StylizeError as problem:
        return Arrival(data=b"", found=(), findings=None, refusal=problem, preview=placeholder())
    except Exception as surprise:  # whatever a stranger's file does to a decoder, the page answers
        return Arrival(data=b"", found=(), findings=None, refusal=unexpected(surprise), preview=placeholder())
    small = encode(preview(taken.pixels, findings.faces), ".webp", quality=88)
    return Arrival(data=untrusted_bytes, found=taken.found, findings=findings, refusal=None, preview=small)


async def _read_form(request: Request) -> bytes | None:
    """The bytes of the form's one file; None if they are over the limit."""
    if not request.headers.get("content-type", "").startswith("multipart/form-data"):
        raise MultiPartException("no form")
    received = 0

    async def counted() -> AsyncGenerator[bytes, None]:
        nonlocal received
        async for chunk in request.stream():
            received += len(chunk)
            if received <= LIMIT_BYTES + FORM_BYTES:
                yield chunk
            elif received > DRAIN_BYTES:
                raise ClientDisconnect
        if received > LIMIT_BYTES + FORM_BYTES:
            raise OverLimit

    try:
        form = await InMemoryParser(request.headers, counted(), max_files=1, max_fields=2).parse()
    except OverLimit:
        return None
    try:
        file = form.get("files")
        if file is None or isinstance(file, str):
            raise MultiPartException("no file")
        return await file.read()
    finally:
        await form.close()


class OverLimit(Exception):
    """The form is larger than a photo may be."""
