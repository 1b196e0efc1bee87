"""What is said of how a photo will do: of the person who is chosen in it."""

from __future__ import annotations

import io
from types import SimpleNamespace
from typing import Any

from PIL import Image

from stylize import photo
from ui.handlers import Handlers
from ui.intake import Arrival
from ui.pictures import placeholder
from ui.shelf import Shelf
from ui.strings import language
from ui.visits import Visits

ME = "somebody"


def test_the_hints_are_those_of_the_chosen_person(portraits: dict[str, bytes]) -> None:
    """Two people stand there, the second far away."""
    portrait = Image.open(io.BytesIO(portraits["biden"])).convert("RGB")
    scene = Image.new("RGB", (800, 1000), "white")
    for share, spot in ((0.45, (0, 0)), (0.18, (560, 0))):
        scene.paste(portrait.resize([round(share * side) for side in portrait.size]), spot)
    buffer = io.BytesIO()
    scene.save(buffer, "PNG")
    opened = photo.read(buffer.getvalue())
    arrivals: Shelf[Arrival] = Shelf(places=4)
    visits, say = Visits(), language("en")
    shop: Any = SimpleNamespace(intake=SimpleNamespace(arrivals=arrivals), retention=SimpleNamespace(keep_seconds=900))
    visit, do, small = visits.of(ME), Handlers(say, shop, visits), say("warning.photo-small")
    found = photo.inspect(opened)
    visit.photo = arrivals.put(Arrival(photo=opened, findings=found, refusal=None, preview=placeholder()))
    assert [small in do.choose_face(ME, face)["report"] for face in (0, 1, 0, None)] == [False, True, False, False]
    assert "trouble" in do.choose_face(ME, 2)["report"], "there is no third"
    visit.values = {"face": 1}
    assert small in do.show_photo(ME)["report"], "and so they are when the page comes back"
    arrivals.drop(visit.photo)
    assert do.choose_face(ME, 1) == {}
