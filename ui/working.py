"""What is seen while a picture is made: whose turn it is, the steps of this job, how long it will take, the sketch. The
page draws it once (`gauge`); from then on assets/working.js asks for `state`, and moves what there is.
"""

from __future__ import annotations

import json
import math
from base64 import b64encode
from collections.abc import Iterable
from html import escape
from typing import Any

import cv2
import numpy as np

from stylize.models import Pixels
from stylize.progress import Stage
from ui.estimate import Course
from ui.job import Job
from ui.pictures import encode
from ui.strings import Language
from ui.visits import Visit

AHEAD_SECONDS = 0.9
"""The bar glides to where it will be then; assets/working.js takes as long."""
_FACE = (Stage.READ, Stage.INSPECT, Stage.ISOLATE, Stage.PLAN)
READY_WIDTH_PX = 160


def steps(course: Course) -> dict[str, tuple[Stage, ...]]:
    """The steps that a visitor sees of such a job, and the stages of each."""
    return {
        "face": _FACE,
        **({"load": (Stage.LOAD,)} if course.denoises else {}),
        "generate": (Stage.GENERATE,) if course.denoises else (Stage.LOAD, Stage.GENERATE),
        **({"compose": (Stage.COMPOSE,)} if course.boxed else {}),
        "export": (Stage.EXPORT,) if course.boxed else (Stage.COMPOSE, Stage.EXPORT),
    }


def window(picture: str, alt: str) -> str:
    """What is looked at meanwhile: the photo, until there is a sketch of the picture."""
    return f'<div class="working"><img src="{escape(picture)}" alt="{escape(alt)}"></div>'


def gauge(say: Language, job: Job[Any], visit: str) -> str:
    """Bar, sentence, and the steps of this job; as they are now."""
    now = _told(say, job)
    course = "".join(
        f'<li class="{mark}">{_t(say, f"step.{_word(job.course, step)}")}</li>'
        for step, mark in zip(steps(job.course), now["steps"], strict=True)
    )
    words = {key: say.words[f"left.{key}"] for key in ("quiet",)}
    return (
        f'<div class="gauge {now["state"]}" data-work="{escape(visit)}" data-tongue="{escape(say.code)}" '
        f'data-words="{escape(json.dumps(words, ensure_ascii=False), quote=True)}">'
        f'<div class="bar" role="progressbar" aria-valuemin="0" aria-valuemax="100" '
        f'aria-valuenow="{100 * now["fraction"]:.0f}" aria-label="{_t(say, "left.bar")}">'
        f'<span style="width:{now["fraction"]:.1%}"></span></div>'
        f'<p class="doing">{escape(now["doing"])}</p><p class="left">{escape(now["left"])}</p>'
        f'<ol class="course" aria-label="{_t(say, "left.course")}">{course}</ol></div>'
    )


def state(say: Language, visit: Visit | None, seen: int = 0, have: int = 0) -> dict[str, Any]:
    """For GET /work/<visit>.json. `state`: "none" where nothing is made, else "waiting", "working" or "done"; the rest is
    what `gauge` has places for. `sketch`: the newest one as an address that is the picture itself, unless it is the one of
    number `seen`. `ready`: in small, those of several pictures that are finished already, but for the first `have`.
    """
    job = None if visit is None else visit.job
    if job is None:
        return {"state": "none"}
    frame, number = job.frame, job.frames
    fresh = {} if frame is None or number == seen else {"sketch": _address(frame)}
    ready = [_address(_small(one.pixels)) for one in job.outcomes[have:]] if job.rounds > 1 else []
    return {**_told(say, job), "seen": number, "ready": ready, **fresh}


def _small(pixels: Pixels) -> Pixels:
    size = (READY_WIDTH_PX, round(pixels.shape[0] * READY_WIDTH_PX / pixels.shape[1]))
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def _address(frame: Pixels) -> str:
    """Nothing is laid on a shelf: it is shown once, and gone."""
    picture = encode(frame, ".jpg", quality=85)
    return f"data:{picture.media_type};base64,{b64encode(picture.data).decode()}"


def _told(say: Language, job: Job[Any]) -> dict[str, Any]:
    before, stage = job.before, None if job.latest is None else job.latest.stage
    waits = bool(before) or stage is None
    rest = job.left()
    return {
        "state": "done" if job.over else "waiting" if waits else "working",
        "before": len(before),
        "fraction": round(job.fraction, 4),
        "soon": round(job.soon(AHEAD_SECONDS), 4),
        "seconds": None if rest is None or waits else round(rest, 2),
        "doing": _waiting(say, len(before)) if waits else _doing(say, job, stage),
        "left": _until_turn(say, before) if waits else _left(say, rest),
        "steps": _marks(job.course, stage),
    }


def _marks(course: Course, stage: Stage | None) -> list[str]:
    """For each step: "done", "now" or ""."""
    names = steps(course)
    here = next((number for number, stages in enumerate(names.values()) if stage in stages), -1)
    return ["done" if number < here else "now" if number == here else "" for number in range(len(names))]


def _word(course: Course, step: str) -> str:
    """A painting is no figure, and what has no box is not sealed."""
    if step == "generate" and course.engine != "figure":
        return "paint"
    return "check" if step == "export" and not course.boxed else step


def _doing(say: Language, job: Job[Any], stage: Stage | None) -> str:
    step = next((name for name, stages in steps(job.course).items() if stage in stages), "export")
    word = _word(job.course, step)
    sentence = say(f"stage.{word}") if word in ("paint", "check") else say(f"stage.{stage}")
    if job.beside > 1:
        sentence = say("left.together", number=job.beside, doing=sentence)
    elif job.rounds > 1:
        sentence = say("left.round", number=job.round + 1, of=job.rounds, doing=sentence)
    return f"{sentence} …"


def _waiting(say: Language, before: int) -> str:
    if before == 0:
        return f"{say('stage.wait')} …"
    return say("line.one") if before == 1 else say("line.many", number=before)


def _until_turn(say: Language, before: Iterable[Job[Any]]) -> str:
    """How long those who come first will take; "" if nobody can know."""
    seconds = [job.left() for job in before]
    known = [rest for rest in seconds if rest is not None]
    return say("line.turn", time=duration(say, sum(known))) if known and len(known) == len(seconds) else ""


def _left(say: Language, rest: float | None) -> str:
    if rest is None:
        return say("left.unknown")
    return say("left.soon") if rest < 1 else say("left.time", time=duration(say, rest))


def duration(say: Language, seconds: float) -> str:
    """As people say it: "3 s", "25 s", "2 min"; rounded up."""
    if seconds > 90:
        return say("left.minutes", number=math.ceil(seconds / 60))
    step = 1 if seconds <= 10 else 5
    return say("left.seconds", number=max(1, step * math.ceil(seconds / step)))


def _t(say: Language, key: str) -> str:
    return escape(say(key), quote=True)
