"""What happens on the page. Each method hears who asks and what is chosen, and answers with updates by widget name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

from stylize.errors import StylizeError
from stylize.models import BoxOrder
from stylize.photo import choose
from stylize.toybox.lettering import tidy
from stylize.toybox.order import check_order
from ui import display, findings, fragments, proofs
from ui.hiding import fitting
from ui.intake import arrival_id
from ui.making import ready_button
from ui.panels.style import window
from ui.shop import Shop
from ui.strings import Language
from ui.trouble import PhotoGone, unexpected
from ui.visits import Visit, Visits

Updates = dict[str, Any]

OF_PHOTO = ("face", "hide")
"""What is chosen on the photo, and goes with it."""


class Handlers:
    """One for each language's page. `say` are its words, `visits` who is on it."""

    def __init__(self, say: Language, shop: Shop, visits: Visits) -> None:
        self._say = say
        self._shop = shop
        self._visits = visits

    def _visit(self, session: str) -> Visit:
        return self._visits.of(session)

    # ------------------------------------------------------------ the photo

    def take_photo(self, session: str, file: Mapping[str, Any] | None) -> Updates:
        """A file came in through the intake: say what was found in it, or why it cannot be used."""
        nothing = self.drop_photo(session)
        name = arrival_id(file["path"]) if file else ""
        arrival = self._shop.intake.arrivals.get(name)
        if arrival is None or arrival.refusal is not None or arrival.findings is None:
            self._shop.intake.arrivals.drop(name)
            problem = arrival.refusal if arrival else None
            return {**nothing, "report": fragments.trouble(self._say, problem or PhotoGone())}
        self._visit(session).photo = name
        return self.show_photo(session)

    def show_photo(self, session: str) -> Updates:
        """What was found in the visit's photo; nothing, if it has none."""
        name = self._visit(session).photo or ""
        arrival = self._shop.intake.arrivals.get(name)
        if arrival is None or arrival.findings is None:
            return {}
        people = [(self._say("photo.person", number=n), n - 1) for n in range(1, len(arrival.findings.faces) + 1)]
        values = self._visit(session).values
        chosen, order = values.get("face"), fitting(values.get("hide"), arrival.findings)
        whose = chosen if chosen in range(len(people)) else arrival.findings.subject
        return {
            "found": fragments.photo_found(self._say, arrival.found),
            "regions": findings.regions(self._say, name, arrival, whose, order),
            "hide": order,
            "report": self._report(name, whose),
            "discovered": proofs.discovered(self._say, arrival.found, name),
            "face": gr.update(choices=people, value=whose, visible=len(people) > 1),
            "trouble": gr.update(value="", visible=False),
        }

    def choose_face(self, session: str, face: int | None) -> Updates:
        """Another person was chosen: what is said of how it will do is said of them."""
        name = self._visit(session).photo or ""
        said = self._report(name, face)
        return {"report": said} if said and self._visit(session).photo == name else {}

    def _report(self, name: str, face: int | None) -> str:
        """How well that face of the photo will do, and how long the photo is kept; "" if it is gone."""
        with self._shop.intake.arrivals.hold(name) as arrival:
            if arrival is None or arrival.photo is None or arrival.findings is None:
                return ""
            found, clock = arrival.findings, self._clock(name, "photo")
            try:
                chosen = found if face in (None, found.subject) else choose(arrival.photo, found, face)
            except StylizeError as problem:
                return fragments.trouble(self._say, problem) + clock
            except Exception as surprise:  # whatever a stranger's picture does to the nets, the page goes on
                return fragments.trouble(self._say, unexpected(surprise)) + clock
        return fragments.photo_report(self._say, chosen, clock)

    def drop_photo(self, session: str) -> Updates:
        """The photo was taken away again, and with it what is being made of it, and who was chosen in it."""
        visit = self._visit(session)
        self._shop.stop(visit)
        visit.values = {name: value for name, value in visit.values.items() if name not in OF_PHOTO}
        self._shop.intake.arrivals.drop(visit.photo)
        visit.photo = visit.asked = None
        visit.said.clear()
        return {
            "photo": None,
            "question": "",
            "found": "",
            "regions": "",
            "hide": "",
            "report": fragments.hint(self._say("photo.hint")),
            "discovered": proofs.nothing_discovered(self._say),
            "face": gr.update(choices=[], value=None, visible=False),
            "trouble": gr.update(value="", visible=False),
        }

    # ------------------------------------------------------------ the choices

    def choose_engine(self, session: str, engine: str, style: str) -> Updates:
        """Offer the styles that the engine can do, and its knobs."""
        choices = self._shop.style_choices(self._say, engine)
        kept = style if style in [slug for _, slug in choices] else choices[0][1]
        return {
            "style": gr.update(choices=choices, value=kept),
            "knobs": gr.update(visible=self._shop.denoises(engine)),
            **self.choose_style(session, kept, engine),
        }

    def choose_style(self, session: str, style: str, engine: str) -> Updates:
        """Say what the style is. Going from toys to paintings or back takes the box away or brings it.

        The big button is only drawn anew when its words change: a click must not meet it in that moment.
        """
        visit = self._visit(session)
        toy = self._shop.is_toy(style)
        box = {} if toy == visit.toy else {"boxed": toy, "make": self._button(style), **self.show_box(session, toy)}
        visit.toy = toy
        places = self._shop.scene_choices(self._say, style, engine)
        return {
            "description": window(self._say, self._shop, style, engine),
            "scene": gr.update(choices=places or [(self._say("style.scene_auto"), "")], value="", visible=bool(places)),
            "box.tagline": gr.update(placeholder=self._shop.tagline(self._say, style)),
            **box,
        }

    def show_box(self, _session: str, boxed: bool) -> Updates:
        return {"box": gr.update(visible=boxed), "unboxed": gr.update(visible=not boxed)}

    def show_card(
        self,
        _session: str,
        name: str,
        tagline: str,
        accessories: list[str],
        toys: list[str],
        palette: str,
        style: str,
    ) -> Updates:
        """The card as it is now; what cannot be printed is said beside it, and the last good one stays."""
        order = display.order(self._say, name, tagline, accessories, toys, palette)
        try:
            return {
                "card": display.card(self._say, self._shop, order, style),
                "card_note": display.note(self._say, palette),
            }
        except StylizeError as problem:
            return {"card_note": fragments.amiss(self._say, problem)}

    def search(self, _session: str, text: str) -> Updates:
        """Show what is found. The shelf itself is left alone: an answer that is late must not undo a click."""
        found = self._shop.search(self._say, text)
        return {
            "filter": fragments.shelf_filter(found if text.strip() else None),
            "nothing": gr.update(visible=not found),
        }

    def invent(self, _session: str, text: str, accessories: list[str], toys: list[str]) -> Updates:
        """What was searched for and is not on the shelf is to be painted: it goes into the bag by its word."""
        word, chosen = tidy(text), list(toys or ())
        if not word or word in chosen:
            return {}
        try:
            check_order(BoxOrder(accessories=tuple(accessories), toys=(*chosen, word)))
        except StylizeError as problem:
            return {"card_note": fragments.amiss(self._say, problem)}
        bag = [*chosen, word]
        return {"box.toys": gr.update(choices=bag, value=bag), "search": "", "filter": ""}

    def show_toys(self, toys: list[str]) -> Updates:
        """Those that were in the bag."""
        return {"box.toys": gr.update(choices=list(toys or ()))}

    def _button(self, style: str) -> Any:
        """The big button, ready; a painting is no figure."""
        return ready_button(self._say, self._shop, style)

    def _clock(self, thing: str, words: str) -> str:
        return proofs.clock(self._say, thing, self._shop.retention.keep_seconds, words)
