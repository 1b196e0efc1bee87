"""axe-core (Deque, MPL-2.0), the usual check of what can be seen, reached and read aloud, in the running page.

It is evaluated through the browser's debugging line, as a person's own tool would be: the page's policy of content stays
as it is, and axe asks nothing of any server.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@cache
def _script() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def complaints(tab: Any) -> list[str]:
    """What axe finds on the page as it is now, of every gravity: "serious color-contrast: #id: what is wrong"."""
    if tab.evaluate("typeof axe") == "undefined":
        tab.evaluate(_script())
    found = tab.evaluate(
        "rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})"
        ".then(told => told.violations.map(({id, impact, nodes}) => [id, impact,"
        " nodes.map(node => node.target.join(' ') + ': ' + node.failureSummary)]))",
        list(RULES),
    )
    return [f"{impact} {rule}: {node}" for rule, impact, nodes in found for node in nodes]
