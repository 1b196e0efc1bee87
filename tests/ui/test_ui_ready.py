"""The line that says which engines are ready, what it offers where one is missing, and the knobs where it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from html import escape
from pathlib import Path
from typing import Any

import pytest

from stylize.geometry import Size
from stylize.models import Capabilities, MemoryPlan
from stylize.weights import tiers
from tests.ui.conftest import CHROMIUM
from tests.ui.visitor import DESK, PHONE, Visitor
from tests.weights.test_weights_files import SD15, write
from ui.ready import ready_line
from ui.strings import language, languages

SIDE = Size(width=256, height=256)


def engine(name: str, **more: Any) -> Capabilities:
    usual = {"ready": True, "why": "", "uses_weights": False, "denoises": False, "size_multiple": 1}
    return Capabilities(**{"name": name, **usual, "min_size": SIDE, "max_size": SIDE, **more})


FIGURE, PAINTING = engine("figure"), engine("painting")
MISSING = engine("diffusion", ready=False, uses_weights=True, why="There are none.", why_slug="weights-missing")


def test_everything_is_ready() -> None:
    line = ready_line(
        language("en"), [engine("diffusion", uses_weights=True, model="toy<dream>"), FIGURE, PAINTING], tiers()
    )
    assert line == '<p class="ready-line">Ready: figure, painting and Stable Diffusion (toy&lt;dream&gt;).</p>'


@pytest.mark.parametrize("code", languages())
@pytest.mark.parametrize("mode", ["full", "tiled", "offload", "group", "sequential", "half", "eight", "eight-offload"])
def test_how_memory_is_used_folds_out_of_the_line(code: str, mode: str) -> None:
    say = language(code)
    device = "cpu" if mode in ("half", "full") else "cuda"
    needed = 9_000_000_000 if mode == "full" else 4_200_000_000
    used = MemoryPlan(
        mode=mode,
        device=device,
        needed_bytes=needed,
        whole_bytes=9_000_000_000,
        free_bytes=6_500_000_000,
        exact=True,
        why="W.",
    )
    line = ready_line(say, [engine("diffusion", uses_weights=True, memory=used), FIGURE], ())
    assert line.count("<details") == 1
    assert f"<span>{say('memory.title')}</span></summary>" in line
    assert say(f"memory.{mode}") in line
    point = say("result.decimal_point")
    assert f"6{point}5 GB" in line
    assert ("4.2 GB".replace(".", point) in line) == (mode != "full")
    assert "9.0 GB".replace(".", point) in line
    assert escape(say("memory.ram" if device == "cpu" else "memory.card")) in line
    odd = replace(used, mode="somebody's", why="<Its own> words.", free_bytes=None)
    line = ready_line(say, [engine("other", uses_weights=True, memory=odd), FIGURE], ())
    assert "&lt;Its own&gt; words." in line
    assert "6.5" not in line


def test_the_modes_of_the_page_are_those_of_the_engine() -> None:
    from stylize.engines.diffusion.planner import MemoryMode

    for code in languages():
        assert all(language(code).words.get(f"memory.{mode.value}") for mode in MemoryMode)


@pytest.mark.parametrize("code", languages())
def test_what_can_be_added_is_told_with_size_licence_and_command(code: str) -> None:
    say = language(code)
    line = ready_line(say, [MISSING, FIGURE, PAINTING], tiers())
    assert f"{say('ready.figure')}{say('ready.and')}{say('ready.painting')}." in line
    assert say("ready.can_be_added") in line
    for tier in tiers():
        assert f"<code>stylize weights pull {tier.slug}</code>" in line
        assert all(licence.title in line and licence.sentence[code] in line for licence in tier.licences)
        assert f"{tier.size_bytes / 1e9:.1f} GB".replace(".", say("result.decimal_point")) in line
    assert "href" not in line, "nothing on the page leads out of it"


@pytest.mark.parametrize(("code", "why"), [("en", "A sentence."), ("de", "beschädigt oder unvollständig")])
def test_why_it_is_not_ready_is_told(code: str, why: str) -> None:
    broken = engine("diffusion", ready=False, uses_weights=True, why="A sentence.", why_slug="weights-damaged")
    line = ready_line(language(code), [broken, FIGURE], ())
    assert language(code)("ready.not_ready") in line
    assert why in line


def test_a_sentence_without_translation_is_told_as_it_is() -> None:
    broken = engine("diffusion", ready=False, uses_weights=True, why="Libraries are missing: x.")
    assert "Libraries are missing: x." in ready_line(language("de"), [broken, FIGURE], ())


# ---------------------------------------------------------------- on the page


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_the_command_can_be_copied(owner: Any, page: Any) -> None:
    from tests.ui import axe

    visitor = Visitor(owner, page)
    owner.grant_permissions(["clipboard-read", "clipboard-write"], origin=page.origin)
    tab = visitor.enter("de", PHONE)
    assert "Bereit: Figur und Gemälde." in tab.inner_text("#ready summary")
    tab.focus("#ready summary")
    tab.keyboard.press("Enter")
    tab.click("#ready button >> nth=0")
    visitor.until("document.querySelector('#ready button').textContent === 'Kopiert'")
    assert tab.evaluate("navigator.clipboard.readText()") == "stylize weights pull small"
    assert tab.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
    assert axe.complaints(tab) == []
    assert visitor.complaints == []


@pytest.fixture
def with_weights(browser: Any, start_page: Callable[..., Any], tmp_path: Path) -> Iterator[Visitor]:
    """Somebody whose page has weights and a LoRA; nothing reads more of them than their heads here."""
    write(tmp_path / "toy-dream.safetensors", SD15)
    (tmp_path / "loras").mkdir()
    write(tmp_path / "loras" / "clay.safetensors", SD15)
    page = start_page("--weights", str(tmp_path))
    page.open()
    context = browser.new_context()
    name, _, value = page.cookie.partition("=")
    context.add_cookies([{"name": name, "value": value, "url": page.origin, "httpOnly": True, "sameSite": "Strict"}])
    yield Visitor(context, page)
    context.close()


@pytest.mark.browser
@pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
def test_the_knobs_are_there_and_say_when_the_style_decides(with_weights: Visitor) -> None:
    pytest.importorskip("torch", reason="the diffusion engine's libraries are not installed")
    visitor = with_weights
    tab = visitor.enter("en", DESK)
    assert tab.inner_text("#ready .ready-line") == "Ready: figure, painting and Stable Diffusion (toy-dream)."
    tab.click("#more > button")
    tab.wait_for_selector("#strength:visible")
    said = "getComputedStyle(document.querySelector('#strength .tab-like-container'), '::before').content"
    strength = "#strength input[type=range]"
    visitor.until(f'{said}.includes("style\'s own")')
    assert tab.get_attribute(strength, "aria-valuetext") == "style's own"
    assert tab.get_attribute(strength, "aria-label") == "Strength"
    tab.focus(strength)
    tab.keyboard.press("ArrowRight")
    visitor.until(f"!{said}.includes('style')")
    assert tab.get_attribute(strength, "aria-valuetext") is None
    assert tab.inner_text("#loras label") == "clay"
    for name, view, scheme in (("en", DESK, "light"), ("de", PHONE, "dark")):
        if name == "de":
            assert visitor.complaints == []
            visitor.enter(name, view, scheme)
            visitor.complaints.clear()  # Gradio's own, of what was under way when the other page was left
            tab.click("#more > button")
            tab.wait_for_selector("#strength:visible")
        visitor.keep(f"knobs-{name}")
        assert tab.evaluate("document.documentElement.scrollWidth") <= view["width"]
        pytest.importorskip("axe_playwright_python", reason="axe-core is not installed")
        from tests.ui import axe

        assert axe.complaints(tab) == []
    assert visitor.complaints == []
