"""The darkroom: photos are opened in processes that see nothing else, can do nothing else, and do not outlive them."""

from stylize.photo.darkroom.plate import Developed, Plate
from stylize.photo.darkroom.room import Darkroom

__all__ = ["Darkroom", "Developed", "Plate"]
