"""The table of states, the schedule, the errors and the words."""

from __future__ import annotations

import json
import pickle
import re
import string
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import seedance_nb
from seedance_nb.core import errors, schedule, task, texts
from seedance_nb.core.secret import Secret

WORDS = st.sampled_from([*task.SERVICE_WORDS, "warming_up", "", "COMPLETED"])


@given(st.sampled_from(task.STATUSES), st.lists(WORDS))
def test_an_end_is_an_end(status: str, words: list[str]) -> None:
    """No word of the service leads out of a final state, and none leads backwards."""
    order = ["pending", "processing", "downloading", "completed", "failed", "cancelled"]
    for word in words:
        after = task.observe(status, word)
        if status in task.TERMINAL:
            assert after == status
        if status in order and after in order:
            assert order.index(after) >= order.index(status)
        status = after


def test_the_final_states_are_derived() -> None:
    """Completed, failed and cancelled are final because the table has no way out of them."""
    assert {"completed", "failed", "cancelled"} == task.TERMINAL
    assert "processing" == task.observe("processing", "warming_up")
    assert "downloading" == task.observe("pending", "completed")


@given(
    st.integers(0, 10_000),
    st.none() | st.floats(0, 1e6),
    st.floats(-1e7, 1e7),
    st.floats(0, 0.999),
)
def test_a_poll_is_never_a_busy_loop(
    polls: int, estimate: float | None, elapsed: float, jitter: float
) -> None:
    """Between two looks lies at least a quarter of a second, and at most some nine."""
    wait = schedule.next_poll(polls, estimated_time=estimate, elapsed=elapsed, jitter=jitter)

    assert schedule.SHORTEST <= wait <= schedule.LONGEST * 1.1


def test_the_estimate_sets_the_pace() -> None:
    """A task of seconds is asked often, one of minutes every eight seconds at most."""
    quick = schedule.next_poll(9, estimated_time=10, elapsed=5)
    slow = schedule.next_poll(9, estimated_time=165, elapsed=30)

    assert 0.5 == quick
    assert 8.0 == slow


@given(st.integers(1, 10_000), st.floats(0, 0.999), st.floats(0, 1e9))
def test_failures_back_off(failures: int, jitter: float, hint: float) -> None:
    """After failures in a row the pause grows and stays bounded; a hint goes first, in bounds."""
    assert 0 < schedule.backoff(failures, jitter=jitter) <= 75
    told = schedule.backoff(failures, retry_after=hint, jitter=jitter)
    assert min(hint, schedule.LONGEST_HINT) <= told <= schedule.LONGEST_HINT
    assert 7 == schedule.backoff(failures, retry_after=7)


@given(st.floats(0, 1e6), st.none() | st.floats(0.1, 1e5), st.floats(0, 100))
def test_a_bar_never_says_done_too_early(
    elapsed: float, estimate: float | None, observed: float
) -> None:
    """Before the end a bar shows at most 99 percent, and never less than the service says."""
    percent = schedule.expected_progress(elapsed, estimated_time=estimate, observed=observed)

    if percent is None:
        assert not estimate
        assert not observed
    else:
        assert min(observed, 99) <= percent <= 99


def test_a_bar_believes_the_service_more_than_the_estimate() -> None:
    """A task that is at 40 percent when the estimate has run out is not shown as nearly done."""
    assert 70 == schedule.expected_progress(60, estimated_time=10, observed=40)
    assert 50 <= (schedule.expected_progress(60, estimated_time=10, observed=0) or 0)


def test_giving_up_has_a_date() -> None:
    """A task is not followed longer than its result is kept."""
    assert not schedule.is_over(24 * 3600)
    assert schedule.is_over(24 * 3600 + 1)
    assert schedule.may_resubmit(59, busy=False)
    assert not schedule.may_resubmit(61, busy=False)
    assert schedule.may_resubmit(61, busy=True)


@pytest.mark.parametrize("kind", errors.SeedanceError.__subclasses__())
def test_an_error_survives_the_journal(kind: type[errors.SeedanceError]) -> None:
    """Written down as JSON and read back, an error has its class, text and facts."""
    error = kind(
        billed="unknown", code="x", http_status=500, raw="{}", job="j", seconds=1, detail="d"
    )

    again = errors.from_dict(json.loads(json.dumps(error.to_dict())))
    pickled = pickle.loads(pickle.dumps(error))

    assert kind is type(again) is type(pickled)
    assert str(error) == str(again) == str(pickled)
    assert ("unknown", "x", 500) == (again.billed, again.code, again.http_status)


def test_a_cell_shows_an_error_without_a_traceback() -> None:
    """IPython shows exactly the message and what to do next."""
    error = errors.AuthError()

    lines = error._render_traceback_()

    assert lines == [f"AuthError: {error.message}", error.hint]


def test_a_secret_shows_itself_to_nobody() -> None:
    """No text form of a key holds it, and redaction takes it out of any text."""
    secret = Secret("sk-canary-123")

    shown = f"{secret} {secret!r} {[secret]}"

    assert "canary" not in shown
    assert "x (hidden) y" == secret.redact("x sk-canary-123 y")
    with pytest.raises(TypeError):
        pickle.dumps(secret)


def fields_of(template: str) -> set[str]:
    """The names that a template fills in."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def test_every_text_is_there_in_both_languages() -> None:
    """English and Chinese exist for each id, differ, and fill in the same values."""
    for text_id, (english, chinese) in texts.TABLE.items():
        assert english, text_id
        assert chinese, text_id
        assert fields_of(english) == fields_of(chinese), text_id


def test_every_text_that_is_asked_for_exists() -> None:
    """Each id that stands literally in the code is in the table."""
    root = Path(seedance_nb.__file__).parent
    pattern = re.compile(r'"((?:error|problem|panel|magic|help|verb|cli|doctor|option|session)'
                         r'\.[a-z_0-9.]*[a-z_0-9])"')  # fmt: skip
    used = {
        (text_id, path.name)
        for path in root.rglob("*.py")
        if "simulator" not in path.parts and path.name != "texts.py"
        for text_id in pattern.findall(path.read_text(encoding="utf-8"))
    }

    assert set() == {pair for pair in used if pair[0] not in texts.TABLE}
