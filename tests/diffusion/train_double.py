"""A small diffusion model that has really learned something, to see whether the knobs mean what they say.

    .venv/bin/python -m tests.diffusion.train_double FOLDER [--minutes 4]
    .venv/bin/python -m tests.diffusion.judge_double FOLDER

No weights of Stable Diffusion can be had where this program is tested, and on random weights more strength is only more
noise. So a tiny pipeline of the real classes (autoencoder, UNet, IP-Adapter plus, ControlNet for Canny edges) is trained
for a few minutes on faces of the figure engine, and written in the layouts in which real weights are published.
It paints 32 x 32 pixels, and proves semantics, never quality.
"""

from __future__ import annotations

import argparse
import itertools
import time
from pathlib import Path
from typing import Any

import numpy as np

from stylize.privacy import lock_down

lock_down()

from stylize import photo, styles  # noqa: E402
from stylize.engines.diffusion.controls import draw_edges  # noqa: E402
from stylize.engines.figure.engine import FigureEngine  # noqa: E402
from stylize.geometry import Size  # noqa: E402
from stylize.models import Hair, LookOverride, Pixels, Request  # noqa: E402
from stylize.progress import CancelToken, nobody  # noqa: E402

PORTRAITS = Path(__file__).parent.parent / "data" / "portraits"
SIDE = 32
HEAD = (60, 28, 196, 164)
"""Left, top, right, bottom of the head in a figure of 256 x 320."""
SKINS = ("#f6ded0", "#ecc5ab", "#d8a985", "#bd8a63", "#94633f", "#684128", "#42281b")
HAIRS = ("#17130f", "#54382a", "#a2835c", "#e6d6b4", "#b25a26", "#8d8c8b", "#e3e1de", "#d8719c", "#3560a8")
STYLES = (Hair.SHORT, Hair.LONG, Hair.AFRO, Hair.BOB, Hair.CURLY, Hair.BALD)


def people(count: int, *, seed: int = 0) -> list[Pixels]:
    """(64, 64, 3) heads of `count` made-up toys, no two alike."""
    rng = np.random.default_rng(seed)
    style, figure = styles.load_styles()["action-figure"], FigureEngine()
    subjects = []
    for name in ("astronaut", "biden", "obama"):
        opened = photo.read((PORTRAITS / f"{name}.jpg").read_bytes())
        subjects.append(photo.isolate(opened, photo.inspect(opened, None)))
    mixes = list(itertools.product(range(len(subjects)), STYLES, SKINS, HAIRS))
    heads = []
    for index in rng.permutation(len(mixes))[:count]:
        who, hair, skin, hair_colour = mixes[index]
        look = LookOverride(hair=hair, skin_colour=skin, hair_colour=hair_colour)
        request = Request(engine="figure", size=Size(width=256, height=320), look=look)
        plan = styles.plan(request, style, (figure.capabilities(),), subjects[who].person.look, 7, "")
        toy = figure.generate(subjects[who], plan, tell=nobody, cancel=CancelToken()).pixels
        left, top, right, bottom = HEAD
        heads.append(resize(toy[top:bottom, left:right], 64))
    return heads


def resize(pixels: Pixels, side: int) -> Pixels:
    import cv2

    return np.asarray(cv2.resize(pixels, (side, side), interpolation=cv2.INTER_AREA), np.uint8)


def edges(small: Pixels) -> np.ndarray[Any, np.dtype[np.float32]]:
    return draw_edges(small, np.ones(small.shape[:2], np.float32))


def to_tensor(pictures: list[Pixels]) -> Any:
    """(n, 3, h, w) float32, -1 to 1."""
    import torch

    return torch.from_numpy(np.stack(pictures).astype(np.float32)).permute(0, 3, 1, 2) / 127.5 - 1


def build(folder: Path) -> Any:
    """A random pipeline of the real classes that paints SIDE pixels, its autoencoder without any shrinking."""
    import diffusers
    import torch
    import transformers

    from stylize.engines.diffusion.tokenizer import build_tokenizer

    torch.manual_seed(0)
    unet = diffusers.UNet2DConditionModel(
        sample_size=SIDE,
        block_out_channels=(24, 48, 64),
        layers_per_block=1,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
        cross_attention_dim=32,
        attention_head_dim=4,
        norm_num_groups=8,
    )
    vae = diffusers.AutoencoderKL(
        block_out_channels=(16,),
        down_block_types=("DownEncoderBlock2D",),
        up_block_types=("UpDecoderBlock2D",),
        layers_per_block=1,
        latent_channels=4,
        norm_num_groups=8,
        sample_size=SIDE,
        mid_block_add_attention=False,
    )
    words = transformers.CLIPTextModel(
        transformers.CLIPTextConfig(
            hidden_size=32, intermediate_size=37, num_attention_heads=4, num_hidden_layers=2, projection_dim=32
        )
    )
    scheduler = diffusers.DDIMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, clip_sample=False, steps_offset=1
    )
    pipeline = diffusers.StableDiffusionImg2ImgPipeline(
        vae=vae,
        unet=unet,
        text_encoder=words.eval(),
        tokenizer=build_tokenizer(),
        scheduler=scheduler,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    del folder
    return pipeline


def train_autoencoder(pipeline: Any, pictures: Any, seconds: float) -> None:
    """Nearly the identity; then its scaling factor is set so that latents have unit spread."""
    import torch

    vae = pipeline.vae.train()
    optimiser = torch.optim.AdamW(vae.parameters(), lr=3e-3)
    ended = time.process_time() + seconds
    while time.process_time() < ended:
        batch = pictures[torch.randint(len(pictures), (16,))]
        posterior = vae.encode(batch).latent_dist
        loss = (vae.decode(posterior.sample()).sample - batch).abs().mean() + 1e-5 * posterior.kl().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    vae.eval()
    with torch.no_grad():
        spread = vae.encode(pictures[:64]).latent_dist.mean.std()
    vae.register_to_config(scaling_factor=float(1 / spread))
    print(f"autoencoder: off by {float(loss.detach()) * 127.5:.1f} grey levels")


def train(pipeline: Any, net: Any, pictures: Any, drawn: Any, faces: Any, nobody_there: Any, seconds: float) -> None:
    """Noise prediction (Ho et al. 2020), each guide left out of some batches so that it may be left out later."""
    import torch

    unet = pipeline.unet.train()
    parameters = [*unet.parameters(), *net.train().parameters()]
    optimiser = torch.optim.AdamW(parameters, lr=2e-3, weight_decay=1e-4)
    averages = [parameter.detach().clone() for parameter in parameters]
    with torch.no_grad():
        latents = pipeline.vae.encode(pictures).latent_dist.mean * pipeline.vae.config.scaling_factor
        ids = pipeline.tokenizer("a toy", padding="max_length", max_length=77, return_tensors="pt").input_ids
        text = pipeline.text_encoder(ids).last_hidden_state
    started, steps, losses = time.process_time(), 0, []
    while (gone := (time.process_time() - started) / seconds) < 1:
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * min(1.0, (steps + 1) / 50) * (0.5 + 0.5 * np.cos(np.pi * gone))
        index = torch.randint(len(latents), (24,))
        noise, moment = torch.randn_like(latents[index]), torch.randint(1000, (24,))
        noisy = pipeline.scheduler.add_noise(latents[index], noise, moment)
        hidden = text.expand(24, -1, -1)
        seen = torch.where(torch.rand(24, 1, 1, 1) < 0.3, nobody_there, faces[index])
        guided: dict[str, Any] = {}
        if steps % 2:
            down, middle = net(noisy, moment, hidden, drawn[index], return_dict=False)
            guided = {"down_block_additional_residuals": down, "mid_block_additional_residual": middle}
        said = unet(noisy, moment, hidden, added_cond_kwargs={"image_embeds": [seen]}, **guided).sample
        loss = (said - noise).square().mean()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimiser.step()
        keep = min(0.995, steps / (steps + 10))
        torch._foreach_lerp_(averages, [p.detach() for p in parameters], 1 - keep)
        losses.append(float(loss.detach()))
        steps += 1
    with torch.no_grad():
        for parameter, average in zip(parameters, averages, strict=True):
            parameter.copy_(average)
    unet.eval()
    net.eval()
    print(f"unet: {steps} steps, loss {np.mean(losses[-50:]):.3f}")


def original_names(unet: Any) -> dict[str, Any]:
    """The adapter on `unet` under the names in which its makers publish one."""
    import torch

    (layer,) = unet.encoder_hid_proj.image_projection_layers
    state = layer.state_dict()
    renames = {"ln0": "0.norm1", "ln1": "0.norm2", "attn.to_q": "0.to_q", "attn.to_out.0": "0.to_out"}
    renames |= {"ff.0": "1.0", "ff.1.net.0.proj": "1.1", "ff.1.net.2": "1.3"}
    tensors = {}
    for name, tensor in state.items():
        if name.endswith("attn.to_v.weight"):
            continue
        value = tensor
        if name.endswith("attn.to_k.weight"):
            value = torch.cat([tensor, state[name.replace("to_k", "to_v")]])
            name = name.replace("attn.to_k", "0.to_kv")
        elif name.startswith("layers."):
            head, number, rest = name.split(".", 2)
            part, kind = rest.rsplit(".", 1)
            name = f"{head}.{number}.{renames[part]}.{kind}"
        tensors[f"image_proj.{name}"] = value
    number = 1
    for name, processor in unet.attn_processors.items():
        if name.endswith("attn2.processor"):
            tensors[f"ip_adapter.{number}.to_k_ip.weight"] = processor.to_k_ip[0].weight
            tensors[f"ip_adapter.{number}.to_v_ip.weight"] = processor.to_v_ip[0].weight
            number += 2
    return {name: tensor.detach().clone().contiguous() for name, tensor in tensors.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--minutes", type=float, default=4.0, help="of the processor, for training the UNet")
    parser.add_argument("--people", type=int, default=120)
    said = parser.parse_args()

    import diffusers
    import torch
    from safetensors.torch import save_file

    from stylize.engines.diffusion.device import Placement
    from stylize.engines.diffusion.ip_adapter import encode_face, put_on, take_off
    from stylize.engines.diffusion.load import quieten
    from tests.diffusion import tiny_guides
    from tests.diffusion.tiny import write_tokenizer

    quieten()
    heads = people(said.people)
    smalls = [resize(head, SIDE) for head in heads]
    smalls += [np.ascontiguousarray(small[:, ::-1]) for small in smalls]
    heads += [np.ascontiguousarray(head[:, ::-1]) for head in heads]
    pipeline, root = build(said.folder), said.folder
    torch.manual_seed(1)
    pictures = to_tensor(smalls)
    train_autoencoder(pipeline, pictures, 10 + 6 * said.minutes)

    adapter = tiny_guides.write_ip_adapter(root / "ip-adapter" / "double.safetensors", pipeline.unet)
    encoder = tiny_guides.write_image_encoder(root / "image-encoder")
    net = diffusers.ControlNetModel.from_unet(pipeline.unet, conditioning_embedding_out_channels=(16,))
    before = put_on(pipeline, adapter, family_title="the double")
    cpu = Placement(device="cpu", dtype="float32")
    both = [encode_face(pipeline, resize(head, 512), encoder, cpu)[0] for head in heads]
    nobody_there, faces = both[0].chunk(2)[0], torch.cat([pair.chunk(2)[1] for pair in both])
    drawn = torch.from_numpy(np.stack([edges(small) for small in smalls]))[:, None].expand(-1, 3, -1, -1)
    train(pipeline, net, pictures, drawn, faces, nobody_there, 60 * said.minutes)

    save_file({name: value.half() for name, value in original_names(pipeline.unet).items()}, str(adapter))
    take_off(pipeline, before)
    pipeline.save_pretrained(root / "model")
    (root / "model" / "tokenizer" / "tokenizer.json").unlink()
    write_tokenizer(root / "model" / "tokenizer")
    net.save_pretrained(root / "controlnet" / "double-canny")
    np.savez_compressed(root / "people.npz", heads=np.stack(heads[: len(heads) // 2]))


if __name__ == "__main__":
    main()
