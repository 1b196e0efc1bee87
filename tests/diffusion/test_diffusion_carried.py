"""What rides in the package: configurations, tokenizer, tables."""

from __future__ import annotations

import json

import pytest

from stylize.engines.diffusion.families import config_folder, families, parse_families
from stylize.engines.diffusion.schedulers import parse_table
from stylize.engines.diffusion.tokenizer import build_tokenizer, read_merges, vocabulary
from stylize.errors import (
    DeclarationError,
)
from stylize.weights import Family


@pytest.mark.slow
def test_the_carried_configurations_have_the_published_sizes() -> None:
    """Parameter counts of the published models; a wrong number anywhere in a configuration changes them."""
    import diffusers
    import transformers
    from accelerate import init_empty_weights

    def count(family: Family, part: str) -> int:
        owner = {
            "unet": diffusers.UNet2DConditionModel,
            "vae": diffusers.AutoencoderKL,
            "text_encoder": transformers.CLIPTextModel,
            "text_encoder_2": transformers.CLIPTextModelWithProjection,
        }[part]
        place = str(config_folder(family) / part)
        with init_empty_weights():
            if part.startswith("text"):
                model = owner(owner.config_class.from_pretrained(place))
            else:
                model = owner.from_config(owner.load_config(place))
        return sum(parameter.numel() for parameter in model.parameters())

    assert count(Family.SD15, "unet") == 859_520_964
    assert count(Family.SD15, "text_encoder") == 123_060_480
    assert count(Family.SDXL, "unet") == 2_567_463_684
    assert count(Family.SDXL, "text_encoder") == 123_060_480
    assert count(Family.SDXL, "text_encoder_2") == 694_659_840
    assert count(Family.SD15, "vae") == count(Family.SDXL, "vae") == 83_653_863


def test_the_tokenizer_numbers_words_as_clip_does() -> None:
    assert len(read_merges()) == 48_894
    assert len(vocabulary(read_merges())) == 49_408
    tokenizer = build_tokenizer()
    known = {
        "a photo of a cat": [49406, 320, 1125, 539, 320, 2368, 49407],
        "A  Photo\nof a CAT": [49406, 320, 1125, 539, 320, 2368, 49407],
        "": [49406, 49407],
        "hello world!": [49406, 3306, 1002, 256, 49407],
    }
    for text, ids in known.items():
        assert tokenizer(text).input_ids == ids
    padded = tokenizer("cat", padding="max_length", max_length=77, truncation=True).input_ids
    assert padded == [49406, 2368, *[49407] * 75]
    second = build_tokenizer(pad_token="!")
    assert second("cat", padding="max_length", max_length=5).input_ids == [49406, 2368, 49407, 0, 0]


def test_unknown_keys_in_our_tables_are_errors() -> None:
    with pytest.raises(DeclarationError, match="no setting sharpness"):
        parse_table('[x]\nclass = "DDIMScheduler"\nsharpness = 1')
    with pytest.raises(DeclarationError, match="wrong type"):
        parse_table('[x]\nclass = "DDIMScheduler"\nuse_karras_sigmas = 1')
    with pytest.raises(DeclarationError, match="class must name"):
        parse_table('[x]\nclass = "os.system"')
    with pytest.raises(DeclarationError, match="no family"):
        parse_families("[sd9]")
    with pytest.raises(DeclarationError, match="missing or unknown"):
        parse_families("[sd15]\ncolour = 1")
    assert set(families()) == set(Family)


def test_every_family_knows_the_tokenizers_of_its_configuration() -> None:
    """Those that edit come as folders alone, which bring their own."""
    assert not any(
        config_folder(family).exists() or facts.tokenizer_padding for family, facts in families().items() if facts.edits
    )
    for family, facts in families().items():
        if facts.edits:
            continue
        index = json.loads((config_folder(family) / "model_index.json").read_text())
        assert set(facts.tokenizer_padding) == {part for part in index if part.startswith("tokenizer")}
        assert index["_class_name"] == facts.pipeline
