"""LoRAs: found by name beside the weights, put into the pipeline, and taken out again without a trace."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from stylize.engines.diffusion.memory import is_out_of_memory
from stylize.errors import LoraMissing, LoraUnfit
from stylize.models import Lora
from stylize.weights import WeightSet, list_loras
from stylize.weights.header import read_header


def find_loras(weights: WeightSet, loras: tuple[Lora, ...]) -> tuple[Path, ...]:
    """Their files, in order. A name is one of those that lie in the folder loras, never a path.

    Raises LoraMissing, WeightsDamaged or WeightsUnsafe.
    """
    there = list_loras(weights) if loras else {}
    found = []
    for position, lora in enumerate(loras, start=1):
        if lora.name not in there:
            raise LoraMissing(position=position, count=len(there))
        read_header(there[lora.name])
        found.append(there[lora.name])
    return tuple(found)


def wear(pipeline: Any, files: tuple[Path, ...], *, family_title: str) -> None:
    """Load each file as the adapter "0", "1", … Raises LoraUnfit, or what torch raises when memory runs out, after
    which the pipeline is as before.
    """
    for number, path in enumerate(files):
        try:
            pipeline.load_lora_weights(
                str(path.parent),
                weight_name=path.name,
                adapter_name=str(number),
                local_files_only=True,
                use_safetensors=True,
            )
        except (ValueError, RuntimeError, KeyError, IndexError, NotImplementedError) as error:
            if is_out_of_memory(error):
                take_off(pipeline)
                raise
            worn = False
        else:
            worn = any(str(number) in names for names in pipeline.get_list_adapters().values())
        if not worn:
            take_off(pipeline)
            raise LoraUnfit(position=number + 1, family=family_title)


def weigh(pipeline: Any, loras: tuple[Lora, ...]) -> None:
    """Set the scales of the adapters that are worn."""
    if loras:
        pipeline.set_adapters([str(number) for number in range(len(loras))], [lora.scale for lora in loras])


def take_off(pipeline: Any) -> None:
    """Remove every adapter; the weights are what they were, to the bit."""
    pipeline.unload_lora_weights()
