"""Buttons of plain HTML: they put a line into a new cell, in saved notebooks too.

JupyterLab and Notebook 7 run the command that stands on a button which is clicked, in notebooks
that are trusted. Everywhere else a button would be dead, so a style sheet shows it only there.
"""

from __future__ import annotations

import json

from seedance_nb.notebook.look import safe

_CLASS = "seedance-button"
_PUT = ("notebook:insert-cell-below", "notebook:replace-selection")
_RUN = "notebook:run-cell"
STYLE = (
    "<style>"
    f".jp-NotebookPanel .{_CLASS}{{display:inline-block !important;font:inherit;font-size:12px;"
    "color:inherit;background:rgba(128,128,128,.16);border:1px solid rgba(128,128,128,.5);"
    "border-radius:6px;padding:2px 10px;cursor:pointer}"
    "</style>"
)


def button_html(label: str, line: str, *, tip: str, run: bool) -> str:
    """A button; `STYLE` must be somewhere in the same output.

    Args:
        label: What it says.
        line: What it puts into a new cell below.
        tip: What it explains.
        run: Whether the new cell is run, too.
    """
    commands = [*_PUT, _RUN] if run else list(_PUT)
    given = json.dumps({"commands": commands, "args": {"text": line}})
    return (
        f'<button class="{_CLASS}" style="display:none" title="{safe(tip)}" '
        'data-commandlinker-command="apputils:run-all-enabled" '
        f'data-commandlinker-args="{safe(given)}">{safe(label)}</button>'
    )
