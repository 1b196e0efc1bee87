"""Who runs the UNet: torch, or on a CPU OpenVINO where it is installed, which needs about two thirds of the time.

What OpenVINO answers differs from torch by rounding. So which of the two it is follows from the order, the machine and
what memory is free, never from how long ago the model was loaded: a net is made for OpenVINO before its first step (some
seconds, once), not beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from stylize.engines.diffusion import room
from stylize.engines.diffusion.deepcache import LEAST_STEPS
from stylize.engines.diffusion.openvino_net import Net, is_installed, outline_of, version
from stylize.engines.diffusion.planner import needed_beside, ways
from stylize.errors import RunnerMissing, StylizeError

if TYPE_CHECKING:
    from stylize.engines.diffusion.loaded import Loaded
    from stylize.models import Denoise

RUNNERS = ("auto", "torch", "openvino")

UNET = "UNet2DConditionModel"

MOST_NETS = 2
"""One for pictures and one for their faces, which may be led by other guides."""


@dataclass(kw_only=True, slots=True)
class Runner:
    """`wish`: one of RUNNERS. `nets`: those that were made, by what they were made for, the oldest first. `broken`: it
    has failed with this model. `last`: who ran the last picture, as `both` tells it.
    """

    wish: str = "torch"
    nets: dict[str, Net] = field(default_factory=dict, repr=False)
    broken: bool = False
    last: str = "torch"

    def release(self) -> None:
        """Let go of the nets; they are made again when they are wanted."""
        self.nets.clear()


def check_runner(wish: str) -> str:
    """Raises RunnerMissing where the user wants what is not installed."""
    if wish == "openvino" and not is_installed():
        raise RunnerMissing
    return wish


def foresee_runner(wish: str) -> str:
    """What `wish` comes to on a CPU, for people."""
    if wish == "torch":
        return "torch, as the setting runner says"
    if is_installed():
        return f"OpenVINO {version()}, where it can and memory leaves room"
    return "torch; pip install 'stylize[openvino]' for another way, on most processors a faster one"


@contextmanager
def running(loaded: Loaded, denoise: Denoise, *, width: int, height: int) -> Iterator[None]:
    """Within, the UNet of `loaded` is run as its runner's wish says, for a picture, or `denoise.rows` of them, of so many
    pixels. `loaded.runner.last` tells by whom.
    """
    runner, unet = loaded.runner, getattr(loaded.pipeline, "unet", None)
    runner.last = "torch"
    if runner.wish == "torch" or unet is None or not can_run(loaded, denoise, width, height):
        yield
        return
    whole, own = unet.forward, unet.__dict__.get("forward")
    pixels, state = width * height * denoise.rows, state_of(loaded, denoise)
    runner.last = ""

    def forward(sample: Any, timestep: Any, encoder_hidden_states: Any, **more: Any) -> Any:
        args = (sample, timestep, encoder_hidden_states)
        net = None if more.get("return_dict", True) else net_for(loaded, whole, args, more, state, pixels)
        if net is not None:
            try:
                answer = net(args, more)
            except StylizeError:
                raise
            except Exception:  # whatever it is, torch can go on from here
                give_up(runner)
            else:
                runner.last = both(runner.last, "openvino")
                return (answer,)
        runner.last = both(runner.last, "torch")
        return whole(*args, **more)

    unet.forward = forward
    try:
        yield
    finally:
        for net in runner.nets.values():
            net.rest()
        if own is None:
            del unet.forward
        else:
            unet.forward = own


def both(one: str, other: str) -> str:
    """Who ran what `one` and `other` ran: "openvino and torch" where one of them went on for the other."""
    return " and ".join(sorted({name for told in (one, other) for name in told.split(" and ") if name}))


def can_run(loaded: Loaded, denoise: Denoise, width: int, height: int) -> bool:
    """Whether OpenVINO is there and may take the place of torch: a CPU, a UNet that lies there in 32 bits, pictures whose
    halves fit together again, every step run whole.
    """
    unet = loaded.pipeline.unet
    placement, way = loaded.placement, ways()[loaded.mode]
    whole = denoise.deepcache_interval <= 1 or denoise.denoising_steps < LEAST_STEPS
    return (
        not loaded.runner.broken
        and placement.device == "cpu"
        and placement.dtype == "float32"
        and way.stores == "own"
        and type(unet).__name__ == UNET
        and whole
        and not (width % coarsest_pixels(loaded) or height % coarsest_pixels(loaded))
        and is_installed()
    )


def coarsest_pixels(loaded: Loaded) -> int:
    """Side of what the deepest layers see as one, in pixels of the picture."""
    halvings = len(loaded.pipeline.unet.config.block_out_channels) - 1
    return int(loaded.pipeline.vae_scale_factor * 2**halvings)


def state_of(loaded: Loaded, denoise: Denoise) -> str:
    """What is in the UNet beside its own weights: it goes into the net that is made of it."""
    scales = tuple(lora.scale for lora in denoise.loras)
    adapter = (loaded.adapter.digest, denoise.ip_adapter_scale) if loaded.adapter else ()
    return repr((loaded.worn, scales, adapter))


def net_for(
    loaded: Loaded, whole: Any, args: tuple[Any, ...], more: Mapping[str, Any], state: str, pixels: int
) -> Net | None:
    """The net for this call, made if need be; None: there is no room for it, or it cannot be made."""
    runner, key = loaded.runner, f"{state} {outline_of(args, more)}"
    if runner.broken or (net := runner.nets.get(key)) is not None:
        return None if runner.broken else net
    while runner.nets and (len(runner.nets) >= MOST_NETS or not has_room(loaded, pixels)):
        del runner.nets[next(iter(runner.nets))]
    if not has_room(loaded, pixels):
        return None
    try:
        runner.nets[key] = Net(whole, args, more)
    except StylizeError:  # while it is traced, a stop is heard at each block
        raise
    except Exception:  # a net that it does not know, or memory
        give_up(runner)
        return None
    return runner.nets[key]


def has_room(loaded: Loaded, pixels: int) -> bool:
    """Whether the UNet's weights fit once more beside what painting takes. Where the user named OpenVINO, they know."""
    free = room.look_around(loaded.placement.device).ram
    if free is None or loaded.runner.wish == "openvino":
        return True
    beside = needed_beside(loaded.mode, loaded.placement, loaded.facts, dict(loaded.weights.parameters), pixels=pixels)
    return beside <= free


def give_up(runner: Runner) -> None:
    """Leave everything to torch from now on, until the model is loaded again."""
    runner.broken = True
    runner.release()
