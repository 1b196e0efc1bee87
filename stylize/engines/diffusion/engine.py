"""The diffusion engine: Stable Diffusion 1.5 and SDXL, image to image, from weights on this machine."""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from stylize.errors import EngineFailed, OutOfMemory, StylizeError, WeightsChanged
from stylize.geometry import Size
from stylize.models import Capabilities, Denoise, Lora, Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell, nobody
from stylize.weights import Family, WeightSet, digest, digest_file, digest_with, list_loras, look_up

if TYPE_CHECKING:
    from PIL import Image

    from stylize.engines.diffusion.denoise import Painted
    from stylize.engines.diffusion.guides import Guides
    from stylize.engines.diffusion.loaded import Loaded

SIZE_MULTIPLE = 8
"""Latents are an eighth of the picture."""

DIGESTED = 0.5
"""How far loading stands when the weights were read once for their digest."""

LIBRARIES = ("torch", "diffusers", "transformers", "accelerate", "peft", "safetensors")


class DiffusionEngine:
    """`weights`: a diffusers folder, a .safetensors checkpoint, or a folder of such; None: see `weights.look_up`.
    `device`, `dtype`, `memory`: None: as STYLIZE_DEVICE, STYLIZE_DTYPE, STYLIZE_MEMORY say, else what fits.
    """

    name = "diffusion"

    def __init__(
        self,
        weights: Path | None = None,
        *,
        device: str | None = None,
        dtype: str | None = None,
        memory: str | None = None,
    ) -> None:
        self._place = weights
        self._device = device
        self._dtype = dtype
        self._memory = memory
        self._loaded: Loaded | None = None

    def capabilities(self) -> Capabilities:
        """Looks at names and headers of files only."""
        from stylize.engines.diffusion.families import families
        from stylize.engines.diffusion.schedulers import scheduler_names

        why, why_slug, weights = "", "", None
        try:
            weights = look_up(self._place)
        except StylizeError as error:
            why, why_slug = str(error), error.slug
        if missing := [library for library in LIBRARIES if importlib.util.find_spec(library) is None]:
            why, why_slug = f"These libraries are not installed: {', '.join(missing)}. Install Stylize again.", ""
        facts = families()[weights.family if weights else Family.SD15]
        return Capabilities(
            name=self.name,
            ready=not why,
            why=why,
            uses_weights=True,
            denoises=True,
            size_multiple=SIZE_MULTIPLE,
            min_size=Size(width=facts.shortest_side, height=facts.shortest_side),
            max_size=Size(width=facts.longest_side, height=facts.longest_side),
            family=weights.family.value if weights else "",
            schedulers=scheduler_names(),
            why_slug=why_slug,
            model=(weights.path.stem if weights.single_file else weights.path.name) if weights else "",
            loras=tuple(list_loras(weights)) if weights else (),
        )

    def weights_digest(self, loras: tuple[Lora, ...] = ()) -> str:
        """SHA-256 (hex) of the weights, together with `loras` if there are any. Reads every byte once a process:
        seconds for some gigabytes. This is what `Plan.weights_digest` must be for a plan with these LoRAs.
        """
        from stylize.engines.diffusion.adapters import find_loras

        weights = self._loaded.weights if self._loaded else look_up(self._place)
        of_model = self._loaded.digest if self._loaded else digest(weights)
        return digest_with(of_model, find_loras(weights, loras))

    def load(self, *, tell: Tell = nobody) -> None:
        """Find, digest and load the weights, and put them on the device. Told as Stage.LOAD. Does nothing if loaded.

        Raises WeightsMissing, WeightsDamaged, WeightsUnknownFamily, WeightsUnsafe, WeightsChanged, UnknownChoice or
        OutOfMemory.
        """
        if self._loaded is not None:
            return
        weights = look_up(self._place)

        def hear(low: float, high: float) -> Callable[[float], None]:
            return lambda part: tell(Progress(stage=Stage.LOAD, fraction=low + (high - low) * part))

        before = digest(weights, hear=hear(0.0, DIGESTED))
        self._loaded = self._load(weights, before, hear(DIGESTED, 1.0))
        if digest(weights) != before:
            self.close()
            raise WeightsChanged

    def _load(self, weights: WeightSet, weights_digest: str, hear: Callable[[float], None]) -> Loaded:
        from stylize.engines.diffusion.device import choose_placement, free_bytes
        from stylize.engines.diffusion.families import families
        from stylize.engines.diffusion.load import load_pipeline
        from stylize.engines.diffusion.loaded import Loaded
        from stylize.engines.diffusion.memory import arrange, choose_mode

        facts = families()[weights.family]
        placement = choose_placement(self._device, self._dtype)
        free = free_bytes(placement.device)
        mode = choose_mode(placement, facts, dict(weights.parameters), free, wish=self._memory)
        pipeline = load_pipeline(weights, placement, hear=hear)
        arrange(pipeline, mode, placement.device)
        return Loaded(
            pipeline=pipeline,
            weights=weights,
            digest=weights_digest,
            facts=facts,
            placement=placement,
            mode=mode,
            model_scheduler_config=pipeline.scheduler.config,
        )

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        """See `Engine`. A side that is no multiple of 8 is painted larger and cut. Raises also InitPictureMissing,
        LoraMissing, LoraUnfit, OutOfMemory, BlackPicture, WeightsChanged, UnknownChoice (scheduler).
        """
        from stylize.engines.diffusion.frame import grow, init_image, trim
        from stylize.engines.diffusion.guides import guides_for

        if plan.denoise is None:
            raise EngineFailed(engine=self.name, kind="PlanWithoutDenoise")
        cancel.check()
        started = time.perf_counter()
        tell(Progress(stage=Stage.GENERATE, fraction=0.0))
        cancel.check()
        self.load()
        if plan.weights_digest not in ("", self.weights_digest(plan.denoise.loras)):
            raise WeightsChanged
        image = init_image(subject, plan, init_picture, size=grow(plan.size, SIZE_MULTIPLE))
        try:
            self._prepare(plan.denoise)
            prepared = time.perf_counter()
            guides = guides_for(self._model(), subject, plan)
            painted = self._paint(image, plan.denoise, (plan.seed,), guides, never_back(tell), cancel)
        except StylizeError:
            raise
        except Exception as error:
            raise EngineFailed(engine=self.name, kind=type(error).__name__) from None
        tell(Progress(stage=Stage.GENERATE, fraction=1.0))
        return Picture(
            pixels=trim(painted.pixels[0], plan.size),
            cutout=None,
            plan_digest=plan.digest(),
            timings=(("prepare", prepared - started), *painted.timings),
        )

    def _prepare(self, denoise: Denoise) -> None:
        """A fresh scheduler, and the plan's LoRAs on, no others."""
        from stylize.engines.diffusion.adapters import find_loras, take_off, wear, weigh
        from stylize.engines.diffusion.memory import at_rest
        from stylize.engines.diffusion.schedulers import build_scheduler

        loaded = self._model()
        files = find_loras(loaded.weights, denoise.loras)
        loaded.pipeline.scheduler = build_scheduler(denoise.scheduler, loaded.model_scheduler_config)
        wanted = tuple(digest_file(path) for path in files)
        if wanted != loaded.worn:
            with at_rest(loaded.pipeline, loaded.mode, loaded.placement.device):
                take_off(loaded.pipeline)
                loaded.worn = ()
                wear(loaded.pipeline, files, family_title=loaded.facts.title)
                loaded.worn = wanted
        weigh(loaded.pipeline, denoise.loras)

    def _paint(
        self,
        image: Image.Image,
        denoise: Denoise,
        seeds: tuple[int, ...],
        guides: Guides,
        tell: Tell,
        cancel: CancelToken,
    ) -> Painted:
        """Paint; when memory runs out, once more in the next more frugal mode."""
        from stylize.engines.diffusion.denoise import paint
        from stylize.engines.diffusion.device import empty_cache
        from stylize.engines.diffusion.memory import arrange, is_out_of_memory, next_down

        loaded = self._model()
        device = loaded.placement.device
        for mode in (loaded.mode, next_down(loaded.mode, device)):
            if mode is None:
                break
            if mode is not loaded.mode:
                arrange(loaded.pipeline, mode, device)
                loaded.mode = mode
            try:
                return paint(
                    loaded.pipeline,
                    loaded.facts,
                    image,
                    denoise,
                    seeds=seeds,
                    guides=guides,
                    tell=tell,
                    cancel=cancel,
                )
            except Exception as error:
                if not is_out_of_memory(error):
                    raise
            finally:
                loaded.pipeline.maybe_free_model_hooks()
            empty_cache(device)
        raise OutOfMemory(device=device)

    def _model(self) -> Loaded:
        if self._loaded is None:
            raise EngineFailed(engine=self.name, kind="NotLoaded")
        return self._loaded

    def wake(self) -> None:
        """Open the graphics card's driver, if there are weights to be run on it. Loads nothing."""
        if self.capabilities().ready:
            from stylize.engines.diffusion.device import wake_device

            wake_device(self._device)

    def close(self) -> None:
        """Let go of the model and give the memory back. The engine may be loaded again."""
        if self._loaded is None:
            return
        from stylize.engines.diffusion.device import empty_cache

        device = self._loaded.placement.device
        self._loaded = None
        empty_cache(device)


def never_back(tell: Tell) -> Tell:
    """`tell`, but a second try does not move the bar backwards."""
    reached = 0.0

    def told(progress: Progress) -> None:
        nonlocal reached
        reached = max(reached, progress.fraction)
        tell(Progress(stage=progress.stage, fraction=reached, preview=progress.preview))

    return told
