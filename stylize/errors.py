"""Every way Stylize can say no.

    StylizeError
    ├── RequestError        what was asked cannot be done        (exit code 2)
    ├── PhotoError          the file cannot be used              (exit code 3)
    ├── SubjectError        the person in it cannot be used      (exit code 4)
    ├── DeclarationError    a TOML file of ours or yours is off  (exit code 5)
    ├── EngineError         an engine could not make the picture (exit code 6)
    │   └── WeightsError    Stable Diffusion weights             (exit code 6)
    ├── ExportError         the result may not be handed over    (exit code 7)
    ├── PrivacyError        a promise could not be kept          (exit code 8)
    └── Cancelled           the user said stop                   (exit code 130)

A class is a slug and a sentence. The slug is the key of translations and of `--json`; the sentence says what happened,
the limit, and what to do next. Facts put into a sentence are numbers and names from our own tables, never a value of
the user's (no file name, no name on the box, no prompt).
"""

from __future__ import annotations

from typing import ClassVar


class StylizeError(Exception):
    """Base of all. `facts` are the named values that the sentence shows; they are safe to log."""

    slug: ClassVar[str] = "error"
    sentence: ClassVar[str] = "Something went wrong."
    exit_code: ClassVar[int] = 1

    def __init__(self, **facts: str | float) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))


# ---------------------------------------------------------------- what was asked


class RequestError(StylizeError):
    slug = "request"
    exit_code = 2


class UnknownChoice(RequestError):
    slug = "unknown-choice"
    sentence = "There is no {kind} of that name. Choose one of: {choices}."


class OutOfRange(RequestError):
    slug = "out-of-range"
    sentence = "{field} must be between {low} and {high}."


class StyleNotForEngine(RequestError):
    slug = "style-not-for-engine"
    sentence = "The engine {engine} cannot do the style {style}. It can do: {choices}."


# ---------------------------------------------------------------- the file


class PhotoError(StylizeError):
    slug = "photo"
    exit_code = 3


# ---------------------------------------------------------------- the person


class SubjectError(StylizeError):
    slug = "subject"
    exit_code = 4


# ---------------------------------------------------------------- declarations


class DeclarationError(StylizeError):
    slug = "declaration"
    exit_code = 5
    sentence = "The declaration {name} cannot be used: {why}."


# ---------------------------------------------------------------- engines


class EngineError(StylizeError):
    slug = "engine"
    exit_code = 6


class EngineFailed(EngineError):
    slug = "engine-failed"
    sentence = "The engine {engine} stopped with an error of kind {kind}. Your photo is untouched; try again, or choose another engine."


class EngineUnavailable(EngineError):
    slug = "engine-unavailable"
    sentence = "The engine {engine} is not ready: {why} The engines figure and painting need nothing and work now."


class WeightsError(EngineError):
    slug = "weights"


# ---------------------------------------------------------------- the result


class ExportError(StylizeError):
    slug = "export"
    exit_code = 7


# ---------------------------------------------------------------- promises


class PrivacyError(StylizeError):
    slug = "privacy"
    exit_code = 8


class ImportedTooEarly(PrivacyError):
    slug = "imported-too-early"
    sentence = "{library} was loaded before Stylize could switch its network use off. Import stylize first."


class Cancelled(StylizeError):
    slug = "cancelled"
    sentence = "Stopped, as you asked. Nothing was kept."
    exit_code = 130
