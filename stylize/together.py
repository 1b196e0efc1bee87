"""Pictures that differ by their seed alone may be painted together: the first who wants one has all painted, and the
others wait here for their turn.

Each is asked for as ever, one after the other, so that everything else (plan, face pass, box, file, receipt) goes its
usual way for each of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, runtime_checkable

from stylize.models import Picture, Plan, Request, Subject
from stylize.privacy.memory import wipe_all
from stylize.progress import CancelToken, Tell


@runtime_checkable
class PaintsMany(Protocol):
    """An engine that may paint several pictures at once."""

    def side_by_side(self, plan: Plan) -> int: ...

    def generate_many(
        self,
        subject: Subject,
        plans: Sequence[Plan],
        *,
        tell: Tell,
        cancel: CancelToken,
        init_pictures: Sequence[Picture | None] = (),
    ) -> tuple[Picture, ...]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """`seconds`: its share of what the painting of all took."""

    picture: Picture = field(repr=False)
    seconds: float


class Together:
    """The pictures of one order. `seeds`: in the order in which they will be asked for. For one thread at a time."""

    def __init__(self, seeds: Sequence[int] = ()) -> None:
        self._seeds = tuple(dict.fromkeys(seeds))
        self._waiting: dict[str, Waiting] = {}

    def to_paint(self, plan: Plan, engine: object) -> tuple[Plan, ...]:
        """`plan`, and with it those of the seeds that come after it, as many as `engine` would paint side by side now;
        `plan` itself, alone, where it would not, or where the plan says already how it is to be painted.
        """
        after = self._seeds[self._seeds.index(plan.seed) + 1 :] if plan.seed in self._seeds else ()
        if not after or plan.denoise is None or plan.denoise.rows > 1 or not isinstance(engine, PaintsMany):
            return (plan,)
        rows = min(engine.side_by_side(plan), 1 + len(after))
        if rows <= 1:
            return (plan,)
        denoise = replace(plan.denoise, rows=rows)
        return tuple(replace(plan, seed=seed, denoise=denoise) for seed in (plan.seed, *after[: rows - 1]))

    def lay_by(self, plan: Plan, picture: Picture, seconds: float) -> None:
        """Keep it for whoever comes with `plan`."""
        self._waiting[alone(plan).digest()] = Waiting(picture=picture, seconds=seconds)

    def take(self, plan: Plan) -> Waiting | None:
        """What was painted for `plan` already, once; None: nothing."""
        return self._waiting.pop(alone(plan).digest(), None)

    def end(self) -> None:
        """Overwrite what nobody has asked for."""
        for waiting in self._waiting.values():
            wipe_all(waiting.picture.layers)
        self._waiting.clear()

    def __len__(self) -> int:
        return len(self._waiting)


def alone(plan: Plan) -> Plan:
    """`plan`, whatever it says of rows."""
    return plan if plan.denoise is None else replace(plan, denoise=replace(plan.denoise, rows=1))


def order_of(requests: Sequence[Request]) -> Together:
    """For requests that will be made one after the other: empty unless they differ by nothing but the seed."""
    seeds = [request.seed for request in requests if request.seed is not None]
    same = all(replace(request, seed=0) == replace(requests[0], seed=0) for request in requests)
    return Together(seeds if same and len(seeds) == len(requests) > 1 else ())
