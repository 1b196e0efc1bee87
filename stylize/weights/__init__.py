"""Stable Diffusion weights on this machine: found, identified, checked and digested before any library sees them."""

from stylize.weights.catalog import Part, RemoteFile, Tier, tiers
from stylize.weights.identify import Family
from stylize.weights.parts import list_loras
from stylize.weights.store import WeightSet, digest, digest_file, digest_with, inspect, look_up

__all__ = [
    "Family",
    "Part",
    "RemoteFile",
    "Tier",
    "WeightSet",
    "digest",
    "digest_file",
    "digest_with",
    "inspect",
    "list_loras",
    "look_up",
    "tiers",
]
