"""Each bad day that the simulator can play: what becomes of a job, what is said, what is paid."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from canary import CANARY as KEY

from seedance_nb.core.errors import SeedanceError
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve
from seedance_nb.simulator import SCENARIOS, Simulator
from seedance_nb.simulator.scenario import TASK_ERRORS

if TYPE_CHECKING:
    from pathlib import Path

Row = tuple[str, str | None, str | None, int, int]  # status, text, billed, POSTs, tasks
DONE: Row = ("completed", None, None, 1, 1)
ROWS: dict[str, Row] = {
    **dict.fromkeys(
        ["normal", "jump", "backwards", "unknown-status", "slow-accept", "query-errors",
         "expired-link", "wrong-length", "wrong-size", "two-results"], DONE,
    ),
    "rate-limit": ("completed", None, None, 3, 1),
    "stall": ("processing", "error.wait", "unknown", 1, 1),
    "fail": ("failed", "error.task.content_policy_violation", "no", 1, 1),
    "cancelled": ("cancelled", "error.task.cancelled", "no", 1, 1),
    "lost-answer": ("uncertain", "error.uncertain", "unknown", 1, 1),
    "server-error": ("uncertain", "error.uncertain", "unknown", 1, 0),
    "no-channel-503": ("uncertain", "error.uncertain", "unknown", 1, 0),
    "no-quota": ("failed", "error.quota.account", "no", 1, 0),
    "no-channel": ("failed", "error.service.channel", "no", 1, 0),
    "bad-key": ("failed", "error.auth.refused", "no", 1, 0),
    "broken-file": ("downloading", "error.file.truncated", "yes", 1, 1),
    "missing-file": ("downloading", "error.link.refused", "yes", 1, 1),
    "no-results": ("downloading", "error.results", "yes", 1, 1),
    **{f"fail:{code}": ("failed", f"error.task.{code}", "no", 1, 1) for code in TASK_ERRORS},
}  # fmt: skip


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


def test_every_scenario_has_its_row() -> None:
    """A scenario that is added needs a row here."""
    assert ROWS.keys() >= SCENARIOS.keys()


@pytest.mark.parametrize("name", ROWS)
def test_a_scenario_has_one_clear_end(name: str, tmp_path: Path) -> None:
    """State, message, money, paid requests and tasks are those of the table."""
    with Simulator(scenario=name, time_scale=0.001, renderer=None) as simulator:
        given = {"api_key": KEY, "base_url": simulator.url, "home": tmp_path / "runs"}
        session = Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick)
        job = session.generate("a dog", duration=4, quality="480p")
        assert isinstance(job, Job)
        error: SeedanceError | None = None
        try:
            job.wait(3 if name == "stall" else 20)
        except SeedanceError as caught:
            error = caught
        journal = (session.home / "journal").glob("*.jsonl")
        lines = [json.loads(line) for file in journal for line in file.read_text().splitlines()]
        posts = [line for line in lines if line["event"] == "submitting"]
        assert simulator._run is not None
        tasks = simulator._run.desk.store.all()  # its own books
        found = (job.status, error and error.text_id, error and error.billed)
        session.close()

    assert ROWS[name] == (*found, len(posts), len(tasks))
    assert 1 == len({line["idempotency_key"] for line in posts})
