"""Opens, for this process only, what `stylize.privacy` closed; everything that tells on the user stays closed."""

from __future__ import annotations

import os
import sys

from stylize.errors import ImportedTooEarly

SWITCHES = {
    "HF_HUB_OFFLINE": "0",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_VERBOSITY": "critical",
    "DO_NOT_TRACK": "1",
}
"""Xet stays off: its native code opens connections that nobody here could see or refuse."""

DROPPED = ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_DEBUG", "HF_HUB_USER_AGENT_ORIGIN")


def open_up() -> None:
    """Call before the client library is imported. Raises ImportedTooEarly if it was."""
    if "huggingface_hub" in sys.modules:
        raise ImportedTooEarly(library="huggingface_hub")
    for name in DROPPED:
        os.environ.pop(name, None)
    os.environ.update(SWITCHES)
