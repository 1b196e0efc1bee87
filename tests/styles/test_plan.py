"""The plan: who makes it, how large, with which numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.errors import (
    EngineUnavailable,
    OutOfRange,
    RequestError,
    StyleNotForEngine,
    TextTooLong,
    UnknownChoice,
)
from stylize.geometry import Size
from stylize.models import (
    Beard,
    Capabilities,
    DenoiseOverride,
    Hair,
    Look,
    LookOverride,
    Lora,
    Outfit,
    Plan,
    Request,
)
from stylize.styles import load_styles, plan
from stylize.styles.plan import enough_steps, figure_plan

LOOK = Look(
    hair=Hair.SHORT,
    outfit=Outfit.HOODIE,
    beard=Beard.NONE,
    glasses=False,
    skin_colour="#bd8a63",
    hair_colour="#33231a",
    iris_colour="#5c3a20",
    lip_colour="#aa5555",
    outer_colour="#2456b4",
    inner_colour="#ffffff",
    accent_colour="#c8262c",
    pants_colour="#1b2547",
    shoe_colour="#141416",
)
SMALL, LARGE = Size(width=64, height=64), Size(width=4096, height=4096)
FIGURE = Capabilities(
    name="figure",
    ready=True,
    why="",
    uses_weights=False,
    denoises=False,
    size_multiple=1,
    min_size=SMALL,
    max_size=LARGE,
)
PAINTING = replace(FIGURE, name="painting")
DIFFUSION = replace(
    FIGURE,
    name="diffusion",
    uses_weights=True,
    denoises=True,
    size_multiple=8,
    max_size=Size(width=1536, height=1536),
    family="sd15",
    schedulers=("euler", "dpmpp-2m-karras"),
)
MISSING = replace(DIFFUSION, ready=False, why="Nothing there.", family="")
STYLES = load_styles()


def made(request: Request, *engines: Capabilities) -> Plan:
    return plan(request, STYLES[request.style], engines or (PAINTING, FIGURE, DIFFUSION), LOOK, 7, "")


def asked(**knobs: object) -> Request:
    return Request(denoise=DenoiseOverride(**knobs))  # type: ignore[arg-type]


def test_diffusion_first_then_figure_then_painting() -> None:
    assert made(Request(style="caricature")).engine == "diffusion"
    assert made(Request(style="caricature"), PAINTING, FIGURE, MISSING).engine == "figure"
    assert made(Request(style="caricature"), PAINTING, MISSING).engine == "painting"
    assert made(Request(style="painted-anime"), PAINTING, FIGURE, MISSING).engine == "painting"


def test_a_style_may_prefer_an_engine_if_it_is_ready() -> None:
    fond = replace(STYLES["caricature"], prefers="painting")
    engines = (PAINTING, FIGURE, DIFFUSION)
    assert plan(Request(style="caricature"), fond, engines, LOOK, 7, "").engine == "painting"
    tired = (replace(PAINTING, ready=False), FIGURE, DIFFUSION)
    assert plan(Request(style="caricature"), fond, tired, LOOK, 7, "").engine == "diffusion"


def test_the_users_word_on_the_engine_is_final() -> None:
    assert made(Request(style="caricature", engine="painting")).engine == "painting"
    with pytest.raises(EngineUnavailable, match=r"Nothing there\."):
        made(Request(engine="diffusion"), FIGURE, MISSING)
    with pytest.raises(StyleNotForEngine, match="diffusion, figure"):
        made(Request(style="doll", engine="painting"))
    with pytest.raises(UnknownChoice, match="painting, figure, diffusion"):
        made(Request(engine="magic"))


def test_weights_of_a_family_the_style_does_not_know_do_not_count() -> None:
    other = replace(DIFFUSION, family="flux")
    assert made(Request(), FIGURE, other).engine == "figure"
    with pytest.raises(StyleNotForEngine):
        made(Request(engine="diffusion"), FIGURE, other)


def test_each_family_has_its_own_numbers() -> None:
    small, large = made(Request()), made(Request(), replace(DIFFUSION, family="sdxl"))
    assert small.denoise is not None
    assert large.denoise is not None
    assert small.denoise.guidance_scale != large.denoise.guidance_scale
    assert small.denoise.prompt != large.denoise.prompt


def test_the_size_is_rounded_to_the_engine_and_bounded() -> None:
    assert made(Request(size=Size(width=770, height=955))).size == Size(width=768, height=952)
    assert made(Request(size=Size(width=770, height=955)), FIGURE).size == Size(width=770, height=955)
    with pytest.raises(OutOfRange, match="width must be between 256 and 1536"):
        made(Request(size=Size(width=1600, height=800)))
    with pytest.raises(OutOfRange, match="height must be between 256 and 2048"):
        made(Request(size=Size(width=800, height=255)), FIGURE)


def test_the_style_speaks_where_the_user_does_not() -> None:
    denoise = made(asked(strength=0.3, scheduler="euler", loras=(Lora(name="mine"),))).denoise
    assert denoise is not None
    table = STYLES["action-figure"].denoise["sd15"]
    assert (denoise.strength, denoise.scheduler, denoise.loras) == (0.3, "euler", (Lora(name="mine"),))
    assert (denoise.guidance_scale, denoise.num_inference_steps) == (table.guidance_scale, table.num_inference_steps)
    assert "short neat dark brown hair" in denoise.prompt


def test_the_users_prompt_is_taken_as_it_is() -> None:
    denoise = made(asked(prompt="a {toy} of me", negative_prompt="")).denoise
    assert denoise is not None
    assert (denoise.prompt, denoise.negative_prompt) == ("a {toy} of me", "")


def test_the_looks_that_the_user_sets_reach_look_and_prompt() -> None:
    planned = made(Request(look=LookOverride(hair=Hair.AFRO, glasses=True, outer_colour="#f3cf3b")))
    assert planned.look == replace(LOOK, hair=Hair.AFRO, glasses=True, outer_colour="#f3cf3b")
    assert planned.denoise is not None
    for word in ("afro", "wearing glasses", "yellow hoodie"):
        assert word in planned.denoise.prompt


BAD: list[tuple[Request, type[RequestError], str]] = [
    (asked(strength=0.01), OutOfRange, "strength"),
    (asked(strength=float("nan")), OutOfRange, "strength"),
    (asked(guidance_scale=31), OutOfRange, "guidance_scale"),
    (asked(num_inference_steps=0), OutOfRange, "num_inference_steps"),
    (asked(num_inference_steps=151), OutOfRange, "num_inference_steps"),
    (asked(scheduler="magic"), UnknownChoice, "euler"),
    (asked(init_image="photo"), UnknownChoice, "subject, figure"),
    (asked(prompt="x" * 2001), TextTooLong, "2000"),
    (asked(loras=(Lora(name="x", scale=-1),)), OutOfRange, "LoRA scale"),
    (asked(loras=(Lora(name="x"),) * 9), OutOfRange, "LoRAs"),
    (Request(seed=-1), OutOfRange, "seed"),
    (Request(seed=2**32), OutOfRange, "seed"),
    (Request(look=LookOverride(hair="mohawk")), UnknownChoice, "bald"),  # type: ignore[arg-type]
    (Request(look=LookOverride(skin_colour="brown")), UnknownChoice, "#rrggbb"),
    (Request(style="painted-anime", denoise=DenoiseOverride(init_image="figure")), StyleNotForEngine, "figure"),
]


@pytest.mark.parametrize(
    ("request_", "kind", "names"), BAD, ids=[f"{names}-{i}" for i, (_, _, names) in enumerate(BAD)]
)
def test_what_cannot_work_is_refused(request_: Request, kind: type[RequestError], names: str) -> None:
    with pytest.raises(kind, match=names):
        made(request_)


@given(st.integers(1, 150), st.floats(0.05, 1))
def test_one_denoising_step_is_always_left_and_no_more_are_added_than_needed(steps: int, strength: float) -> None:
    enough = enough_steps(steps, strength)
    assert int(enough * strength) >= 1
    assert enough == steps or int((enough - 1) * strength) == 0


def test_denoising_steps_are_never_none() -> None:
    denoise = made(asked(strength=0.05, num_inference_steps=1)).denoise
    assert denoise is not None
    assert denoise.denoising_steps == 1


def test_the_init_pictures_plan_is_the_figures() -> None:
    planned = made(Request(size=Size(width=770, height=955)))
    drawing = figure_plan(planned, STYLES["action-figure"], FIGURE)
    assert (drawing.engine, drawing.denoise, drawing.size) == ("figure", None, planned.size)
    assert drawing.settings == STYLES["action-figure"].settings["figure"]


def test_equal_questions_equal_plans() -> None:
    assert made(Request(seed=7)).digest() == made(Request(seed=7)).digest()
    assert made(Request()).digest() != made(asked(strength=0.3)).digest()


numbers = st.none() | st.integers(-5, 200) | st.floats(allow_nan=True)


@given(
    style=st.sampled_from([*STYLES]),
    engine=st.sampled_from([None, "figure", "painting", "diffusion", "magic"]),
    seed=st.none() | st.integers(-10, 2**33),
    width=st.integers(1, 5000),
    height=st.integers(1, 5000),
    strength=numbers,
    guidance_scale=numbers,
    steps=st.none() | st.integers(-5, 400),
)
def test_any_request_is_a_plan_within_bounds_or_a_sentence(
    style: str,
    engine: str | None,
    seed: int | None,
    width: int,
    height: int,
    strength: float | None,
    guidance_scale: float | None,
    steps: int | None,
) -> None:
    request = Request(
        style=style,
        engine=engine,
        seed=seed,
        size=Size(width=width, height=height),
        denoise=DenoiseOverride(strength=strength, guidance_scale=guidance_scale, num_inference_steps=steps),
    )
    try:
        planned = made(request)
    except RequestError as problem:
        said = str(problem)
        assert said.endswith("."), said
        return
    assert 256 <= min(planned.size.width, planned.size.height) <= max(planned.size.width, planned.size.height) <= 2048
    if planned.denoise is not None:
        assert planned.size.width % 8 == planned.size.height % 8 == 0
        assert 1 <= planned.denoise.denoising_steps <= 150
        assert 0.05 <= planned.denoise.strength <= 1
