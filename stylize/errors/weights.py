"""Weights: not there, not whole, not safe, not allowed, or not to be had."""

from __future__ import annotations

from stylize.errors.asked import RequestError
from stylize.errors.making import WeightsError


class LicenceNotAccepted(WeightsError):
    slug = "licence-not-accepted"
    sentence = "The licence {title} was not accepted, so nothing was downloaded. Read it at {link}, then run the command in a terminal and say yes, or say --accept-licence {licence}."


class DownloadFailed(WeightsError):
    slug = "download-failed"
    sentence = "The download stopped: {why}. What has arrived is kept and is not used; run the same command again to go on from there."


class DownloadRefused(WeightsError):
    slug = "download-refused"
    sentence = "What the server offers for {part} is not what the catalog names: {what}. It is not used. Try again later; if it stays so, please report it."


class HostForeign(WeightsError):
    slug = "host-foreign"
    sentence = "The server wanted to send us to {host}, which does not belong to the hub, so we did not go there. If you know and trust it, say --allow-host {host}."


class SpaceMissing(WeightsError):
    slug = "space-missing"
    sentence = "There is not enough room on the disk: {needed} are needed, {free} are free. Make room, or say --folder and a place on another disk."


class PlaceTaken(WeightsError):
    slug = "place-taken"
    sentence = (
        "Something else already lies where {part} belongs in your weights folder. Move or remove it, then try again."
    )


class WeightsBusy(WeightsError):
    slug = "weights-busy"
    sentence = (
        "Another stylize weights command is at work in the same folder. Nothing was changed; try again when it is done."
    )


class WeightsNotInstalled(WeightsError):
    slug = "weights-not-installed"
    sentence = "Nothing of that name is installed. Installed: {choices}. See stylize weights list."


class WeightsNotOnDisk(WeightsError):
    slug = "weights-not-on-disk"
    sentence = "No weights were found there that could be used. A diffusers folder, a .safetensors file, or the models folder of another program can be imported."


class NotConfirmed(RequestError):
    slug = "not-confirmed"
    sentence = "Nothing was removed, since the question was not answered with yes. In a script, say --yes."
