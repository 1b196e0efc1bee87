"""What a proof ends with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Standing = Literal["passed", "failed", "untested"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    """One promise, tried. `headline`: the outcome in one sentence; `evidence`: what it rests on, control first.

    "untested": the control did not trip, or the machine does not let it be tried; nothing is proven then.
    """

    promise: str
    standing: Standing
    headline: str
    evidence: tuple[str, ...]
    seconds: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """All proofs together. It is passed only if each one is."""

    proofs: tuple[Proof, ...]

    @property
    def passed(self) -> bool:
        return bool(self.proofs) and all(proof.standing == "passed" for proof in self.proofs)
