"""The carried networks, run through OpenCV's own DNN. One lock: an OpenCV net is not safe to share between threads."""

from __future__ import annotations

import threading
from functools import cache
from importlib import resources

import cv2
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]

FACES_NEAR = "face_detection_short_range"
FACES_FAR = "face_detection_full_range"
FACE_MESH = "face_landmark"
SELFIE = "selfie_segmentation"

_LOCK = threading.Lock()


@cache
def _net(name: str) -> cv2.dnn.Net:
    data = resources.files("stylize.photo").joinpath("models", f"{name}.tflite").read_bytes()
    return cv2.dnn.readNetFromTFLite(np.frombuffer(data, np.uint8))


def run(name: str, picture: Floats, output: str) -> Floats:
    """Run the net `name` on one `picture` (h, w, 3) float32, already scaled as that net wants it.

    Returns its layer `output`, as OpenCV shapes it. Nets are read once a process. One output a pass: OpenCV 5's graph
    engine gives out several at once only where the file declares them, and these declare one.
    """
    blob = np.ascontiguousarray(picture.transpose(2, 0, 1)[None], np.float32)
    with _LOCK:
        net = _net(name)
        net.setInput(blob)
        return np.array(net.forward(output), np.float32)
