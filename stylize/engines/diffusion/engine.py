"""The diffusion engine: Stable Diffusion 1.5 and SDXL, image to image, and models that edit by instruction, from weights
on this machine.
"""

from __future__ import annotations

import importlib.util
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from stylize.engines.diffusion.heap import ask_for_huge_pages, keeping_buffers
from stylize.errors import EngineFailed, OutOfMemory, StylizeError, WeightsChanged
from stylize.geometry import Box, Size
from stylize.models import Capabilities, Lora, Picture, Plan, Subject
from stylize.progress import CancelToken, Progress, Stage, Tell, nobody
from stylize.weights import Family, WeightSet, digest, digest_with, list_loras, look_up
from stylize.weights.guides import find_guides

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded

DIGESTED = 0.5
"""How far loading stands when the weights were read once for their digest."""

LISTEN_SECONDS = 0.2

Made = TypeVar("Made")

LIBRARIES = ("torch", "diffusers", "transformers", "accelerate", "peft", "safetensors")


class DiffusionEngine:
    """`weights`: a diffusers folder, a .safetensors checkpoint, or a folder of such; None: see `weights.look_up`.
    `device`, `dtype`, `memory`: None: as STYLIZE_DEVICE, STYLIZE_DTYPE, STYLIZE_MEMORY say, else what fits. `runner`: one
    of `runner.RUNNERS`.
    """

    name = "diffusion"

    def __init__(
        self,
        weights: Path | None = None,
        *,
        device: str | None = None,
        dtype: str | None = None,
        memory: str | None = None,
        runner: str = "torch",
    ) -> None:
        ask_for_huge_pages()
        self._place, self._device = weights, device
        self._dtype = dtype
        self._memory = memory
        self._runner = runner
        self._loaded: Loaded | None = None
        self._busy, self._due = threading.Lock(), threading.Event()
        self._loading, self._load_progress = threading.RLock(), 0.0

    def capabilities(self) -> Capabilities:
        """Looks at names and headers of files only."""
        from stylize.engines.diffusion.families import families
        from stylize.engines.diffusion.modes import fast_mode
        from stylize.engines.diffusion.outlook import memory_of
        from stylize.engines.diffusion.schedulers import scheduler_names
        from stylize.engines.diffusion.tiny_decoder import find_preview

        loaded, why, why_slug, weights = self._loaded, "", "", None
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
            size_multiple=facts.size_multiple,
            min_size=Size(width=facts.shortest_side, height=facts.shortest_side),
            max_size=Size(width=facts.longest_side, height=facts.longest_side),
            family=weights.family.value if weights else "",
            schedulers=() if facts.edits else scheduler_names(),
            why_slug=why_slug,
            model=(weights.path.stem if weights.single_file else weights.path.name) if weights else "",
            loras=tuple(list_loras(weights)) if weights else (),
            guides=find_guides(weights).names if weights else (),
            mends_faces=not facts.edits,
            knobs=facts.knobs,
            memory=memory_of(loaded) if loaded else None,
            fast=fast_mode(weights) if weights else None,
            tiny_decoder=weights is not None and find_preview(weights) is not None,
        )

    def weights_digest(self, loras: tuple[Lora, ...] = (), guides: tuple[str, ...] = ()) -> str:
        """SHA-256 (hex) of the weights, together with `loras` and `guides` if there are any. Reads every byte once a
        process: seconds for some gigabytes. This is what `Plan.weights_digest` must be for a plan with these.
        """
        from stylize.engines.diffusion.adapters import find_loras
        from stylize.engines.diffusion.guides import guide_files
        from stylize.engines.diffusion.tiny_decoder import preview_files

        loaded = self._loaded  # which another thread may let go of
        weights = loaded.weights if loaded else look_up(self._place)
        of_model = loaded.digest if loaded else digest(weights)
        beside = guide_files(find_guides(weights), guides) if guides else ()
        tiny = preview_files(weights) if "tiny_decoder" in guides else ()
        return digest_with(of_model, (*find_loras(weights, loras), *beside, *tiny))

    def load(self, *, tell: Tell = nobody) -> None:
        """Find, digest and load the weights, and put them on the device. Told as Stage.LOAD. Does nothing if loaded.

        Raises WeightsMissing, WeightsDamaged, WeightsUnknownFamily, WeightsUnsafe, WeightsChanged, UnknownChoice or
        OutOfMemory.
        """
        while not self._loading.acquire(timeout=LISTEN_SECONDS):  # another thread is at it: tell how far it is
            tell(Progress(stage=Stage.LOAD, fraction=self._load_progress))
        try:
            if self._loaded is None:
                self._load_anew(tell)
        finally:
            self._loading.release()

    def _load_anew(self, tell: Tell) -> None:
        weights = look_up(self._place)

        def hear(low: float, high: float) -> Callable[[float], None]:
            def heard(part: float) -> None:
                self._load_progress = low + (high - low) * part
                tell(Progress(stage=Stage.LOAD, fraction=self._load_progress))

            return heard

        before = digest(weights, hear=hear(0.0, DIGESTED))
        self._loaded = self._load(weights, before, hear(DIGESTED, 1.0))
        if digest(weights) != before:
            self._let_go()
            raise WeightsChanged

    def _load(self, weights: WeightSet, weights_digest: str, hear: Callable[[float], None]) -> Loaded:
        from stylize.engines.diffusion.families import families
        from stylize.engines.diffusion.load import load_somehow
        from stylize.engines.diffusion.loaded import Loaded
        from stylize.engines.diffusion.outlook import decide
        from stylize.engines.diffusion.runner import Runner, check_runner

        runner = Runner(wish=check_runner(self._runner))
        placement, chosen = decide(weights, device=self._device, dtype=self._dtype, wish=self._memory)
        pipeline, mode = load_somehow(weights, placement, chosen.mode, hear=hear)
        return Loaded(
            pipeline=pipeline,
            weights=weights,
            digest=weights_digest,
            facts=families()[weights.family],
            placement=placement,
            mode=mode,
            chosen=chosen,
            model_scheduler_config=pipeline.scheduler.config,
            runner=runner,
        )

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        """See `Engine`. A side that is no multiple of 8 is painted larger and cut. Raises also InitPictureMissing,
        LoraMissing, LoraUnfit, OutOfMemory, BlackPicture, WeightsChanged, UnknownChoice (scheduler).
        """
        return self.generate_many(subject, (plan,), tell=tell, cancel=cancel, init_pictures=(init_picture,))[0]

    def side_by_side(self, plan: Plan) -> int:
        """How many pictures by plans that differ from `plan` by their seed alone should be asked for at once, with so many
        `Denoise.rows`: 1 where nothing is gained by it, memory is short, or nothing is loaded yet.
        """
        from stylize.engines.diffusion.batches import rows_at_once

        loaded = self._loaded
        return 1 if loaded is None else rows_at_once(loaded, plan)

    def generate_many(
        self,
        subject: Subject,
        plans: Sequence[Plan],
        *,
        tell: Tell,
        cancel: CancelToken,
        init_pictures: Sequence[Picture | None] = (),
    ) -> tuple[Picture, ...]:
        """One picture for each plan, in order, with its own of `init_pictures`, if there are any. Plans that differ by
        nothing but their seed are painted side by side, as many as their `Denoise.rows` say, and rows that are left over
        are filled up: which plans come together changes no picture. Raises as `generate`.
        """
        from stylize.engines.diffusion.batches import paint_all

        if any(plan.denoise is None for plan in plans):
            raise EngineFailed(engine=self.name, kind="PlanWithoutDenoise")
        cancel.check()
        tell(Progress(stage=Stage.GENERATE, fraction=0.0))
        drawn = tuple(init_pictures) or (None,) * len(plans)

        def paint(loaded: Loaded, tell: Tell) -> tuple[Picture, ...]:
            return paint_all(loaded, subject, plans, drawn, check=self._check_digest, tell=tell, cancel=cancel)

        return self._work(paint, tell, cancel)

    def mend_face(
        self, subject: Subject, plan: Plan, picture: Picture, face: Box, *, tell: Tell, cancel: CancelToken
    ) -> Picture:
        """`picture`, made by `plan`, with its face in the box `face` painted once more as `plan.denoise.face_pass` says.
        Where that would gain nothing it is handed back as it is. Told and cancelled as `generate`, and raises the same.
        """
        from stylize.engines.diffusion.mend import mend

        def paint(loaded: Loaded, tell: Tell) -> Picture:
            self._check_digest(plan)
            return mend(loaded, subject, plan, picture, face, tell=tell, cancel=cancel)

        return self._work(paint, tell, cancel)

    def _work(self, paint: Callable[[Loaded, Tell], Made], tell: Tell, cancel: CancelToken) -> Made:
        """What `paint` makes with the model, which is loaded if need be and nobody else's meanwhile."""
        from stylize.engines.diffusion.telling import never_back

        cancel.check()
        try:
            with self._busy:
                made = self._paint(paint, never_back(tell))
        finally:
            self._forget_if_due()
        tell(Progress(stage=Stage.GENERATE, fraction=1.0))
        return made

    def _paint(self, paint: Callable[[Loaded, Tell], Made], tell: Tell) -> Made:
        try:
            self.load()
            loaded = self._model()
            with keeping_buffers(loaded.placement.device):
                return paint(loaded, tell)
        except OutOfMemory:
            self._let_go()  # what was made narrow for it would stay narrow
            raise
        except StylizeError:
            raise
        except Exception as error:
            raise EngineFailed(engine=self.name, kind=type(error).__name__) from None

    def _check_digest(self, plan: Plan) -> None:
        from stylize.engines.diffusion.batches import denoise_of

        denoise = denoise_of(plan)
        if plan.weights_digest not in ("", self.weights_digest(denoise.loras, denoise.guides)):
            raise WeightsChanged

    def _model(self) -> Loaded:
        if self._loaded is None:
            raise EngineFailed(engine=self.name, kind="NotLoaded")
        return self._loaded

    def wake(self) -> None:
        """Open the graphics card's driver, if there are weights to be run on it. Loads nothing."""
        if self.capabilities().ready:
            from stylize.engines.diffusion.device import wake_device

            wake_device(self._device)

    def forget(self) -> None:
        """Overwrite what is remembered of photos and words, now, or if a picture is being made, when that is done. The
        model stays. From any thread.
        """
        self._due.set()
        self._forget_if_due()

    def _forget_if_due(self) -> None:
        while self._due.is_set() and self._busy.acquire(blocking=False):
            try:
                self._due.clear()
                if self._loaded is not None:
                    self._loaded.recalls.wipe()
            finally:
                self._busy.release()

    def close(self) -> None:
        """Let go of the model and of what is remembered, and give the memory back, when the picture that is being made is
        done. The engine may be loaded again.
        """
        with self._busy:
            self._let_go()

    def _let_go(self) -> None:
        with self._loading:
            if self._loaded is None:
                return
            from stylize.engines.diffusion.device import empty_cache

            device = self._loaded.placement.device
            self._loaded.recalls.wipe()
            self._loaded = None
            empty_cache(device)
