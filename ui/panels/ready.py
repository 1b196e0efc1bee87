"""The quiet line under the big button."""

from __future__ import annotations

from stylize.weights import Family, tiers
from ui import ready
from ui.panels.piece import piece
from ui.shop import Shop
from ui.strings import Language


def ready_line(say: Language, shop: Shop) -> None:
    """Nothing in it changes while the program runs."""
    drivable = [tier for tier in tiers() if tier.family in set(Family)]
    piece(ready.ready_line(say, shop.workshop.capabilities(), drivable), elem_id="ready")
