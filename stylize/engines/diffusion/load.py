"""From checked weights to a pipeline of diffusers, without one question to any network.

Nothing here hands diffusers a name it could look up: single files come with a configuration folder and tokenizers of
ours, folders are loaded part by part from paths that exist, with safetensors only.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from stylize.engines.diffusion.device import Placement, empty_cache, torch_dtype
from stylize.engines.diffusion.families import FamilyFacts, config_folder, families
from stylize.engines.diffusion.memory import MemoryMode, arrange, is_out_of_memory, next_down, receiver
from stylize.engines.diffusion.tokenizer import build_tokenizer
from stylize.errors import OutOfMemory, StylizeError, WeightsDamaged
from stylize.privacy import lock_down
from stylize.weights import WeightSet
from stylize.weights.folder import INDEX, MODELS, TOKENIZERS
from stylize.weights.store import Hear

lock_down()

PIPELINE_SWITCHES = ("force_zeros_for_empty_prompt", "requires_aesthetics_score", "is_distilled")
"""What a model_index.json may say beside its parts."""


def load_somehow(weights: WeightSet, placement: Placement, mode: MemoryMode, *, hear: Hear) -> tuple[Any, MemoryMode]:
    """A pipeline where `mode` wants it, or when memory runs out over that, the next more frugal one, and so on to the
    last; and which mode it is. Raises as `load_pipeline`.
    """
    reached = 0.0

    def never_back(part: float) -> None:
        nonlocal reached
        reached = max(reached, part)
        hear(reached)

    while True:
        try:
            return load_arranged(weights, placement, mode, hear=never_back), mode
        except OutOfMemory:
            below = next_down(mode, placement.device)
            if below is None:
                raise
        empty_cache(placement.device)
        mode = below


def load_arranged(weights: WeightSet, placement: Placement, mode: MemoryMode, *, hear: Hear) -> Any:
    half_dtype = families()[weights.family].half_dtype
    pipeline = load_pipeline(weights, placement, hear=hear, receive=receiver(mode, placement, half_dtype))
    try:
        arrange(pipeline, mode, placement, half_dtype=half_dtype)
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(device=placement.device) from None
        raise
    return pipeline


def load_pipeline(
    weights: WeightSet,
    placement: Placement,
    *,
    hear: Hear,
    config: Path | None = None,
    receive: Callable[[str, Any], None] | None = None,
) -> Any:
    """A pipeline on the CPU, in the numbers of `placement`. `hear` is told 0 to 1. `config`: for a single file, another
    configuration folder than the carried one of its family. `receive` is given each net with its name, of a folder as
    soon as it is read, and may put it elsewhere.

    Raises WeightsDamaged where the parts do not fit together, OutOfMemory.
    """
    quieten()
    facts = families()[weights.family]
    try:
        if weights.single_file:
            pipeline = load_file(weights, facts, placement, config or config_folder(weights.family))
            if receive:
                for part in MODELS[weights.family]:
                    receive(part, getattr(pipeline, part))
        else:
            pipeline = load_folder(weights, facts, placement, hear, receive)
    except StylizeError:
        raise
    except Exception as error:
        if is_out_of_memory(error):
            raise OutOfMemory(device=whose(error, placement)) from None
        raise WeightsDamaged(what=f"its parts do not fit together as {facts.title}") from None
    check_complete(pipeline)
    pipeline.set_progress_bar_config(disable=True)
    hear(1.0)
    return pipeline


def whose(error: Exception, placement: Placement) -> str:
    """Which memory ran out: torch has an error of its own for cards."""
    return placement.device if type(error).__name__ == "OutOfMemoryError" else "cpu"


def quieten() -> None:
    """No bars, and no warnings: diffusers would print the end of a long prompt."""
    import transformers

    transformers.utils.logging.set_verbosity_error()
    import diffusers

    for library in (transformers, diffusers):
        library.utils.logging.set_verbosity_error()
        library.utils.logging.disable_progress_bar()


def load_file(weights: WeightSet, facts: FamilyFacts, placement: Placement, config: Path) -> Any:
    """A one-file checkpoint in the original layout."""
    import diffusers

    tokenizers = {part: build_tokenizer(pad_token=pad) for part, pad in facts.tokenizer_padding.items()}
    pipeline = getattr(diffusers, facts.pipeline).from_single_file(
        str(weights.path),
        config=str(config),
        torch_dtype=torch_dtype(placement.dtype),
        local_files_only=True,
        **tokenizers,
        **switched_off(facts),
    )
    if weights.velocity:
        pipeline.scheduler.register_to_config(prediction_type="v_prediction", rescale_betas_zero_snr=True)
    return pipeline


def load_folder(
    weights: WeightSet,
    facts: FamilyFacts,
    placement: Placement,
    hear: Hear,
    receive: Callable[[str, Any], None] | None = None,
) -> Any:
    """A diffusers folder, part by part; a part that lacks tensors is damage, never filled with chance."""
    import diffusers
    import transformers

    index: dict[str, Any] = json.loads((weights.path / INDEX).read_text(encoding="utf-8"))
    parts: dict[str, Any] = {}
    for number, (part, (library, kind)) in enumerate(MODELS[weights.family].items()):
        owner = diffusers if library == "diffusers" else transformers
        parts[part] = load_model(getattr(owner, kind), weights, part, placement)
        if receive:
            receive(part, parts[part])
        hear((number + 1) / (len(MODELS[weights.family]) + 1))
    for part, known in TOKENIZERS[weights.family].items():
        if part == "processor":
            from stylize.engines.diffusion.edit_processor import load_processor

            parts[part] = load_processor(weights.path / part)
        else:
            owner = getattr(transformers, known[0])
            parts[part] = owner.from_pretrained(str(weights.path / part), local_files_only=True)
    kind = getattr(diffusers, index["scheduler"][1])
    if not issubclass(kind, diffusers.SchedulerMixin):
        raise WeightsDamaged(what="its scheduler is none")
    parts["scheduler"] = kind.from_config(kind.load_config(str(weights.path / "scheduler"), local_files_only=True))
    switches = {name: index[name] for name in PIPELINE_SWITCHES if name in index}
    return getattr(diffusers, facts.pipeline)(**parts, **switches, **switched_off(facts))


def load_model(kind: Any, weights: WeightSet, part: str, placement: Placement) -> Any:
    """One network of a folder, in evaluation mode."""
    import diffusers

    dtype = torch_dtype(placement.dtype)
    named_dtype = {"torch_dtype": dtype} if issubclass(kind, diffusers.ModelMixin) else {"dtype": dtype}
    model, report = kind.from_pretrained(
        str(weights.path / part),
        local_files_only=True,
        use_safetensors=True,
        variant=weights.variant,
        output_loading_info=True,
        **named_dtype,
    )
    if list(report["missing_keys"]) or list(report["mismatched_keys"]):
        raise WeightsDamaged(what=f"the {part} lacks tensors")
    return model.eval()


def switched_off(facts: FamilyFacts) -> dict[str, Any]:
    """What we never load: a watermark that we do not declare, a checker that is not there."""
    if facts.edits:
        return {}
    if "tokenizer_2" in facts.tokenizer_padding:
        return {"add_watermarker": False, "feature_extractor": None, "image_encoder": None}
    return {
        "safety_checker": None,
        "requires_safety_checker": False,
        "feature_extractor": None,
        "image_encoder": None,
    }


def check_complete(pipeline: Any) -> None:
    """Tensors that a file should have had stay without memory ("meta")."""
    for part, model in pipeline.components.items():
        if hasattr(model, "parameters") and any(parameter.is_meta for parameter in model.parameters()):
            raise WeightsDamaged(what=f"the {part} lacks tensors")
