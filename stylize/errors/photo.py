"""The file cannot be used, or the person in it."""

from __future__ import annotations

from stylize.errors.base import StylizeError


class PhotoError(StylizeError):
    slug = "photo"
    exit_code = 3


class NotAnImage(PhotoError):
    slug = "not-an-image"
    sentence = "This file is not a picture that can be read. Choose a photo in one of these formats: {formats}."


class FormatNotSupported(PhotoError):
    slug = "format-not-supported"
    sentence = "This is a {format} file. These formats work: {formats}. Save or export the photo as JPEG and try again."


class PhotoTooLarge(PhotoError):
    slug = "photo-too-large"
    sentence = "The file has {megabytes} MB; at most {limit} MB can be read. Save it smaller, as JPEG for instance."


class PhotoTooManyPixels(PhotoError):
    slug = "photo-too-many-pixels"
    sentence = "The photo has {megapixels} megapixels; at most {limit} can be read. Scale it down and try again."


class PhotoSideTooLong(PhotoError):
    slug = "photo-side-too-long"
    sentence = (
        "The photo is {side_px} pixels long on one side; at most {limit_px} can be read. Crop it or scale it down."
    )


class PhotoTooSmall(PhotoError):
    slug = "photo-too-small"
    sentence = "The photo is only {side_px} pixels across; it takes at least {limit_px}. Choose a larger one."


class PhotoTruncated(PhotoError):
    slug = "photo-truncated"
    sentence = "The file ends before the picture does, or is damaged inside. Copy it again from where it came from."


class PhotoAnimated(PhotoError):
    slug = "photo-animated"
    sentence = "This is an animation of {frames} pictures. Save one of them as a still photo (a screenshot will do) and try again."


class PhotoTooHard(PhotoError):
    slug = "photo-too-hard"
    sentence = "Reading this photo takes more than {seconds} seconds or {megabytes} MB of memory, so it was stopped. Save it anew as JPEG, or scale it down, and try again."


class PhotoNotArrived(PhotoError):
    slug = "photo-not-arrived"
    sentence = "The photo did not arrive whole. Choose it once more."


class DecoderStopped(PhotoError):
    slug = "decoder-stopped"
    sentence = "The part of Stylize that opens photos stopped at this one; everything else goes on. Try once more; if it stops again, save the photo anew as JPEG."


class DarkroomBusy(PhotoError):
    slug = "darkroom-busy"
    sentence = "{count} photos are being opened already. Try again in a moment."


class SubjectError(StylizeError):
    slug = "subject"
    exit_code = 4


class NoFace(SubjectError):
    slug = "no-face"
    sentence = (
        "No face was found in the photo. Choose one where the face is seen from the front, well lit and not covered."
    )


class FaceTooSmall(SubjectError):
    slug = "face-too-small"
    sentence = "The face is only {width_px} pixels wide; it takes at least {limit_px}. Choose a photo taken from nearer, or crop less."


class NoSuchFace(SubjectError):
    slug = "no-such-face"
    sentence = "There is no face number {number} in the photo; it shows {count}. Choose one of those."
