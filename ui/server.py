"""The server: our routes, Gradio's page in every language, and the guard around both."""

from __future__ import annotations

import asyncio
from pathlib import Path

import gradio as gr
from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response

from ui import stylesheet, working
from ui.app import build
from ui.listening import Address
from ui.parcel import BOOKS, PICTURES
from ui.pictures import icon_sheet
from ui.presence import Presence
from ui.redacted import Redacted
from ui.sessions import keep_no_values
from ui.shop import Shop
from ui.state import state
from ui.strings import language, languages, preferred
from ui.theme import make_theme

ASSETS = Path(__file__).parent / "assets"
SUFFIXES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".woff2": "font/woff2",
    ".webp": "image/webp",
    ".svg": "image/svg+xml",
}
ATTACHED = "save"
KNOWN = 20
"""Of how many photos and pictures one may ask at once how long they are kept."""


def application(shop: Shop, address: Address) -> FastAPI:
    """Everything behind the guard."""
    api = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    toys = ToyBox()
    shelf = ShelfRoute(shop)
    api.add_route("/toy/{path:path}", toys.answer, methods=["GET"])
    api.add_route("/shelf/{id}/{name}", shelf.answer, methods=["GET"])
    api.add_route("/photo/{id}/found.json", shop.intake.found, methods=["GET"])
    api.add_route("/photo/{id}/{name}", Redacted(shop.intake).answer, methods=["GET"])

    async def privacy(request: Request) -> Response:
        return JSONResponse(state(shop, request.query_params.get("ids", "").split(".")[:KNOWN]))

    async def work(request: Request) -> Response:
        asked = request.query_params
        visit, say = shop.visits.find(request.path_params["id"]), language(preferred(asked.get("tongue", "")))
        seen, have = (_number(asked.get(name, "")) for name in ("seen", "have"))
        return JSONResponse(await asyncio.to_thread(working.state, say, visit, seen, have))

    api.add_route("/privacy.json", privacy, methods=["GET"])
    api.add_route("/work/{id}.json", work, methods=["GET"])
    api.add_middleware(Presence, visits=shop.visits)
    for code in languages():
        base, page = f"/{code}/gradio_api", build(language(code), shop)
        api.add_route(f"{base}/upload", shop.intake.upload, methods=["POST"])
        api.add_route(f"{base}/upload_progress", shop.intake.progress, methods=["GET"])
        api.add_route(f"{base}/file=photo/{{id}}.webp", shop.intake.picture, methods=["GET"])
        api = gr.mount_gradio_app(
            api,
            page,
            f"/{code}",
            server_name=address.host,
            server_port=address.port,
            theme=make_theme(),
            footer_links=[],
            run_history=False,
            show_error=False,
            allowed_paths=[],
            max_file_size="100mb",  # what `ui.intake` listens to before it refuses, in words, all over 20 MB
            ssr_mode=False,
            enable_monitoring=False,
            pwa=False,
            mcp_server=False,
        )
        keep_no_values(page)
    return api


def _number(text: str) -> int:
    """Digits, a few; whatever else is asked is 0."""
    return int(text[:9]) if text.isascii() and text.isdigit() else 0


class ToyBox:
    """GET /toy/...: our own looks. A fixed table of files, read from the package, and two sheets made at the start."""

    def __init__(self) -> None:
        files = (path for path in sorted(ASSETS.rglob("*")) if path.suffix in SUFFIXES)
        self._files = {path.relative_to(ASSETS).as_posix(): path for path in files}

    async def answer(self, request: Request) -> Response:
        path = request.path_params["path"]
        if path.endswith(".css") and path.removesuffix(".css") in languages():
            return Response(stylesheet.sheet(path.removesuffix(".css")), media_type="text/css; charset=utf-8")
        if path == "accessories.webp":
            icons = await asyncio.to_thread(icon_sheet)
            return Response(icons.data, media_type=icons.media_type)
        file = self._files.get(path)
        return FileResponse(file, media_type=SUFFIXES[file.suffix]) if file else Response(status_code=404)


class ShelfRoute:
    """GET /shelf/<id>/<name>: finished pictures, from memory. With ?save: to be saved, not shown; a picture
    that was taken home is not kept much longer.
    """

    def __init__(self, shop: Shop) -> None:
        self._shop = shop

    async def answer(self, request: Request) -> Response:
        name = request.path_params["name"]
        parcel = self._shop.parcels.get(request.path_params["id"])
        sheet = None if parcel is None else await asyncio.to_thread(parcel.sheet, name)
        if parcel is None or sheet is None:
            return Response(status_code=404)
        headers = {}
        if ATTACHED in request.query_params:
            headers["content-disposition"] = f'attachment; filename="{parcel.file_name(name)}"'
            if name in PICTURES or name in BOOKS:
                self._shop.parcels.take(request.path_params["id"])
        return Response(sheet.data, media_type=sheet.media_type, headers=headers)
