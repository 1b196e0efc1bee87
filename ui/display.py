"""The little shop window of step three: the card as it is being ordered, drawn anew with every letter."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import replace

from stylize.models import BoxOrder
from stylize.toybox.order import check_order
from stylize.toybox.palettes import palettes
from stylize.toybox.preview import draw_preview
from stylize.toybox.words import card_languages
from ui import fragments
from ui.pictures import encode
from ui.shop import Shop
from ui.strings import Language

WIDTH_PX = 300
_QUALITY = 88


def order(
    say: Language, name: str, tagline: str, accessories: Sequence[str], toys: Sequence[str], palette: str
) -> BoxOrder:
    """What the fields of step three say now."""
    return BoxOrder(
        name=name or "",
        tagline=tagline or "",
        accessories=tuple(accessories),
        toys=tuple(toys or ()),
        palette=palette or None,
        language=say.code if say.code in card_languages() else "en",
    )


def card(say: Language, shop: Shop, ordered: BoxOrder, style: str) -> str:
    """The card with that on it, as HTML. The picture rides in it: nothing is asked for, nothing is kept.

    Without a palette it has the first one's colours: those of the person are measured later. Raises what
    `stylize.toybox.order.check_order` raises.
    """
    checked = check_order(ordered)
    told = shop.workshop.styles[style]
    if not checked.tagline:
        checked = replace(checked, tagline=told.tagline[checked.language])
    colours = checked.palette or next(iter(palettes()))
    pixels = draw_preview(checked, colours, WIDTH_PX, title=told.title[checked.language])
    picture = encode(pixels, ".jpg", quality=_QUALITY)  # ten times as fast as WebP
    address = f"data:{picture.media_type};base64,{b64encode(picture.data).decode()}"
    return fragments.card(address, say("card.alt"), (pixels.shape[1], pixels.shape[0]))


def note(say: Language, palette: str) -> str:
    """What is to be said of it."""
    return fragments.hint(say("card.yours" if palette else "card.matched"))


def first(say: Language, shop: Shop) -> tuple[str, str]:
    """Card and note of a page that was just opened."""
    style = shop.style_choices(say)[0][1]
    return card(say, shop, order(say, "", "", (), (), ""), style), note(say, "")
