"""What `%load_ext` says of jobs that an earlier kernel left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core.request import VideoRequest
from seedance_nb.runs.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = VideoRequest("a dog")
FACTS: dict[str, Any] = {
    "request": REQUEST.to_fields(),
    "digest": REQUEST.digest,
    "backend": "simulator",
}


def leave(home: Path, session: str, *words: str, jobs: int = 1, lasting: bool = False) -> Journal:
    """A session whose jobs were told these words by the service, and that ended, or did not."""
    book = Journal(home, session, now=lambda: 1_795_348_800.0)
    for number in range(jobs):
        job = f"{session}{number:06d}"
        book.append("asked", job=job, **FACTS)
        book.append("submitting", job=job)
        book.append("accepted", job=job, task_id=f"task-unified-1-{job}", word="pending")
        for word in words:
            book.append("status", job=job, word=word)
    if not lasting:
        book.close(final=False)
    return book


@pytest.fixture
def said(shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    """What `%load_ext` prints for the folder of the test."""

    def load() -> str:
        shell.config.SeedanceMagics.home = str(tmp_path)
        shell.run_line_magic("load_ext", "seedance_nb")
        shell.run_line_magic("unload_ext", "seedance_nb")
        return capsys.readouterr().out

    return load


def test_nothing_is_said_where_nothing_is_left(said: Any, tmp_path: Path) -> None:
    """An empty folder, one whose jobs are over, and the jobs of a living kernel are no news."""
    assert "" == said()
    leave(tmp_path, "over", "failed")
    living = leave(tmp_path, "lives", lasting=True)
    assert "" == said()
    living.close(final=False)


def test_one_line_counts_what_is_left(said: Any, tmp_path: Path) -> None:
    """The unfinished jobs of all kernels that ended are counted in one line."""
    leave(tmp_path, "over", "failed")
    leave(tmp_path, "left", "processing", jobs=2)
    leave(tmp_path, "lost", jobs=1)

    assert (
        "seedance_nb: 3 jobs of an earlier session are not finished; "
        "`%seedance resume` goes on with them.\n"
    ) == said()


def test_a_long_journal_is_not_counted(said: Any, tmp_path: Path) -> None:
    """Where counting would keep the notebook waiting, the line is there without a number."""
    leave(tmp_path, "long", "processing", jobs=2000)

    line = said()

    assert line.startswith("seedance_nb: an earlier session ended before its jobs did;")
    assert 1 == line.count("\n")
