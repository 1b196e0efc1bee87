"""The quiet line under the big button."""

from __future__ import annotations

from typing import Any

from stylize.weights import Family, tiers
from ui import ready
from ui.panels.piece import piece
from ui.shop import Shop
from ui.strings import Language


def ready_panel(say: Language, shop: Shop) -> dict[str, Any]:
    """Which engines there are does not change while the program runs; how memory is used does."""
    return {"ready": piece(ready_now(say, shop), elem_id="ready")}


def ready_now(say: Language, shop: Shop) -> str:
    """The line as it is now."""
    drivable = [tier for tier in tiers() if tier.family in set(Family)]
    return ready.ready_line(say, shop.workshop.capabilities(), drivable)


def ready_news(say: Language, shop: Shop) -> dict[str, str]:
    """An update of the line where there is something to be said of memory; else it is left alone: a click must not meet it."""
    told = any(engine.memory is not None for engine in shop.workshop.capabilities())
    return {"ready": ready_now(say, shop)} if told else {}
