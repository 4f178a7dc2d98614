"""`%seedance cost`: what was spent, reserved and returned."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pages import HOSTILE, read

from seedance_nb.core import texts
from seedance_nb.core.errors import SeedanceError, TaskFailed
from seedance_nb.notebook.cost import Money, cost_html, cost_text, money_of
from seedance_nb.notebook.panel_state import panel_state

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.record import JobState

DAY = 86_400
NOON = 1_795_348_800.0


@pytest.fixture
def paid(make_state: Callable[..., JobState]) -> Callable[..., JobState]:
    """Makes jobs of a live account."""
    return lambda **known: make_state(**{"backend": "live", "submitted_at": NOON, **known})


def test_money_ends_where_it_went(paid: Callable[..., JobState]) -> None:
    """Charged is spent, held is reserved, what a failed task held came back."""
    failed = TaskFailed(billed="no")
    open_ = SeedanceError(billed="unknown")

    for state, expected in (
        (paid(status="completed", credits_reserved=30.0, credits_charged=20.0),
         Money(spent=20, returned=10, count=1)),
        (paid(status="completed", credits_reserved=30.0), Money(spent=30, count=1)),
        (paid(status="completed"), Money(count=1, vague=1)),
        (paid(status="processing", credits_reserved=30.0), Money(reserved=30, count=1)),
        (paid(status="failed", credits_reserved=30.0, error=failed), Money(returned=30, count=1)),
        (paid(status="uncertain", error=open_), Money(count=1, vague=1)),
        (paid(status="cancelled", credits_reserved=3.0, error=open_), Money(reserved=3, count=1)),
        (paid(status="queued"), Money(count=1)),
    ):  # fmt: skip
        assert expected == money_of(state)


def test_what_came_back_is_no_cost_of_a_job(paid: Callable[..., JobState]) -> None:
    """A job that failed unbilled has no credits, wherever they are shown; an open one has."""
    failed, open_ = TaskFailed(billed="no"), SeedanceError(billed="unknown")

    for error, status, expected in (
        (failed, "failed", None), (None, "cancelled", None),
        (open_, "cancelled", 30.0), (None, "processing", 30.0), (None, "completed", 30.0),
    ):  # fmt: skip
        assert expected == paid(status=status, error=error, credits_reserved=30.0).credits


def test_a_charge_that_was_not_told_is_the_reserved(paid: Callable[..., JobState]) -> None:
    """Panel and cost call what was reserved for a finished video spent, in the same words."""
    state = paid(status="completed", credits_reserved=20.46)
    panel = panel_state(state, NOON, "Live").cost

    assert "20.46 credits spent (as reserved)" in panel
    head = cost_text([state, paid(status="processing", credits_reserved=3.0)], "runs").split("\n")[
        0
    ]
    assert "20.46 credits spent, 3.00 reserved" in head
    assert "20.46 of it were spent (as reserved)" in head
    assert "as reserved" not in cost_text([paid(status="completed", credits_charged=1.0)], "runs")


def test_sums_stand_by_day_model_and_cell(paid: Callable[..., JobState]) -> None:
    """Three tables, the latest first, over a total of all; the simulator's jobs are left out."""
    states = [
        paid(id="a", status="completed", credits_charged=10.0, submitted_at=NOON - DAY,
             cell={"number": 3}, asked_at=NOON - DAY),
        paid(id="b", status="completed", credits_charged=5.0, cell={"number": 4}),
        paid(id="c", status="processing", credits_reserved=2.0, cell={"number": 4},
             fields={"tier": "fast"}),
        paid(id="d", status="completed", credits_charged=99.0, backend="simulator"),
    ]  # fmt: skip
    text = cost_text(states, "runs")
    rows = [re.split(r"\s{2,}", line) for line in text.splitlines()]

    assert "15.00 credits spent, 2.00 reserved, 0.00 returned; 3 jobs." == text.splitlines()[0]
    assert ["2", "5.00", "2.00", "0.00"] == rows[3][1:]
    assert ["1", "10.00", "0.00", "0.00"] == rows[4][1:]
    assert ["seedance-2.0-fast-text-to-video", "1", "0.00", "2.00", "0.00"] in rows
    assert ["[4] ", "[3] "] == re.findall(r"^\[\d\] ", text, re.MULTILINE)
    assert "99" not in text


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_bars_are_plain_html(language: texts.Language, paid: Callable[..., JobState]) -> None:
    """Each day has a bar as long as its money; hostile words stay words; styles read anywhere."""
    texts.use(language)
    states = [
        paid(status="completed", credits_charged=10.0, cell={"kind": HOSTILE}),
        paid(status="processing", credits_reserved=30.0, submitted_at=NOON + DAY),
    ]
    reader = read(cost_html(states, HOSTILE))
    styles = ";".join(value or "" for name, value in reader.attributes if name == "style")

    assert ["100.00", "33.33"] == re.findall(r"width:([\d.]+)%", styles)
    assert reader.tags <= {"div", "span", "b", "table", "thead", "tbody", "tr", "th", "td"}
    assert not re.search(r"var\(|currentcolor|inherit|(^|;)\s*color\s*:", styles)


def test_nothing_spent_is_said(
    run: Callable[[str], Any], session: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without a live job the verb says that nothing was spent, and what else there is."""
    assert run("%seedance cost").success

    assert "no credits spent" in capsys.readouterr().out
