"""What the API can be asked, whatever carries the calls."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import SeedanceError
from seedance_nb.evolink import calls, files, links, protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from seedance_nb.core.media import Media
    from seedance_nb.evolink.files import Quota, Uploaded
    from seedance_nb.evolink.keys import Keys
    from seedance_nb.evolink.protocol import Call, Credits, TaskReply, TaskRow

HOPS = 3


class Api(ABC):
    """The calls of one server.

    Args:
        base_url: Of the server, without `/v1`.
        keys: Its key, which answers may quote.
        now: Epoch seconds.
    """

    def __init__(self, base_url: str, *, keys: Keys, now: Callable[[], float]) -> None:
        self._base = base_url.rstrip("/")
        self._keys = keys
        self._now = now

    @abstractmethod
    async def exchange(self, call: Call, url: str) -> tuple[int, dict[str, str], bytes]:
        """Send a call to an address on the server; status, headers and body that came back.

        Raises:
            SeedanceError: The network; `SubmitUncertain` where a paid call may have arrived.
        """

    async def create(self, body: Mapping[str, Any], *, idempotency_key: str) -> TaskReply:
        """Send the paid request, once.

        Raises:
            SubmitUncertain: Nobody knows whether it arrived.
            SeedanceError: See `protocol.not_accepted` for what is known of its fate.
        """
        data = await self.send(protocol.create(body, idempotency_key=idempotency_key))
        return protocol.read_task(data, created=True)

    async def query(self, task_id: str) -> TaskReply:
        """Look at a task."""
        data = await self.send(protocol.query(task_id))
        return protocol.read_task(data, expected_id=task_id)

    async def batch(self, task_ids: Sequence[str]) -> dict[str, TaskReply]:
        """Look at up to 50 tasks; those that the server leaves out are missing."""
        found = protocol.read_batch(await self.send(protocol.batch(task_ids)))
        return {task_id: found[task_id] for task_id in task_ids if task_id in found}

    async def tasks(self, *, model: str, page: int = 1) -> list[TaskRow]:
        """The account's tasks of a model, the newest first, 50 a page.

        Raises:
            ConfigError: The server has no such list.
        """
        return protocol.read_tasks(await self.send(protocol.tasks(model=model, page=page)))

    async def credits(self) -> Credits:
        """The balances of key and account."""
        return protocol.read_credits(await self.send(protocol.credits()))

    async def prices(self) -> Any:
        """The public price list as it comes, asked for without the key."""
        return await self.send(calls.prices())

    async def upload(
        self, media: Media, path: Path, *, tell: Callable[[float], object] = lambda _: None
    ) -> Uploaded:
        """Upload a file as it is read; costs nothing, so it may be tried again.

        Args:
            media: What the file must hold.
            path: The file.
            tell: Called with the share that was sent, 0 to 1.

        Raises:
            InvalidRequest: The service does not take it, or it holds something else by now.
            QuotaExceeded: There are too many files already.
        """
        try:
            return files.read_file(await self.send(files.stream(media, path, tell)))
        except SeedanceError as error:
            failure = files.judged(error, media, host=links.host(self._base))
        raise failure.with_traceback(None)

    async def quota(self) -> Quota:
        """How many files there are, and may be."""
        return files.read_quota(await self.send(files.quota()))

    async def send(self, call: Call) -> Any:
        """Exchange a call for its deciphered data.

        A redirect is followed only for reads and on the same origin.
        """
        self._keys.check()
        url, hops = self._base + call.path, 0
        while True:
            status, headers, body = await self.exchange(call, url)
            onward = self._onward(call, url, status, headers) if hops < HOPS else None
            if onward is None:
                return self._deciphered(call, status, headers, body)
            url, hops = onward, hops + 1

    def _onward(self, call: Call, url: str, status: int, headers: Mapping[str, str]) -> str | None:
        if status not in links.MOVED or call.method != "GET":
            return None
        onward = links.joined(url, headers.get("location"))
        return onward if onward and links.origin(onward) == links.origin(self._base) else None

    def _deciphered(self, call: Call, status: int, headers: dict[str, str], body: bytes) -> Any:
        try:
            return protocol.decipher(call, status, headers, body, now=self._now())
        except SeedanceError as error:
            failure = error
        for name in ("code", "request_id", "raw"):
            setattr(failure, name, self._keys.hide(getattr(failure, name)))
        failure.values = {name: self._keys.hide(value) for name, value in failure.values.items()}
        raise failure.with_traceback(None)
