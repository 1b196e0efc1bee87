"""What may be asked for: few of Gradio's ninety routes, per language, and our own. Everything else is not there."""

from __future__ import annotations

import re

from starlette.types import Scope

from ui.strings import languages

NAME = r"[A-Za-z0-9_]+"
FILES = r"(?:[A-Za-z0-9_\-]+[./])*[A-Za-z0-9_\-]+"
"""Names with dots and slashes between them, but never two in a row: there is no way up."""

GRADIO_ROUTES = (
    rf"(?:assets|static)/{FILES}",
    r"theme\.css",
    rf"gradio_api/(?:startup-events|upload|upload_progress|queue/join|queue/data|cancel|heartbeat/{NAME})",
    rf"gradio_api/file=photo/{NAME}\.webp",  # whatever else ends up in Gradio's own route, which reads files
)
OWN_ROUTES = (
    rf"toy/{FILES}",
    rf"shelf/{NAME}/{NAME}\.{NAME}",
    rf"photo/{NAME}/(?:found\.json|seen\.jpg|original\.jpg|redacted\.jpg)",
    rf"work/{NAME}\.json",
    r"privacy\.json",
)
POSTED = re.compile(r"/[a-z]+/gradio_api/(?:upload|queue/join|cancel)")


def allowed_paths() -> re.Pattern[str]:
    """Every path that is answered, for `fullmatch` with a path as it was sent."""
    tongues = "|".join(map(re.escape, languages()))
    return re.compile(rf"/(?:(?:{tongues})/(?:{'|'.join(GRADIO_ROUTES)})?|{'|'.join(OWN_ROUTES)})")


def as_sent(scope: Scope) -> str:
    """The path before any decoding. No path of ours needs a percent sign, so that nothing is ever decoded, once or
    twice, between this door and the code behind it.
    """
    return bytes(scope.get("raw_path") or scope["path"].encode()).decode("latin1")


def is_page(path: str) -> bool:
    """Whether it is Gradio's page in one of our languages."""
    return path.strip("/") in languages() and path == f"/{path.strip('/')}/"


def is_upload(scope: Scope) -> bool:
    return scope["method"] == "POST" and as_sent(scope).endswith("/gradio_api/upload")
