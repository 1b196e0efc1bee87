"""Few steps or many: what the plan says when the weights know a quick way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from stylize.errors import UnknownChoice
from stylize.models import Capabilities, DenoiseOverride, Lora

if TYPE_CHECKING:
    from stylize.styles.style import DenoiseTable

DEEPCACHE_INTERVAL = (1, 5)


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """The part of a `Denoise` that depends on it."""

    strength: float
    guidance_scale: float
    num_inference_steps: int
    scheduler: str
    loras: tuple[Lora, ...]


def check_pace(asked: DenoiseOverride, engine: Capabilities) -> None:
    """Refuse what these weights cannot do. Raises UnknownChoice."""
    if asked.pace not in (None, "quick", "thorough") or (asked.pace == "quick" and engine.fast is None):
        raise UnknownChoice(kind="pace", choices="quick, thorough" if engine.fast else "thorough")
    if asked.decoder not in (None, "full", "tiny") or (asked.decoder == "tiny" and not engine.tiny_decoder):
        raise UnknownChoice(kind="decoder", choices="full, tiny" if engine.tiny_decoder else "full")


def set_pace(asked: DenoiseOverride, table: DenoiseTable, engine: Capabilities, strength: float) -> Pace:
    """Quick where the weights know how and nobody wants it otherwise; else as the style says. `strength`: as decided,
    raised where the quick way would otherwise take too few steps, unless the user set it.
    """
    loras = table.loras if asked.loras is None else asked.loras
    steps = asked.num_inference_steps
    fast = engine.fast
    if fast is None or not is_quick(asked):
        return Pace(
            strength=strength,
            guidance_scale=table.guidance_scale,
            num_inference_steps=table.num_inference_steps if steps is None else steps,
            scheduler=table.scheduler,
            loras=loras,
        )
    own = Lora(name=fast.lora, scale=fast.lora_scale)
    return Pace(
        strength=max(strength, fast.least_strength) if asked.strength is None else strength,
        guidance_scale=fast.guidance_scale,
        num_inference_steps=fast.num_inference_steps if steps is None else steps,
        scheduler=fast.scheduler,
        loras=loras if not fast.lora or any(lora.name == fast.lora for lora in loras) else (*loras, own),
    )


def is_quick(asked: DenoiseOverride) -> bool:
    """Whether the quick way is wanted, where there is one. Who sets its settings by hand knows better."""
    by_hand = (asked.scheduler, asked.num_inference_steps, asked.guidance_scale)
    return asked.pace == "quick" or (asked.pace is None and all(value is None for value in by_hand))
