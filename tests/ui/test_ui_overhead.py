"""What the page adds to the engine's own time, from the click to the picture that is seen. benchmarks/page.py measures it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from benchmarks.page import once
from tests.ui.visitor import Visitor

CHROMIUM = next((path for path in ("/usr/bin/chromium", "/usr/bin/chromium-browser") if Path(path).exists()), "")
MOST, OR_MS = 0.35, 600
TRIES = 4

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")]


def test_the_page_adds_little_to_the_engines_time(owner: Any, page: Any, portraits: dict[str, bytes]) -> None:
    """Others may be busy on this machine in the wrong moment, so that the best of a few is taken."""
    visitor = Visitor(owner, page)
    visitor.enter()
    visitor.bring(portraits["astronaut"])
    over = []
    for _ in range(TRIES):
        took = once(visitor, "#make")
        over.append((took["seen"] - took["engine"], took["engine"]))
        if over[-1][0] < max(OR_MS, MOST * over[-1][1]):
            return
        visitor.tab.wait_for_selector("#make:enabled")
    pytest.fail(f"milliseconds over the engine's: {over}")
