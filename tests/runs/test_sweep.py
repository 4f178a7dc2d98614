"""Sweeps from Python: all or nothing, told first, with a yes where they cost, and on record."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb as sd
from seedance_nb.core.errors import BudgetExceeded, InvalidRequest, SubmitUncertain
from seedance_nb.core.options import read_cell
from seedance_nb.runs import current as sessions

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peer import Peer

SMALL: dict[str, Any] = {"quality": "480p"}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A simulator that does not keep one waiting, and a session that ends with the test."""
    monkeypatch.setenv("SEEDANCE_NB_TIME_SCALE", "0")
    yield
    sessions.current().close()


@pytest.fixture
def live(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """A live account on another server."""
    monkeypatch.setenv("EVOLINK_BASE_URL", peer.url)
    monkeypatch.setenv("EVOLINK_API_KEY", peer.key)
    peer.polls = 1
    return peer


def asked(jobs: sd.Jobs) -> list[tuple[Any, ...]]:
    """What the jobs of a sweep are about."""
    requests = [job.request for job in jobs if job.request]
    return [(request.prompt, request.duration) for request in requests]


def test_each_combination_is_a_job(live: Peer, capsys: pytest.CaptureFixture[str]) -> None:
    """The product of all lists, in order, each with its takes; number and cost are said first."""
    jobs = sd.sweep("a {red|blue} kite", duration=range(4, 6), takes=2, yes=True).wait(60)
    said = capsys.readouterr().out

    assert [
        (f"a {colour} kite", duration)
        for colour in ("red", "blue") for duration in (4, 5) for _ in (1, 2)
    ] == asked(jobs)  # fmt: skip
    assert [1, 2] * 4 == [job.take for job in jobs]
    assert {"completed"} == {job.status for job in jobs}
    assert 8 == len(live.creates)
    assert "8 videos in 4 combinations, 8 of them new" in said


def test_the_simulator_asks_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    """There a sweep runs without a yes; the same once more is what is there already."""
    jobs = sd.sweep("a kite", duration=[4, 5], **SMALL).wait(60)
    said = capsys.readouterr().out
    again = sd.sweep("a kite", duration=[4, 5], **SMALL)

    assert {"completed"} == {job.status for job in jobs}
    assert "no credits spent" in said
    assert [job.id for job in jobs] == [job.id for job in again]
    assert "0 of them new" in capsys.readouterr().out


def test_prompts_can_be_a_list(live: Peer) -> None:
    """Several prompts are one more list, each with its own alternatives."""
    jobs = sd.sweep(["a {red|blue} kite", "a boat"], duration=4, yes=True).wait(60)

    assert ["a red kite", "a blue kite", "a boat"] == [prompt for prompt, _ in asked(jobs)]


@pytest.mark.parametrize("prompt", [5, None])
def test_what_is_no_prompt_is_refused_in_words(live: Peer, prompt: Any) -> None:
    """A prompt that is neither text nor several texts is a problem of the request."""
    with pytest.raises(InvalidRequest, match="must be text, not"):
        sd.sweep(prompt, duration=[4, 5])

    assert [] == live.creates


def test_one_bad_combination_spoils_all(live: Peer) -> None:
    """All problems are found before anything is sent, whatever else would be fine."""
    with pytest.raises(InvalidRequest) as caught:
        sd.sweep("a kite", duration=[4, 5, 16], quality=["480p", "8k"], yes=True)

    assert {"duration", "quality"} == {problem.field for problem in caught.value.problems}
    assert [] == live.creates
    assert [] == list(sd.jobs())


def test_a_live_sweep_wants_a_yes(live: Peer) -> None:
    """Without it number, total and the way are told and nothing is sent; once made it is free."""
    live.prices = {"data": [{
        "model_name": "seedance-2.0-text-to-video", "billing_rule": "per_second", "cny_price": 0.5,
    }]}  # fmt: skip

    assert (20.0, "price list") == (
        (found := sd.estimate("a kite", duration=4)).credits,
        found.source,
    )
    with pytest.raises(BudgetExceeded) as caught:
        sd.sweep("a kite", duration=[4, 5])
    message = str(caught.value)
    assert all(word in message for word in ("2 video", "45 credits", "price list", "yes=True"))
    assert [] == live.creates
    assert [] == list(sd.jobs())

    made = sd.sweep("a kite", duration=[4, 5], yes=True).wait(30)
    assert 2 == len(live.creates)
    assert [job.id for job in made] == [job.id for job in sd.sweep("a kite", duration=[4, 5])]
    assert 2 == len(live.creates)


def test_a_cap_holds_for_the_whole_sweep(live: Peer) -> None:
    """A sweep that fits only in part is not begun."""
    live.prices = {"data": [{
        "model_name": "seedance-2.0-text-to-video", "billing_rule": "per_second", "cny_price": 0.5,
    }]}  # fmt: skip

    with pytest.raises(BudgetExceeded, match="--max-credits = 44"):
        sd.sweep("a kite", duration=[4, 5], yes=True, max_credits=44)
    assert [] == live.creates


def test_an_uncertain_combination_stops_the_sweep(live: Peer) -> None:
    """Where the fate of one is not known, none of the others is sent."""
    live.on_create.append(("drop",))
    with pytest.raises(SubmitUncertain):
        sd.generate("a kite", duration=5).wait(20)

    with pytest.raises(SubmitUncertain):
        sd.sweep("a kite", duration=[4, 5], yes=True)
    assert 1 == len(live.creates)


def test_a_sweep_is_on_record(live: Peer, tmp_path: Path) -> None:
    """The log has one call with all jobs, and its exports ask for the same again."""
    sd.sweep("a {red|blue} kite", duration=[4, 5], takes=2, yes=True).wait(60)
    log = sd.request_log()
    digests = list(dict.fromkeys(log.digests))

    assert (8, 4) == (len(log), len(digests))
    assert 1 == len({json.dumps(dict(entry.cell)) for entry in log})

    notebook = json.loads(log.export(tmp_path / "log.ipynb").read_text("utf-8"))
    parts = [cell["source"].removeprefix("%%seedance") for cell in notebook["cells"][1:]]
    orders = [read_cell(part.split("\n", 1)[0], part.split("\n", 1)[1], {}) for part in parts]
    assert [(digest, 2) for digest in digests] == [(o.request.digest, o.takes) for o in orders]

    script, recording = log.export(tmp_path / "log.py"), log.export(tmp_path / "log.zip")
    code = f"import runpy; made = runpy.run_path({str(script)!r})['jobs']"
    code += "\nprint(*(job.state.digest for jobs in made for job in jobs))"
    env = {**os.environ, "SEEDANCE_NB_BACKEND": "replay", "SEEDANCE_NB_HOME": str(recording)}
    del env["EVOLINK_API_KEY"]
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    assert log.digests == done.stdout.splitlines()[-1].split()


def test_a_recorded_sweep_replays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The replay answers a sweep from the record; one combination more is an error that says so."""
    made = sd.sweep("a kite", duration=[4, 5], **SMALL).wait(60)
    sessions.current().close()
    monkeypatch.setenv("SEEDANCE_NB_BACKEND", "replay")

    assert [job.id for job in made] == [job.id for job in sd.sweep("a kite", duration=[4, 5],
                                                                   **SMALL)]  # fmt: skip
    with pytest.raises(InvalidRequest, match="duration"):
        sd.sweep("a kite", duration=[4, 6], **SMALL)
