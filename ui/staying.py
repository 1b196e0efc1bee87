"""A page that is loaded again, or in another language, goes on where it was: photo, choices, work and result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from ui.handlers import OF_PHOTO, Handlers
from ui.shop import Shop
from ui.showing import Showing
from ui.strings import Language
from ui.visits import Visit, Visits

Updates = dict[str, Any]


class Staying:
    """One for each language's page. `do` answers for the photo and the choices, `showing` for the result."""

    def __init__(self, say: Language, shop: Shop, visits: Visits, do: Handlers, showing: Showing) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits
        self._do = do
        self._showing = showing

    def open(self, session: str) -> Updates:
        """A page was opened: this is its visit, unless it says that it had one."""
        return {"visit": told(self._visits.of(session))}

    def note(self, session: str, values: Mapping[str, Any]) -> Updates:
        """What the widgets say now. It is forgotten with the visit."""
        self._visits.of(session).values = dict(values)
        return {}

    def resume(self, session: str, claim: str) -> Updates:
        """A page says that it comes back to the visit of id `claim`. If that is true, it is told what is there."""
        visit = self._visits.claim(session, claim.strip())
        if visit is None:
            return {"visit": told(self._visits.of(session), answer=True)}
        return {
            "visit": told(visit, answer=True),
            **self._choices(session, visit),
            **self._do.show_photo(session),
            **self._showing.again(visit),
        }

    def photo(self, session: str) -> Any:
        """What the photo's widget shows, as its own frontend keeps it; it is no file, so that Gradio must not look at it."""
        name = self._visits.of(session).photo
        if name is None or self._shop.intake.arrivals.get(name) is None:
            return gr.skip()
        return {"path": f"photo/{name}.webp", "url": f"/{self._say.code}/gradio_api/file=photo/{name}.webp"}

    def _choices(self, session: str, visit: Visit) -> Updates:
        """Every widget says again what it said last; what depends on it is drawn for it. What was chosen on the photo comes with it."""
        values = {name: value for name, value in visit.values.items() if name not in OF_PHOTO}
        if not values:
            return {}
        visit.toy = True  # as a page is when it is opened
        news = {
            **self._do.choose_engine(session, values["engine"], values["style"]),
            **self._do.show_box(session, values["boxed"]),
            **self._do.show_toys(values["box.toys"]),
        }
        for name, value in values.items():
            drawn = news.get(name)
            news[name] = gr.update(**{**(drawn if isinstance(drawn, dict) else {}), "value": value})
        return news


def told(visit: Visit, *, answer: bool = False) -> str:
    """The visit's id, for the page's script. `answer`: it had asked for it."""
    return f'<span data-visit="{visit.id}"{" data-answer" if answer else ""}></span>'
