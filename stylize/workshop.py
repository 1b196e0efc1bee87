"""Engines made once and kept warm, for as many pictures as are wanted."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Mapping
from dataclasses import replace
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from stylize import photo, pipeline
from stylize.brushwork import Weighed
from stylize.engines import registry
from stylize.engines.base import Engine
from stylize.errors import StylizeError
from stylize.idle import Idle
from stylize.making import Bench
from stylize.models import Capabilities, Evidence, ExportOrder, Findings, HideOrder, Look, Photo, Request
from stylize.photo import Sitting
from stylize.pipeline import PhotoReport, Read, Redacted, Result, Witness
from stylize.privacy import lock_down
from stylize.progress import CancelToken, Tell, nobody
from stylize.settings import Settings, read_settings
from stylize.styles import Style, load_styles
from stylize.together import Together
from stylize.toymaking import Rack

ONLY_REGIONS = HideOrder(background="keep")
"""What a copy of a photo hides without any word."""


@runtime_checkable
class Driven(Protocol):
    """An engine that uses a graphics card: it can open the driver without loading anything."""

    def wake(self) -> None: ...


@runtime_checkable
class Forgetful(Protocol):
    """An engine that remembers photos or words between pictures, to be faster. From any thread, at any time."""

    def forget(self) -> None: ...


class Workshop:
    """Holds the styles and the engines. One picture is made at a time; whoever comes next waits.

    Use it as a context manager, or call `close()`: it frees the models. `settings` None: read from file and environment.
    `read` opens photos: here, or where the caller keeps a `stylize.photo.darkroom.Darkroom`, in a process of its own.
    `evidence` is asked once a picture is done, for its receipt, what kept the photo in; by itself nothing does.
    Raises ImportedTooEarly, or DeclarationError for settings or a style that cannot be used.
    """

    def __init__(
        self, settings: Settings | None = None, *, read: Read = photo.read, evidence: Witness = Evidence
    ) -> None:
        lock_down()
        self._read, self._evidence = read, evidence
        self._settings = read_settings() if settings is None else settings
        self._styles = load_styles(self._settings.styles, check=registry.check_settings)
        self._engines: dict[str, Engine] = registry.create_all(self._settings)
        self._rack = Rack()
        self._one_at_a_time = threading.Lock()
        self._idle = Idle(60 * self._settings.idle_minutes, self._rest)

    @property
    def styles(self) -> Mapping[str, Style]:
        """Every style by slug."""
        return self._styles

    def capabilities(self) -> tuple[Capabilities, ...]:
        """What each engine can do here and now; loads nothing."""
        return self._bench().capabilities()

    def run(
        self,
        source: bytes | Photo | Sitting,
        request: Request | None = None,
        *,
        tell: Tell = nobody,
        cancel: CancelToken | None = None,
        together: Together | None = None,
    ) -> Result:
        """As `stylize.run`, with engines that stay warm. `source`: a photo's bytes, or a photo that was read already,
        or a `Sitting` of one for several pictures. `together`: the order (`stylize.together.order_of`) of which this is
        one; where that is faster the first who asks has others of it painted at the same time. Whoever keeps it ends it.
        """
        request = request or Request()
        with self._one_at_a_time:
            self._idle.stop()
            if request.engine in registry.third_party() and request.engine not in self._engines:
                self._engines[request.engine] = registry.create(request.engine, self._settings)
            try:
                return pipeline.run(
                    source,
                    request,
                    bench=self._bench() if together is None else replace(self._bench(), together=together),
                    tell=tell,
                    cancel=cancel,
                    read=self._read,
                    evidence=self._evidence,
                )
            finally:
                self._idle.touch()

    def look(self, opened: Photo, findings: Findings) -> Look:
        """What is seen of the subject of `findings` in `opened`, as a picture will have it where nothing else is wished.

        Waits for no picture and keeps none waiting: all that measuring shares with making are the nets, which have a
        lock of their own. Raises SubjectError.
        """
        return photo.isolate(opened, findings).person.look

    def wake_devices(self) -> None:
        """Open the drivers of graphics cards that engines will use: behind the wall that may not be possible any more."""
        for engine in self._engines.values():
            if isinstance(engine, Driven):
                engine.wake()

    def warm(self) -> threading.Thread:
        """Begin to load the models that are there, beside everything else, so that the first picture need not wait for
        them. What goes wrong is told to whoever asks for a picture.
        """

        def load() -> None:
            for engine in self._engines.values():
                if isinstance(engine, Weighed) and engine.capabilities().ready:
                    with contextlib.suppress(StylizeError):
                        engine.load()
                        self._idle.touch()

        thread = threading.Thread(target=load, name="stylize-warm", daemon=True)
        thread.start()
        return thread

    def _rest(self) -> None:
        """Free the models; they are loaded again when they are wanted."""
        if self._one_at_a_time.acquire(blocking=False):
            try:
                self._rack.wipe()
                for engine in self._engines.values():
                    if isinstance(engine, Weighed):
                        engine.close()
            finally:
                self._one_at_a_time.release()

    def forget(self) -> None:
        """Let the engines overwrite what they remember of photos and words; models stay. Does not wait for a picture
        that is being made: what is remembered of that is overwritten when it is done.
        """
        self._rack.wipe()
        for engine in tuple(self._engines.values()):
            if isinstance(engine, Forgetful):
                engine.forget()

    def close(self) -> None:
        """Free what the engines hold. The workshop may be used again; it is cold then."""
        self._idle.stop()
        with self._one_at_a_time:
            self._rack.wipe()
            for engine in self._engines.values():
                engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()

    def _bench(self) -> Bench:
        return Bench(styles=self._styles, engines=self._engines, rack=self._rack)


def run(
    data: bytes,
    request: Request | None = None,
    *,
    tell: Tell = nobody,
    cancel: CancelToken | None = None,
    settings: Settings | None = None,
) -> Result:
    """Make one picture from the bytes of a photo and put everything away again. For several, keep a `Workshop`.

    `request` None: an action figure without a box. `tell` hears of progress on this thread; `cancel.cancel()` from
    another thread stops it. Raises only StylizeError for what the photo, the request or the machine cannot do.
    """
    with Workshop(settings) as workshop:
        return workshop.run(data, request, tell=tell, cancel=cancel)


def inspect_photo(data: bytes, *, face: int | None = None, read: Read = photo.read) -> PhotoReport:
    """What the file holds beside the picture, and who is in it; makes nothing. `read` opens it: here, or in a darkroom.

    Without any face `findings.verdict` is "refuse". Raises PhotoError, or NoSuchFace where `face` is none of those found.
    """
    lock_down()
    return pipeline.inspect_photo(data, face=face, read=read)


def redact_photo(
    data: bytes,
    hide: HideOrder = ONLY_REGIONS,
    *,
    face: int | None = None,
    all_faces: bool = False,
    order: ExportOrder = ExportOrder(),  # noqa: B008 - frozen
    read: Read = photo.read,
) -> Redacted:
    """A copy of a photo in which nobody else can be told and nothing be read; no engine has a part in it. As it is without
    any word, the background stays and only regions are hidden: other faces, text, papers, badges, screens, plates, nudity.

    `face`: whose photo it is, a number in `Findings.faces`; None: the most prominent one, if it is large enough to become
    a picture. `all_faces`, or no such face: nobody's, so that every face is hidden. Raises PhotoError, NoSuchFace,
    NoSuchRegion, RequestError; NoFace where the background is to be hidden and nobody is there.
    """
    lock_down()
    return pipeline.redact_photo(data, hide, face=face, all_faces=all_faces, order=order, read=read)
