"""A declaration is off, an engine could not make the picture, or the result may not be handed over."""

from __future__ import annotations

from stylize.errors.base import StylizeError


class DeclarationError(StylizeError):
    slug = "declaration"
    exit_code = 5
    sentence = "The declaration {name} cannot be used: {why}."


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


class DecoderMissing(EngineError):
    slug = "decoder-missing"
    sentence = "There is no tiny decoder beside your weights. Get one with `stylize weights pull`, or ask for the full decoder."


class GuideMissing(EngineError):
    slug = "guide-missing"
    sentence = "There is no {what} beside your weights, so its scale cannot be set. docs/diffusion.md says where to put it, or leave that scale to the style."


class GuideUnfit(EngineError):
    slug = "guide-unfit"
    sentence = (
        "The {what} beside your weights was not made for {family}. Put one there that was, or set its scale to 0."
    )


class RunnerMissing(EngineError):
    slug = "runner-missing"
    sentence = "The setting runner asks for OpenVINO, which is not installed. Install it with pip install 'stylize[openvino]', or set runner to auto."


class WeightsError(EngineError):
    slug = "weights"


class WeightsMissing(WeightsError):
    slug = "weights-missing"
    sentence = "No Stable Diffusion weights were found in {where}. Fetch some with stylize weights pull small, or put a diffusers folder or one .safetensors checkpoint there, as weights/README.md says."


class WeightsDamaged(WeightsError):
    slug = "weights-damaged"
    sentence = "The Stable Diffusion weights are damaged or incomplete: {what}. Copy them again and compare the size with weights/README.md."


class WeightsUnknownFamily(WeightsError):
    slug = "weights-unknown-family"
    sentence = "These weights cannot be used here: {found}. Stylize drives whole models of Stable Diffusion 1.5, SDXL, FLUX.2 klein and Qwen-Image-Edit; weights/README.md names some."


class WeightsUnsafe(WeightsError):
    slug = "weights-unsafe"
    sentence = "These weights are in the pickle format (.ckpt, .pt, .pth, .bin), which can run programs hidden in it. Use the .safetensors file of the same model, or convert it on a machine you can spare, as weights/README.md says."


class WeightsChanged(WeightsError):
    slug = "weights-changed"
    sentence = "The weights are not the ones this plan was made with. Make the plan again."


class ExportError(StylizeError):
    slug = "export"
    exit_code = 7


class PictureWithheld(ExportError):
    """No EngineError: no other engine steps in for a picture that may not be shown."""

    slug = "picture-withheld"
    sentence = "The picture is not shown: it seems to show a bare body, and Stylize undresses nobody. It was overwritten. Such checks err at times; try again with another seed, another style, or words that name clothes."


class ExportVerifyFailed(ExportError):
    slug = "export-verify-failed"
    sentence = "The finished file did not pass its own check ({why}), so it was not handed over. Please report this."
