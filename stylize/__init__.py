"""Turn a selfie into a boxed action figure or a painted portrait, on this machine and nowhere else.

    import stylize

    with open("selfie.jpg", "rb") as file:
        result = stylize.run(file.read(), stylize.Request(style="action-figure", box=stylize.BoxOrder(name="Ada")))
    with open("ada.png", "wb") as file:
        file.write(result.export.data)

Importing this package switches the network use of every library it may load off (`stylize.privacy`); the names below
are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from contextlib import suppress
from types import MappingProxyType
from typing import TYPE_CHECKING

from stylize.errors import ImportedTooEarly
from stylize.privacy import lock_down

if TYPE_CHECKING:
    from stylize.errors import (
        Cancelled,
        DeclarationError,
        EngineError,
        ExportError,
        PhotoError,
        PrivacyError,
        RequestError,
        StylizeError,
        SubjectError,
        WeightsError,
    )
    from stylize.geometry import Box, Size
    from stylize.models import (
        Beard,
        BoxOrder,
        Capabilities,
        Consent,
        DenoiseOverride,
        Evidence,
        Export,
        ExportOrder,
        Findings,
        Found,
        Hair,
        HideOrder,
        Look,
        LookOverride,
        Lora,
        Outfit,
        Plan,
        Receipt,
        Request,
    )
    from stylize.pipeline import PhotoReport, Redacted, Result
    from stylize.progress import CancelToken, Progress, Stage, nobody, overall_fraction
    from stylize.settings import Settings, read_settings
    from stylize.workshop import Workshop, inspect_photo, redact_photo, run

__all__ = [
    "Beard",
    "Box",
    "BoxOrder",
    "CancelToken",
    "Cancelled",
    "Capabilities",
    "Consent",
    "DeclarationError",
    "DenoiseOverride",
    "EngineError",
    "Evidence",
    "Export",
    "ExportError",
    "ExportOrder",
    "Findings",
    "Found",
    "Hair",
    "HideOrder",
    "Look",
    "LookOverride",
    "Lora",
    "Outfit",
    "PhotoError",
    "PhotoReport",
    "Plan",
    "PrivacyError",
    "Progress",
    "Receipt",
    "Redacted",
    "Request",
    "RequestError",
    "Result",
    "Settings",
    "Size",
    "Stage",
    "StylizeError",
    "SubjectError",
    "WeightsError",
    "Workshop",
    "inspect_photo",
    "nobody",
    "overall_fraction",
    "read_settings",
    "redact_photo",
    "run",
]

_HOMES = MappingProxyType(
    {
        "stylize.errors": "Cancelled DeclarationError EngineError ExportError PhotoError PrivacyError RequestError "
        "StylizeError SubjectError WeightsError",
        "stylize.geometry": "Box Size",
        "stylize.models": "Beard BoxOrder Capabilities Consent DenoiseOverride Evidence Export ExportOrder Findings Found Hair "
        "HideOrder Look LookOverride Lora Outfit Plan Receipt Request",
        "stylize.pipeline": "PhotoReport Redacted Result",
        "stylize.progress": "CancelToken Progress Stage nobody overall_fraction",
        "stylize.settings": "Settings read_settings",
        "stylize.workshop": "Workshop inspect_photo redact_photo run",
    }
)
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names.split()}


def __getattr__(name: str) -> object:
    """Load a public name on first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'stylize' has no attribute {name!r}")
    value: object = getattr(importlib.import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})


with suppress(ImportedTooEarly):  # said by the first call that needs the promise: run() and Workshop lock down again
    lock_down()
