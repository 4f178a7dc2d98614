"""`%%seedance --sweep`: what is bound, what is shown, what is wanted first."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb
from seedance_nb.core.errors import BudgetExceeded
from seedance_nb.notebook.completion import suggestions
from seedance_nb.notebook.desk import Desk
from seedance_nb.notebook.magics import SeedanceMagics
from seedance_nb.runs import current
from seedance_nb.runs.job import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peer import Peer

    from seedance_nb.notebook.stage import Stage

SMALL = "-q 480p --sweep duration=4,5"


@pytest.fixture
def cell(
    shell: Any, make_stage: Callable[..., Stage], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Any]]:
    """Runs a cell against real sessions, in a front end of choice."""
    monkeypatch.setenv("SEEDANCE_NB_TIME_SCALE", "0")
    where = {"front_end": "lab"}

    def desk(*given: Any, **named: Any) -> Desk:
        def stage(_: Any, embed: str | None) -> Stage:
            return make_stage(where["front_end"], embed=embed or "auto")

        return Desk(*given, **named, stage=stage)

    shell.register_magics(SeedanceMagics(shell, desk=desk))

    def run(source: str, front_end: str = "lab") -> Any:
        where["front_end"] = front_end
        return shell.run_cell(source, store_history=True)

    yield run
    current.current().close()


@pytest.fixture
def live(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """A live account on another server."""
    monkeypatch.setenv("EVOLINK_BASE_URL", peer.url)
    monkeypatch.setenv("EVOLINK_API_KEY", peer.key)
    return peer


def test_a_sweep_is_a_gallery(
    cell: Callable[..., Any], shell: Any, shown: Any, live: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    """NAME is bound to all jobs; one grid shows them, with captions of what differs only."""
    shell.user_ns["animal"] = "heron"
    result = cell(f"%%seedance birds {SMALL} -y --wait\na {{animal}} by {{day|night}}")

    assert result.success
    jobs = shell.user_ns["birds"]
    assert isinstance(jobs, Jobs)
    assert [("a heron by day", 4), ("a heron by day", 5), ("a heron by night", 4),
            ("a heron by night", 5)] == [(j.request.prompt, j.request.duration)
                                         for j in jobs if j.request]  # fmt: skip
    grids = [output for output in shown if "gallery" in output.id and output.html.count("<video")]
    assert 4 == grids[-1].html.count("<video")
    assert not [output for output in shown if re.fullmatch(r"seedance-[a-z0-9]{8}-.*", output.id)]
    captions = dict.fromkeys(re.findall(r"(\w+): ", grids[-1].plain))
    assert ["duration", "prompt"] == sorted(captions)
    assert "4 videos in 4 combinations" in capsys.readouterr().out


def test_a_terminal_gets_lines(
    cell: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """Where there is no grid each job has its line, as takes have."""
    cell(f"%%seedance {SMALL} --no-wait\na kite", front_end="script")

    lines = capsys.readouterr().out.splitlines()
    ids = {job.id for job in seedance_nb.jobs()}
    assert ids == {line.split()[0] for line in lines if line.split()[0] in ids}


def test_quiet_says_nothing(
    cell: Callable[..., Any], shown: Any, live: Peer, capsys: pytest.CaptureFixture[str]
) -> None:
    """`--quiet` shows neither plan nor grid."""
    cell(f"%%seedance {SMALL} -y --quiet --wait\na kite")

    assert ("", []) == (capsys.readouterr().out, list(shown))
    assert 2 == len(seedance_nb.jobs())


def test_copies_of_a_sweep_are_told(
    cell: Callable[..., Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """A grid has no room for them, so a cell that waits names each copy below it."""
    cell(f"%%seedance {SMALL} --wait -o kite.mp4\na kite")
    said = capsys.readouterr().out

    for name in ("kite.mp4", "kite-2.mp4"):
        assert Path(name).is_file()
        assert name in said


def test_many_jobs_are_a_board(cell: Callable[..., Any], shown: Any) -> None:
    """What does not fit into a grid is shown as a board."""
    result = cell(f"%%seedance {SMALL} --takes 13 --no-wait\na kite", front_end="none")

    assert result.success
    assert shown
    assert not [output for output in shown if "gallery" in output.id]


def test_a_live_sweep_names_the_line_to_run(
    cell: Callable[..., Any], shell: Any, live: Peer
) -> None:
    """Without `-y` the cell fails with number, estimate and the line; NAME is no stale job."""
    shell.user_ns["kites"] = "stale"
    result = cell(f"%%seedance kites {SMALL}\na kite")

    assert isinstance(result.error_in_exec, BudgetExceeded)
    message = str(result.error_in_exec)
    assert "2 video" in message
    assert "unknown" in message
    assert f"%%seedance kites {SMALL} -y" in message
    assert "kites" not in shell.user_ns
    assert [] == live.creates

    assert cell(f"%%seedance kites {SMALL} -y --wait\na kite").success
    assert 2 == len(live.creates)


def test_a_cap_on_the_line(cell: Callable[..., Any], live: Peer) -> None:
    """`--max-credits` refuses before spending, in a cell without a sweep, too."""
    result = cell("%%seedance --max-credits 3\na kite")

    assert isinstance(result.error_in_exec, BudgetExceeded)
    assert "--max-credits = 3" in str(result.error_in_exec)
    assert [] == live.creates


def test_a_dry_sweep_shows_all_of_it(
    cell: Callable[..., Any], capsys: pytest.CaptureFixture[str], live: Peer
) -> None:
    """Each combination with what sets it apart, its body and digest, then the total."""
    live.prices = {"data": [{
        "model_name": "seedance-2.0-text-to-video", "billing_rule": "per_second", "cny_price": 0.5,
    }]}  # fmt: skip
    result = cell(f"%%seedance {SMALL} --takes 2 --dry-run\na kite")
    said = capsys.readouterr().out

    assert result.success
    assert "4 videos in 2 combinations" in said
    assert ["1. duration: 4", "2. duration: 5"] == re.findall(r"^\d\. .*", said, re.MULTILINE)
    assert 2 == said.count("sha256:") == said.count('{"model":')
    assert "about 90 credits" in said
    assert [] == live.creates


def test_a_dry_run_is_the_plan_of_the_real_one(
    cell: Callable[..., Any], capsys: pytest.CaptureFixture[str], live: Peer
) -> None:
    """What is here already is neither counted nor priced, and a cap that would refuse is named."""
    live.prices = {"data": [{
        "model_name": "seedance-2.0-text-to-video", "billing_rule": "per_second", "cny_price": 0.5,
    }]}  # fmt: skip
    cell("%%seedance --wait --quiet -d 4\na kite")

    def dry(line: str) -> str:
        capsys.readouterr()
        assert cell(f"%%seedance {line} --dry-run\na kite").success
        return capsys.readouterr().out

    here = dry("-d 4")
    assert "already here" in here.splitlines()[0]
    assert "0 credits (nothing new to send)" in here
    assert "about 20 credits" in dry("-d 4 --new")
    takes = dry("-d 4 --takes 3")
    assert "sent 2 times" in takes
    assert "1 of 3" in takes
    assert "about 40 credits" in takes
    swept = dry("--sweep duration=4,5")
    assert 1 == swept.count("already here")
    assert "about 25 credits" in swept
    assert "would be refused" not in swept
    capped = dry("-d 5 --max-credits 3")
    assert "would be refused" in capped
    assert "--max-credits = 3" in capped
    assert 1 == len(live.creates)


def test_what_is_advised_against_is_said_before_it_is_paid(
    cell: Callable[..., Any], shown: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning is a line of its own, and stays in the finished panel, as text and HTML."""
    mind = "Mind: {day|night}, {a|b} in the prompt is sent as it stands; add `--sweep`"
    assert cell("%%seedance --wait -q 480p\na {day|night} {a|b} {{c|d}}").success

    assert mind in capsys.readouterr().out
    last = [output for output in shown if "Completed" in output.plain][-1]
    assert mind.removeprefix("Mind: ") in last.plain
    assert "is sent as it stands" in last.html

    assert cell("%%seedance --sweep duration=4,4 --no-wait\na {{c|d}} {day|night}").success
    said = capsys.readouterr().out
    assert "as it stands" not in said
    assert "2 combinations are given twice and made once" in said
    assert "2 videos in 2 combinations" in said
    cell("%%seedance --quiet --no-wait\na {day|night}")
    assert "" == capsys.readouterr().out


def test_the_log_shows_one_cell(cell: Callable[..., Any]) -> None:
    """All jobs of a sweep stand under the cell that asked, with its source and variables."""
    cell(f"%%seedance kites {SMALL} --quiet --wait\na kite")
    log = seedance_nb.request_log()

    assert {(1, f"%%seedance kites {SMALL} --quiet --wait\na kite")} == {
        (entry.cell["number"], entry.cell["source"]) for entry in log
    }
    assert 2 == len(log.digests)


def test_tab_offers_the_fields() -> None:
    """Behind `--sweep` stand the fields that can vary."""
    offered = suggestions("%%seedance --sweep du")

    assert ["duration="] == offered
    assert "--max-credits" in (suggestions("%%seedance --ma") or ())
