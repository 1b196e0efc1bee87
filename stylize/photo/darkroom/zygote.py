"""The process that decoders are born from: everything imported, nothing seen.

It is single-threaded, behind the wall, and holds no listener, no model and no photo. An order comes over its socket with
four descriptors: the pipe of the photo, the pipe for the answer, the pipe for its epitaph, and a leash. It forks a
decoder, which takes the first two, and watches it: when the leash is let go (by its server, or by the server's death),
or when it lives too long, the decoder is ended. Of each one's end a single byte is told.
"""

from __future__ import annotations

import ctypes
import os
import select
import signal
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn

from stylize.photo.darkroom.develop import develop
from stylize.photo.darkroom.limits import UPLOAD_SECONDS, Limits
from stylize.photo.darkroom.orders import BORN, ORDER_BYTES, End, read_order

_PR_SET_PDEATHSIG = 1
_DESCRIPTORS = 4


@dataclass(kw_only=True, slots=True)
class _Child:
    """A decoder that lives. `epitaph` and `leash` are descriptors of ours."""

    pid: int
    epitaph: int
    leash: int
    born: float
    stopped: bool = False


class Zygote:
    """Serves one socket until its other end is gone."""

    def __init__(self, control: socket.socket, limits: Limits) -> None:
        self._control = control
        self._limits = limits
        self._children: dict[int, _Child] = {}
        self._longest_seconds = UPLOAD_SECONDS + limits.wall_seconds
        self._death, told = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        signal.set_wakeup_fd(told, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        self._nowhere = os.open(os.devnull, os.O_RDWR | os.O_CLOEXEC)

    def serve(self) -> None:
        """Until the server is gone; then every decoder is ended."""
        try:
            with suppress(ConnectionError):  # it left without reading all that was said to it
                while self._turn():
                    pass
        finally:
            for child in self._children.values():
                os.kill(child.pid, signal.SIGKILL)

    def _turn(self) -> bool:
        """Wait for something to happen and see to it. False: nobody is there any more."""
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(self._death, select.POLLIN)
        leashes = {child.leash: child for child in self._children.values() if not child.stopped}
        for leash in leashes:
            poll.register(leash, 0)
        oldest = min((child.born for child in leashes.values()), default=None)
        wait = None if oldest is None else max(0.0, oldest + self._longest_seconds - time.monotonic()) * 1000 + 1
        happened = dict(poll.poll(wait))
        if self._death in happened:
            with suppress(BlockingIOError):
                os.read(self._death, 4096)
        self._bury()
        now = time.monotonic()
        for leash, child in leashes.items():
            if child.pid in self._children and (leash in happened or now - child.born > self._longest_seconds):
                child.stopped = True
                os.kill(child.pid, signal.SIGKILL)  # not yet waited for, so the number is still its own
        return self._control.fileno() not in happened or self._take_order()

    def _take_order(self) -> bool:
        order, descriptors, _, _ = socket.recv_fds(self._control, ORDER_BYTES, _DESCRIPTORS)
        if len(order) != ORDER_BYTES or len(descriptors) != _DESCRIPTORS:
            return False
        source, answer, epitaph, leash = descriptors
        own_id = os.getpid()
        bound, binding = os.pipe2(os.O_CLOEXEC)
        pid = os.fork()
        if pid == 0:
            self._become_decoder(source, answer, read_order(order), own_id, binding)
        os.close(source)
        os.close(answer)
        os.close(binding)
        os.read(bound, 1)  # nothing comes; it ends once the child will die with this process, or is dead
        os.close(bound)
        self._children[pid] = _Child(pid=pid, epitaph=epitaph, leash=leash, born=time.monotonic())
        self._control.sendall(BORN)
        return True

    def _become_decoder(
        self, source: int, answer: int, boundary: bytes | None, parent_id: int, binding: int
    ) -> NoReturn:
        """In the child: die with the zygote, say so by closing `binding`, let go of everything but the two pipes, and
        develop. Before that nobody may hear of it: one that is held up until the zygote is gone would keep its pipes
        open, and who reads them waiting, for ever.
        """
        try:
            _die_with_parent(parent_id)
            os.close(binding)
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.dup2(self._nowhere, 1)
            os.dup2(self._nowhere, 2)
            os.dup2(source, 0)
            kept = os.dup2(answer, 3)
            os.closerange(4, os.sysconf("SC_OPEN_MAX"))
            develop(0, kept, boundary, self._limits)
        finally:
            os._exit(1)

    def _bury(self) -> None:
        """Take leave of those that died, and tell how."""
        for pid, child in list(self._children.items()):
            gone, status, usage = os.wait4(pid, os.WNOHANG)
            if not gone:
                continue
            del self._children[pid]
            seconds = usage.ru_utime + usage.ru_stime
            with suppress(OSError):
                os.write(child.epitaph, self._judge(child, status, seconds).value)
            os.close(child.epitaph)
            os.close(child.leash)

    def _judge(self, child: _Child, status: int, seconds: float) -> End:
        if child.stopped:
            return End.STOPPED
        if os.WIFSIGNALED(status):
            over = seconds >= self._limits.cpu_seconds - 0.5 or os.WTERMSIG(status) == signal.SIGXCPU
            return End.OVER_LIMIT if over else End.CRASHED
        return End.ANSWERED if os.WEXITSTATUS(status) == 0 else End.CRASHED


def _die_with_parent(parent_id: int) -> None:
    """The decoder is killed when the zygote dies, however it dies (prctl(2), PR_SET_PDEATHSIG)."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_id:
        os._exit(1)
