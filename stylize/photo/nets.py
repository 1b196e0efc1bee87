"""The carried networks, run through OpenCV's own DNN. One lock: an OpenCV net is not safe to share between threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TypeVar

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
T = TypeVar("T")

FACES_NEAR = "face_detection_short_range"
FACES_FAR = "face_detection_full_range"
FACE_MESH = "face_landmark"
SELFIE = "selfie_segmentation"
FACES_SMALL = "centerface"
TEXT = "PP-OCRv6_det_small"
NUDITY = "open_nsfw"

_LOCK = threading.Lock()


@cache
def _net(name: str) -> cv2.dnn.Net:
    models = resources.files("stylize.photo").joinpath("models")
    lite = models.joinpath(f"{name}.tflite")
    if lite.is_file():
        return cv2.dnn.readNetFromTFLite(np.frombuffer(lite.read_bytes(), np.uint8))
    return cv2.dnn.readNetFromONNX(np.frombuffer(models.joinpath(f"{name}.onnx").read_bytes(), np.uint8))


def run(name: str, picture: Floats, output: str) -> Floats:
    """Run the net `name` on one `picture` (h, w, 3) float32, already scaled as that net wants it.

    Returns its layer `output`, as OpenCV shapes it. Nets are read once a process, and keep nothing of what they were shown.
    One output a pass: OpenCV 5's graph engine gives out several at once only where the file declares them, and these declare
    one.
    """
    return _shown(name, picture, lambda net: np.array(net.forward(output), np.float32))


def run_all(name: str, picture: Floats, outputs: tuple[str, ...]) -> tuple[Floats, ...]:
    """As `run`, for a net whose file declares all of `outputs`: one pass gives them all."""
    return _shown(name, picture, lambda net: tuple(np.array(answer, np.float32) for answer in net.forward(outputs)))


def _shown(name: str, picture: Floats, ask: Callable[[cv2.dnn.Net], T]) -> T:
    """What `ask` hears of the net that sees `picture`. A net keeps its input until the next one, so it gets zeros."""
    blob = np.array(picture.transpose(2, 0, 1)[None], np.float32, order="C")
    with _LOCK:
        net = _net(name)
        net.setInput(blob)
        try:
            return ask(net)
        finally:
            blob.fill(0)
            net.setInput(blob)
