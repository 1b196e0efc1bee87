"""IP-Adapter: the face in the photo as something the UNet listens to beside the words (Ye et al. 2023).

Put on by the loader of diffusers, from one local .safetensors file in the layout of its makers; taken off again without
a trace. The image encoder is read for a face that was not seen before, and let go of.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from PIL import Image

from stylize.engines.diffusion.device import Placement, empty_cache, torch_dtype
from stylize.engines.diffusion.memory import is_out_of_memory
from stylize.engines.diffusion.recall import Recall
from stylize.errors import GuideUnfit, WeightsDamaged
from stylize.models import Pixels
from stylize.weights import digest_file
from stylize.weights.guides import encoder_weights
from stylize.weights.header import read_header

TITLE = "IP-Adapter"
CONFIG = Path(__file__).parent / "config" / "image_encoder"
"""Of the CLIP ViT-H that the adapters were trained with."""

Processors = dict[str, Any]


def put_on(pipeline: Any, file: Path, *, family_title: str) -> Processors:
    """Load `file` into the UNet; the pipeline must be at rest. Returns the attention processors that were there, for
    `take_off`. Raises WeightsDamaged, WeightsUnsafe, GuideUnfit, or what torch raises when memory runs out, after which
    the pipeline is as before.
    """
    names = read_header(file)
    if not any(name.startswith("ip_adapter.") for name in names):
        raise GuideUnfit(what=TITLE, family=family_title)
    before: Processors = dict(pipeline.unet.attn_processors)
    try:
        pipeline.load_ip_adapter(
            str(file.parent),
            subfolder="",
            weight_name=file.name,
            image_encoder_folder=None,
            local_files_only=True,
        )
        fits = fits_unet(pipeline.unet)
    except (ValueError, RuntimeError, KeyError, IndexError, NotImplementedError) as error:
        if is_out_of_memory(error):
            take_off(pipeline, before)
            raise
        fits = False
    if not fits:
        take_off(pipeline, before)
        raise GuideUnfit(what=TITLE, family=family_title)
    return before


def take_off(pipeline: Any, before: Processors) -> None:
    """The UNet as it was before `put_on`, to the bit and to the object."""
    pipeline.unload_ip_adapter()
    pipeline.unet.set_attn_processor(dict(before))
    pipeline.register_modules(feature_extractor=None)


def fits_unet(unet: Any) -> bool:
    """Whether all that was loaded has numbers, and as many as this UNet's text has."""
    width = unet.config.cross_attention_dim
    for processor in unet.attn_processors.values():
        for layer in getattr(processor, "to_k_ip", ()):
            if layer.weight.is_meta or layer.weight.shape[1] != width:
                return False
    layers = unet.encoder_hid_proj.image_projection_layers
    return not any(parameter.is_meta for layer in layers for parameter in layer.parameters())


def face_embeds(
    pipeline: Any, face: Pixels, encoder: Path, placement: Placement, recall: Recall, *, adapter: str, guided: bool
) -> list[Any]:
    """What `ip_adapter_image_embeds` takes: with `guided`, the answer to no image stands before that to the face.

    An adapter must be on; `adapter` is its digest. Worked out once a face; `recall` forgets it when it is told to. Raises WeightsDamaged.
    """
    key = (hashlib.blake2b(face.tobytes(), digest_size=32).digest(), adapter, digest_file(encoder_weights(encoder)))
    known = recall.get(key)
    if known is None:
        known = tuple(encode_face(pipeline, face, encoder, placement))
        recall.put(key, known)
    return list(known) if guided else [both.chunk(2)[1] for both in known]


def encode_face(pipeline: Any, face: Pixels, encoder: Path, placement: Placement) -> list[Any]:
    """By the pipeline's own method, on the device; where that has no room, on the CPU in float32."""
    try:
        return encode_on(pipeline, face, encoder, placement)
    except Exception as error:
        if placement.device == "cpu" or not is_out_of_memory(error):
            raise
    empty_cache(placement.device)
    return encode_on(pipeline, face, encoder, Placement(device="cpu", dtype="float32"))


def encode_on(pipeline: Any, face: Pixels, encoder: Path, placement: Placement) -> list[Any]:
    import torch
    import transformers

    model = load_encoder(encoder, placement)
    side = model.config.image_size
    try:
        pipeline.image_encoder = model.to(placement.device)
        pipeline.feature_extractor = transformers.CLIPImageProcessor(size=side, crop_size=side)
        with torch.no_grad():
            embeds = pipeline.prepare_ip_adapter_image_embeds(
                ip_adapter_image=[Image.fromarray(face)],
                ip_adapter_image_embeds=None,
                device=torch.device(placement.device),
                num_images_per_prompt=1,
                do_classifier_free_guidance=True,
            )
        return [part.to(dtype=pipeline.unet.dtype) for part in embeds]
    finally:
        pipeline.image_encoder = pipeline.feature_extractor = None
        del model
        empty_cache(placement.device)


def load_encoder(place: Path, placement: Placement) -> Any:
    """The CLIP vision model of a folder, or of a file alone as a ViT-H. Raises WeightsDamaged, WeightsUnsafe."""
    import safetensors.torch
    import transformers

    file = encoder_weights(place)
    read_header(file)
    config = place if place.is_dir() else CONFIG
    try:
        model, report = transformers.CLIPVisionModelWithProjection.from_pretrained(
            str(place) if place.is_dir() else None,
            config=transformers.CLIPVisionConfig.from_pretrained(str(config), local_files_only=True),
            state_dict=None if place.is_dir() else safetensors.torch.load_file(file),
            local_files_only=True,
            use_safetensors=True,
            output_loading_info=True,
            dtype=torch_dtype(placement.dtype),
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        if is_out_of_memory(error):
            raise
        raise WeightsDamaged(what="the image encoder cannot be read") from None
    if list(report["missing_keys"]) or list(report["mismatched_keys"]):
        raise WeightsDamaged(what="the image encoder lacks tensors")
    return model.eval()
