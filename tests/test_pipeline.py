"""The spine from bytes to a finished file, with the real engines."""

from __future__ import annotations

import hashlib
import io
import json
import threading
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import stylize
from stylize.engines.base import Engine
from stylize.errors import (
    Cancelled,
    EngineFailed,
    EngineUnavailable,
    NoSuchFace,
    OutOfRange,
    StylizeError,
    UnknownAccessory,
    UnknownChoice,
)
from stylize.making import Bench
from stylize.models import Capabilities, DenoiseOverride, ExportOrder, Picture, Plan, Subject
from stylize.pipeline import run
from stylize.progress import CancelToken, Progress, Stage, Tell
from tests.painter import painter

SMALL = stylize.Size(width=256, height=320)
BOX = stylize.BoxOrder(name="Needleperson", tagline="Needletag", accessories=("camera",))
FIGURE = stylize.Request(engine="figure", seed=5, size=SMALL)
NEEDLE_PLACE = "Needlestreet 51"


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[stylize.Workshop]:
    """Without weights, whatever lies on the machine."""
    with stylize.Workshop(stylize.Settings(weights=tmp_path_factory.mktemp("none"))) as held:
        yield held


@pytest.fixture(scope="module")
def selfie(portraits: dict[str, bytes]) -> bytes:
    """A real portrait with a planted place and device."""
    exif = Image.Exif()
    exif[0x010E] = NEEDLE_PLACE
    exif[0x0110] = "Needlephone"
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(portraits["obama"])) as photo:
        photo.save(buffer, "JPEG", exif=exif, quality=95)
    return buffer.getvalue()


def decode(result: stylize.Result) -> np.ndarray:
    with Image.open(io.BytesIO(result.export.data)) as picture:
        return np.asarray(picture)


def test_a_boxed_figure_from_one_call(workshop: stylize.Workshop, selfie: bytes) -> None:
    result = workshop.run(selfie, replace(FIGURE, box=BOX))
    assert result.pixels.shape == (320, 256, 3)
    assert np.array_equal(decode(result), result.pixels)
    assert (result.plan.engine, result.plan.seed, result.passed_over, result.notes) == ("figure", 5, None, ())
    assert result.look == result.plan.look
    assert result.findings.subject == 0
    alone = workshop.run(selfie, FIGURE)
    assert not np.array_equal(alone.pixels, result.pixels), "without an order there is no box"


def test_the_module_level_call_is_the_same_picture(workshop: stylize.Workshop, selfie: bytes) -> None:
    settings = stylize.Settings(weights=Path("nowhere"))
    assert np.array_equal(stylize.run(selfie, FIGURE, settings=settings).pixels, workshop.run(selfie, FIGURE).pixels)


def test_equal_seed_equal_bytes_and_no_seed_is_drawn(workshop: stylize.Workshop, selfie: bytes) -> None:
    one, other = (workshop.run(selfie, replace(FIGURE, box=BOX)) for _ in range(2))
    assert one.export == other.export
    assert one.receipt.plan_digest == other.receipt.plan_digest
    drawn = [workshop.run(selfie, replace(FIGURE, seed=None)).receipt.seed for _ in range(2)]
    assert drawn[0] != drawn[1]


@pytest.mark.parametrize(("media_type", "magic"), [("image/jpeg", b"\xff\xd8"), ("image/webp", b"RIFF")])
def test_other_file_types(workshop: stylize.Workshop, selfie: bytes, media_type: str, magic: bytes) -> None:
    result = workshop.run(selfie, replace(FIGURE, export=ExportOrder(media_type=media_type)))
    assert result.export.media_type == media_type
    assert result.export.data.startswith(magic)


def test_the_receipt_tells_all_and_nothing_personal(workshop: stylize.Workshop, selfie: bytes) -> None:
    request = replace(FIGURE, box=BOX, denoise=DenoiseOverride(prompt="needleprompt"))
    result = workshop.run(selfie, request)
    receipt = result.receipt
    text = json.dumps(asdict(receipt)) + repr(receipt) + repr(result)
    for needle in ("needle", "obama"):
        assert needle not in text.lower()
    assert receipt.export_digest == hashlib.sha256(result.export.data).hexdigest()
    assert receipt.plan_digest == result.plan.digest()
    assert dict(receipt.found_groups), "what was in the file is counted"
    assert [name for name, _ in receipt.durations_seconds] == list(Stage), "every stage was timed, in order"
    assert {"python", "stylize", "numpy", "opencv-python-headless", "pillow"} <= dict(receipt.versions).keys()
    assert receipt.labels == result.export.labels
    assert b"eedle" not in result.export.data


def test_progress_goes_forwards_to_the_end(workshop: stylize.Workshop, selfie: bytes) -> None:
    heard: list[Progress] = []
    workshop.run(selfie, replace(FIGURE, box=BOX), tell=heard.append)
    fractions = [stylize.overall_fraction(progress) for progress in heard]
    assert fractions == sorted(fractions)
    assert fractions[-1] == pytest.approx(1)
    assert {progress.stage for progress in heard} == set(Stage)


@pytest.mark.parametrize("stage", list(Stage))
def test_it_stops_in_every_stage(workshop: stylize.Workshop, selfie: bytes, stage: Stage) -> None:
    token, after = CancelToken(), []

    def tell(progress: Progress) -> None:
        if token.cancelled:
            after.append(progress)
        if progress.stage == stage:
            token.cancel()

    with pytest.raises(Cancelled):
        workshop.run(selfie, replace(FIGURE, box=BOX), tell=tell, cancel=token)
    assert len(after) <= 1


IMPOSSIBLE: list[tuple[stylize.Request, type[StylizeError]]] = [
    (replace(FIGURE, style="hologram"), UnknownChoice),
    (replace(FIGURE, size=stylize.Size(width=100, height=400)), OutOfRange),
    (replace(FIGURE, box=replace(BOX, accessories=("unicorn-with-a-hat",))), UnknownAccessory),
    (replace(FIGURE, export=ExportOrder(quality=0)), OutOfRange),
    (replace(FIGURE, export=ExportOrder(media_type="image/gif")), UnknownChoice),
    (replace(FIGURE, engine="diffusion"), EngineUnavailable),
]


@pytest.mark.parametrize(("request_", "kind"), IMPOSSIBLE, ids=lambda value: getattr(value, "slug", None))
def test_the_impossible_is_refused_before_the_photo_is_opened(
    workshop: stylize.Workshop, request_: stylize.Request, kind: type[StylizeError]
) -> None:
    heard: list[Progress] = []
    with pytest.raises(kind):
        workshop.run(b"not a photo at all", request_, tell=heard.append)
    assert not heard


def test_a_face_that_is_not_there(workshop: stylize.Workshop, selfie: bytes) -> None:
    with pytest.raises(NoSuchFace):
        workshop.run(selfie, replace(FIGURE, face=3))


def test_one_picture_at_a_time(workshop: stylize.Workshop, selfie: bytes) -> None:
    """Two threads share a workshop: their stages do not interleave, and both get their picture."""
    order: list[str] = []

    def work(name: str) -> None:
        workshop.run(selfie, FIGURE, tell=lambda _: order.append(name))

    threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    changes = sum(one != other for one, other in pairwise(order))
    assert changes == 1


# ---------------------------------------------------------------- engines that fail


class Broken:
    """A third party's engine whose `load` or `generate` goes wrong in its own way."""

    name = "diffusion"

    def __init__(self, *, at_load: Exception | None = None, at_generate: Exception | None = None) -> None:
        self.at_load, self.at_generate = at_load, at_generate

    def capabilities(self) -> Capabilities:
        return painter(uses_weights=False)

    def load(self) -> None:
        if self.at_load:
            raise self.at_load

    def generate(
        self, subject: Subject, plan: Plan, *, tell: Tell, cancel: CancelToken, init_picture: Picture | None = None
    ) -> Picture:
        assert self.at_generate
        raise self.at_generate

    def close(self) -> None: ...


def bench(workshop: stylize.Workshop, broken: Engine) -> Bench:
    return Bench(styles=workshop.styles, engines={**workshop._engines, "diffusion": broken})


@pytest.mark.parametrize("broken", [Broken(at_load=RuntimeError("needle")), Broken(at_generate=MemoryError("needle"))])
def test_an_engine_nobody_named_is_passed_over(workshop: stylize.Workshop, selfie: bytes, broken: Broken) -> None:
    result = run(selfie, replace(FIGURE, engine=None), bench=bench(workshop, broken))
    assert result.plan.engine == "figure"
    assert isinstance(result.passed_over, EngineFailed)
    assert result.notes == ("another-engine",)
    assert "needle" not in str(result.passed_over)
    assert np.array_equal(result.pixels, workshop.run(selfie, FIGURE).pixels)


def test_an_engine_named_by_the_user_fails_loudly(workshop: stylize.Workshop, selfie: bytes) -> None:
    broken = Broken(at_load=RuntimeError("needle"))
    with pytest.raises(EngineFailed, match="kind RuntimeError") as caught:
        run(selfie, replace(FIGURE, engine="diffusion"), bench=bench(workshop, broken))
    assert "needle" not in str(caught.value)


def test_stopping_is_not_failing(workshop: stylize.Workshop, selfie: bytes) -> None:
    with pytest.raises(Cancelled):
        run(selfie, replace(FIGURE, engine=None), bench=bench(workshop, Broken(at_generate=Cancelled())))


def test_damaged_weights_are_told_and_the_figure_is_made(selfie: bytes, tmp_path: Path) -> None:
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(b"\x10\0\0\0\0\0\0\0{not json at all!" + b"\0" * 100)
    with stylize.Workshop(stylize.Settings(weights=weights)) as workshop:
        result = workshop.run(selfie, replace(FIGURE, engine=None))
        assert result.plan.engine == "figure"
        assert isinstance(result.passed_over, EngineUnavailable)
        with pytest.raises(EngineUnavailable):
            workshop.run(selfie, replace(FIGURE, engine="diffusion"))


# ---------------------------------------------------------------- diffusion on tiny weights of the real classes


@pytest.fixture(scope="module")
def tiny_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from tests.diffusion import tiny

    return tiny.write_folder(tmp_path_factory.mktemp("weights") / "tiny", "sd15")


def test_diffusion_goes_the_same_way_from_the_figures_picture(selfie: bytes, tiny_weights: Path) -> None:
    heard: list[Progress] = []
    request = stylize.Request(
        seed=3, size=SMALL, box=BOX, denoise=DenoiseOverride(num_inference_steps=4, prompt="needleprompt")
    )
    with stylize.Workshop(stylize.Settings(weights=tiny_weights, device="cpu", runner="torch")) as workshop:
        result = workshop.run(selfie, request, tell=heard.append)
        from_photo = workshop.run(selfie, replace(request, denoise=replace(request.denoise, init_image="subject")))
    assert result.plan.engine == "diffusion"
    assert result.plan.denoise is not None
    assert result.plan.denoise.init_image == "figure"
    assert result.plan.weights_digest == result.receipt.weights_digest != ""
    assert {"torch", "diffusers"} <= dict(result.receipt.versions).keys()
    assert b"compositeWithTrainedAlgorithmicMedia" in result.export.data
    assert result.plan.denoise.prompt == "needleprompt"
    assert "needle" not in (repr(result) + repr(asdict(result.receipt))).lower()
    assert b"eedle" not in result.export.data
    fractions = [stylize.overall_fraction(progress) for progress in heard]
    assert fractions == sorted(fractions)
    assert any(progress.preview is not None for progress in heard)
    assert not np.array_equal(result.pixels, from_photo.pixels)


# ---------------------------------------------------------------- looking only


def test_inspect_photo_tells_what_is_there(selfie: bytes, portraits: dict[str, bytes]) -> None:
    report = stylize.inspect_photo(selfie)
    assert (report.size.width, report.size.height) == (910, 1137)
    assert len(report.findings.faces) == 1
    assert NEEDLE_PLACE in [thing.value for thing in report.found]
    assert NEEDLE_PLACE not in repr(report)


def test_inspect_photo_tells_of_a_photo_without_people() -> None:
    buffer = io.BytesIO()
    Image.fromarray(np.full((300, 400, 3), 130, np.uint8)).save(buffer, "PNG")
    report = stylize.inspect_photo(buffer.getvalue())
    assert (report.findings.verdict, report.findings.warnings) == ("refuse", ("no-face",))
