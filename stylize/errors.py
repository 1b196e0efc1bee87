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
    sentence = "The engine {engine} cannot do the style {style}. Engines that can: {choices}."


class TextTooLong(RequestError):
    slug = "text-too-long"
    sentence = "The {field} is longer than {limit} letters. Shorten it."


class FileUnreadable(RequestError):
    slug = "file-unreadable"
    sentence = "The file cannot be opened: {why}. Check its name and that you may read it."


class FileExists(RequestError):
    slug = "file-exists"
    sentence = "There is a file of that name already. Choose another name, or say --force to replace it."


class FileNotWritten(RequestError):
    slug = "file-not-written"
    sentence = "The result could not be written: {why}. Check the folder and the space left, or choose another place."


class NameTooLong(RequestError):
    slug = "name-too-long"
    sentence = "The {field} has {length} letters; at most {limit} fit on the box and still look good. Shorten it."


class LetteringMissing(RequestError):
    slug = "lettering-missing"
    sentence = "The {field} uses letters that cannot be printed on the box: {scripts}. Write it in one script, for example Latin, Greek or Cyrillic letters, without emoji."


class UnknownAccessory(RequestError):
    slug = "unknown-accessory"
    sentence = "There is no accessory of that name among the {count} that are carried. Search them by name."


class TooManyAccessories(RequestError):
    slug = "too-many-accessories"
    sentence = "{count} accessories are too many: at most {limit} fit into the box. Take some out."


class UnknownPalette(RequestError):
    slug = "unknown-palette"
    sentence = "There is no palette of that name. Choose one of: {choices}."


# ---------------------------------------------------------------- the file


class PhotoError(StylizeError):
    slug = "photo"
    exit_code = 3


class NotAnImage(PhotoError):
    slug = "not-an-image"
    sentence = "This file is not a picture that can be read. Choose a photo in one of these formats: {formats}."


class FormatNotSupported(PhotoError):
    slug = "format-not-supported"
    sentence = "This is a {format} file. These formats work: {formats}. Save or export the photo as JPEG and try again."


class PhotoTooLarge(PhotoError):
    slug = "photo-too-large"
    sentence = "The file has {megabytes} MB; at most {limit} MB can be read. Save it smaller, as JPEG for instance."


class PhotoTooManyPixels(PhotoError):
    slug = "photo-too-many-pixels"
    sentence = "The photo has {megapixels} megapixels; at most {limit} can be read. Scale it down and try again."


class PhotoSideTooLong(PhotoError):
    slug = "photo-side-too-long"
    sentence = (
        "The photo is {side_px} pixels long on one side; at most {limit_px} can be read. Crop it or scale it down."
    )


class PhotoTooSmall(PhotoError):
    slug = "photo-too-small"
    sentence = "The photo is only {side_px} pixels across; it takes at least {limit_px}. Choose a larger one."


class PhotoTruncated(PhotoError):
    slug = "photo-truncated"
    sentence = "The file ends before the picture does, or is damaged inside. Copy it again from where it came from."


class PhotoAnimated(PhotoError):
    slug = "photo-animated"
    sentence = "This is an animation of {frames} pictures. Save one of them as a still photo (a screenshot will do) and try again."


class PhotoTooHard(PhotoError):
    slug = "photo-too-hard"
    sentence = "Reading this photo takes more than {seconds} seconds or {megabytes} MB of memory, so it was stopped. Save it anew as JPEG, or scale it down, and try again."


class PhotoNotArrived(PhotoError):
    slug = "photo-not-arrived"
    sentence = "The photo did not arrive whole. Choose it once more."


class DecoderStopped(PhotoError):
    slug = "decoder-stopped"
    sentence = "The part of Stylize that opens photos stopped at this one; everything else goes on. Try once more; if it stops again, save the photo anew as JPEG."


class DarkroomBusy(PhotoError):
    slug = "darkroom-busy"
    sentence = "{count} photos are being opened already. Try again in a moment."


# ---------------------------------------------------------------- the person


class SubjectError(StylizeError):
    slug = "subject"
    exit_code = 4


class NoFace(SubjectError):
    slug = "no-face"
    sentence = (
        "No face was found in the photo. Choose one where the face is seen from the front, well lit and not covered."
    )


class FaceTooSmall(SubjectError):
    slug = "face-too-small"
    sentence = "The face is only {width_px} pixels wide; it takes at least {limit_px}. Choose a photo taken from nearer, or crop less."


class NoSuchFace(SubjectError):
    slug = "no-such-face"
    sentence = "There is no face number {number} in the photo; it shows {count}. Choose one of those."


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


class InitPictureMissing(EngineError):
    slug = "init-picture-missing"
    sentence = "This plan starts from the figure engine's picture, but none was handed over. Make the figure first, or start from the photo."


class OutOfMemory(EngineError):
    slug = "out-of-memory"
    sentence = "The {device} ran out of memory, also in the most frugal way that Stylize knows. Close other programs, ask for a smaller picture, or choose another engine."


class BlackPicture(EngineError):
    slug = "black-picture"
    sentence = "The model gave no usable numbers while {doing} with {precision}, so the picture would be black. Set STYLIZE_DTYPE=float32 and try again, or choose other weights."


class LoraMissing(EngineError):
    slug = "lora-missing"
    sentence = "LoRA number {position} of the list is not in the folder loras beside your weights ({count} files are there). Put its .safetensors file there, or leave it out; its name goes without folder and ending."


class LoraUnfit(EngineError):
    slug = "lora-unfit"
    sentence = "LoRA number {position} of the list was not made for {family}. Choose one that was, or leave it out."


class WeightsError(EngineError):
    slug = "weights"


class WeightsMissing(WeightsError):
    slug = "weights-missing"
    sentence = "No Stable Diffusion weights were found in {where}. Put a diffusers folder or one .safetensors checkpoint there, as weights/README.md says."


class WeightsDamaged(WeightsError):
    slug = "weights-damaged"
    sentence = "The Stable Diffusion weights are damaged or incomplete: {what}. Copy them again and compare the size with weights/README.md."


class WeightsUnknownFamily(WeightsError):
    slug = "weights-unknown-family"
    sentence = "These weights cannot be used here: {found}. Stylize drives whole Stable Diffusion 1.5 and SDXL models; weights/README.md names some."


class WeightsUnsafe(WeightsError):
    slug = "weights-unsafe"
    sentence = "These weights are in the pickle format (.ckpt, .pt, .pth, .bin), which can run programs hidden in it. Use the .safetensors file of the same model, or convert it on a machine you can spare, as weights/README.md says."


class WeightsChanged(WeightsError):
    slug = "weights-changed"
    sentence = "The weights are not the ones this plan was made with. Make the plan again."


# ---------------------------------------------------------------- the result


class ExportError(StylizeError):
    slug = "export"
    exit_code = 7


class ExportVerifyFailed(ExportError):
    slug = "export-verify-failed"
    sentence = "The finished file did not pass its own check ({why}), so it was not handed over. Please report this."


# ---------------------------------------------------------------- promises


class PrivacyError(StylizeError):
    slug = "privacy"
    exit_code = 8


class ImportedTooEarly(PrivacyError):
    slug = "imported-too-early"
    sentence = "{library} was loaded before Stylize could switch its network use off. Import stylize first."


class WallMissing(PrivacyError):
    slug = "wall-missing"
    sentence = "The wall that keeps your photo on this computer cannot be built here: {why} Start with --without-wall to go on without it; the page then says what is missing."


class LanUnavailable(PrivacyError):
    slug = "lan-unavailable"
    sentence = "The page cannot be opened to your network: {why} Without --lan it opens on this computer alone."


class Cancelled(StylizeError):
    slug = "cancelled"
    sentence = "Stopped, as you asked. Nothing was kept."
    exit_code = 130
