"""Request + style + what the engines can do + measured look → a plan with nothing left to decide. Pure.

Who makes it: the engine the user named; else the one the style prefers, if ready; else the first ready one that can do
the style in the order of `ORDER`. What the user set wins over the style; both are held to the same ranges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from enum import StrEnum

from stylize.colour import from_hex
from stylize.errors import EngineUnavailable, KnobMissing, OutOfRange, StyleNotForEngine, TextTooLong, UnknownChoice
from stylize.geometry import Size
from stylize.models import (
    Beard,
    Capabilities,
    Denoise,
    DenoiseOverride,
    Hair,
    Look,
    LookOverride,
    Lora,
    Outfit,
    Plan,
    Request,
)
from stylize.styles.guides import CONTROL_SCALE, IP_ADAPTER_SCALE, LIKENESS, check_guides, decide
from stylize.styles.modesty import check_negative, check_words, modest
from stylize.styles.pace import DEEPCACHE_INTERVAL, check_pace, set_pace
from stylize.styles.prompt import fill
from stylize.styles.scenes import Scene, in_scene, scene_for, words_of
from stylize.styles.style import (
    GUIDANCE_SCALE,
    LORA_SCALE,
    NUM_INFERENCE_STEPS,
    STRENGTH,
    DenoiseTable,
    Style,
)

ORDER = ("diffusion", "figure", "painting")
MAX_SEED = 2**32 - 1
MIN_SIDE, MAX_SIDE = 256, 2048
MAX_PROMPT_LETTERS = 2000
MAX_LORAS = 8
ROWS = (1, 4)


def plan(
    request: Request,
    style: Style,
    capabilities: Sequence[Capabilities],
    look: Look,
    seed: int,
    weights_digest: str,
) -> Plan:
    """Decide everything. `look` as measured; `seed` the one to use; `weights_digest` "" for an engine without weights.

    Raises what `check_request` raises.
    """
    check_request(request, style, capabilities)
    _check("seed", seed, 0, MAX_SEED)
    engine = choose_engine(request, style, capabilities)
    final, scene = apply_look(look, request.look), scene_for(request.scene, style, engine)
    return Plan(
        engine=engine.name,
        style=style.slug,
        seed=seed,
        size=choose_size(request.size, engine),
        look=final,
        settings=in_scene(style.settings.get(engine.name, ()), scene),
        denoise=_denoise(request.denoise, style, final, engine, scene) if engine.denoises else None,
        weights_digest=weights_digest,
    )


def figure_plan(planned: Plan, style: Style, capabilities: Capabilities) -> Plan:
    """The plan for the figure engine (`capabilities` are its own) that makes the init picture of `planned`."""
    return Plan(
        engine=capabilities.name,
        style=planned.style,
        seed=planned.seed,
        size=choose_size(planned.size, capabilities),
        look=planned.look,
        settings=style.settings[capabilities.name],
        denoise=None,
        weights_digest="",
    )


def check_request(request: Request, style: Style, capabilities: Sequence[Capabilities]) -> None:
    """Refuse now what could never work, before anything slow is done.

    Raises UnknownChoice, OutOfRange, TextTooLong, PromptRefused, StyleNotForEngine or EngineUnavailable.
    """
    engine = choose_engine(request, style, capabilities)
    choose_size(request.size, engine)
    scene_for(request.scene, style, engine)
    _check_look(request.look)
    _check_knobs(request.denoise)
    check_words(request.denoise.prompt, "prompt")
    check_negative(request.denoise.negative_prompt, "negative_prompt")
    if request.seed is not None:
        _check("seed", request.seed, 0, MAX_SEED)
    if engine.denoises:
        if request.denoise.init_image == "figure" and "figure" not in style.settings:
            raise StyleNotForEngine(engine="figure", style=style.slug, choices=", ".join(style.engines))
        check_has_knobs(request.denoise, engine)
        table = _denoise_table(style, engine)
        check_guides(request.denoise, table.guides, engine)
        check_pace(request.denoise, engine)
        scheduler = request.denoise.scheduler or table.scheduler
        if engine.schedulers and scheduler not in engine.schedulers:
            raise UnknownChoice(kind="scheduler", choices=", ".join(engine.schedulers))


def can_do(style: Style, engine: Capabilities) -> bool:
    """Whether the style has a table that this engine, with the weights it has now, understands."""
    if not engine.denoises:
        return engine.name in style.settings
    return engine.family in style.denoise or (not engine.family and bool(style.denoise))


def choose_engine(request: Request, style: Style, capabilities: Sequence[Capabilities]) -> Capabilities:
    """The engine that will make the picture.

    Raises UnknownChoice (no engine of that name), StyleNotForEngine, or EngineUnavailable (named, or the only one that
    could, but not ready).
    """
    by_name = {c.name: c for c in capabilities}
    if request.engine is not None:
        if request.engine not in by_name:
            raise UnknownChoice(kind="engine", choices=", ".join(by_name))
        chosen = by_name[request.engine]
        if not can_do(style, chosen):
            raise StyleNotForEngine(engine=chosen.name, style=style.slug, choices=", ".join(style.engines))
        return _ready(chosen)
    preferred = (style.prefers, *ORDER, *by_name)
    able = [by_name[n] for n in dict.fromkeys(preferred) if n in by_name and can_do(style, by_name[n])]
    if not able:
        raise StyleNotForEngine(engine=", ".join(by_name), style=style.slug, choices=", ".join(style.engines))
    return next((c for c in able if c.ready), None) or _ready(able[0])


def choose_size(size: Size, engine: Capabilities) -> Size:
    """`size` rounded to the engine's multiple. Raises OutOfRange when a side is outside what it, or we, can do."""
    rounded = size.round_to(engine.size_multiple)
    limits = (
        ("width", size.width, rounded.width, engine.min_size.width, engine.max_size.width),
        ("height", size.height, rounded.height, engine.min_size.height, engine.max_size.height),
    )
    for field, asked, made, lowest, highest in limits:
        low, high = max(lowest, MIN_SIDE), min(highest, MAX_SIDE)
        if not (low <= asked <= high and low <= made <= high):
            raise OutOfRange(field=field, low=low, high=high)
    return rounded


def enough_steps(num_inference_steps: int, strength: float) -> int:
    """`num_inference_steps`, raised just so far that img2img at this strength really takes one denoising step.

    diffusers runs min(int(num_inference_steps * strength), num_inference_steps) of them, which may be none.
    """
    steps = num_inference_steps
    while int(steps * strength) < 1:
        steps += 1
    return steps


def _ready(engine: Capabilities) -> Capabilities:
    if not engine.ready:
        raise EngineUnavailable(engine=engine.name, why=engine.why)
    return engine


def _denoise_table(style: Style, engine: Capabilities) -> DenoiseTable:
    return style.denoise[engine.family] if engine.family else next(iter(style.denoise.values()))


def _denoise(asked: DenoiseOverride, style: Style, look: Look, engine: Capabilities, scene: Scene | None) -> Denoise:
    table = _denoise_table(style, engine)
    prompt = fill(table.prompt, look, words_of(scene, style)) if asked.prompt is None else asked.prompt
    if scene is not None and asked.prompt is not None:
        prompt = f"{prompt}, {scene.prompt}"
    negative = asked.negative_prompt
    decided = decide(asked, table.strength, table.guides, engine, look, prompt)
    pace = set_pace(asked, table, engine, decided.strength)
    return Denoise(
        prompt=prompt,
        negative_prompt=modest(fill(table.negative_prompt, look)) if negative is None else negative,
        strength=pace.strength,
        guidance_scale=pace.guidance_scale if asked.guidance_scale is None else asked.guidance_scale,
        num_inference_steps=enough_steps(pace.num_inference_steps, pace.strength),
        scheduler=asked.scheduler or pace.scheduler,
        loras=pace.loras,
        init_image=asked.init_image or table.init_image,
        ip_adapter_scale=decided.ip_adapter_scale,
        control=decided.control,
        face_pass=decided.face_pass,
        decoder=asked.decoder or "full",
        deepcache_interval=asked.deepcache_interval or 1,
        image_reference=table.image_reference,
        family=engine.family,
        rows=asked.rows or 1,
    )


def check_has_knobs(asked: DenoiseOverride, engine: Capabilities) -> None:
    """Raises KnobMissing for what was set and means nothing to these weights."""
    for knob in fields(DenoiseOverride):
        if engine.knobs and knob.name not in engine.knobs and getattr(asked, knob.name) is not None:
            raise KnobMissing(knob=knob.name, model=engine.family or engine.name, choices=", ".join(engine.knobs))


def _check(field: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:  # also false for NaN
        raise OutOfRange(field=field, low=low, high=high)


def _check_knobs(asked: DenoiseOverride) -> None:
    numbers = (
        ("strength", asked.strength, STRENGTH),
        ("guidance_scale", asked.guidance_scale, GUIDANCE_SCALE),
        ("num_inference_steps", asked.num_inference_steps, NUM_INFERENCE_STEPS),
        ("likeness", asked.likeness, LIKENESS),
        ("ip_adapter_scale", asked.ip_adapter_scale, IP_ADAPTER_SCALE),
        ("controlnet_conditioning_scale", asked.controlnet_conditioning_scale, CONTROL_SCALE),
        ("deepcache_interval", asked.deepcache_interval, DEEPCACHE_INTERVAL),
        ("rows", asked.rows, ROWS),
    )
    for field, value, (low, high) in numbers:
        if value is not None:
            _check(field, value, low, high)
    for field, text in (("prompt", asked.prompt), ("negative_prompt", asked.negative_prompt)):
        if text is not None and len(text) > MAX_PROMPT_LETTERS:
            raise TextTooLong(field=field, limit=MAX_PROMPT_LETTERS)
    if asked.init_image not in (None, "subject", "figure"):
        raise UnknownChoice(kind="init_image", choices="subject, figure")
    _check("number of LoRAs", len(asked.loras or ()), 0, MAX_LORAS)
    for lora in asked.loras or ():
        _check_lora(lora)


def _check_lora(lora: Lora) -> None:
    _check("LoRA scale", lora.scale, *LORA_SCALE)


def _check_look(look: LookOverride) -> None:
    words: tuple[tuple[str, str | None, type[StrEnum]], ...] = (
        ("hair style", look.hair, Hair),
        ("outfit", look.outfit, Outfit),
        ("beard", look.beard, Beard),
    )
    for kind, word, known in words:
        if word is not None and word not in set(known):
            raise UnknownChoice(kind=kind, choices=", ".join(known))
    colours = (
        look.skin_colour,
        look.hair_colour,
        look.iris_colour,
        look.lip_colour,
        look.outer_colour,
        look.inner_colour,
        look.accent_colour,
        look.pants_colour,
        look.shoe_colour,
    )
    for colour in colours:
        if colour is not None:
            from_hex(colour)


def apply_look(measured: Look, override: LookOverride) -> Look:
    """`measured`, with every field that `override` sets."""
    return Look(
        **{
            f.name: getattr(measured, f.name) if getattr(override, f.name) is None else getattr(override, f.name)
            for f in fields(Look)
        }
    )
