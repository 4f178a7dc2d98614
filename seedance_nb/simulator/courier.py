"""Callbacks: each finished task is told once to its loopback URL, with three more attempts."""

from __future__ import annotations

import asyncio
import json
import math
from typing import TYPE_CHECKING

from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from seedance_nb.simulator.checks import is_loopback

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from seedance_nb.simulator.answers import Record
    from seedance_nb.simulator.store import Store

__all__ = ["Courier"]

_PAUSES = (1.0, 2.0, 4.0)
_TIMEOUT = 10.0
_LOOK_AGAIN = 0.2


class Courier:
    """Waits for tasks to end and POSTs the body of their query; lives in the server's loop."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
        time_scale: float,
    ) -> None:
        """Pauses between attempts are 1, 2 and 4 s times `time_scale`."""
        self._store = store
        self._clock = clock
        self._sleep = sleep
        self._time_scale = time_scale
        self._running: set[asyncio.Task[None]] = set()

    def follow(self, record: Record, answer: Callable[[], dict[str, object]]) -> None:
        """Sees to it that the callback of `record` is made; `answer` gives its body."""
        url = record.request.get("callback_url")
        if not isinstance(url, str) or not is_loopback(url):
            return
        self._store.first_to("awaited", record.id)
        task = asyncio.get_running_loop().create_task(self._bring(record, url, answer))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    def stop(self) -> None:
        """Drops what is still to be brought; the next start in the same folder goes on."""
        for task in self._running:
            task.cancel()

    async def _bring(
        self, record: Record, url: str, answer: Callable[[], dict[str, object]]
    ) -> None:
        while (left := self._left(record)) > 0:
            await self._sleep(min(left, _LOOK_AGAIN))
        if left < 0:
            return
        if not self._store.first_to("told", record.id):
            return
        body = json.dumps(answer(), ensure_ascii=False).encode()
        for pause in (*_PAUSES, None):
            if await _post(url, body) or pause is None:
                return
            await self._sleep(pause * self._time_scale)

    def _left(self, record: Record) -> float:
        """Seconds until the task ends, as far as is known; less than 0 where it never does."""
        record = self._store.get(record.id) or record
        if record.has_inputs and record.outcome is None:
            return _LOOK_AGAIN
        end = record.state(math.inf).finished
        return -1.0 if end is None else max(0.0, end - self._clock())


async def _post(url: str, body: bytes) -> bool:
    request = HTTPRequest(
        url,
        "POST",
        {"Content-Type": "application/json"},
        body,
        request_timeout=_TIMEOUT,
        follow_redirects=False,
    )
    try:
        response = await AsyncHTTPClient().fetch(request, raise_error=False)
    except (HTTPClientError, OSError, ValueError):
        return False
    return 200 <= response.code < 300  # noqa: PLR2004
