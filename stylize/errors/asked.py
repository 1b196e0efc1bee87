"""What was asked cannot be done."""

from __future__ import annotations

from stylize.errors.base import StylizeError


class RequestError(StylizeError):
    slug = "request"
    exit_code = 2


class UnknownChoice(RequestError):
    slug = "unknown-choice"
    sentence = "There is no {kind} of that name. Choose one of: {choices}."


class OutOfRange(RequestError):
    slug = "out-of-range"
    sentence = "{field} must be between {low} and {high}."


class KnobMissing(RequestError):
    slug = "knob-missing"
    sentence = "The model {model} has no {knob}. It is told in words what to change; what it takes is: {choices}. Leave {knob} out, or choose other weights."


class StyleNotForEngine(RequestError):
    slug = "style-not-for-engine"
    sentence = "The engine {engine} cannot do the style {style}. Engines that can: {choices}."


class SceneNotForStyle(RequestError):
    slug = "scene-not-for-style"
    sentence = "The engine {engine} cannot show that scene in the style {style}. What it can show: {choices}."


class TextTooLong(RequestError):
    slug = "text-too-long"
    sentence = "The {field} is longer than {limit} letters. Shorten it."


class FileUnreadable(RequestError):
    slug = "file-unreadable"
    sentence = "The file cannot be opened: {why}. Check its name and that you may read it."


class FileExists(RequestError):
    slug = "file-exists"
    sentence = "There is a file of that name already. Choose another name, or say --force to replace it."


class FileNotWritten(RequestError):
    slug = "file-not-written"
    sentence = "The result could not be written: {why}. Check the folder and the space left, or choose another place."


class NameTooLong(RequestError):
    slug = "name-too-long"
    sentence = "The {field} has {length} letters; at most {limit} fit on the box and still look good. Shorten it."


class LetteringMissing(RequestError):
    slug = "lettering-missing"
    sentence = "The {field} uses letters that cannot be printed on the box: {scripts}. Write it in one script, for example Latin, Greek or Cyrillic letters, without emoji."


class PromptRefused(RequestError):
    slug = "prompt-refused"
    sentence = "The {field} has words that sexualise or undress. The person in the photo is real, so Stylize neither paints nor prints anything of the kind. Say it in other words."


class UnknownAccessory(RequestError):
    slug = "unknown-accessory"
    sentence = "There is no accessory of that name among the {count} that are carried. Search them by name."


class ToyNeedsDiffusion(RequestError):
    slug = "toy-needs-diffusion"
    sentence = "A toy of your own words is painted by Stable Diffusion, which is not ready: {why} Or take something from the shelf, for example: {choices}."


class TooManyAccessories(RequestError):
    slug = "too-many-accessories"
    sentence = "{count} accessories are too many: at most {limit} fit into the box. Take some out."


class UnknownPalette(RequestError):
    slug = "unknown-palette"
    sentence = "There is no palette of that name. Choose one of: {choices}."


class ConsentMissing(RequestError):
    slug = "consent-missing"
    sentence = "Nobody has said that the person in the photo agrees, and there is no terminal to ask on. If this is you, or the person agreed, say --consent; if somebody is under 18 and you are the parent or guardian, or have their word, say --consent=guardian."


class NoSuchRegion(RequestError):
    slug = "no-such-region"
    sentence = "There is nothing number {number} to show or hide in the photo; {count} things were found in it. See stylize inspect."
