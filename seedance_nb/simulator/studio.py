"""Where clips come from: one worker thread that renders one clip at a time, and the ready-made."""

from __future__ import annotations

import hashlib
import logging
import os
import threading
from collections import deque
from concurrent.futures import Future
from dataclasses import astuple, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from seedance_nb.simulator import scenario as scenarios
from seedance_nb.simulator.store import draft

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.simulator.answers import Record
    from seedance_nb.simulator.inputs import Input

__all__ = ["Renderer", "Shot", "Studio", "ready_made", "shots_of"]

_TAKES_THAT_DIFFER = 8
_CUT = 2 / 3
_TROUBLE = (ImportError, OSError, RuntimeError, ValueError)
_LOG = logging.getLogger("seedance_nb")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A clip to be made: sizes in pixels, duration in seconds; `cut` leaves a broken file.

    `inputs` are the pictures, films and sounds that it shows.
    """

    prompt: str
    kind: str
    width: int
    height: int
    duration: int
    audio: bool
    seed: int
    cut: bool = False
    inputs: tuple[Input, ...] = ()

    @property
    def key(self) -> str:
        """32 hex digits that name the clip: the same shot is the same file."""
        inputs = tuple(replace(each, path=None) for each in self.inputs)
        words = repr(astuple(replace(self, inputs=inputs)))
        return hashlib.sha256(words.encode()).hexdigest()[:32]


class Renderer(Protocol):
    """Writes the MP4 of `shot` to `path`; gives up early once `stopped()` is true."""

    def __call__(self, shot: Shot, path: Path, stopped: Callable[[], bool]) -> None:
        """Renders, blocking."""


def shots_of(record: Record) -> list[Shot]:
    """The clips that a completed task links to; none where the scenario has none."""
    media = scenarios.find(record.scenario).media
    width, height = record.size
    shot = Shot(
        prompt=str(record.request["prompt"]),
        kind=record.kind,
        width=width,
        height=height,
        duration=record.duration,
        audio=record.request.get("generate_audio") is not False,
        seed=record.seed * _TAKES_THAT_DIFFER + record.take % _TAKES_THAT_DIFFER,
        inputs=record.outcome.inputs if record.outcome else (),
    )
    if media == "none":
        return []
    if media == "two":
        return [shot, replace(shot, seed=shot.seed + 1_000_003)]
    if media == "longer":
        return [replace(shot, duration=shot.duration + 2)]
    if media == "other-size":
        return [replace(shot, width=480, height=480)]
    return [replace(shot, cut=media == "truncated")]


class Studio:
    """Renders what is asked for, the most urgent first, and keeps it in a folder."""

    def __init__(self, folder: Path, renderer: Renderer | None) -> None:
        """Starts nothing; without a renderer the ready-made clips are handed out."""
        self._folder = folder
        self._renderer = renderer
        self._waiting: deque[Shot] = deque()
        self._urgent: deque[Shot] = deque()
        self._futures: dict[str, Future[Path]] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._worker: threading.Thread | None = None

    @property
    def renders(self) -> bool:
        """Whether clips are rendered, as opposed to ready-made."""
        return self._renderer is not None

    def ask(self, shot: Shot, *, urgent: bool = False) -> Future[Path]:
        """The file of the shot, as soon as there is one."""
        path = self._folder / f"{shot.key}.mp4"
        with self._changed:
            future = self._futures.get(shot.key)
            if path.exists() and (future is None or future.done()):
                return _done(path)
            if future is None or future.done():
                future = self._futures[shot.key] = Future()
                self._waiting.append(shot)
                self._start()
            if urgent and shot in self._waiting:
                self._waiting.remove(shot)
                self._urgent.append(shot)
            self._changed.notify()
        return future

    def stop(self, patience: float) -> None:
        """Gives up what is being rendered and waits at most `patience` seconds for it."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        if self._worker is not None:
            self._worker.join(patience)

    def _start(self) -> None:
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(
                target=self._work, name="seedance-simulator-studio", daemon=True
            )
            self._worker.start()

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._urgent or self._waiting)
                if self._stopped:
                    break
                shot = (self._urgent or self._waiting).popleft()
                future = self._futures[shot.key]
            if future.set_running_or_notify_cancel():
                self._fulfil(shot, future)
        for future in self._futures.values():
            future.cancel()

    def _fulfil(self, shot: Shot, future: Future[Path]) -> None:
        try:
            future.set_result(self._make(shot))
        except _TROUBLE as error:
            future.set_exception(error)
        finally:
            if not future.done():  # A defect, which ends the thread; whoever waits is told.
                future.set_exception(RuntimeError("the renderer failed"))

    def _make(self, shot: Shot) -> Path:
        path = self._folder / f"{shot.key}.mp4"
        if self._renderer is None and not shot.cut:
            return ready_made(shot)
        with draft(self._folder, ".mp4") as temporary:
            self._write(shot, temporary)
            if self._stopped:
                message = "stopped while rendering"
                raise RuntimeError(message)
            if shot.cut:
                os.truncate(temporary, int(temporary.stat().st_size * _CUT))
            temporary.replace(path)
        return path

    def _write(self, shot: Shot, path: Path) -> None:
        if self._renderer is not None:
            try:
                self._renderer(shot, path, lambda: self._stopped)
            except _TROUBLE as error:
                _LOG.debug("no clip could be rendered, a ready-made one is served: %s", error)
            else:
                return
        path.write_bytes(ready_made(shot).read_bytes())


def ready_made(shot: Shot) -> Path:
    """The clip that comes with the package and is nearest in ratio, with sound or without."""
    ratio = shot.width / shot.height
    shape = "wide" if ratio > 1.15 else "tall" if ratio < 0.87 else "square"  # noqa: PLR2004
    sound = "sound" if shot.audio else "silent"
    return Path(__file__).with_name("clips") / f"{shape}-{sound}.mp4"


def _done(path: Path) -> Future[Path]:
    future: Future[Path] = Future()
    future.set_result(path)
    return future
