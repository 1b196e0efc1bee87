"""What is seen of a person as soon as the photo is there: shown under "More choices", and never waited for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import gradio as gr

from stylize.errors import StylizeError
from stylize.models import Look
from ui import looks
from ui.shop import Shop
from ui.strings import Language
from ui.trouble import unexpected
from ui.visits import Visit, Visits

Updates = dict[str, Any]

SHOWN = (*(f"look.{group}" for group in looks.GROUPS), "seen", "swatches")
"""The widgets that tell what was measured."""


class Measure:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits

    def look(self, session: str, face: int | None) -> Updates:
        """Measure the person with this number in the photo that is here now.

        Whatever cannot be measured is left to the making of the picture, which says why: here it is silent. An answer
        that comes after another photo or face was chosen is not given.
        """
        visit = self._visits.of(session)
        visit.looked += 1
        mine = visit.looked
        look = self._measured(visit, face)
        return self._show(look) if visit.looked == mine else {}

    def forget(self, session: str) -> Updates:
        """If the photo is gone, what was seen in it goes too. It is not looked at again: that would be a use of it."""
        visit = self._visits.of(session)
        if visit.photo is not None:
            return {}
        visit.looked += 1
        return self._show(None)

    def _measured(self, visit: Visit, face: int | None) -> Look | None:
        with self._shop.intake.arrivals.hold(visit.photo) as arrival:
            if arrival is None or arrival.photo is None or arrival.findings is None:
                return None
            known = face is not None and 0 <= face < len(arrival.findings.faces)
            findings = replace(arrival.findings, subject=face) if known else arrival.findings
            try:
                return self._shop.workshop.look(arrival.photo, findings)
            except StylizeError:
                return None
            except Exception as surprise:  # whatever a stranger's picture does to the nets, the page goes on
                unexpected(surprise)
                return None

    def _show(self, look: Look | None) -> Updates:
        cards = {f"look.{group}": gr.update(choices=looks.choices(self._say, group, look)) for group in looks.GROUPS}
        return {**cards, "seen": looks.pictures(look), "swatches": looks.swatches(self._say, look)}
