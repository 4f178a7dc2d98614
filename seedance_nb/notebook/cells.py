"""Where the code runs: which front end, which cell, and whether anybody looks."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

FrontEnd = Literal["lab", "colab", "vscode", "terminal", "none", "script"]
WITH_LINES_ONLY = ("terminal", "script")
_VSCODE = "__vsc_ipynb_file__"  # VS Code puts the notebook's path under this name


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """The cell that is running.

    Attributes:
        number: The one in its prompt, `[3]`; None outside IPython.
        id: The notebook's own id of it; front ends that run notebooks unseen give none.
        source: Its text as it was typed.
        front_end: Who shows its output; None outside IPython.
    """

    number: int | None = None
    id: str | None = None
    source: str = ""
    front_end: FrontEnd | None = None

    @property
    def sha256(self) -> str:
        """Hash of the text, 64 hex digits."""
        return hashlib.sha256(self.source.encode("utf-8", "surrogatepass")).hexdigest()

    def to_record(self) -> dict[str, Any]:
        """What the journal is told of it: number, id, front end, hash and text."""
        facts: dict[str, Any] = {
            "number": self.number,
            "id": self.id,
            "front_end": self.front_end,
        }
        if self.source:
            facts |= {"sha256": self.sha256, "source": self.source}
        return {name: value for name, value in facts.items() if value is not None}


def running_cell(shell: Any) -> Cell:
    """The cell that `shell` is running.

    Its number is taken from the history: `execution_count` is one too high inside a magic on
    IPython 9.
    """
    if shell is None:
        return Cell()
    history = getattr(getattr(shell, "history_manager", None), "input_hist_raw", None) or [""]
    cell_id = _mapping(_parent(shell).get("metadata")).get("cellId")
    return Cell(
        number=max(len(history) - 1, 0),
        id=cell_id if isinstance(cell_id, str) else None,
        source=history[-1],
        front_end=front_end(shell),
    )


def record() -> dict[str, Any]:
    """What the journal keeps of the running cell."""
    return running_cell(current_shell()).to_record()


def call() -> dict[str, Any]:
    """The same of a cell that calls Python."""
    return {**record(), "kind": "call"}


def history() -> list[tuple[int, str]]:
    """Number and source of each cell that the running kernel has executed."""
    manager = getattr(current_shell(), "history_manager", None)
    sources = getattr(manager, "input_hist_raw", None) or [""]
    return [(number, source) for number, source in enumerate(sources) if number and source]


def refuse_literal(key: Secret | str) -> None:
    """Refuse a key that is written out in the running cell, where it would be saved.

    Raises:
        ConfigError: It is.
    """
    secret = key if isinstance(key, Secret) else Secret(key)
    if secret.is_in(running_cell(current_shell()).source):
        raise ConfigError("error.key.literal")


def current_shell() -> Any:
    """The IPython that this runs in; None in a plain script."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def front_end(shell: Any, *, modules: Mapping[str, object] | None = None) -> FrontEnd:
    """Who shows the output: the one place that asks.

    `none` is a run that nobody looks at (nbclient, papermill, nbconvert): its execute requests say
    that nobody can be asked for input. `lab` is every front end that shows widgets and follows a
    relative link: JupyterLab and Notebook 7.
    """
    if shell is None:
        return "script"
    if "google.colab" in (sys.modules if modules is None else modules):
        return "colab"
    if not hasattr(shell, "kernel"):
        return "terminal"
    if not has_viewer(shell):
        return "none"
    return "vscode" if _VSCODE in getattr(shell, "user_ns", {}) else "lab"


def has_viewer(shell: Any) -> bool:
    """Whether somebody looks at the running cell: could they be asked for input?"""
    content = _mapping(_parent(shell).get("content"))
    return content.get("allow_stdin") is not False


def _parent(shell: Any) -> Mapping[str, Any]:
    """The message that the running cell came in; empty outside a kernel."""
    get_parent = getattr(shell, "get_parent", None)
    return _mapping(get_parent()) if callable(get_parent) else {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
