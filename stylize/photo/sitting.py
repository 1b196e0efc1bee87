"""One photo for several pictures: it is looked at, and its person measured, once."""

from __future__ import annotations

from stylize.models import Findings, HideOrder, Photo, Subject
from stylize.photo.inspect import choose, survey
from stylize.photo.isolate import isolate


class Sitting:
    """Gives what `stylize.photo.inspect` and `stylize.photo.isolate` give, to the bit, and remembers it: a third of the time
    of a picture. For one thread at a time. `photo`: as it was read. `found`: what was found in it, where that is known.
    """

    def __init__(self, photo: Photo, found: Findings | None = None) -> None:
        self.photo = photo
        self._survey = found
        self._findings: dict[int | None, Findings] = {}
        self._subjects: dict[tuple[int | None, HideOrder], Subject] = {}

    def inspect(self, face: int | None) -> Findings:
        """Raises SubjectError as `stylize.photo.inspect` does; that is not remembered."""
        if face not in self._findings:
            self._findings[face] = choose(self.photo, self.survey(), face)
        return self._findings[face]

    def survey(self) -> Findings:
        """Faces and regions as `stylize.photo.survey` gives them: it is done once, whoever is the subject."""
        if self._survey is None:
            self._survey = survey(self.photo)
        return self._survey

    def isolate(self, face: int | None, hide: HideOrder = HideOrder()) -> Subject:
        """The person of `face`; None: the one whom the photo is about. `hide`: what is hidden of all others. Raises as
        `stylize.photo.isolate` does.
        """
        if (face, hide) not in self._subjects:
            self._subjects[face, hide] = isolate(self.photo, self.inspect(face), hide)
        return self._subjects[face, hide]

    def end(self) -> None:
        """Forget what was measured."""
        self._survey = None
        self._findings.clear()
        self._subjects.clear()
