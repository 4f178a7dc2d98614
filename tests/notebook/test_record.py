"""The record of a notebook: what a cell does stands in it as the deed of that cell."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb as sd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def session(shell: Any, tmp_path: Path) -> Iterator[Any]:
    """A session on the simulator, with the magics loaded."""
    made = sd.configure(backend="simulator", home=tmp_path / "runs", time_scale=0.002)
    shell.extension_manager.load_extension("seedance_nb")
    yield made
    shell.extension_manager.unload_extension("seedance_nb")
    made.close()
    sd.configure(backend=None, home=None, time_scale=None)


def test_asking_again_is_the_deed_of_its_cell(session: Any, shell: Any) -> None:
    """`%seedance again` stands in the log with its own cell, as the record says."""
    lines = ("%%seedance first -d 4 -q 480p\na storm at sea", "%seedance again first")
    for line in lines:
        assert shell.run_cell(line, store_history=True).success
        session.jobs().wait(30)

    log = sd.request_log()

    assert [("cell", line) for line in lines] == [
        (entry.cell["kind"], entry.cell["source"]) for entry in log
    ]
    assert [False, True] == [entry.new for entry in log]
    assert [] == log.verify()


def test_nothing_to_ask_again_is_told(
    session: Any, shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """`%seedance rerun` in an empty folder says that nothing was asked there."""
    assert shell.run_cell("%seedance rerun").success

    assert f"Nothing has been asked for in {session.settings.home} yet." in capsys.readouterr().out


def test_a_folder_that_was_deleted_comes_back(session: Any) -> None:
    """Who deletes the folder to begin anew, in mid session, can: the simulator goes on, too."""
    session.generate("a storm at sea", duration=4, quality="480p").wait(30)
    shutil.rmtree(session.settings.home)

    job = session.generate("a calm day", duration=4, quality="480p").wait(30)

    assert "completed" == job.status
    assert job.id in {one.id for one in session.jobs()}
