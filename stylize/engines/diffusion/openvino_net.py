"""A UNet of torch made into one of OpenVINO, in memory: no file is written and none read.

The net is traced on a corner of its first input, which costs a second where the whole would cost many, and compiled for
any size and number of rows. Its weights are laid out anew for the processor, so it takes their size in memory once more.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any

CORNER = 8
"""Side of the corner, in pixels of the latent: what UNets with up to three halvings can be halved to."""


def is_installed() -> bool:
    """Whether OpenVINO can be imported; it is not, to find out."""
    return importlib.util.find_spec("openvino") is not None


def version() -> str:
    from importlib import metadata

    return metadata.version("openvino")


class Net:
    """`unet`, called as it is: positional tensors and keywords in the same structure as at first."""

    def __init__(self, forward: Any, args: tuple[Any, ...], more: Mapping[str, Any]) -> None:
        """Trace and compile `forward` (a UNet2DConditionModel's) as it is called with these, float32 on the CPU: seconds.

        Raises what torch or OpenVINO raise where they cannot.
        """
        from openvino import Core

        tensors, outline = _taken_apart(args, more)
        model = _converted(forward, tensors, outline)
        self._compiled = Core().compile_model(model, "CPU", _properties())
        self._request: Any = None

    def __call__(self, args: tuple[Any, ...], more: Mapping[str, Any]) -> Any:
        """What torch would answer, but for rounding: (rows, 4, h, w) float32."""
        import torch

        if self._request is None:
            self._request = self._compiled.create_infer_request()
        tensors, _ = _taken_apart(args, more)
        told = self._request.infer([tensor.contiguous().numpy() for tensor in tensors], share_inputs=True)
        return torch.from_numpy(told[0].copy())

    def rest(self) -> None:
        """Give back what it worked in, and what it was shown; the weights stay."""
        self._request = None
        self._compiled.release_memory()


def outline_of(args: tuple[Any, ...], more: Mapping[str, Any]) -> str:
    """What a net is made for: which inputs there are, and all that is no tensor. Any size and number of rows."""
    tensors, outline = _taken_apart(args, more)
    return repr(([(tensor.dim(), tensor.dtype) for tensor in tensors], outline))


def _taken_apart(args: tuple[Any, ...], more: Mapping[str, Any]) -> tuple[list[Any], tuple[Any, ...]]:
    """The tensors in `args` and `more`, and how to put them together again. A timestep becomes a tensor."""
    import torch
    from torch.utils import _pytree as trees

    sample, timestep, *others = args
    step = torch.as_tensor(timestep, dtype=torch.float32)
    leaves, spec = trees.tree_flatten(((sample, step, *others), dict(more)))
    tensors = [leaf for leaf in leaves if isinstance(leaf, torch.Tensor)]
    rest = [None if isinstance(leaf, torch.Tensor) else (leaf,) for leaf in leaves]
    return tensors, (tuple(rest), spec)


def _converted(forward: Any, tensors: list[Any], outline: tuple[Any, ...]) -> Any:
    """OpenVINO's own model of it, sharing the weights of torch."""
    import warnings

    import torch
    from openvino import PartialShape
    from openvino.frontend import FrontEndManager
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    warnings.filterwarnings("ignore", category=torch.jit.TracerWarning)
    corners = _corners(tensors)
    traced = torch.jit.trace(_wrapped(forward, outline), tuple(corners), strict=False, check_trace=False)
    frontend = FrontEndManager().load_by_framework("pytorch")
    decoder = TorchScriptPythonDecoder(traced, skip_freeze=True)  # which the frontend only points to
    model = frontend.convert(frontend.load(decoder))
    if len(model.inputs) != len(tensors):
        raise RuntimeError("an input is not used")
    model.reshape(dict(enumerate(PartialShape(_any_size(tensor)) for tensor in tensors)))
    return model


def _wrapped(forward: Any, outline: tuple[Any, ...]) -> Any:
    """A net of tensors alone."""
    import torch
    from torch.utils import _pytree as trees

    rest, spec = outline

    class Wrapped(torch.nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.net = forward.__self__

        def forward(self, *tensors: Any) -> Any:
            given = iter(tensors)
            args, more = trees.tree_unflatten([next(given) if one is None else one[0] for one in rest], spec)
            return forward(*args, **more)[0]

    return Wrapped().eval()


def _corners(tensors: list[Any]) -> list[Any]:
    """The first is the latent; what a ControlNet adds is halved with it. Two of its sides make a picture."""
    height, width = tensors[0].shape[-2:]

    def corner(tensor: Any) -> Any:
        if not _is_picture(tensor):
            return tensor
        high, wide = tensor.shape[-2] * CORNER // height, tensor.shape[-1] * CORNER // width
        return tensor[..., :high, :wide].contiguous()

    return [corner(tensor) for tensor in tensors]


def _is_picture(tensor: Any) -> bool:
    return bool(tensor.dim() == 4)


def _any_size(tensor: Any) -> list[int]:
    """-1 for what may change from call to call: rows, and the sides of pictures or the number of words."""
    if _is_picture(tensor):
        return [-1, tensor.shape[1], -1, -1]
    return [-1] * (tensor.dim() - 1) + [tensor.shape[-1]] if tensor.dim() > 1 else [-1] * tensor.dim()


def _properties() -> dict[str, Any]:
    """As precise as torch, and no more threads than it would take; they go where the system puts them."""
    import torch

    return {
        "INFERENCE_PRECISION_HINT": "f32",
        "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        "ENABLE_CPU_PINNING": False,
        "PERFORMANCE_HINT": "LATENCY",
    }
