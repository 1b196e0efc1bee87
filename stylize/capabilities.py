"""What an engine can do here and now. Part of `stylize.models`; import it there."""

from __future__ import annotations

from dataclasses import dataclass

from stylize.geometry import Size


@dataclass(frozen=True, kw_only=True, slots=True)
class FastMode:
    """A way to make do with few steps that the weights on this machine allow: the name of the LoRA that is put on for it
    ("": the model itself was trained for it), and the settings that it was trained for. `least_strength`: below it too
    few of its steps would run.
    """

    name: str
    lora: str
    lora_scale: float
    scheduler: str
    num_inference_steps: int
    guidance_scale: float
    least_strength: float


@dataclass(frozen=True, kw_only=True, slots=True)
class MemoryPlan:
    """How a model's memory is used. `mode`: one of memory.toml of the diffusion engine; `device`: a name of torch.

    `needed_bytes`: what the mode takes at its height, roughly; `whole_bytes`: what the fastest would take; `free_bytes`:
    what was free where it counts, None: nobody says. `exact` False: pictures differ a little from those of the whole
    model. `why` is a whole sentence, or more.
    """

    mode: str
    device: str
    needed_bytes: int
    whole_bytes: int
    free_bytes: int | None
    exact: bool
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Capabilities:
    """What an engine can do here and now, told without loading it.

    `ready` False: `why` is a whole sentence saying what is missing and what to do. `uses_weights`: it needs files that
    do not ride in the package. `denoises`: a plan for it carries a `Denoise`. `size_multiple`: sides are rounded to it.
    `min_size`, `max_size` bound each side. `family`: which of a style's tables its weights understand ("sd15",
    "sdxl"); empty for an engine without weights. `schedulers`: the names a plan for it may carry; empty: any.
    `makes_toys` False: its pictures show no whole figure, so in a box they become a photo card. `guides`: what lies
    beside its weights ("ip_adapter", "controlnet:depth" ...). `mends_faces`: it can paint a finished face once more.
    `why_slug`: of the error whose sentence `why` is, so that it can be said in another language. `model`: what its
    weights are called on this machine; `loras`: those that lie beside them, by name.
    `knobs`: the fields of `DenoiseOverride` that mean something to these weights; empty: all of them.
    `memory`: how its model's memory is used, once it is loaded.
    `fast`: how its weights make do with few steps, None if they do not; `tiny_decoder`: a small decoder lies beside them.
    """

    name: str
    ready: bool
    why: str
    uses_weights: bool
    denoises: bool
    size_multiple: int
    min_size: Size
    max_size: Size
    family: str = ""
    schedulers: tuple[str, ...] = ()
    makes_toys: bool = True
    guides: tuple[str, ...] = ()
    mends_faces: bool = False
    why_slug: str = ""
    model: str = ""
    loras: tuple[str, ...] = ()
    fast: FastMode | None = None
    tiny_decoder: bool = False
    knobs: tuple[str, ...] = ()
    memory: MemoryPlan | None = None
