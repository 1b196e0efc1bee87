"""After the picture: the face in it is found, and painted once more where the plan says so."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from stylize.engines.base import Engine
from stylize.geometry import Box
from stylize.models import Picture, Plan, Subject
from stylize.photo.people import find_faces
from stylize.progress import CancelToken, Progress, Stage, Tell
from stylize.screening import screened, screening


@runtime_checkable
class Mends(Protocol):
    """An engine that can paint the face of a finished picture once more."""

    def mend_face(
        self, subject: Subject, plan: Plan, picture: Picture, face: Box, *, tell: Tell, cancel: CancelToken
    ) -> Picture: ...


def wants_touch_up(plan: Plan) -> bool:
    return plan.denoise is not None and plan.denoise.face_pass is not None


def touch_up(
    engine: Engine, subject: Subject, plan: Plan, picture: Picture, *, tell: Tell, cancel: CancelToken
) -> Picture:
    """`picture`, with its most prominent face painted once more if the plan wants that and there is one to be found;
    toys are found as people are. Told as Stage.GENERATE from 0 to 1. Raises what the engine raises,
    and PictureWithheld.
    """
    if not wants_touch_up(plan) or not isinstance(engine, Mends):
        return picture
    cancel.check()
    faces = find_faces(picture.pixels)
    if faces:
        with screening(tell, plan) as heard:
            mended = engine.mend_face(subject, plan, picture, faces[0].box, tell=heard, cancel=cancel)
        picture = picture if mended is picture else screened(mended, plan, picture)
    tell(Progress(stage=Stage.GENERATE, fraction=1.0))
    return picture
