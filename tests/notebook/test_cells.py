"""Which cell, which front end, who looks."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from seedance_nb.core.errors import ConfigError
from seedance_nb.notebook import cells
from seedance_nb.notebook.waiting import wants_to_wait


def kernel(*, stdin: bool = True, cell: str | None = "c-1", **names: Any) -> Any:
    """The shell of a kernel that runs a cell."""
    parent = {"content": {"allow_stdin": stdin}, "metadata": {"cellId": cell} if cell else {}}
    return SimpleNamespace(
        kernel=object(),
        get_parent=lambda: parent,
        user_ns=names,
        execution_count=9,
        history_manager=SimpleNamespace(input_hist_raw=["", "a = 1", "%%seedance\nx"]),
    )


FRONT_ENDS = [
    (None, (), "script"),
    (SimpleNamespace(user_ns={}), (), "terminal"),
    (kernel(), (), "lab"),
    (kernel(stdin=False, cell=None), (), "none"),
    (kernel(__vsc_ipynb_file__="/x.ipynb"), (), "vscode"),
    (kernel(), ("google.colab",), "colab"),
]


@pytest.mark.parametrize(("shell", "modules", "found"), FRONT_ENDS)
def test_one_function_says_where_we_are(shell: Any, modules: Any, found: str) -> None:
    """Each front end is told from the others by what it leaves behind."""
    assert found == cells.front_end(shell, modules=dict.fromkeys(modules))


def test_the_running_cell_is_known_by_number_id_and_hash() -> None:
    """The number is that of the prompt, not the one that is off by one inside a magic."""
    cell = cells.running_cell(kernel())

    assert (2, "c-1", "%%seedance\nx") == (cell.number, cell.id, cell.source)
    facts = {"number": 2, "id": "c-1", "sha256": cell.sha256, "source": cell.source}
    assert {**facts, "front_end": "lab"} == cell.to_record()
    assert 64 == len(cell.sha256)


def test_outside_of_notebooks_there_is_no_cell() -> None:
    """A script has neither cell nor record."""
    assert {} == cells.running_cell(None).to_record()


def test_a_key_is_refused_only_where_it_is_written_out(
    shell: Any, monkeypatch: pytest.MonkeyPatch, canary: str
) -> None:
    """A key from a variable is fine; one in the text of the cell is not."""
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    shell.history_manager.input_hist_raw.append("sd.configure(api_key=key)")
    cells.refuse_literal(canary)
    shell.history_manager.input_hist_raw.append(f"sd.configure(api_key={canary!r})")
    with pytest.raises(ConfigError):
        cells.refuse_literal(canary)


@pytest.mark.parametrize(
    ("asked", "setting", "front_end", "waits"),
    [
        (None, "auto", "lab", False),
        (None, "auto", "vscode", False),
        (None, "auto", "none", True),
        (None, "auto", "colab", True),
        (None, "auto", "terminal", True),
        (None, "always", "lab", True),
        (None, "never", "none", False),
        (True, "never", "lab", True),
        (False, "always", "none", False),
    ],
)
def test_who_waits(*, asked: bool | None, setting: str, front_end: Any, waits: bool) -> None:
    """The cell decides, else the setting, else whether anything could show the result later."""
    assert waits is wants_to_wait(setting, front_end, asked=asked)
