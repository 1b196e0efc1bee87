"""All proofs, one after the other."""

from __future__ import annotations

from collections.abc import Callable

from stylize.selftest import no_metadata, no_way_out, nothing_left
from stylize.selftest.canary import plant
from stylize.selftest.made import make
from stylize.selftest.proof import Proof, Verdict

Tell = Callable[[Proof], None]


def selftest(tell: Tell) -> Verdict:
    """Try every promise on this machine; `tell` hears of each proof as soon as it is there."""
    canary = plant()
    proofs: list[Proof] = []
    proving: tuple[Callable[[], Proof], ...] = (
        no_way_out.prove,
        lambda: nothing_left.prove(canary),
        lambda: no_metadata.prove(canary, make(canary)),
    )
    for prove in proving:
        proofs.append(prove())
        tell(proofs[-1])
    return Verdict(proofs=tuple(proofs))
