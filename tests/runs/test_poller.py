"""One look at many tasks, where the server has it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    ProtocolError,
    RateLimited,
    SeedanceError,
    ServiceError,
    TransportError,
)
from seedance_nb.evolink.protocol import TaskReply
from seedance_nb.runs.tracker import Poller

if TYPE_CHECKING:
    from collections.abc import Sequence

IDS = [f"task-unified-1-{n}" for n in range(60)]
DOWN = TransportError("error.transport.connect", retryable=True)
FAULTS = {
    "500": ServiceError("error.service.failed", http_status=500, retryable=True),
    "an error in a 200": ServiceError("error.service.failed", http_status=200),
    "no answer": TransportError("error.transport.broken", retryable=True),
    "401": AuthError("error.auth.refused", http_status=401),
    "a redirect": ConfigError("error.redirect", http_status=302, code="moved"),
    "404": ConfigError("error.address", http_status=404),
    "nonsense": ProtocolError("error.protocol.body", http_status=200),
}


class Service:
    """Answers about tasks, with a batch call that may be out of order."""

    def __init__(self) -> None:
        self.batches = self.queries = 0
        self.broken: SeedanceError | None = None  # the batch call alone
        self.down: SeedanceError | None = None  # everything

    async def query(self, task_id: str) -> TaskReply:
        """One task."""
        self.queries += 1
        if self.down:
            raise self.down
        return TaskReply(task_id=task_id, word="processing")

    async def batch(self, task_ids: Sequence[str]) -> dict[str, TaskReply]:
        """Several."""
        self.batches += 1
        if error := self.down or self.broken:
            raise error
        return {task_id: TaskReply(task_id=task_id, word="processing") for task_id in task_ids}


async def quick(_: float) -> None:
    """A sleep that lets others go on, and no more."""
    await asyncio.sleep(0)


async def looks(service: Service, poller: Poller, times: int = 1) -> list[int]:
    """How many of all tasks answered, time after time."""
    seen = []
    for _ in range(times):
        found = await asyncio.gather(*map(poller.look, IDS), return_exceptions=True)
        seen.append(sum(isinstance(each, TaskReply) for each in found))
    return seen


@pytest.mark.parametrize("name", FAULTS)
def test_a_batch_call_that_never_works_keeps_nobody_waiting(name: str) -> None:
    """Whatever the batch call answers, soon each task is looked at by itself, and only so."""
    service = Service()
    service.broken = FAULTS[name]

    async def work() -> list[int]:
        poller = Poller(service, sleep=quick)
        seen = await looks(service, poller, 4)
        before = service.batches
        return [*seen, *(await looks(service, poller)), service.batches - before]

    assert [60, 60, 0] == asyncio.run(work())[-3:]


def test_an_outage_does_not_cost_the_batch_call() -> None:
    """A server that was down for a while is asked for many tasks at once again, and spared."""
    service = Service()

    async def work() -> list[int]:
        poller = Poller(service, sleep=quick)
        for service.down in (DOWN, FAULTS["500"], RateLimited(), FAULTS["401"]):
            await looks(service, poller)
        service.down, service.batches, service.queries = None, 0, 0
        return [*(await looks(service, poller)), service.batches, service.queries]

    assert [60, 2, 0] == asyncio.run(work())


def test_too_many_is_said_of_all_of_them() -> None:
    """A batch call that is told "too many" is not followed by sixty others."""
    service = Service()
    service.broken = RateLimited(http_status=429)

    async def work() -> list[int]:
        return await looks(service, Poller(service, sleep=quick))

    assert [0] == asyncio.run(work())
    assert 0 == service.queries
