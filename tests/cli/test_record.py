"""The record, from the command line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from seedance_nb.core.request import VideoRequest
from seedance_nb.runs.journal import Journal

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    Run: TypeAlias = Callable[..., Any]


def test_the_log_is_listed_checked_and_written(run: Run) -> None:
    """`log` lists what was asked, `--verify` has an exit code for it, `export` writes it."""
    made = run("generate", "a paper boat", "-d", "4", "-q", "480p", "--quiet")
    video = Path(made.out.strip())

    listed, good = run("log"), run("log", "--verify")
    written = run("export", "record.jsonl")
    video.unlink()
    bad = run("log", "--verify")

    assert video.stem in listed.out
    assert (0, "") == (good.code, good.out)
    assert video.stem in Path(written.out.strip()).read_text("utf-8")
    assert 1 == bad.code
    assert f"{video.stem}: the file is gone" in bad.out


def test_a_stranger_does_not_steer_the_terminal(run: Run, tmp_path: Path) -> None:
    """Escape codes in prompts, addresses, errors, cells and digests are not printed."""
    evil = "\x1b[31mevil\x9b0m"
    asked: dict[str, Any] = {
        "request": VideoRequest(f"a dog {evil}").to_fields(),
        "cell": {"kind": evil},
    }
    book = Journal(tmp_path / "seedance_runs", "stranger", now=lambda: 0.0)
    for job, backend in (("abcd", "live"), ("efgh", "simulator"), ("hjkl", evil)):
        facts = {**asked, "backend": backend, "base_url": f"https://{evil}"}
        book.append("asked", job=job, digest=evil, **facts)
        error = {"class": "TaskFailed", "values": {"detail": evil}, "code": evil, "raw": evil}
        book.append("cancelled", job=job, error=error)
        book.append("call", jobs=[{"job": job, "how": evil}], cell={"kind": evil, "number": evil})
    book.close(final=True)

    shown = [run(*words) for words in (["jobs"], ["log"], ["log", "--verify"], ["resume"])]

    assert [0, 0, 1, 0] == [each.code for each in shown]
    assert ["abcd", "efgh"] == sorted({*re.findall("abcd|efgh|hjkl", shown[0].out + shown[1].out)})
    assert "\x1b" not in "".join(each.out + each.err for each in shown)
    assert "\x9b" not in "".join(each.out + each.err for each in shown)


def test_jobs_and_log_are_listed_in_chinese(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Chinese is spoken, the words of both tables are Chinese."""
    run("generate", "a paper boat", "-d", "4", "-q", "480p", "--quiet")
    monkeypatch.setenv("SEEDANCE_NB_LANGUAGE", "zh")

    listed, logged = run("jobs"), run("log")

    assert "已完成" in listed.out
    assert "已发送" in logged.out
    assert "completed" not in listed.out + logged.out


def test_a_notebook_is_held_against_the_record(run: Run, tmp_path: Path) -> None:
    """`log --verify --notebook` ends with 1 where the notebook shows a video of nobody."""
    made = Path(run("generate", "a paper boat", "-d", "4", "-q", "480p", "--quiet").out.strip())
    ends = {}
    for name in (made.stem, "zzzz2345"):
        outputs = [{"data": {"text/html": f"<video src='seedance_runs/videos/{name}.mp4'>"}}]
        book = tmp_path / f"{name}.ipynb"
        book.write_text(json.dumps({"cells": [{"outputs": outputs}]}), "utf-8")
        ends[name] = run("log", "--verify", "--notebook", str(book))

    assert (0, "") == (ends[made.stem].code, ends[made.stem].out)
    assert 1 == ends["zzzz2345"].code
    assert "zzzz2345: the notebook shows videos/zzzz2345.mp4" in ends["zzzz2345"].out


def test_a_bad_file_is_an_error(run: Run) -> None:
    """An unknown ending and an unreadable notebook are said in words, with exit code 2."""
    form, notebook = run("export", "record.csv"), run("log", "--verify", "--notebook", "no.ipynb")

    assert (2, 2) == (form.code, notebook.code)
    assert ".jsonl" in form.err
    assert "no.ipynb" in notebook.err


def test_the_lines_are_json(run: Run) -> None:
    """An empty folder has an empty log, with a head."""
    run("export", "record.jsonl")

    [head] = Path("record.jsonl").read_text("utf-8").splitlines()
    assert {} == json.loads(head)["sessions"]
