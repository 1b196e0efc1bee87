"""The spine: a selfie goes in, a finished file comes out. Reads as the sentence of docs/architecture.md."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from stylize import export, photo, styles
from stylize.errors import EngineError, SubjectError
from stylize.geometry import Size
from stylize.making import Bench, check_order, compose, figure_alone, make_picture, print_parts
from stylize.models import (
    Evidence,
    Export,
    ExportOrder,
    Findings,
    Found,
    HideOrder,
    Look,
    Photo,
    Pixels,
    Plan,
    Receipt,
    Request,
)
from stylize.photo import Sitting
from stylize.progress import CancelToken, Stage, StageWatch, Tell, nobody
from stylize.receipt import acted, write_receipt
from stylize.toybox.print.parts import PrintParts


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """Everything a run hands back. `request`: what was asked, tidied, with the seed that was drawn and the rows there were:
    asked again, it gives the same picture. `found`: what the photo's file held beside the picture.

    `pixels` (h, w, 3) uint8 sRGB are those of the export; `picture` those of the engine, without a box: the same array
    where none was wanted. `figure` (h, w, 4) uint8, straight alpha: the figure alone, where its outline is known; it may
    be smaller than the picture. `parts`: the same two and the box, for `stylize.printing`. `passed_over`: why the engine that comes first for this style
    was not the one that made it; None if it was, or if the user named one.
    `trained`: a trained image model had a hand in it.
    """

    export: Export
    receipt: Receipt
    request: Request = field(repr=False)
    found: tuple[Found, ...] = field(repr=False)
    findings: Findings
    look: Look
    plan: Plan
    pixels: Pixels = field(repr=False)
    picture: Pixels = field(repr=False)
    figure: Pixels | None = field(repr=False)
    parts: PrintParts = field(repr=False)
    passed_over: EngineError | None
    trained: bool

    @property
    def notes(self) -> tuple[str, ...]:
        """Slugs of what the user may want to know: "another-engine" if one was passed over, "toy-is-a-gift" where nothing
        came of a word and a wrapped gift lies in its tray.
        """
        gifts = len(self.parts.toys) > self.receipt.painted_toys
        return (*(("another-engine",) if self.passed_over else ()), *(("toy-is-a-gift",) if gifts else ()))


@dataclass(frozen=True, kw_only=True, slots=True)
class PhotoReport:
    """What can be said of a photo before anything is made of it. No face: `findings.verdict` is "refuse"."""

    media_type: str
    size: Size
    found: tuple[Found, ...] = field(repr=False)
    findings: Findings


@dataclass(frozen=True, kw_only=True, slots=True)
class Redacted:
    """A copy of a photo. `hidden`: (kind, how many), as `Subject.hidden`. `findings`: what there was to hide."""

    export: Export
    size: Size
    hidden: tuple[tuple[str, int], ...]
    findings: Findings = field(repr=False)


Witness = Callable[[], Evidence]
"""What says, once the picture is done, what kept the photo in. `Evidence` itself says: nothing did."""

Read = Callable[[bytes], Photo]
"""What turns untrusted bytes into a photo: `stylize.photo.read`, or a darkroom's."""


def inspect_photo(untrusted_bytes: bytes, *, face: int | None = None, read: Read = photo.read) -> PhotoReport:
    """Read a photo and look for people in it. Raises PhotoError; NoSuchFace where `face` is none of those found."""
    opened = read(untrusted_bytes)
    found = photo.survey(opened)
    try:
        findings = photo.choose(opened, found, face)
    except SubjectError as problem:
        if face is not None:
            raise
        findings = replace(found, warnings=(problem.slug,), verdict="refuse")
    height, width = opened.pixels.shape[:2]
    return PhotoReport(
        media_type=opened.media_type, size=Size(width=width, height=height), found=opened.found, findings=findings
    )


def redact_photo(
    untrusted_bytes: bytes,
    hide: HideOrder,
    *,
    face: int | None = None,
    all_faces: bool = False,
    order: ExportOrder = ExportOrder(),  # noqa: B008 - frozen
    read: Read = photo.read,
) -> Redacted:
    """A copy of the whole photo without what `hide` says. `face`: whose photo it is; None: that of the most prominent one
    if that may become a picture, else, and with `all_faces`, nobody's. Raises PhotoError, NoSuchFace, NoSuchRegion, NoFace, RequestError for the order.
    """
    export.check_order(order)
    opened = read(untrusted_bytes)
    findings = photo.survey(opened)
    if face is not None:
        findings = replace(findings, subject=face)
    elif not all_faces:
        with contextlib.suppress(SubjectError):  # then it is nobody's, as inspection says
            findings = photo.choose(opened, findings)
    regions = photo.hidden_regions(findings, hide, findings.subject)
    pixels = photo.redact(opened, findings, hide)
    height, width = pixels.shape[:2]
    return Redacted(
        export=export.export_photo(pixels, order),
        size=Size(width=width, height=height),
        hidden=photo.count_kinds(regions, boxes=len(hide.boxes), background=hide.background != "keep"),
        findings=findings,
    )


def run(
    source: bytes | Photo | Sitting,
    request: Request,
    *,
    bench: Bench,
    tell: Tell = nobody,
    cancel: CancelToken | None = None,
    read: Read = photo.read,
    evidence: Witness = Evidence,
) -> Result:
    """Photo + request → finished, verified, labelled file with its receipt.

    `source`: untrusted bytes, opened by `read` (in this process, or in the darkroom), or a photo that was read already;
    a `Sitting` for several pictures of one photo, which is then looked at and measured once.

    What could never work is refused before the photo is opened. An engine that was not named by the user and fails is
    passed over for the next one that can do the style. Raises StylizeError and nothing else for bad input; Cancelled
    within one step after `cancel` was set.
    """
    watch = StageWatch(tell, cancel or CancelToken())
    style = styles.find_style(bench.styles, request.style)
    request = check_order(request, style, bench)
    seed = secrets.randbelow(styles.MAX_SEED + 1) if request.seed is None else request.seed

    with watch.stage(Stage.READ):
        sitting = _seated(source, read)
    with watch.stage(Stage.INSPECT):
        findings = sitting.inspect(request.face)
    with watch.stage(Stage.ISOLATE):
        subject = sitting.isolate(request.face, request.hide)

    made = make_picture(subject, request, style, bench, seed, watch)
    with watch.stage(Stage.COMPOSE):
        pixels = compose(made, style, request.box)
    with watch.stage(Stage.EXPORT):
        exported = export.export(pixels, request.export, trained=made.trained)
    figure = figure_alone(made)
    return Result(
        export=exported,
        receipt=write_receipt(
            made.plan,
            exported,
            sitting.photo.found,
            watch.durations,
            evidence(),
            toys=made.toys.told,
            memory=made.picture.memory,
            runner=made.picture.runner,
            acted=acted(made.picture),
            hidden=subject.hidden,
            consent=request.consent.value,
        ),
        request=_as_made(request, made.plan),
        found=sitting.photo.found,
        findings=findings,
        look=made.plan.look,
        plan=made.plan,
        pixels=pixels,
        picture=made.picture.pixels,
        figure=figure,
        parts=print_parts(made, style, request.box, figure, bench),
        passed_over=made.passed_over,
        trained=made.trained,
    )


def _as_made(request: Request, plan: Plan) -> Request:
    """`request`, with what was left to us and makes the picture what it is: its seed, and as one of how many it was painted."""
    rows = plan.denoise.rows if plan.denoise and plan.denoise.rows > 1 else None
    return replace(request, seed=plan.seed, denoise=replace(request.denoise, rows=rows))


def _seated(source: bytes | Photo | Sitting, read: Read) -> Sitting:
    if isinstance(source, Sitting):
        return source
    return Sitting(source if isinstance(source, Photo) else read(source))
