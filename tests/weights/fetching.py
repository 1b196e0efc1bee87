"""A small catalog for the local hub, and one call that pulls from it in this process."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from stylize.weights.catalog import Catalog
from stylize.weights.declared import read_catalog
from stylize.weights.lock import LOCK, PARTIAL
from tests.weights.local_hub import COMMIT, LocalHub

NOW = "2026-01-02T03:04:05+00:00"


def tensors(*shapes: tuple[str, tuple[int, ...]], fill: int = 0) -> bytes:
    """A .safetensors file in memory."""
    place, table = 0, {}
    for name, shape in shapes:
        size = 2
        for side in shape:
            size *= side
        table[name] = {"dtype": "F16", "shape": list(shape), "data_offsets": [place, place + size]}
        place += size
    text = json.dumps(table).encode()
    return len(text).to_bytes(8, "little") + text + bytes([fill]) * place


LORA = tensors(("lora_unet_x.lora_down.weight", (64, 700)), fill=3)
PREVIEW = tensors(("decoder.layers.0.weight", (9, 4)), ("encoder.layers.0.weight", (9, 4)), fill=5)
FILES = {
    "maker/lora": {"pytorch_lora_weights.safetensors": LORA},
    "maker/tiny": {"config.json": b'{"_class_name": "AutoencoderTiny"}', "model.safetensors": PREVIEW},
}
LORA_FILE, CONFIG = "pytorch_lora_weights.safetensors", "config.json"

TEXT = f"""
[licences.mit]
title = "MIT"
link = "https://opensource.org/license/mit"
default = true
sentence = {{ en = "Anything.", de = "Alles." }}

[tiers.small]
family = "sd15"
title = {{ en = "Small", de = "Klein" }}
sentence = {{ en = "Small.", de = "Klein." }}
default = ["quick", "tiny"]
optional = ["later"]

[parts.quick]
title = "Quick"
roles = ["fast_lora"]
families = ["sd15"]
repository = "maker/lora"
revision = "{COMMIT}"
licence = "mit"
place = "loras/quick.safetensors"
sentence = {{ en = "Quick.", de = "Schnell." }}
files = [{{ path = "{LORA_FILE}", size_bytes = {len(LORA)}, sha256 = "{hashlib.sha256(LORA).hexdigest()}" }}]

[parts.tiny]
title = "Tiny"
roles = ["preview_vae"]
families = ["sd15"]
repository = "maker/tiny"
revision = "{COMMIT}"
licence = "mit"
place = "preview/tiny"
sentence = {{ en = "Tiny.", de = "Winzig." }}
files = [
    {{ path = "config.json", trust = "first-download" }},
    {{ path = "model.safetensors", trust = "first-download" }},
]

[parts.later]
title = "Later"
roles = ["lora"]
families = ["sd15"]
repository = "maker/tiny"
revision = "{COMMIT}"
licence = "mit"
place = "loras/later.safetensors"
sentence = {{ en = "Later.", de = "Später." }}
files = [{{ path = "model.safetensors", sha256 = "{"0" * 64}" }}]
"""


def small_catalog() -> Catalog:
    return read_catalog(TEXT)


@dataclass
class Heard:
    """What a pull said, and what it reported."""

    lines: list[str] = field(default_factory=list)
    reports: list[tuple[str, int, int]] = field(default_factory=list)


def pull_here(
    hub: LocalHub,
    home: Path,
    parts: Iterable[str] = ("quick",),
    *,
    allow: tuple[str, ...] | None = None,
    token: str | None = None,
    proxy: str | None = None,
    accepted: dict[str, str] | None = None,
    on_progress: Callable[[int], None] = lambda have: None,
) -> Heard:
    """One pull in this process, against `hub`; its store is allowed unless said otherwise."""
    from stylize.weights.fetch.run import Order, Voice, pull

    heard = Heard()
    catalog = small_catalog()

    def progress(what: str, have: int, whole: int) -> None:
        heard.reports.append((what, have, whole))
        on_progress(have)

    pull(
        Order(
            parts=tuple(catalog.parts[name] for name in parts),
            home=home,
            accepted={"mit": NOW} if accepted is None else accepted,
            endpoint=hub.endpoint,
            allow_hosts=(hub.store,) if allow is None else allow,
            token=token,
            proxy=proxy,
        ),
        Voice(line=heard.lines.append, progress=progress),
    )
    return heard


def lora(home: Path) -> Path:
    return home / "loras" / "quick.safetensors"


def waiting(home: Path) -> list[Path]:
    """What has not arrived whole."""
    return [path for path in (home / PARTIAL).rglob("*.part") if path.is_file()]


def loadable(home: Path) -> list[Path]:
    """What a library could be pointed at: anything that ends like weights."""
    return [path for path in home.rglob("*") if path.suffix in (".safetensors", ".json") and path.name != LOCK]
