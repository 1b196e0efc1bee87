"""What an edit model has seen and been told is worked out once: words (for Qwen together with the pictures), and photos.

Both are remembered as the pipeline's own methods gave them, so a remembered one gives the same bits as a fresh one.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from stylize.engines.diffusion.moments import photo_key, tensor_key

if TYPE_CHECKING:
    from stylize.engines.diffusion.edit_preview import Foresight
    from stylize.engines.diffusion.recall import Recalls
    from stylize.models import Denoise


@contextmanager
def recalling(
    pipeline: Any, recalls: Recalls, denoise: Denoise, worn: tuple[str, ...], foresight: Foresight
) -> Iterator[None]:
    """Within, `pipeline.encode_prompt` and `vae.encode` work nothing out twice. `worn`: the digests of the LoRAs that are
    on. `foresight` learns from the first photo.
    """
    vae = pipeline.vae
    encode_prompt, encode = pipeline.encode_prompt, vae.encode
    scales = tuple(lora.scale for lora in denoise.loras)

    def told(**asked: Any) -> Any:
        shown = tuple(photo_key(image) for image in asked.get("image") or ())
        key: Hashable = ("edit", asked["prompt"], shown, worn, scales)
        known = recalls.texts.get(key)
        if known is None:
            given = encode_prompt(**asked)
            known = tuple(tensor for tensor in given if tensor is not None)
            recalls.texts.put(key, known)
        return (*known, None)[:2]

    def seen(pixels: Any, return_dict: bool = True) -> Any:
        from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKLOutput
        from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

        key: Hashable = (tensor_key(pixels), tuple(pixels.shape), pixels.dtype, vae.use_tiling)
        known = recalls.photos.get(key)
        if known is None:
            known = (encode(pixels).latent_dist.parameters,)
            recalls.photos.put(key, known)
        posterior = DiagonalGaussianDistribution(known[0])
        foresight.learn(pixels, posterior.mode())
        return AutoencoderKLOutput(latent_dist=posterior) if return_dict else (posterior,)

    pipeline.encode_prompt, vae.encode = told, seen
    try:
        yield
    finally:
        del pipeline.encode_prompt, vae.encode
