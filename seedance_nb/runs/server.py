"""The server of a session, and what works with it: client, poller, pursuit; the simulator too.

Made at first use, so that a session that only looks loads no HTTP library and starts nothing.
"""

from __future__ import annotations

import importlib
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.secret import Secret
from seedance_nb.runs.slots import Slots
from seedance_nb.runs.tracker import Poller
from seedance_nb.runs.uploads import FileServer, Uploads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from seedance_nb.evolink.client import Client
    from seedance_nb.runs.inputs import Inputs
    from seedance_nb.runs.ledger import Ledger
    from seedance_nb.runs.library import Library
    from seedance_nb.runs.pursuit import Pursuit
    from seedance_nb.runs.settings import Settings

UNLIMITED = 1_000_000  # the simulator has no cap on tasks in flight


@dataclass(frozen=True, slots=True)
class Outside:
    """Time, chance and network, as they are handed in.

    Attributes:
        now: Epoch seconds.
        sleep: Waits, in the background.
        jitter: A number in [0, 1).
        make_client: Makes the client for a server and a key; None for the real one.
    """

    now: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    jitter: Callable[[], float]
    make_client: Callable[[str, Secret], Client] | None = None


class Server:
    """What answers the requests of a session.

    Args:
        settings: Which server it is, and the key for it.
        ledger: Keeps the journal.
        library: Keeps the files.
        inputs: Keeps those that requests are made with.
        outside: Time, chance and network.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        ledger: Ledger,
        library: Library,
        inputs: Inputs,
        outside: Outside,
    ) -> None:
        self.simulator: Any = None
        self._settings = settings
        self._ledger = ledger
        self._library = library
        self._outside = outside
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._files: FileServer | None = None
        self._clients: list[Client] = []
        self._uploads = Uploads(settings.home, inputs, server=lambda: self.files, now=outside.now)
        self._pursuit: Pursuit | None = None

    @property
    def client(self) -> Client:
        """The client, with the simulator running where that is what answers.

        Raises:
            ConfigError: The settings name no usable server.
        """
        if self._settings.trouble:
            raise self._settings.trouble
        with self._lock:
            if self._client is None:
                self._client = self._connect()
                self._clients.append(self._client)
            return self._client

    @property
    def files(self) -> FileServer:
        """Where inputs are uploaded to.

        Raises:
            ConfigError: The settings name no such server.
        """
        client, url = self.client, self._settings.files_url
        with self._lock:
            if self.simulator is not None:
                return FileServer("", self.simulator.url, client)
            if url is None:
                raise ConfigError("error.upload.nowhere", base_url=self._settings.base_url)
            if self._files is None or self._files.url != url:
                self._files = FileServer(url, url, self._make(url, self._settings.key))
                self._clients.append(self._files.client)
            return self._files

    @property
    def pursuit(self) -> Pursuit:
        """What looks after jobs on this server."""
        client = self.client
        with self._lock:
            if self._pursuit is None:
                module = importlib.import_module("seedance_nb.runs.pursuit")
                most = UNLIMITED if self.simulator else self._settings.max_active
                self._pursuit = module.Pursuit(
                    self._ledger,
                    client=client,
                    poller=Poller(client, sleep=self._outside.sleep),
                    library=self._library,
                    uploads=self._uploads,
                    slots=Slots(most),
                    now=self._outside.now,
                    sleep=self._outside.sleep,
                    jitter=self._outside.jitter,
                )
            assert self._pursuit is not None  # noqa: S101 - made just above
            return self._pursuit

    def update(self, settings: Settings) -> None:
        """Use another key or another cap for what is begun from now on."""
        with self._lock:
            before, self._settings = self._settings, settings
            if self._client is not None and self.simulator is None:
                for client in self._clients:
                    client.use(settings.key)
            if settings.max_active != before.max_active:
                self._pursuit = None

    @property
    def is_open(self) -> bool:
        """Whether there is something to let go of."""
        return bool(self._clients) or self.simulator is not None

    async def aclose(self) -> None:
        """Let go of connections and simulator."""
        for client in self._clients:
            await client.aclose()

    def stop_simulator(self) -> None:
        """End the simulator, if it runs; its tasks go on when it is started again."""
        if self.simulator is not None:
            self.simulator.stop()

    def _connect(self) -> Client:
        url, key = self._settings.base_url, self._settings.key
        if self._settings.backend == "simulator":
            self.simulator = self._start_simulator()
            url, key = self.simulator.url, Secret("simulator")
        return self._make(url, key)

    def _make(self, url: str, key: Secret) -> Client:
        if self._outside.make_client is not None:
            return self._outside.make_client(url, key)
        module = importlib.import_module("seedance_nb.evolink.client")
        client: Client = module.Client(url, key=key, now=self._outside.now)
        return client

    def _start_simulator(self) -> Any:
        # By name: the simulator is a peer, and nothing else of ours knows it.
        module = importlib.import_module("seedance_nb.simulator.server")
        return module.Simulator(
            self._settings.home / "simulator",
            catalog=self._settings.catalog,
            time_scale=self._settings.time_scale,
        ).start()
