"""Waiting with something to look at."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core.errors import WaitTimeout
from seedance_nb.core.words import columns
from seedance_nb.notebook.stage import Panel
from seedance_nb.notebook.tables import table_html, table_text
from seedance_nb.notebook.waiting import TerminalLine, differences, wait_for
from seedance_nb.runs.job import Job, Jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.notebook.stage import Stage
    from seedance_nb.runs.library import Video


class Slow(Jobs):
    """Jobs whose waiting takes as long as it may, on the clock of the test."""

    def __init__(self, jobs: list[Job], keeper: Any, until: float = 0) -> None:
        super().__init__(jobs)
        self.keeper = keeper
        self.left = until

    def wait(self, timeout: float | None = None) -> Jobs:
        """Let time pass; over when enough of it has."""
        assert timeout is not None
        self.keeper.time += timeout
        self.left -= timeout
        if self.left > 0:
            raise WaitTimeout(seconds=timeout, job="-")
        return self


def test_a_waiting_cell_paints_until_the_end(make_job: Callable[..., Job], keeper: Any) -> None:
    """Twice a second there is something new to see, and then it is over."""
    painted: list[float] = []
    jobs = Slow([make_job(status="processing")], keeper, until=2.0)
    wait_for(jobs, timeout=None, now=keeper.now, paint=lambda: painted.append(keeper.time))

    assert 3 == len(painted)


def test_a_waiting_cell_ends_at_its_time_limit(make_job: Callable[..., Job], keeper: Any) -> None:
    """The limit that the cell gave is the one that is named."""
    jobs = Slow([make_job(status="processing")], keeper, until=99.0)
    with pytest.raises(WaitTimeout, match=r"1\.2 s; job kite2345 goes on"):
        wait_for(jobs, timeout=1.2, now=keeper.now, paint=lambda: None)


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_a_terminal_line_is_written_over_and_ends_tidily(
    make_job: Callable[..., Job],
    make_stage: Callable[..., Stage],
    keeper: Any,
    video: Video,
) -> None:
    """One line that changes, and at the end one that stays."""
    stream = Terminal()
    job = make_job(status="processing", submitted_at=keeper.time, estimated_time=20.0)
    line = TerminalLine([Panel(job, make_stage("terminal"), waiting=True)], stream)
    line.paint()
    keeper.time += 10
    line.paint()
    job.become(job.state.with_(status="completed", videos=(video,)))
    line.paint()
    line.end()

    written = stream.getvalue()
    assert 1 == written.count("\n")
    assert "45 %" in written
    assert written.rpartition("\r")[2].startswith("kite2345 Completed")


def test_a_file_gets_a_line_for_each_word_only(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """Redirected output is not filled with pictures of a bar."""
    stream = io.StringIO()
    job = make_job(status="pending", submitted_at=keeper.time)
    line = TerminalLine([Panel(job, make_stage("terminal"), waiting=True)], stream)
    for _ in range(5):
        keeper.time += 0.5
        line.paint()
    job.become(job.state.with_(status="processing"))
    line.paint()

    assert 2 == stream.getvalue().count("\n")
    assert "\r" not in stream.getvalue()


def test_many_jobs_end_with_a_sum_and_what_sets_them_apart(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], video: Video
) -> None:
    """The last line counts; of many only those that did not end well get a line of their own."""
    for count, expected in ((2, 3), (20, 2)):
        stream = io.StringIO()
        jobs = [make_job(id=f"kite{n:04}", fields={"duration": 4 + n % 9}) for n in range(count)]
        apart = differences(jobs)
        panels = [
            Panel(job, make_stage("terminal"), waiting=True, apart=words)
            for job, words in zip(jobs, apart, strict=True)
        ]
        for job in jobs[1:]:
            job.become(job.state.with_(status="completed", videos=(video,)))
        jobs[0].become(jobs[0].state.with_(status="failed"))
        TerminalLine(panels, stream).end()
        lines = stream.getvalue().splitlines()

        assert expected == len(lines)
        assert "duration: 4" in lines[0]
        assert f"{count} jobs: Failed 1 · Completed {count - 1}" == lines[-1]


def test_a_narrow_line_shortens_the_prompt_first(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """Place and numbers stay whole as long as there is room for them."""
    job = make_job(
        "a very long prompt " * 9, status="processing", submitted_at=keeper.time,
        backend="live", base_url="http://127.0.0.1:18765",
    )  # fmt: skip
    line = Panel(job, make_stage("terminal"), waiting=True).line(width=79)

    assert "127.0.0.1:18765" in line
    assert columns(line) <= 79


def test_tables_are_even_with_wide_signs() -> None:
    """Chinese signs take two columns of a terminal."""
    text = table_text(["任务", "b"], [["x", "1"], ["长长", "2"]])

    assert 1 == len({columns(line[: line.rindex(line[-1])]) for line in text.splitlines()})


def test_tables_escape_what_they_are_given() -> None:
    """No cell can become a tag."""
    html = table_html(["<h>"], [["<script>", "`code`"]])

    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<code" in html
