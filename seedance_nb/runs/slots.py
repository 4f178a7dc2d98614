"""How many tasks are in flight at once, and what "too many requests" teaches about it."""

from __future__ import annotations

import asyncio
from collections import deque

CALM = 5  # tasks accepted in a row after which one more at a time is tried


class Slots:
    """Bounds the tasks in flight; the first who comes is the first served.

    Nobody documents how many tasks an account may have at once. When the service says that there
    are too many, those that it has accepted are taken for its limit, and no further ones are sent
    until one of them is done; after some quiet one more is tried.

    Args:
        most: The setting: never more than these.

    Attributes:
        limit: What is allowed now, 1 to `most`.
    """

    def __init__(self, most: int) -> None:
        self.limit = most
        self._most = most
        self._taken = 0
        self._flying = 0
        self._calm = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def acquire(self) -> None:
        """Wait for one's turn."""
        if self._taken < self.limit and not self._waiting:
            self._taken += 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # it came at the same moment
                self.release()
            raise

    def release(self, *, flown: bool = False) -> None:
        """Make room; `flown` where the task was accepted."""
        self._taken -= 1
        self._flying -= flown
        self._wake()

    def accepted(self) -> None:
        """Take note that the service took a task."""
        self._flying += 1
        self._calm += 1
        if self._calm >= CALM:
            self._calm = 0
            self.limit = min(self._most, self.limit + 1)
        self.limit = max(self.limit, min(self._most, self._flying))
        self._wake()

    def crowded(self) -> None:
        """Take note that the service said "too many"."""
        self._calm = 0
        self.limit = max(1, self._flying)

    def _wake(self) -> None:
        while self._waiting and self._taken < self.limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._taken += 1
                turn.set_result(None)
