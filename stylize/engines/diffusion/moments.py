"""The VAE sees a photo once: its moments (mean and log variance of the latent) are remembered, not the latent.

img2img draws the latent from those moments with the picture's own generator, before it draws the noise. Remembering the
moments leaves both draws as they are, so a remembered photo gives the same bits as a fresh one, whatever the seed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from PIL import Image

from stylize.engines.diffusion.recall import Recall


def photo_key(image: Image.Image) -> bytes:
    """A digest of its pixels and size."""
    told = hashlib.blake2b(repr((image.mode, image.size)).encode(), digest_size=32)
    told.update(image.tobytes())
    return told.digest()


def tensor_key(tensor: Any) -> bytes:
    """A digest of its numbers."""
    return hashlib.blake2b(tensor.detach().float().cpu().numpy().tobytes(), digest_size=32).digest()


def encodes_only_image(pipeline: Any) -> bool:
    """Whether the VAE of this pipeline is shown nothing but the init image. An inpainting one shows it more."""
    return type(pipeline).__name__.endswith("Img2ImgPipeline")


@contextmanager
def remembered(vae: Any, recall: Recall) -> Iterator[None]:
    """Within, `vae.encode` of the same pixels (prepared by the pipeline, one row at a time) is worked out at most once."""
    from diffusers.models.autoencoders.autoencoder_kl import AutoencoderKLOutput
    from diffusers.models.autoencoders.vae import DiagonalGaussianDistribution

    encode, own = vae.encode, vars(vae).get("encode")

    def recalled(pixels: Any, return_dict: bool = True) -> Any:
        key: Hashable = (
            tensor_key(pixels),
            tuple(pixels.shape),
            pixels.dtype,
            vae.use_tiling,
            vae.tile_sample_min_size,
        )
        known = recall.get(key)
        if known is None:
            known = (encode(pixels).latent_dist.parameters,)
            recall.put(key, known)
        posterior = DiagonalGaussianDistribution(known[0])
        return AutoencoderKLOutput(latent_dist=posterior) if return_dict else (posterior,)

    vae.encode = recalled
    try:
        yield
    finally:
        if own is None:
            del vae.encode
        else:
            vae.encode = own
