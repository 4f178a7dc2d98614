"""The key in a notebook: pasted where it may not be, and in what gets saved."""

from __future__ import annotations

import dataclasses
import json
import sys
import traceback
from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb as sd
from seedance_nb.core import texts
from seedance_nb.notebook.form import Form
from seedance_nb.runs import current, log
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from seedance_nb.notebook.stage import Stage

STRANGE = "sk-" + "a1" * 12  # nobody has told us of this one


@pytest.fixture
def own_settings() -> Iterator[None]:
    """What a test configures ends with it."""
    yield
    current.configure(api_key=None, wait=None, language=None)
    texts.use("en")


@pytest.mark.parametrize(
    "source",
    [
        "%%seedance\na dog {}",
        "%%seedance --{}\na dog",
        "%seedance {}",
        "%seedance login {}",
        "%seedance config api_key={}",
        "%config SeedanceMagics.api_key = '{}'",
    ],
)
def test_a_pasted_key_is_refused(
    source: str, run: Callable[[str], Any], session: Any, canary: str,
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    """The key in use and one that was never told of: refused, not repeated, with the way to go."""
    for key in (canary, STRANGE):
        run(source.format(key))
        said = "".join(capsys.readouterr()) + caplog.text

        assert "%seedance login" in said
        assert key not in said
    assert [] == session.asked


@pytest.mark.usefixtures("own_settings")
@pytest.mark.parametrize("again", ["pass", "%tb", "%tb Verbose", "%tb Context"])
def test_a_verbose_traceback(
    again: str, shell: Any, canary: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """`%xmode Verbose`, which shows variables, shows our frames without the key, chained too."""
    shell.user_ns |= {"sd": sd, "box": [canary, canary]}
    shell.run_cell("%colors nocolor\n%xmode Verbose")
    shell.run_cell("sd.configure(api_key=box.pop(), wait='x')")
    shell.run_cell(
        "try:\n    sd.configure(api_key=box.pop(), wait='x')\n"
        "except Exception as error:\n    raise RuntimeError('mine') from error"
    )
    shell.run_cell(again)
    out = "".join(capsys.readouterr())

    assert "RuntimeError: mine" in out
    assert "Secret(hidden)" in out
    assert canary not in out
    last = sys.last_value
    assert last is not None
    whole = traceback.TracebackException.from_exception(last, capture_locals=True)
    assert canary not in "".join(whole.format())


def test_a_key_that_was_pasted_into_a_form_does_not_stay(
    sessions: Any, make_stage: Callable[..., Stage], canary: str
) -> None:
    """Neither the state of a form's widgets nor what it shows has the key; it says why."""
    whole = dataclasses.replace(make_stage("vscode"), make_widget=None)
    form = Form(sessions, None, stage=lambda _: whole)
    for key in (canary, STRANGE):
        form.controls["prompt"].value = f"a dog {key}"
        form.controls["images"].value = f"https://a.example/{key}.png"

        assert "API key" in form.notes["images"].value
        widgets = [*form.controls.values(), *form.notes.values(), form.summary, form.generate]
        for widget in widgets:
            assert key not in json.dumps(widget.get_state(), default=str)


def test_the_record_of_refused_cells(tmp_path: Path, canary: str) -> None:
    """The log of a kernel's cells hides the key that made one of them be refused."""
    settings = resolve({"home": tmp_path / "runs"}, {}, {}, cwd=tmp_path)
    session = Session(settings)
    history = [(n, f"%%seedance\na dog {key}") for n, key in enumerate((canary, STRANGE), 1)]
    found = log.read(session, history=history)
    lines = "".join(found.to_lines()) + found.export(tmp_path / "log.jsonl").read_text()
    session.close()

    assert "a dog (hidden)" in lines
    assert canary not in lines
    assert STRANGE not in lines
