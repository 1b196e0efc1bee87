"""What may be told of a run, and what kept the photo in meanwhile: the carriers that are safe to publish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """What kept the photo in. As it is without any word: no wall, as when a program imports `stylize`.

    `wall`: "kernel" if the system itself refuses every way out. `wall_parts`: (slug, whether it stands). `attempts`:
    (kind, library, count) of the tries to get out that were seen since the program started, without any address.
    `files_left`: files that lie in the program's own working folder.
    """

    wall: Literal["kernel", "none"] = "none"
    wall_parts: tuple[tuple[str, bool], ...] = ()
    attempts: tuple[tuple[str, str, int], ...] = ()
    files_left: int = 0

    @property
    def attempts_seen(self) -> int:
        """The sum over all kinds of `attempts`."""
        return sum(count for _, _, count in self.attempts)


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt(Evidence):
    """Nothing personal; safe to publish. Digests are SHA-256 hex; durations seconds by stage.

    `export_digest`: of the file of this run, whose type is `media_type`; `other_digests`: (media type, digest) of the
    same picture in other types, where they were made, and of what else was made of it. `found_groups`: how many things
    of each kind the photo's file held beside the picture. `labels`: what the finished file carries beside the pixels.
    `denoise`: what diffusers was told, by its own names and without the prompts; empty where no model was asked.
    `painted_toys`: how many things for the box a model painted of the user's words. `hidden`: (kind, how many) of what
    the engine did not get to see of the photo. `consent`: a slug of `stylize.models.Consent`.
    """

    engine: str
    style: str
    seed: int
    plan_digest: str
    media_type: str
    export_digest: str
    other_digests: tuple[tuple[str, str], ...] = ()
    weights_digest: str
    durations_seconds: tuple[tuple[str, float], ...]
    versions: tuple[tuple[str, str], ...]
    found_groups: tuple[tuple[str, int], ...]
    labels: tuple[str, ...]
    denoise: tuple[tuple[str, str], ...] = ()
    painted_toys: int = 0
    hidden: tuple[tuple[str, int], ...] = ()
    consent: str = "not-asked"
