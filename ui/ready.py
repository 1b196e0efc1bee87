"""Which engines are ready, in one line, how the others can be added, and how the model's memory is used: said when the page
opens, and again when a picture is done.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from stylize.engines.base import Capabilities
from stylize.models import MemoryPlan
from stylize.weights.catalog import Tier, gigabytes
from ui.strings import Language

PULL = "stylize weights pull {slug}"


def ready_line(say: Language, able: Sequence[Capabilities], tiers: Sequence[Tier]) -> str:
    """The line. Where an engine with weights is missing it folds out: why, and which of `tiers` can be fetched, how. Where a
    model is loaded, it folds out to say how its memory is used, and why so.
    """
    ready = sorted((engine for engine in able if engine.ready), key=lambda engine: engine.uses_weights)
    names = [_name(say, engine) for engine in ready]
    now = say("ready.now", engines=say("ready.and").join(filter(None, [", ".join(names[:-1]), *names[-1:]])))
    missing = next((engine for engine in able if engine.uses_weights and not engine.ready), None)
    used = next((engine.memory for engine in ready if engine.memory is not None), None)
    if missing is None:
        if used is None:
            return f'<p class="ready-line">{escape(now)}</p>'
        return (
            f'<details class="ready-line"><summary>{escape(now)} <span>{escape(say("memory.title"))}</span></summary>'
            f'<div class="offers"><p>{escape(_memory(say, used))}</p></div></details>'
        )
    new = missing.why_slug == "weights-missing"
    offer = say("ready.can_be_added" if new else "ready.not_ready")
    why = say("ready.why_add") if new else _why(say, missing)
    offers = "".join(_offer(say, tier) for tier in tiers)
    return (
        f'<details class="ready-line"><summary>{escape(now)} <span>{escape(offer)}</span></summary>'
        f'<div class="offers"><p>{escape(why)}</p><ul>{offers}</ul><p>{escape(say("ready.then"))}</p></div></details>'
    )


def _memory(say: Language, used: MemoryPlan) -> str:
    """Which way, what it takes, and where it is not the fastest one, what that would have taken."""
    words = [say.maybe(f"memory.{used.mode}", used.why)]
    place = say("memory.ram" if used.device == "cpu" else "memory.card")
    free = "" if used.free_bytes is None else _size(say, used.free_bytes)
    words.append(say("memory.takes", needed=_size(say, used.needed_bytes), place=place))
    if used.whole_bytes > used.needed_bytes:
        words.append(say("memory.whole", whole=_size(say, used.whole_bytes)))
    if free:
        words.append(say("memory.free", free=free))
    return " ".join(words)


def _size(say: Language, count: int) -> str:
    return gigabytes(count).replace(".", say("result.decimal_point"))


def _name(say: Language, engine: Capabilities) -> str:
    name = say.maybe(f"ready.{engine.name}", engine.name)
    return say("ready.named", engine=name, model=engine.model) if engine.model else name


def _why(say: Language, engine: Capabilities) -> str:
    """The engine's own sentence; translated, where that can be had without the facts of its error."""
    sentence = say.maybe(f"error.{engine.why_slug}", engine.why)
    return engine.why if "{" in sentence else sentence


def _offer(say: Language, tier: Tier) -> str:
    about = "" if tier.size_is_exact else say("ready.about")
    size = _size(say, tier.size_bytes)
    licences = "".join(
        f"<div><strong>{escape(', '.join(names))}:</strong> {escape(meaning)}</div>"
        for meaning, names in _licences(say, tier).items()
    )
    command = PULL.format(slug=tier.slug)
    name = escape(f"{say('ready.copy')}: {command}", quote=True)
    words = f'aria-label="{name}" data-copy="{escape(command)}" data-copied="{escape(say("ready.copied"), quote=True)}"'
    return (
        f"<li><div><strong>{escape(_in(say, tier.title))}, {escape(about + size)}.</strong> "
        f'{escape(_in(say, tier.sentence))}</div><div class="hint">{licences}</div>'
        f'<div class="command"><code>{escape(command)}</code>'
        f'<button type="button" {words}>{escape(say("ready.copy"))}</button></div></li>'
    )


def _licences(say: Language, tier: Tier) -> dict[str, list[str]]:
    """What is allowed, in plain words → the licences that say so."""
    told: dict[str, list[str]] = {}
    for licence in tier.licences:
        told.setdefault(_in(say, licence.sentence), []).append(licence.title)
    return told


def _in(say: Language, texts: Mapping[str, str]) -> str:
    return texts.get(say.code, texts["en"])
