"""The background: one daemon thread, one asyncio loop, and one look at many tasks.

Notebook kernels run cells on a loop that any cell can block, so everything that must go on lives
here. The synchronous side starts coroutines and waits for them in short slices, which leaves it
interruptible.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextvars
import logging
import sys
import threading
import time
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from seedance_nb.core.errors import RateLimited, ServiceError, TransportError
from seedance_nb.evolink.calls import MOST_IN_BATCH
from seedance_nb.evolink.exchanges import observers

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence

    from seedance_nb.evolink.exchanges import Observer
    from seedance_nb.evolink.protocol import TaskReply

    Answer: TypeAlias = TaskReply | BaseException

T = TypeVar("T")
SLICE = 0.2  # seconds that an interrupt waits at most
TICK = 0.5  # seconds between two calls of a view while nothing changes
GATHER = 0.05  # seconds in which looks at tasks are gathered into one call
PATIENCE = 2.0  # seconds that the end of the thread is waited for
AT_ONCE = 8  # single looks at the same time
ODD = 2  # calls for several that fail in a row before single looks show whether it is their fault
log = logging.getLogger("seedance_nb")


class Tracker:
    """A thread with a loop, started at first use; it never keeps the process alive."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread()
        self._ticking: dict[int, Callable[[], bool]] = {}
        self._ticker: asyncio.Task[None] | None = None

    def start(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Run a coroutine in the background."""
        return asyncio.run_coroutine_threadsafe(work, self._running())

    def call(self, function: Callable[[], object]) -> None:
        """Run a function on the background thread."""
        self._running().call_soon_threadsafe(function)

    def run(self, work: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
        """Run a coroutine in the background and wait for what it returns or raises."""
        future = self.start(work)
        if not wait_for([future], timeout):
            future.cancel()
            raise TimeoutError
        return future.result()

    def tick(self, name: int, function: Callable[[], bool]) -> None:
        """Call `function` twice a second in the background until it returns False."""

        def begin() -> None:
            self._ticking[name] = function
            if self._ticker is None or self._ticker.done():
                self._ticker = asyncio.get_running_loop().create_task(self._tick())

        self.call(begin)

    def stop(self) -> None:
        """End the loop and the thread; what was running is abandoned."""
        with self._lock:
            loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join(PATIENCE)

    def _running(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                target = _thread_context().run
                self._thread = threading.Thread(
                    target=target, args=(_serve, self._loop), name="seedance_nb", daemon=True
                )
                self._thread.start()
            return self._loop

    async def _tick(self) -> None:
        while self._ticking:
            await asyncio.sleep(TICK)
            for name, function in list(self._ticking.items()):
                if not guarded(function):
                    self._ticking.pop(name, None)


def guarded(function: Callable[[], T]) -> T | None:
    """Call a view's function; what it raises is the view's trouble and must not stop a job."""
    try:
        return function()
    except Exception:
        log.debug("a view failed", exc_info=True)
        return None


def wait_for(
    futures: Collection[concurrent.futures.Future[Any]], timeout: float | None = None
) -> bool:
    """Wait in slices, so that Ctrl-C and Interrupt are heard; whether all are done in time."""
    deadline = None if timeout is None else time.monotonic() + timeout
    while not all(future.done() for future in futures):
        left = SLICE if deadline is None else min(SLICE, deadline - time.monotonic())
        if left <= 0:
            return False
        concurrent.futures.wait(futures, timeout=left)
    return True


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


def _thread_context() -> contextvars.Context:
    """The context that the thread runs in.

    ipykernel 7.0 needs the context of a cell to send anything; in every other version an empty one
    lets updates reach whichever cell runs, which is what headless runs need.
    """
    ipykernel = sys.modules.get("ipykernel")
    version = getattr(ipykernel, "version_info", (0, 0))
    if tuple(version[:2]) == (7, 0):
        return contextvars.copy_context()
    return contextvars.Context()


class Looks(Protocol):
    """What a poller asks of the client."""

    async def query(self, task_id: str) -> TaskReply:
        """One task."""

    async def batch(self, task_ids: Sequence[str]) -> Mapping[str, TaskReply]:
        """Up to 50 tasks; those that the server does not know are left out."""


class Poller:
    """Looks at tasks; looks that fall together go out as one call where the server has it.

    `POST /v1/tasks/batch` is known from the official client only, so whether it answers is learned
    once: where it fails and a look at a single task succeeds, each is asked for by itself.
    """

    def __init__(self, client: Looks, *, sleep: Callable[[float], Awaitable[object]]) -> None:
        self._client = client
        self._sleep = sleep
        self._waiting: dict[str, list[asyncio.Future[TaskReply]]] = {}
        self._observers: dict[str, tuple[Observer, ...]] = {}  # whom to tell of the look
        self._flush: asyncio.Task[None] | None = None
        self._has_batch = True
        self._failures = 0  # of calls for several, in a row
        self._singles = asyncio.Semaphore(AT_ONCE)
        self._asking: set[asyncio.Task[None]] = set()

    async def look(self, task_id: str) -> TaskReply:
        """The task as the service sees it now."""
        future: asyncio.Future[TaskReply] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(task_id, []).append(future)
        self._observers[task_id] = self._observers.get(task_id, ()) + observers.get()
        if self._flush is None or self._flush.done():
            self._flush = asyncio.create_task(self._answer())
        return await future

    async def _answer(self) -> None:
        while self._waiting:
            await self._sleep(GATHER)
            ids = list(self._waiting)[:MOST_IN_BATCH]
            waiting = {task_id: self._waiting.pop(task_id) for task_id in ids}
            told = {task_id: self._observers.pop(task_id, ()) for task_id in ids}
            observers.set(sum(told.values(), ()))
            found = await self._batch(ids) if self._has_batch and len(ids) > 1 else {}
            for task_id, futures in waiting.items():
                answer = found.get(task_id)
                if answer is None:
                    observers.set(told[task_id])  # the new task takes it along
                    self._ask_for(task_id, futures)
                else:
                    _settle(futures, answer)

    async def _batch(self, ids: list[str]) -> Mapping[str, Answer]:
        """What is known of these by one call; those that are missing are asked for singly."""
        found: Mapping[str, Answer] | BaseException
        [found] = await asyncio.gather(self._client.batch(ids), return_exceptions=True)
        if not isinstance(found, BaseException):
            self._failures = 0
            return found
        if isinstance(found, RateLimited):
            return dict.fromkeys(ids, found)
        if isinstance(found, TransportError | ServiceError) and found.retryable is not False:
            self._failures += 1
            return dict.fromkeys(ids[1:], found)  # the first one tells whose fault it is
        self._failures = ODD
        return {}

    def _ask_for(self, task_id: str, futures: list[asyncio.Future[TaskReply]]) -> None:
        """Look at one task by itself, so that a slow answer about it delays no other."""
        asking = asyncio.create_task(self._single(task_id, futures))
        self._asking.add(asking)
        asking.add_done_callback(self._asking.discard)

    async def _single(self, task_id: str, futures: list[asyncio.Future[TaskReply]]) -> None:
        answer: Answer
        async with self._singles:
            [answer] = await asyncio.gather(self._client.query(task_id), return_exceptions=True)
        if self._failures >= ODD and not isinstance(answer, BaseException):
            self._has_batch = False
        _settle(futures, answer)


def _settle(futures: list[asyncio.Future[TaskReply]], answer: Answer) -> None:
    for future in futures:
        if future.done():
            continue
        if isinstance(answer, BaseException):
            future.set_exception(answer)
        else:
            future.set_result(answer)
