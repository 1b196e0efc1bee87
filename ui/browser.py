"""Opens the user's browser from outside of the wall: a browser started by the walled process would be walled in, too."""

from __future__ import annotations

import os
import subprocess
import sys

_WAIT_AND_OPEN = "import sys, webbrowser; address = sys.stdin.readline().strip(); address and webbrowser.open(address)"


class Usher:
    """A small process that waits for an address, opens it in the browser, and ends. It never sees anything else."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and line
            [sys.executable, "-I", "-c", _WAIT_AND_OPEN], stdin=subprocess.PIPE, start_new_session=True, text=True
        )

    def show(self, address: str) -> None:
        """Open `address`, once. If there is no browser nothing happens: the address is printed, too."""
        if self._process.stdin is not None and not self._process.stdin.closed:
            self._process.stdin.write(f"{address}\n")
            self._process.stdin.close()


def has_screen() -> bool:
    """Whether a browser can be expected to show itself here."""
    if os.environ.get("CI"):
        return False
    return sys.platform in ("win32", "darwin") or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
