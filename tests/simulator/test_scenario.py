"""Tests of what happens when."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.simulator.scenario import SCENARIOS, TASK_ERRORS, find, real_seconds, state

NAMES = [*SCENARIOS, *(f"fail:{code}" for code in TASK_ERRORS)]
MONOTONE = [name for name in SCENARIOS if name != "backwards"]
moments = st.lists(st.floats(-5, 500, allow_nan=False), min_size=2, max_size=20).map(sorted)


def walk(name: str, seconds: float = 100.0, count: int = 400) -> list[tuple[str, int]]:
    """The states of a task at even intervals over twice its time."""
    row = find(name)
    states = (state(row, 0.0, seconds, 2 * seconds * n / count) for n in range(count + 1))
    return [(each.status, each.progress) for each in states]


@given(times=moments, name=st.sampled_from(MONOTONE), seconds=st.floats(0, 300))
def test_progress_never_falls_while_a_task_goes_on(
    times: list[float], name: str, seconds: float
) -> None:
    """Progress is monotone in every scenario but the one that is meant to fall."""
    states = [state(find(name), 0.0, seconds, now) for now in times]

    seen = [each.progress for each in states if not each.final]

    assert seen == sorted(seen)
    assert all(0 <= each.progress <= 100 for each in states)


@given(times=moments, name=st.sampled_from(NAMES), seconds=st.floats(0, 300))
def test_a_final_state_is_kept(times: list[float], name: str, seconds: float) -> None:
    """Once a task is final it never changes again."""
    states = [state(find(name), 0.0, seconds, now) for now in times]

    ends = [each for each in states if each.final]

    assert len(set(ends)) <= 1
    assert states[len(states) - len(ends) :] == ends


def test_a_normal_task_is_pending_then_processing_then_completed() -> None:
    """The normal scenario goes through the documented words in their order."""
    words = list(dict.fromkeys(word for word, _ in walk("normal")))

    assert words == ["pending", "processing", "completed"]


def test_a_normal_task_moves_in_small_steps() -> None:
    """Between two of two hundred looks, progress leaps by less than a tenth."""
    seen = [progress for _, progress in walk("normal", count=200)]

    assert max(b - a for a, b in pairwise(seen)) < 10


@pytest.mark.parametrize("code", TASK_ERRORS)
def test_a_task_can_fail_with_every_documented_code(code: str) -> None:
    """`fail:CODE` ends as failed with that code and progress 0, as the documents show it."""
    end = state(find(f"fail:{code}"), 10.0, 100.0, 500.0)

    assert (end.status, end.progress, end.error) == ("failed", 0, code)
    assert end.finished == pytest.approx(70.0)


def test_cancelled_ends_as_cancelled_without_an_error() -> None:
    """The service's own word for a cancelled task is told."""
    end = state(find("cancelled"), 0.0, 100.0, 500.0)

    assert (end.status, end.error, end.finished) == ("cancelled", None, 50.0)
    assert 40 < end.progress < 60


def test_stall_stays_at_95_for_ever() -> None:
    """A stalled task never ends, however long one waits."""
    end = state(find("stall"), 0.0, 100.0, 10.0**9)

    assert (end.status, end.progress, end.final) == ("processing", 95, False)


def test_jump_leaps() -> None:
    """Progress makes a step of more than 30 between two looks."""
    seen = [progress for _, progress in walk("jump")]

    assert max(b - a for a, b in pairwise(seen)) > 30


def test_backwards_falls_back_once_and_completes() -> None:
    """Progress falls from about 70 to about 30, and the task still completes."""
    seen = walk("backwards")
    falls = [(a, b) for (_, a), (_, b) in pairwise(seen) if b < a]

    assert len(falls) == 1
    assert falls[0][0] - falls[0][1] > 35
    assert seen[-1] == ("completed", 100)


def test_unknown_status_says_an_undocumented_word_for_a_while() -> None:
    """The strange word comes between two ordinary ones."""
    words = [word for word, _ in walk("unknown-status")]

    assert list(dict.fromkeys(words)) == ["pending", "processing", "reviewing", "completed"]
    assert words.count("reviewing") > 50


def test_a_task_of_no_length_is_done_at_once() -> None:
    """With a time scale of 0 the first query finds the end."""
    assert state(find("normal"), 5.0, 0.0, 5.0).status == "completed"


@pytest.mark.parametrize(
    ("tier", "quality", "duration", "seconds"),
    [
        ("mini", "480p", 4, 109),
        ("fast", "480p", 4, 113),
        ("standard", "480p", 4, 156),
        ("standard", "720p", 5, 164.7),
        ("fast", "720p", 5, 119.3),
    ],
)
def test_the_real_times_are_those_that_were_measured(
    tier: str, quality: str, duration: int, seconds: float
) -> None:
    """Measured times at 4 s 480p, and the documented estimates of 165 and 120 at 5 s 720p."""
    assert real_seconds(tier, quality, duration) == pytest.approx(seconds, abs=0.1)


@pytest.mark.parametrize("name", ["", "nonsense", "fail:nonsense", "stall:service_error"])
def test_an_unknown_scenario_is_refused_with_the_list(name: str) -> None:
    """The message names what there is."""
    with pytest.raises(ValueError, match="lost-answer"):
        find(name)


def test_every_scenario_says_what_it_does() -> None:
    """Each row has a name to ask for and one line that ends in a full stop."""
    assert all(row.name == name and row.summary.endswith(".") for name, row in SCENARIOS.items())
