"""The slider between toy and person, and what a style says of adapters."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stylize.errors import DeclarationError, GuideMissing, OutOfRange
from stylize.models import Capabilities, Denoise, DenoiseOverride, Request
from stylize.styles import load_styles, plan
from stylize.styles.likeness import move
from stylize.styles.style import read_style
from tests.styles.test_plan import DIFFUSION, FIGURE, LOOK
from tests.styles.test_style import GOOD

STYLES = load_styles()
GUIDES = ("ip_adapter", "controlnet:canny", "controlnet:depth", "controlnet:softedge")
EQUIPPED = replace(DIFFUSION, guides=GUIDES, mends_faces=True)
BARE = replace(DIFFUSION, mends_faces=True)
numbers = st.floats(0, 1)


def decided(style: str = "action-figure", engine: Capabilities = EQUIPPED, **knobs: object) -> Denoise:
    request = Request(style=style, engine="diffusion", denoise=DenoiseOverride(**knobs))  # type: ignore[arg-type]
    denoise = plan(request, STYLES[style], (FIGURE, engine), LOOK, 7, "").denoise
    assert denoise is not None
    return denoise


def values(denoise: Denoise) -> tuple[float, float, float]:
    return denoise.strength, denoise.ip_adapter_scale, denoise.control.scale if denoise.control else 0.0


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
@pytest.mark.parametrize("style", STYLES)
def test_every_style_moves_all_three_towards_the_person(style: str, family: str) -> None:
    """Less strength, more adapter, more ControlNet, and never back; the middle is the style's own."""
    engine = replace(EQUIPPED, family=family)
    way = [values(decided(style, engine, likeness=step / 10)) for step in range(11)]
    for before, after in itertools.pairwise(way):
        assert after[0] < before[0]
        assert after[1] > before[1]
        assert after[2] > before[2]
    assert way[5] == values(decided(style, engine))


@given(own=numbers, low=numbers, high=numbers, likeness=numbers)
def test_a_curve_stays_between_its_three_values(own: float, low: float, high: float, likeness: float) -> None:
    moved = move(own, (low, high), likeness)
    assert min(own, low, high) - 1e-4 <= moved <= max(own, low, high) + 1e-4
    assert move(own, (low, high), 0.5) == own == move(own, None, likeness)
    assert move(own, (low, high), 0.0) == pytest.approx(low, abs=1e-4)
    assert move(own, (low, high), 1.0) == pytest.approx(high, abs=1e-4)


def test_what_is_said_outright_wins_over_the_slider() -> None:
    said = decided(likeness=1.0, strength=0.33, ip_adapter_scale=0.2, controlnet_conditioning_scale=1.1)
    assert values(said) == (0.33, 0.2, 1.1)
    off = decided(likeness=1.0, ip_adapter_scale=0.0, controlnet_conditioning_scale=0.0)
    assert (off.ip_adapter_scale, off.control, off.guides) == (0.0, None, ())


def test_what_lies_not_there_is_left_out_unless_it_was_asked_for() -> None:
    bare = decided(engine=BARE, likeness=0.9)
    assert (bare.ip_adapter_scale, bare.control) == (0.0, None)
    assert bare.strength == decided(likeness=0.9).strength
    with pytest.raises(GuideMissing, match="IP-Adapter"):
        decided(engine=BARE, ip_adapter_scale=0.5)
    with pytest.raises(GuideMissing, match="softedge, canny"):
        decided(engine=replace(BARE, guides=("ip_adapter", "controlnet:depth")), controlnet_conditioning_scale=0.5)
    assert decided(engine=BARE, ip_adapter_scale=0.0, controlnet_conditioning_scale=0.0).guides == ()


def test_the_first_control_that_is_there_is_taken() -> None:
    control = decided(engine=replace(EQUIPPED, guides=("controlnet:canny",))).control
    assert control is not None
    assert (control.kind, control.drawn_from, control.end) == ("canny", "figure", 0.8)
    anime = decided("painted-anime")
    assert anime.control is not None
    assert (anime.control.kind, anime.control.drawn_from, anime.needs_figure) == ("depth", "subject", False)
    assert anime.guides == ("ip_adapter", "controlnet:depth")


def test_the_face_pass_is_the_styles_unless_said_otherwise() -> None:
    usual = decided().face_pass
    assert usual is not None
    assert usual.prompt.startswith("close-up of the face")
    assert decided(face_pass=False).face_pass is None
    assert decided(engine=replace(EQUIPPED, mends_faces=False), face_pass=True).face_pass is None
    own_words = decided(prompt="a garden gnome").face_pass
    assert own_words is not None
    assert own_words.prompt == "a garden gnome"


@pytest.mark.parametrize(
    ("knob", "value"),
    [("likeness", 1.1), ("likeness", -0.1), ("likeness", float("nan")), ("ip_adapter_scale", 2.0),
     ("controlnet_conditioning_scale", -1.0)],
)  # fmt: skip
def test_ranges(knob: str, value: float) -> None:
    with pytest.raises(OutOfRange, match=knob):
        decided(**{knob: value})


CONTROL = '[engines.diffusion.control]\nkinds = ["canny"]\ndrawn_from = "subject"\n'


@pytest.mark.parametrize(
    ("added", "complaint"),
    [
        (CONTROL.replace('["canny"]', '["lineart"]'), "kinds must be a list"),
        (CONTROL.replace('["canny"]', "[]"), "kinds must be a list"),
        (CONTROL.replace('"subject"', '"dog"'), "drawn_from must be"),
        (CONTROL + "start = 0.9\nend = 0.4\n", "start must be less"),
        (CONTROL + "weight = 1\n", "control.weight is unknown"),
        ("[engines.diffusion.likeness]\nstrength = [0.5]\n", "two numbers"),
        ("[engines.diffusion.likeness]\nstrength = [0.5, 2]\n", "between 0.05 and 1"),
        ("[engines.diffusion.likeness]\nguidance_scale = [1, 2]\n", "guidance_scale is unknown"),
        ('[engines.diffusion.face_pass]\nstrength = 0.9\nprompt = "a face"\n', "between 0.05 and 0.8"),
        ('[engines.diffusion.face_pass]\nstrength = 0.4\nprompt = "a {dog}"\n', "a field it may not have"),
    ],
)
def test_a_declaration_that_is_off(added: str, complaint: str) -> None:
    with pytest.raises(DeclarationError, match=complaint):
        read_style(f"{GOOD}\n{added}", "mine")


def test_a_scale_needs_a_control() -> None:
    text = GOOD.replace("strength = 0.5", "strength = 0.5\ncontrolnet_conditioning_scale = 0.5")
    with pytest.raises(DeclarationError, match="needs a table control"):
        read_style(text, "mine")
    assert read_style(f"{text}\n{CONTROL}", "mine").denoise["sd15"].guides.control is not None
