"""What happens in the privacy panel and by the clock: looking, keeping, wiping. Answers with updates by widget name."""

from __future__ import annotations

from typing import Any

import gradio as gr

from ui import fragments, proofs
from ui.history import kept
from ui.panels.ready import ready_news
from ui.shop import Shop
from ui.showing import Showing
from ui.state import evidence, files_left
from ui.strings import Language
from ui.visits import Visits

Updates = dict[str, Any]


class Keeping:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits
        self._showing = Showing(say, shop)

    def open(self, _session: str) -> Updates:
        """A page was opened: what is said of the wall is said anew, for the page was written before it stood."""
        wall = self._shop.wall
        bare = wall is not None and wall.level == "none"
        missing = [part.name for part in wall.parts if not part.stands] if wall is not None and bare else []
        return {  # the sign is left alone where it is true: a click must not meet it in that moment
            **({"sign": fragments.header(self._say, walled=False)} if bare else {}),
            "banner": gr.update(value=fragments.no_wall_banner(self._say, missing), visible=bare),
            "heading": proofs.heading(self._say, wall, lan=self._shop.lan),
            "minutes": round(self._shop.retention.keep_seconds / 60, 2),
            **ready_news(self._say, self._shop),
            **self.look(_session),
        }

    def look(self, _session: str) -> Updates:
        """Wall and numbers as they are now."""
        wall = self._shop.wall
        return {
            "wall": proofs.wall_card(self._say, wall, evidence(wall)),
            "kept": proofs.kept_card(self._say, len(self._shop.intake.arrivals), len(self._shop.parcels), files_left()),
        }

    def keep_for(self, session: str, minutes: float) -> Updates:
        """The visitor has chosen how long things are kept."""
        self._shop.retention.keep_for(60 * float(minutes))
        return self.look(session)

    def keep_longer(self, session: str) -> Updates:
        """The time of what is on this page begins anew."""
        visit = self._visits.of(session)
        self._shop.intake.arrivals.use(visit.photo)
        for name in (visit.shown, *visit.choosing):
            self._shop.parcels.use(name)
        return {}

    def swept(self, session: str) -> Updates:
        """The page's script has seen a clock run out: show what is left where photo and picture have been."""
        self._shop.retention.sweep()
        visit = self._visits.of(session)
        news: Updates = self.look(session)
        if visit.empty and not visit.looked:  # the page was cut off for so long that the visit it had was let go
            return {**news, **self._no_photo(proofs.wiped(self._say, "photo")), **self._showing.again(visit)}
        if visit.photo is not None and visit.job is None and self._shop.intake.arrivals.get(visit.photo) is None:
            visit.photo = None
            news |= self._no_photo(proofs.wiped(self._say, "photo"))
        had = len(visit.parcels)
        if len(kept(self._shop, visit)) < had:
            gone = not visit.choosing and self._shop.parcels.get(visit.shown) is None
            said = proofs.wiped(self._say, "result")
            news |= self._showing.gone(visit, said) if gone else self._showing.again(visit)
        return news

    def wipe(self, session: str) -> Updates:
        """Everything, now: of this page and of all others, also of those that may come back."""
        visit = self._visits.of(session)
        made = bool(visit.parcels)
        self._shop.wipe()
        visit.photo = None
        said = proofs.wiped(self._say, "result")
        picture = self._showing.gone(visit, said) if made else self._showing.again(visit)
        return {**self._no_photo(proofs.wiped(self._say, "photo")), **picture, **self.look(session)}

    def _no_photo(self, said: str) -> Updates:
        return {
            "photo": None,
            "question": "",
            "found": "",
            "regions": "",
            "hide": "",
            "report": said,
            "face": gr.update(choices=[], value=None, visible=False),
            "trouble": gr.update(value="", visible=False),
            "discovered": proofs.nothing_discovered(self._say),
        }
