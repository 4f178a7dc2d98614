"""Gets the inputs of tasks and looks at them, beside the server's loop; each task once.

What comes of it is written down in the folder, with the files themselves, so that a task tells
the same after a restart, whatever has become of the addresses by then.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import threading
from collections import deque
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from seedance_nb.simulator import probe
from seedance_nb.simulator.fetch import TooLarge, Unreachable, fetch, is_reserved
from seedance_nb.simulator.inputs import Fault, Input, Outcome
from seedance_nb.simulator.shelf import digest_of
from seedance_nb.simulator.store import draft

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from seedance_nb.simulator.answers import Record
    from seedance_nb.simulator.shelf import Shelf
    from seedance_nb.simulator.store import Store

__all__ = ["Intake"]

_THREADS = 3
_LOG = logging.getLogger("seedance_nb")


class Intake:
    """Settles which inputs the tasks have.

    An address with a host that is reserved for examples, such as `https://example.com/dog.jpg`,
    stands for some picture, film or sound that the service would take: a made-up one is shown.
    Uploads are taken from the folder, under whatever port they were told. Everything else is
    fetched.
    """

    def __init__(
        self,
        store: Store,
        shelf: Shelf,
        clock: Callable[[], float],
        then: Callable[[Record], None],
    ) -> None:
        """`then` is called with each settled task, in a thread of the intake."""
        self._store = store
        self._shelf = shelf
        self._clock = clock
        self._then = then
        self._asked: set[str] = set()
        self._waiting: deque[Record] = deque()
        self._lock = threading.Lock()
        self._busy = 0
        self._stopped = False

    def ask(self, record: Record) -> None:
        """Settles the inputs of a task soon; harmless when asked already."""
        with self._lock:
            if record.id in self._asked or self._stopped:
                return
            self._asked.add(record.id)
            self._waiting.append(record)
            if self._busy == _THREADS:
                return
            self._busy += 1
        threading.Thread(target=self._work, name="seedance-simulator-intake", daemon=True).start()

    def stop(self) -> None:
        """Gives up; the next start in the same folder begins anew with what is not settled."""
        self._stopped = True

    def _work(self) -> None:
        try:
            while record := self._next():
                self._settle(record)
        except BaseException:
            with self._lock:
                self._busy -= 1
            raise

    def _next(self) -> Record | None:
        """The next task, None where the thread shall end."""
        with self._lock:
            if self._waiting and not self._stopped:
                return self._waiting.popleft()
            self._busy -= 1
            return None

    def _settle(self, record: Record) -> None:
        outcome = Outcome(0.0, (), "unknown_error", "The inputs could not be processed")
        try:
            outcome = Outcome(0.0, tuple(self._inputs(record)))
        except Fault as fault:
            outcome = Outcome(0.0, (), fault.code, fault.message)
        except OSError as error:
            _LOG.debug("the inputs of %s could not be kept: %s", record.id, error)
            outcome = Outcome(0.0, (), "service_error", f"Service error: {error.strerror}")
        finally:
            if not self._stopped:
                with suppress(OSError):  # The folder is gone.
                    self._store.settle(record.id, replace(outcome, at=self._clock()))
                    self._then(self._store.get(record.id) or record)

    def _inputs(self, record: Record) -> Iterator[Input]:
        inputs = []
        for kind in ("image", "video", "audio"):
            for number, url in enumerate(record.urls(kind)):
                inputs.append(self._one(kind, url, f"{kind}_urls[{number}]"))
        probe.check_totals(inputs)
        yield from inputs

    def _one(self, kind: str, url: str, where: str) -> Input:
        if is_reserved(url):
            return Input(kind, f"made-up-{hashlib.sha256(url.encode()).hexdigest()[:32]}")
        with draft(self._store.contents) as path:
            self._get(url, path, kind, where)
            found = probe.examine(path, kind, where)
            content = digest_of(path)
            if not (self._store.contents / content).exists():
                path.replace(self._store.contents / content)
        return replace(found, content=content)

    def _get(self, url: str, target: Path, kind: str, where: str) -> None:
        upload = self._shelf.find_link(url)
        try:
            if upload is None:
                fetch(url, target, probe.BOUNDS[kind].most_bytes, lambda: self._stopped)
            elif self._shelf.has_expired(upload):
                raise Unreachable("the upload has expired after 72 hours")  # noqa: TRY301
            else:
                shutil.copyfile(self._shelf.path(upload["file_id"]), target)
        except Unreachable as error:
            raise probe.unreachable(kind, where, str(error)) from error
        except TooLarge:
            raise probe.too_large(kind, where) from None
