"""Cancel is heard inside a net, not only at the end of a step: on a CPU a step of a large model, or a decode, takes long."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from stylize.progress import CancelToken


@contextmanager
def heeding(pipeline: Any, cancel: CancelToken) -> Iterator[None]:
    """Within, every block of every net of `pipeline` looks first whether to stop, and raises Cancelled. What a net gives
    does not change by it.
    """
    import torch

    def look(*_: object) -> None:
        cancel.check()

    nets = [net for net in pipeline.components.values() if isinstance(net, torch.nn.Module)]
    lists = (part for net in nets for part in net.modules() if isinstance(part, torch.nn.ModuleList))
    hooks = [block.register_forward_pre_hook(look) for blocks in lists for block in blocks]
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()
