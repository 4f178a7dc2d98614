"""Slots: how many tasks are in flight, and what "too many" teaches."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from seedance_nb.runs.slots import CALM, Slots

if TYPE_CHECKING:
    from collections.abc import Coroutine


def play(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(scene)


async def settled() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def test_those_who_wait_come_in_order() -> None:
    """No more than the setting are let in, and the next is the one who waited longest."""

    async def scene() -> None:
        slots, came = Slots(2), []

        async def job(name: str) -> None:
            await slots.acquire()
            came.append(name)

        tasks = [asyncio.create_task(job(name)) for name in "abcd"]
        await settled()
        assert ["a", "b"] == came
        slots.release()
        await settled()
        assert ["a", "b", "c"] == came
        slots.release()
        await asyncio.gather(*tasks)
        assert ["a", "b", "c", "d"] == came

    play(scene())


def test_one_who_leaves_the_queue_takes_no_place() -> None:
    """A cancelled turn is given on, even where it had just come."""

    async def scene() -> None:
        slots = Slots(1)
        await slots.acquire()
        leaving, staying = (asyncio.create_task(slots.acquire()) for _ in range(2))
        await settled()
        slots.release()
        leaving.cancel()
        await settled()
        assert leaving.cancelled()
        assert staying.done()

    play(scene())


def test_too_many_is_learned_and_forgotten_again() -> None:
    """What the service accepted is taken for its limit; after some quiet one more is tried."""

    async def scene() -> None:
        slots = Slots(3)
        for _ in range(3):
            await slots.acquire()
        slots.accepted()
        slots.crowded()
        slots.crowded()
        assert 1 == slots.limit

        slots.release(flown=True)
        waiting = asyncio.create_task(slots.acquire())
        await settled()
        assert not waiting.done()
        slots.release()
        slots.release()
        await settled()
        assert waiting.done()

        for _ in range(CALM):
            slots.accepted()
            slots.release(flown=True)
            await slots.acquire()
        assert 2 == slots.limit

    play(scene())


def test_what_is_accepted_at_once_is_allowed_at_once() -> None:
    """The limit is never below what the service has shown that it takes, nor above the setting."""

    async def scene() -> None:
        slots = Slots(2)
        for _ in range(2):
            await slots.acquire()
        slots.crowded()
        assert 1 == slots.limit
        slots.accepted()
        slots.accepted()
        assert 2 == slots.limit
        for _ in range(3 * CALM):
            slots.accepted()
        assert 2 == slots.limit

    play(scene())
