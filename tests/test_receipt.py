"""The receipt: what it tells, in which shape, and that nothing personal can get into it."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from string import Formatter

import pytest
from PIL import Image

import stylize
from stylize.engines.diffusion.planner import ways
from stylize.errors import UnknownChoice
from stylize.models import BoxOrder, Consent, Denoise, DenoiseOverride, Evidence, Receipt, RegionKind, Request
from stylize.progress import Stage
from stylize.receipt import languages, tell, to_json, to_text
from stylize.receipt.write import told_to_diffusers

CANARY = "Kanarie-73b1"
WALLED = Evidence(
    wall="kernel",
    wall_parts=(("seccomp", True), ("network-namespace", False)),
    attempts=(("connect", "gradio", 2), ("look-up", "requests", 1)),
    files_left=0,
)
RECEIPT = Receipt(
    wall="none",
    engine="figure",
    style="doll",
    seed=7,
    plan_digest="a" * 64,
    media_type="image/png",
    export_digest="b" * 64,
    other_digests=(("image/jpeg", "c" * 64),),
    weights_digest="",
    durations_seconds=(("read", 0.02), ("generate", 1.5)),
    versions=(("python", "3.11"),),
    found_groups=(("place", 3), ("person", 1)),
    labels=("xmp",),
    denoise=(("strength", "0.55"), ("ip_adapter_scale", "0.6")),
)


def walled(receipt: Receipt) -> Receipt:
    return replace(receipt, wall="kernel", wall_parts=WALLED.wall_parts, attempts=WALLED.attempts)


def test_json_is_stable_and_versioned() -> None:
    told = json.loads(to_json(walled(RECEIPT)))
    assert to_json(walled(RECEIPT)) == to_json(walled(RECEIPT))
    assert list(told) == sorted(told)
    assert told["schema"] == "stylize-receipt/1"
    assert (told["wall"], told["wall_parts"]) == ("kernel", {"seccomp": True, "network-namespace": False})
    assert told["attempts_seen"] == 3
    assert told["attempts"][0] == {"kind": "connect", "library": "gradio", "count": 2}
    assert (told["files_left"], told["found_groups"]) == (0, {"place": 3, "person": 1})
    assert (told["export_digest"], told["other_digests"]) == ("b" * 64, {"image/jpeg": "c" * 64})


def test_what_was_hidden_is_told_by_kind_and_number() -> None:
    hidden = replace(RECEIPT, hidden=(("face", 2), ("text", 5), ("box", 1), ("background", 1)))
    assert json.loads(to_json(hidden))["hidden"] == {"face": 2, "text": 5, "box": 1, "background": 1}
    for language, words in (("en", ("other faces", "all of it")), ("de", ("andere Gesichter", "ganz"))):
        text = to_text(hidden, language)
        assert all(word in text for word in words)
        assert all(len(line) <= tell.WIDTH for line in text.splitlines())
    assert "nothing" in to_text(RECEIPT)


@pytest.mark.parametrize("kind", [*RegionKind, "box", "background"])
def test_everything_that_can_be_hidden_has_words(kind: str) -> None:
    for language in languages():
        assert f"hidden.{kind}" in tell._words()[language]


def test_text_says_whether_there_was_a_wall() -> None:
    assert "It did not stand" in to_text(RECEIPT)
    text = to_text(walled(RECEIPT))
    assert "It stood" in text
    assert "[x] no connection may be opened" in text
    assert "[ ] a network of its own, with nothing in it: not to be had here" in text
    assert "all blocked" in text
    assert "Die Mauer" in to_text(RECEIPT, "de")


@pytest.mark.parametrize("language", languages())
def test_text_tells_the_figures_in_lines_that_fit(language: str) -> None:
    text = to_text(walled(RECEIPT), language)
    for figure in ("ip_adapter_scale", "0.6", "a" * 64, "b" * 64, "c" * 64, "doll", "figure", "gradio"):
        assert figure in text
    assert all(len(line) <= tell.WIDTH for line in text.splitlines())


def test_what_diffusers_was_told_is_named_without_words_of_the_user() -> None:
    from stylize.models import Control, FacePass, Lora
    from stylize.receipt.write import told_to_diffusers
    from tests.diffusion.tiny import make_plan

    denoise = make_plan(prompt=CANARY, negative_prompt=CANARY, loras=(Lora(name=CANARY),)).denoise
    assert denoise is not None
    told = told_to_diffusers(
        replace(
            denoise,
            ip_adapter_scale=0.65,
            control=Control(kind="softedge", drawn_from="figure", scale=0.8, end=0.8),
            face_pass=FacePass(strength=0.4, prompt=CANARY),
            decoder="tiny",
            deepcache_interval=3,
        )
    )
    assert CANARY not in str(told)
    assert dict(told) | {
        "strength": "0.6",
        "loras": "1",
        "ip_adapter_scale": "0.65",
        "control_image": "softedge of the figure",
        "controlnet_conditioning_scale": "0.8",
        "face_pass strength": "0.4",
        "decoder": "tiny",
        "deepcache_interval": "3",
    } == dict(told)
    plain = dict(told_to_diffusers(denoise))
    assert not {"controlnet_conditioning_scale", "decoder", "deepcache_interval"} & set(plain)


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(UnknownChoice, match="en, de"):
        to_text(RECEIPT, "xx")


def test_every_language_has_the_same_words() -> None:
    tables = tell._words()
    for table in tables.values():
        assert set(table) == set(tables["en"])
        assert all(not name for words in table.values() for _, name, _, _ in Formatter().parse(words))
    assert {f"stage.{stage}" for stage in Stage} <= set(tables["en"])


def test_nothing_personal_gets_into_it(portraits: dict[str, bytes]) -> None:
    """Canaries on the box, in the prompt and in the file's metadata; the wall's words come through."""
    picture = Image.open(io.BytesIO(portraits["biden"]))
    exif = Image.Exif()
    exif[0x0110], exif[0x013B] = CANARY, CANARY
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif, comment=CANARY.encode())
    request = Request(
        style="vinyl",
        box=BoxOrder(name="Kanarie", tagline=CANARY),
        denoise=DenoiseOverride(prompt=CANARY, negative_prompt=CANARY),
    )
    with stylize.Workshop(evidence=lambda: WALLED) as workshop:
        result = workshop.run(buffer.getvalue(), request)
    assert any(CANARY in thing.value for thing in result.found), "the canary was in the photo"
    receipt = result.receipt
    assert (receipt.wall, receipt.attempts_seen) == ("kernel", 3)
    assert sum(count for _, count in receipt.found_groups) == len(result.found)
    for text in (to_json(receipt), repr(receipt), *(to_text(receipt, language) for language in languages())):
        assert "anarie" not in text


@pytest.mark.parametrize("consent", Consent)
def test_what_was_said_of_consent_is_told_in_words(consent: Consent) -> None:
    receipt = replace(RECEIPT, consent=consent.value)
    assert json.loads(to_json(receipt))["consent"] == consent.value
    for language in languages():
        words = tell._words()[language]
        (line,) = [line for line in to_text(receipt, language).splitlines() if words["consent"] in line]
        assert line.endswith(words[f"consent.{consent}"])
        others = {words[f"consent.{other}"] for other in Consent}
        assert len(others) == len(Consent), "no two sound alike"


def test_without_a_word_there_was_no_wall(portraits: dict[str, bytes]) -> None:
    receipt = stylize.run(portraits["biden"]).receipt
    assert (receipt.wall, receipt.wall_parts, receipt.attempts, receipt.files_left) == ("none", (), (), 0)
    assert receipt.consent == "not-asked", "a library asks nobody, and says so"


MODES = [path for path in ways() if path != "full"]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("language", languages())
def test_a_frugal_use_of_memory_is_said_in_a_sentence(mode: str, language: str) -> None:
    receipt = replace(RECEIPT, denoise=(("model", "sdxl"), ("memory", mode), ("strength", "0.5")))
    sentence = tell._words()[language][f"memory.{mode}"]
    assert sentence.endswith(".")
    assert sentence in " ".join(to_text(receipt, language).split())
    whole = replace(RECEIPT, denoise=(("memory", "full"),))
    assert sentence not in " ".join(to_text(whole, language).split())


def test_of_a_model_that_edits_only_what_it_was_told() -> None:
    denoise = Denoise(
        prompt="Turn", negative_prompt="", strength=1.0, guidance_scale=1.0, num_inference_steps=4, scheduler="",
        loras=(), init_image="subject", image_reference="figure", family="flux2-klein",
    )  # fmt: skip
    assert "runner" not in dict(told_to_diffusers(denoise, "full", "torch"))
    assert dict(told_to_diffusers(denoise, "full", "openvino"))["runner"] == "openvino"
    assert dict(told_to_diffusers(denoise, "group")) == {
        "model": "flux2-klein",
        "memory": "group",
        "guidance_scale": "1",
        "num_inference_steps": "4",
        "image": "subject and figure",
        "loras": "0",
    }


def test_what_was_planned_and_did_nothing_says_so() -> None:
    from stylize.models import FacePass

    denoise = Denoise(
        prompt="",
        negative_prompt="",
        strength=0.5,
        guidance_scale=5.0,
        num_inference_steps=20,
        scheduler="ddim",
        loras=(),
        init_image="subject",
        face_pass=FacePass(strength=0.35, prompt=""),
        deepcache_interval=3,
    )
    for acted, face, cache in (
        (None, "0.35", "3"),
        (("face_pass", "deepcache_interval"), "0.35", "3"),
        (("face_pass",), "0.35", "3 (every step was whole)"),
        ((), "0.35 (no face was painted again)", "3 (every step was whole)"),
    ):
        told = dict(told_to_diffusers(denoise, acted=acted))
        assert (told["face_pass strength"], told["deepcache_interval"]) == (face, cache)
