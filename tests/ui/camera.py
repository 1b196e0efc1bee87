"""A webcam without a webcam: Chromium plays a file as if somebody sat in front of it."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image, ImageOps

from tests.ui.visitor import Visitor

SIZE = (640, 480)


def film(portrait: bytes, folder: Path) -> list[str]:
    """Chromium's flags for a camera that sees `portrait`; the film is written into `folder`."""
    buffer = io.BytesIO()
    seen = ImageOps.fit(Image.open(io.BytesIO(portrait)).convert("RGB"), SIZE, centering=(0.5, 0))
    seen.save(buffer, "JPEG", quality=95)
    path = folder / "camera.mjpeg"
    path.write_bytes(buffer.getvalue() * 20)
    return [
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={path}",
    ]


def turn_on(visitor: Visitor) -> None:
    """Choose the camera and switch it on; somebody is seen in it."""
    tab = visitor.tab
    tab.click("#photo .source-selection button:nth-of-type(2)")
    tab.click("#photo div[title] > button")
    tab.wait_for_selector("#photo .photo-capture")
    visitor.until("document.querySelector('#photo video').videoWidth > 0")
