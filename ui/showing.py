"""Finished pictures on the page: packed, on the shelf, beside the photo, with all that can be taken home of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from stylize.enlarging import print_size
from stylize.geometry import Size
from stylize.models import Photo
from stylize.pipeline import Result
from ui import fragments, history, proofs, souvenirs
from ui.parcel import Parcel
from ui.shop import Shop
from ui.strings import Language
from ui.visits import Visit

Updates = dict[str, Any]

RESULT = ("done", "strip", "picture", "pictures", "headline", "paper", "files", "keepsakes", "side")
"""The widgets that may be updated here."""


class Showing:
    """One for each language's page. `say` are its words."""

    def __init__(self, say: Language, shop: Shop) -> None:
        self._say = say
        self._shop = shop

    def show(
        self, visit: Visit, photo_id: str | None, photo: Photo, results: Sequence[Result], seconds: float
    ) -> Updates:
        """Lay them on the shelf; show the one, or let one of several be chosen. `photo`: what they were made of.
        `seconds`: how long the visitor waited.
        """
        each = seconds / len(results)
        names = [self._shop.pack(photo, photo_id, result, each, self._say.code) for result in results]
        visit.parcels += reversed(names)  # the first of them comes first, as the newest
        visit.choosing = tuple(names) if len(names) > 1 else ()
        visit.shown = None if visit.choosing else names[0]
        return self.again(visit)

    def choose(self, visit: Visit, name: str) -> Updates:
        """Show the picture of that id, if it is one of the visit's. To look at it again is a use of it."""
        if name in visit.parcels and self._shop.parcels.get(name) is not None:
            visit.shown, visit.choosing = name, ()
            self._shop.parcels.use(name)
        return self.again(visit)

    def again(self, visit: Visit) -> Updates:
        """What is to be seen now of the visit's pictures: the one that is shown, the several to choose from, or none."""
        strip = history.strip(self._say, self._shop, visit)
        parcel = self._shop.parcels.get(visit.shown)
        if visit.shown is not None and parcel is not None:
            return {
                "done": gr.update(visible=True),
                "side": gr.update(visible=True),
                **strip,
                **self._one(visit.shown, parcel),
            }
        visit.shown = None
        if visit.choosing:
            return {"done": gr.update(visible=True), "side": gr.update(visible=True), **strip, **self._several(visit)}
        return {"done": gr.update(visible=False), **strip, **self._nothing()}

    def seed(self, visit: Visit) -> tuple[int | None, int]:
        """That of the picture that is shown, or was made last; and as one of how many it was painted."""
        last = visit.shown or (visit.parcels[-1] if visit.parcels else None)
        parcel = self._shop.parcels.get(last)
        return (None, 1) if parcel is None else (parcel.seed, parcel.rows)

    def gone(self, visit: Visit, said: str) -> Updates:
        """The shown picture was wiped: `said` stands in its place, beside what is left of the others."""
        visit.shown = None
        left = bool(history.kept(self._shop, visit))
        strip = history.strip(self._say, self._shop, visit)
        return {"done": gr.update(visible=True), "side": gr.update(visible=left), **strip, **self._nothing(said)}

    def files(self, name: str, parcel: Parcel, size: str = souvenirs.SCREEN) -> str:
        """The links to the picture in `size`, souvenirs.SCREEN or PRINT."""
        printed = parcel.print_size
        told = ""
        if size == souvenirs.PRINT and printed is not None:
            told = souvenirs.printed(self._say, printed, enlarged=parcel.enlarged)
        return souvenirs.files(f"/shelf/{name}", f"stylize-{parcel.style}", size, told)

    def print_size(self, parcel: Parcel) -> Size:
        """How large the picture can be made for paper."""
        engine = next((able for able in self._shop.engines if able.name == parcel.engine), None)
        return print_size(parcel.size, engine if parcel.computed else None)

    def _one(self, name: str, parcel: Parcel) -> Updates:
        base, size = f"/shelf/{name}", parcel.size
        alt = self._say("result.picture", style=history.style_title(self._say, self._shop, parcel))
        facts = self._say(
            "result.facts",
            engine=self._say.maybe(f"maker.{parcel.engine}", parcel.engine),
            seconds=f"{parcel.seconds:.1f}".replace(".", self._say("result.decimal_point")),
            seed=parcel.seed,
        )
        shape = (size.width, size.height)
        choices = souvenirs.size_choices(self._say, size, self.print_size(parcel))
        return {
            "picture": souvenirs.compare(self._say, f"{base}/before.jpg", f"{base}/picture.png", alt, shape),
            "headline": souvenirs.headline(self._say) + self._notes(parcel),
            "paper": gr.update(choices=choices, value=souvenirs.SCREEN, visible=True),
            "files": self.files(name, parcel),
            "keepsakes": souvenirs.keepsakes(
                self._say,
                base,
                f"stylize-{parcel.style}",
                facts,
                proofs.clock(self._say, name, self._shop.retention.keep_seconds),
                cutout="cutout.png" in parcel.more,
            ),
        }

    def _notes(self, parcel: Parcel) -> str:
        """What did not come out as it was asked for."""
        return fragments.hint(self._say("result.gift")) if "toy-is-a-gift" in parcel.notes else ""

    def _several(self, visit: Visit) -> Updates:
        clock = proofs.clock(self._say, visit.choosing[0], self._shop.retention.keep_seconds)
        said = souvenirs.headline(self._say, clock, among=len(visit.choosing))
        return {**self._nothing(), "headline": said}

    def _nothing(self, said: str = "") -> Updates:
        return {"picture": said, "headline": "", "paper": gr.update(visible=False), "files": "", "keepsakes": ""}
