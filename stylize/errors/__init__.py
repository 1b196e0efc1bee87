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

from stylize.errors.asked import (
    FileExists,
    FileNotWritten,
    FileUnreadable,
    KnobMissing,
    LetteringMissing,
    NameTooLong,
    OutOfRange,
    RequestError,
    SceneNotForStyle,
    StyleNotForEngine,
    TextTooLong,
    TooManyAccessories,
    ToyNeedsDiffusion,
    UnknownAccessory,
    UnknownChoice,
    UnknownPalette,
)
from stylize.errors.base import Cancelled, StylizeError
from stylize.errors.making import (
    BlackPicture,
    DeclarationError,
    DecoderMissing,
    EngineError,
    EngineFailed,
    EngineUnavailable,
    ExportError,
    ExportVerifyFailed,
    GuideMissing,
    GuideUnfit,
    InitPictureMissing,
    LoraMissing,
    LoraUnfit,
    OutOfMemory,
    WeightsChanged,
    WeightsDamaged,
    WeightsError,
    WeightsMissing,
    WeightsUnknownFamily,
    WeightsUnsafe,
)
from stylize.errors.photo import (
    DarkroomBusy,
    DecoderStopped,
    FaceTooSmall,
    FormatNotSupported,
    NoFace,
    NoSuchFace,
    NotAnImage,
    PhotoAnimated,
    PhotoError,
    PhotoNotArrived,
    PhotoSideTooLong,
    PhotoTooHard,
    PhotoTooLarge,
    PhotoTooManyPixels,
    PhotoTooSmall,
    PhotoTruncated,
    SubjectError,
)
from stylize.errors.privacy import ImportedTooEarly, LanUnavailable, PrivacyError, WallMissing
from stylize.errors.weights import (
    DownloadFailed,
    DownloadRefused,
    HostForeign,
    LicenceNotAccepted,
    NotConfirmed,
    PlaceTaken,
    SpaceMissing,
    WeightsNotInstalled,
    WeightsNotOnDisk,
)

__all__ = [
    "BlackPicture",
    "Cancelled",
    "DarkroomBusy",
    "DeclarationError",
    "DecoderMissing",
    "DecoderStopped",
    "DownloadFailed",
    "DownloadRefused",
    "EngineError",
    "EngineFailed",
    "EngineUnavailable",
    "ExportError",
    "ExportVerifyFailed",
    "FaceTooSmall",
    "FileExists",
    "FileNotWritten",
    "FileUnreadable",
    "FormatNotSupported",
    "GuideMissing",
    "GuideUnfit",
    "HostForeign",
    "ImportedTooEarly",
    "InitPictureMissing",
    "KnobMissing",
    "LanUnavailable",
    "LetteringMissing",
    "LicenceNotAccepted",
    "LoraMissing",
    "LoraUnfit",
    "NameTooLong",
    "NoFace",
    "NoSuchFace",
    "NotAnImage",
    "NotConfirmed",
    "OutOfMemory",
    "OutOfRange",
    "PhotoAnimated",
    "PhotoError",
    "PhotoNotArrived",
    "PhotoSideTooLong",
    "PhotoTooHard",
    "PhotoTooLarge",
    "PhotoTooManyPixels",
    "PhotoTooSmall",
    "PhotoTruncated",
    "PlaceTaken",
    "PrivacyError",
    "RequestError",
    "SceneNotForStyle",
    "SpaceMissing",
    "StyleNotForEngine",
    "StylizeError",
    "SubjectError",
    "TextTooLong",
    "TooManyAccessories",
    "ToyNeedsDiffusion",
    "UnknownAccessory",
    "UnknownChoice",
    "UnknownPalette",
    "WallMissing",
    "WeightsChanged",
    "WeightsDamaged",
    "WeightsError",
    "WeightsMissing",
    "WeightsNotInstalled",
    "WeightsNotOnDisk",
    "WeightsUnknownFamily",
    "WeightsUnsafe",
]
