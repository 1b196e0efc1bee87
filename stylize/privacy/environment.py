"""The switches that make third-party libraries keep to themselves. They read them at import, so they are set first."""

from __future__ import annotations

import os
import sys

from stylize.errors import ImportedTooEarly

WATCHED = ("gradio", "huggingface_hub", "transformers", "diffusers", "datasets", "wandb")
"""Libraries that read their network switches when they are imported."""

SWITCHES = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_DATASETS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "GRADIO_ANALYTICS_ENABLED": "False",
    "GRADIO_SHARE": "False",
    "GRADIO_MCP_SERVER": "False",
    "GRADIO_SSR_MODE": "False",
    "GRADIO_RUN_HISTORY": "False",
    "WANDB_MODE": "disabled",
    "NO_PROXY": "*",
    "no_proxy": "*",
}

DROPPED = (
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "gradio_server_name",
    "gradio_allowed_paths",
    "gradio_vibe_mode",
    "gradio_local_dev_mode",
    "gradio_watch_dirs",
    "gradio_history_bucket",
    "hf_token",
    "hugging_face_hub_token",
)
"""Variables that would route traffic, open folders or identify the user; removed whatever their case."""


MUTE = ("openvino_telemetry",)
"""Libraries that do nothing but tell their makers: they cannot be imported, which who imports them is prepared for.
OpenVINO's would be told of the import itself.
"""

_locked = False


def lock_down() -> None:
    """Switch every known library to offline and silent, and keep new files private to the user.

    Idempotent. Raises ImportedTooEarly if a watched library was imported before the first call, since it has read
    its switches already. A library that writes over a switch after the first call (Gradio says "True" where we said
    "1") has it put back by the next.
    """
    global _locked
    if _locked:
        os.environ.update(SWITCHES)
        return
    sys.modules.update(dict.fromkeys(MUTE))  # type: ignore[arg-type]
    if all(os.environ.get(name) == value for name, value in SWITCHES.items()):
        _locked = True
        return
    for library in WATCHED:
        if library in sys.modules:
            raise ImportedTooEarly(library=library)
    for name in [n for n in os.environ if n.lower() in DROPPED]:
        del os.environ[name]
    os.environ.update(SWITCHES)
    os.umask(0o077)
    _locked = True
