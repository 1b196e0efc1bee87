"""The finished picture on the page: packed, on the shelf, beside the photo, with all that can be taken home of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from stylize.models import Photo
from stylize.pipeline import Result
from ui import fragments, proofs
from ui.shop import Shop
from ui.strings import Language
from ui.visits import Visit

Updates = dict[str, Any]


class Showing:
    """One for each language's page. `say` are its words."""

    def __init__(self, say: Language, shop: Shop) -> None:
        self._say = say
        self._shop = shop

    def show(self, visit: Visit, photo: Photo, results: Sequence[Result], seconds: float) -> Updates:
        """Lay them on the shelf and show the first. `seconds`: how long the visitor has waited."""
        result = results[0]
        parcel = visit.shown = self._shop.pack(photo, result, self._say.code)
        visit.parcels.append(parcel)
        base = f"/shelf/{parcel}"
        style = self._shop.workshop.styles[result.plan.style].title
        title = style.get(self._say.code, style["en"])
        height, width = result.pixels.shape[:2]
        facts = self._say(
            "result.facts",
            engine=self._say.maybe(f"maker.{result.plan.engine}", result.plan.engine),
            seconds=f"{seconds:.1f}".replace(".", self._say("result.decimal_point")),
            seed=result.plan.seed,
        )
        alt = self._say("result.picture", style=title)
        return {
            "done": gr.update(visible=True),
            "picture": fragments.compare(self._say, f"{base}/before.jpg", f"{base}/picture.png", alt, (width, height)),
            "home": fragments.take_home(
                self._say,
                base,
                f"stylize-{result.plan.style}",
                facts,
                proofs.clock(self._say, parcel, self._shop.retention.keep_seconds),
                cutout=result.figure is not None,
            ),
            "side": gr.update(visible=True),
        }
