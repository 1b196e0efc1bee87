"""What happens in the privacy panel and by the clock: looking, keeping, wiping. Answers with updates by widget name."""

from __future__ import annotations

from typing import Any

import gradio as gr

from stylize.privacy.memory import give_back
from ui import fragments, proofs
from ui.shop import Shop
from ui.state import evidence, files_left
from ui.strings import Language
from ui.visits import Visit, Visits

Updates = dict[str, Any]


class Keeping:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits

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
        self._shop.parcels.use(visit.shown)
        return {}

    def swept(self, session: str) -> Updates:
        """The page's script has seen a clock run out: show what is left where photo and picture have been."""
        self._shop.retention.sweep()
        visit = self._visits.of(session)
        news: Updates = self.look(session)
        if visit.photo is not None and visit.job is None and self._shop.intake.arrivals.get(visit.photo) is None:
            visit.photo = None
            news |= self._no_photo(proofs.wiped(self._say, "photo"))
        if visit.shown is not None and self._shop.parcels.get(visit.shown) is None:
            visit.shown = None
            news |= self._no_picture(proofs.wiped(self._say, "result"))
        return news

    def wipe(self, session: str) -> Updates:
        """Everything, now: of this page and of all others."""
        visit = self._visits.of(session)
        shown = visit.shown is not None
        self._let_go(visit)
        self._shop.wipe()
        for other in self._visits:
            other.parcels.clear()
        picture = self._no_picture(proofs.wiped(self._say, "result")) if shown else {"done": gr.update(visible=False)}
        return {**self._no_photo(proofs.wiped(self._say, "photo")), **picture, **self.look(session)}

    def leave(self, session: str) -> None:
        """The page was closed: what it had brought and made goes with it."""
        self._let_go(self._visits.end(session))
        give_back()

    def _let_go(self, visit: Visit) -> None:
        if visit.job is not None:
            visit.job.cancel()
        self._shop.intake.arrivals.drop(visit.photo)
        for parcel in visit.parcels:
            self._shop.parcels.drop(parcel)
        visit.photo = visit.shown = None
        visit.parcels.clear()

    def _no_photo(self, said: str) -> Updates:
        return {
            "photo": None,
            "found": "",
            "report": said,
            "face": gr.update(choices=[], value=None, visible=False),
            "trouble": gr.update(value="", visible=False),
            "discovered": proofs.nothing_discovered(self._say),
        }

    def _no_picture(self, said: str) -> Updates:
        return {"done": gr.update(visible=True), "picture": said, "home": "", "side": gr.update(visible=False)}
