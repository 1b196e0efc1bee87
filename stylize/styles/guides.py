"""What a style says of likeness: IP-Adapter, ControlNet, the face pass, and the slider that moves them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal, cast

from stylize.errors import GuideMissing
from stylize.guidance import CONTROL_KINDS, ControlKind
from stylize.models import Capabilities, Control, DenoiseOverride, FacePass, Look
from stylize.styles.likeness import PLAIN, Ends, Likeness, move
from stylize.styles.prompt import fill
from stylize.styles.reader import Reader

GUIDE_KEYS = ("ip_adapter_scale", "controlnet_conditioning_scale", "control", "face_pass", "likeness")
IP_ADAPTER_SCALE = (0.0, 1.5)
CONTROL_SCALE = (0.0, 2.0)
LIKENESS = (0.0, 1.0)
FACE_STRENGTH = (0.05, 0.8)

USUAL_FACE_STRENGTH = 0.35
"""Of a face pass that the user asks for and the style does not declare."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ControlTable:
    """`kinds`: ControlNets that suit, the best one first; the first one that lies beside the weights is taken."""

    kinds: tuple[ControlKind, ...]
    drawn_from: Literal["subject", "figure"]
    start: float = 0.0
    end: float = 1.0


@dataclass(frozen=True, kw_only=True, slots=True)
class FaceTable:
    """`prompt` is a template."""

    strength: float
    prompt: str


@dataclass(frozen=True, kw_only=True, slots=True)
class GuideTable:
    """For one family of weights. Scales are those at the middle of the slider."""

    ip_adapter_scale: float = 0.0
    controlnet_conditioning_scale: float = 0.0
    control: ControlTable | None = None
    face_pass: FaceTable | None = None
    likeness: Likeness = PLAIN


NO_GUIDES = GuideTable()


# ---------------------------------------------------------------- from a declaration


def read_guides(reader: Reader, table: Mapping[str, object], where: str) -> GuideTable:
    """The keys of `GUIDE_KEYS` in a family's table, all of which may be left out. Raises DeclarationError."""
    control = _control(reader, table, where) if "control" in table else None
    scales = {
        name: reader.number({name: 0.0, **table}, name, where, bounds)
        for name, bounds in (
            ("ip_adapter_scale", IP_ADAPTER_SCALE),
            ("controlnet_conditioning_scale", CONTROL_SCALE),
        )
    }
    if scales["controlnet_conditioning_scale"] and control is None:
        raise reader.error(f"{where}controlnet_conditioning_scale needs a table control that says what it looks at")
    return GuideTable(
        **scales,
        control=control,
        face_pass=_face(reader, table, where) if "face_pass" in table else None,
        likeness=_likeness(reader, table, where) if "likeness" in table else PLAIN,
    )


def _control(reader: Reader, table: Mapping[str, object], where: str) -> ControlTable:
    row = reader.table(table, "control", where)
    reader.only(row, f"{where}control.", {f.name for f in fields(ControlTable)})
    kinds = row.get("kinds")
    if not isinstance(kinds, list) or not kinds or any(kind not in CONTROL_KINDS for kind in kinds):
        raise reader.error(f"{where}control.kinds must be a list of some of {', '.join(CONTROL_KINDS)}")
    drawn_from = reader.text(row, "drawn_from", f"{where}control.")
    if drawn_from not in ("subject", "figure"):
        raise reader.error(f"{where}control.drawn_from must be subject or figure")
    start = reader.number({"start": 0.0, **row}, "start", f"{where}control.", (0.0, 1.0))
    end = reader.number({"end": 1.0, **row}, "end", f"{where}control.", (0.0, 1.0))
    if start >= end:
        raise reader.error(f"{where}control.start must be less than its end")
    return ControlTable(
        kinds=tuple(kinds), drawn_from=cast("Literal['subject', 'figure']", drawn_from), start=start, end=end
    )


def _face(reader: Reader, table: Mapping[str, object], where: str) -> FaceTable:
    row = reader.table(table, "face_pass", where)
    reader.only(row, f"{where}face_pass.", {f.name for f in fields(FaceTable)})
    inside = f"{where}face_pass."
    return FaceTable(
        strength=reader.number(row, "strength", inside, FACE_STRENGTH), prompt=reader.template(row, "prompt", inside)
    )


def _likeness(reader: Reader, table: Mapping[str, object], where: str) -> Likeness:
    row = reader.table(table, "likeness", where)
    bounds = {
        "strength": (0.05, 1.0),
        "ip_adapter_scale": IP_ADAPTER_SCALE,
        "controlnet_conditioning_scale": CONTROL_SCALE,
    }
    reader.only(row, f"{where}likeness.", set(bounds))
    return Likeness(**{name: _ends(reader, row, name, f"{where}likeness.", bounds[name]) for name in row})


def _ends(reader: Reader, row: Mapping[str, object], name: str, where: str, bounds: tuple[float, float]) -> Ends:
    ends = row[name]
    if not isinstance(ends, list) or len(ends) != 2:
        raise reader.error(f"{where}{name} must be two numbers: for most like a toy, and for most like the person")
    low, high = (reader.number({name: end}, name, where, bounds) for end in ends)
    return low, high


# ---------------------------------------------------------------- to a plan


@dataclass(frozen=True, kw_only=True, slots=True)
class Decided:
    """The part of a `Denoise` that the slider and its kin decide."""

    strength: float
    ip_adapter_scale: float
    control: Control | None
    face_pass: FacePass | None


def decide(
    asked: DenoiseOverride, strength: float, table: GuideTable, engine: Capabilities, look: Look, prompt: str
) -> Decided:
    """`strength`: the style's; `prompt`: the finished one. What the style would like and the engine has not is left out;
    what the user named and the engine has not is refused: GuideMissing.
    """
    curves = table.likeness
    moved = move(strength, curves.strength, asked.likeness)
    return Decided(
        strength=moved if asked.strength is None else asked.strength,
        ip_adapter_scale=_adapter_scale(asked, table, engine),
        control=_decide_control(asked, table, engine),
        face_pass=_decide_face(asked, table, engine, look, prompt),
    )


def check_guides(asked: DenoiseOverride, table: GuideTable, engine: Capabilities) -> None:
    """Refuse now what `decide` would refuse."""
    _adapter_scale(asked, table, engine)
    _decide_control(asked, table, engine)


def _adapter_scale(asked: DenoiseOverride, table: GuideTable, engine: Capabilities) -> float:
    if asked.ip_adapter_scale and "ip_adapter" not in engine.guides:
        raise GuideMissing(what="IP-Adapter")
    if asked.ip_adapter_scale is not None:
        return asked.ip_adapter_scale
    if "ip_adapter" not in engine.guides:
        return 0.0
    return move(table.ip_adapter_scale, table.likeness.ip_adapter_scale, asked.likeness)


def _decide_control(asked: DenoiseOverride, table: GuideTable, engine: Capabilities) -> Control | None:
    wanted = asked.controlnet_conditioning_scale
    kinds = table.control.kinds if table.control else CONTROL_KINDS
    kind = next((kind for kind in kinds if f"controlnet:{kind}" in engine.guides), None)
    if wanted and kind is None:
        raise GuideMissing(what=f"ControlNet ({', '.join(kinds)})")
    own = move(table.controlnet_conditioning_scale, table.likeness.controlnet_conditioning_scale, asked.likeness)
    scale = own if wanted is None else wanted
    if kind is None or not scale:
        return None
    plain = ControlTable(kinds=kinds, drawn_from="subject")
    how = table.control or plain
    return Control(kind=kind, drawn_from=how.drawn_from, scale=scale, start=how.start, end=how.end)


def _decide_face(
    asked: DenoiseOverride, table: GuideTable, engine: Capabilities, look: Look, prompt: str
) -> FacePass | None:
    if asked.face_pass is False or not engine.mends_faces:
        return None
    if table.face_pass is None:
        return FacePass(strength=USUAL_FACE_STRENGTH, prompt=prompt) if asked.face_pass else None
    own_words = prompt if asked.prompt is not None else fill(table.face_pass.prompt, look)
    return FacePass(strength=table.face_pass.strength, prompt=own_words)
