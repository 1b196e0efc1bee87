"""What the engine remembers from one picture to the next, so that it need not be worked out again: tensors by key.

All kinds are personal (moments and faces come from a photo, embeddings from typed words). They are bounded, live in
memory alone, and are overwritten when they go.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

TEXTS = 32
TEXT_BYTES = 64 << 20
PHOTOS = 8
PHOTO_BYTES = 32 << 20
FACES = 8
FACE_BYTES = 32 << 20

Tensors = tuple[Any, ...]


class Recall:
    """At most `entries` tuples of tensors and `limit_bytes` in all; what was used longest ago goes first."""

    def __init__(self, *, entries: int, limit_bytes: int) -> None:
        self._entries, self._limit_bytes = entries, limit_bytes
        self._kept: OrderedDict[Hashable, Tensors] = OrderedDict()

    def get(self, key: Hashable) -> Tensors | None:
        """What was put under `key`, if it is still there. Never written to by whoever gets it."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        return self._kept[key]

    def put(self, key: Hashable, tensors: Tensors) -> None:
        """Remember; what is larger than everything that may be kept is not."""
        self._drop(key)
        if size_of(tensors) > self._limit_bytes:
            return
        self._kept[key] = tensors
        while len(self._kept) > self._entries or self.held_bytes > self._limit_bytes:
            self._drop(next(iter(self._kept)))

    @property
    def held_bytes(self) -> int:
        return sum(size_of(tensors) for tensors in self._kept.values())

    def wipe(self) -> None:
        """Overwrite and forget everything."""
        for key in list(self._kept):
            self._drop(key)

    def _drop(self, key: Hashable) -> None:
        for tensor in self._kept.pop(key, ()):
            tensor.zero_()

    def __len__(self) -> int:
        return len(self._kept)


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalls:
    """`texts`: prompts as the UNet hears them. `photos`: the moments under which the VAE sees an init image. `faces`: what
    the image encoder makes of a face.
    """

    texts: Recall = field(default_factory=lambda: Recall(entries=TEXTS, limit_bytes=TEXT_BYTES))
    photos: Recall = field(default_factory=lambda: Recall(entries=PHOTOS, limit_bytes=PHOTO_BYTES))

    faces: Recall = field(default_factory=lambda: Recall(entries=FACES, limit_bytes=FACE_BYTES))

    def wipe(self) -> None:
        self.texts.wipe()
        self.photos.wipe()
        self.faces.wipe()


def size_of(tensors: Tensors) -> int:
    """Bytes of their numbers."""
    return sum(tensor.numel() * tensor.element_size() for tensor in tensors)
