"""The simulator: a real HTTP server on this machine that speaks the API and spends nothing."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Self

from tornado import web
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from seedance_nb.simulator import handlers, uploads
from seedance_nb.simulator.checks import CATALOGS
from seedance_nb.simulator.courier import Courier
from seedance_nb.simulator.desk import Desk, RequestLog, Terms
from seedance_nb.simulator.scenario import find
from seedance_nb.simulator.store import Store
from seedance_nb.simulator.studio import Renderer, Studio

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Simulator"]

_LARGEST_BODY = 140 * 1024 * 1024  # A file of 100 MB is a third longer as Base64.
_PATIENCE = 0.04


class Simulator:
    """A server on 127.0.0.1 that answers as the API does and renders real MP4 files.

    Any key is accepted and none is kept. Tasks live in `home` and go on after a restart there.

    Inputs are fetched, from this machine and from the web, and held against the limits of the
    service; what is wrong with one fails the task. Hosts that are reserved for examples, such as
    example.com, stand for some picture, film or sound: a made-up one is shown.

    Attributes:
        requests: The calls that came, as a sequence with `.where(method=, path=)`.
    """

    def __init__(  # noqa: PLR0913 - all of them are by name and have defaults
        self,
        home: Path | None = None,
        *,
        port: int = 0,
        seed: int = 0,
        time_scale: float = 0.06,
        scenario: str = "normal",
        catalog: str = "quickstart",
        clock: Callable[[], float] = time.time,
        renderer: Renderer | Literal["auto"] | None = "auto",
    ) -> None:
        """Starts nothing yet.

        Args:
            home: Folder for tasks and clips, None for a temporary one that `stop` removes.
            port: Port to listen on, 0 for any free one.
            seed: Other seeds give other pictures and ids.
            time_scale: Factor on the real waiting times: 1 is real, 0 is at once.
            scenario: Name of what shall happen, see `SCENARIOS`.
            catalog: `quickstart` or `2026-08`.
            clock: Epoch seconds.
            renderer: What makes the clips: `auto` renders where PyAV and Pillow are installed,
                None hands out the ready-made clips.

        Raises:
            ValueError: No such scenario or catalog, or a negative time scale.
        """
        if catalog not in CATALOGS:
            message = f"no catalog is called {catalog!r}; there are: {', '.join(CATALOGS)}"
            raise ValueError(message)
        if time_scale < 0:
            message = f"time_scale must not be negative: {time_scale}"
            raise ValueError(message)
        self._scenario = find(scenario).name
        self._home = home
        self._port = port
        self._renderer = _real_renderer() if renderer == "auto" else renderer
        self._terms = Terms(
            catalog=catalog,
            seed=seed,
            time_scale=time_scale,
            clock=clock,
            sleep=asyncio.sleep,
            entropy=os.urandom,
        )
        self.requests = RequestLog()
        self._run: _Run | None = None

    @property
    def url(self) -> str:
        """Where it listens, such as `http://127.0.0.1:40123`.

        Raises:
            RuntimeError: It is not running.
        """
        if self._run is None:
            message = "the simulator is not running"
            raise RuntimeError(message)
        return self._run.url

    @property
    def renders(self) -> bool:
        """Whether clips are rendered as asked; if not, small ready-made ones are served."""
        return self._renderer is not None

    @property
    def scenario(self) -> str:
        """What happens to the calls to come; may be set while the simulator runs."""
        return self._scenario

    @scenario.setter
    def scenario(self, name: str) -> None:
        self._scenario = find(name).name
        if self._run is not None:
            self._run.desk.play(self._scenario)

    def start(self) -> Self:
        """Starts the server; on return it answers. Does nothing when it runs already.

        Raises:
            OSError: The port is taken or the folder cannot be written.
        """
        if self._run is None:
            run = _Run(self._home, self._port, self._terms, self._renderer, requests=self.requests)
            run.desk.play(self._scenario)
            run.start()
            self._run = run
        return self

    def stop(self) -> None:
        """Stops the server; does nothing when it is not running."""
        run, self._run = self._run, None
        if run is not None:
            run.stop()

    def __enter__(self) -> Self:
        """Starts."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stops."""
        self.stop()


class _Run:
    """One life of the server, from start to stop: a thread with its own loop."""

    def __init__(
        self,
        home: Path | None,
        port: int,
        terms: Terms,
        renderer: Renderer | None,
        *,
        requests: RequestLog,
    ) -> None:
        self._sockets = bind_sockets(port, "127.0.0.1")
        self.url = f"http://127.0.0.1:{self._sockets[0].getsockname()[1]}"
        self._temporary = None if home else tempfile.mkdtemp(prefix="seedance-simulator-")
        store = Store(home or Path(self._temporary or ""), seed=terms.seed)
        self._studio = Studio(store.home / "media", renderer)
        self._courier = Courier(store, terms.clock, terms.sleep, terms.time_scale)
        self.desk = Desk(terms, store, self._studio, self._courier)
        self.desk.requests, self.desk.base_url = requests, self.url
        self._ready = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ended: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._main, name="seedance-simulator", daemon=True)

    def start(self) -> None:
        self._thread.start()
        while not self._ready.wait(0.1):
            if not self._thread.is_alive():
                message = "the simulator could not start"
                raise RuntimeError(message)

    def stop(self) -> None:
        if self._loop is not None and self._ended is not None:
            with suppress(RuntimeError):  # The loop has ended by itself.
                self._loop.call_soon_threadsafe(self._ended.set)
        self.desk.stop()
        self._studio.stop(_PATIENCE)
        self._thread.join(_PATIENCE)
        if self._temporary:
            shutil.rmtree(self._temporary, ignore_errors=True)

    def _main(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop, self._ended = asyncio.get_running_loop(), asyncio.Event()
        server = HTTPServer(
            _application(self.desk), max_buffer_size=_LARGEST_BODY, max_body_size=_LARGEST_BODY
        )
        server.add_sockets(self._sockets)
        self.desk.resume_callbacks()
        self._ready.set()
        await self._ended.wait()
        server.stop()
        self._courier.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(server.close_all_connections(), _PATIENCE / 2)


def _application(desk: Desk) -> web.Application:
    shared = {"desk": desk}
    return web.Application(
        [
            (r"/v1/videos/generations", handlers.Create, shared),
            (r"/v1/tasks", handlers.History, shared),
            (r"/v1/tasks/batch", handlers.Batch, shared),
            (r"/v1/tasks/([^/]+)", handlers.Query, shared),
            (r"/v1/credits", handlers.Credits, shared),
            (r"/web/api/models/pricing", handlers.Pricing, shared),
            (r"/media/(task-unified-[0-9]+-[0-9a-z]+(?:-[1-9])?)\.mp4", handlers.Media, shared),
            *((pattern, handler, shared) for pattern, handler in uploads.ROUTES),
        ],
        default_handler_class=handlers.Nowhere,
        default_handler_args=shared,
        log_function=lambda _: None,
        request_id=desk.request_id,
    )


def _real_renderer() -> Renderer | None:
    if not all(importlib.util.find_spec(name) for name in ("av", "PIL")):
        return None
    return _render


def _render(shot: object, path: Path, stopped: Callable[[], bool]) -> None:
    from seedance_nb.simulator.render import render  # noqa: PLC0415 - loads av and pillow

    render(shot, path, stopped)  # type: ignore[arg-type]
