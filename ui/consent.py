"""The one question before the first picture of a person: whether they agree. It is asked once for each person of a photo,
and the answer lives with the visit, in memory.

Who is under 18 is for people to say. Nothing here looks at a face to find out (docs/privacy.md tells why): the sentence
about parents and guardians stands in the question for everybody.
"""

from __future__ import annotations

import secrets
from html import escape

from stylize.geometry import Box, Size
from stylize.models import Consent, Findings
from ui.strings import Language

ANSWERS = {"agree": Consent.GIVEN, "guardian": Consent.GUARDIAN}
"""The buttons of the page that say yes, each in its own way."""
DECLINE = "decline"
FACES_WIDE = 2.0
"""How much of the photo is shown beside the question, in heights of the face."""

Person = tuple[str, int]
"""The id of a photo, and the number of a face in it."""


def person(photo: str, findings: Findings, face: int | None) -> Person:
    """Who becomes the picture. `face`: as in `Request.face`; one that is not there is refused later, where it is looked for."""
    known = face is not None and 0 <= face < len(findings.faces)
    return photo, face if face is not None and known else findings.subject or 0


def question(say: Language, who: Person, picture: str, size: Size, face: Box) -> str:
    """The dialog that assets/consent.js opens, once each time it comes. `picture`: the address of the photo in small; `size`
    and `face` are measured in the pixels of the whole.
    """
    answers = "".join(
        f'<button type="button" data-answer="{answer}"><strong>{_t(say, answer)}</strong>'
        f"<span>{_t(say, f'{answer}_words')}</span></button>"
        for answer in (*ANSWERS, DECLINE)
    )
    return (
        f'<dialog id="question" aria-labelledby="question-title" aria-describedby="question-words" '
        f'data-asked="{secrets.token_hex(4)}"><div class="asking">'
        f'<span class="who"><img src="{escape(picture)}" alt="{escape(say("photo.person", number=who[1] + 1))}" '
        f'style="{_cut(size, face)}"></span>'
        f'<h2 id="question-title" tabindex="-1" autofocus>{_t(say, "title")}</h2>'
        f'<p id="question-words">{_t(say, "words")}</p></div>'
        f'<div class="answers">{answers}</div><p class="hint">{_t(say, "hint")}</p></dialog>'
    )


def _cut(size: Size, face: Box) -> str:
    """Style of the whole photo so that its frame, a square, shows the face."""
    side = min(FACES_WIDE * face.height, size.width, size.height)
    x, y = face.centre
    left = min(max(x - side / 2, 0), size.width - side)
    top = min(max(y - side / 2, 0), size.height - side)
    return f"width:{size.width / side:.2%};left:{-left / side:.2%};top:{-top / side:.2%}"


def _t(say: Language, key: str) -> str:
    return escape(say(f"consent.{key}"), quote=True)
