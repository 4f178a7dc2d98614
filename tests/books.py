"""Notebooks as the tests read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import nbformat

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WIDGET = "application/vnd.jupyter.widget-view+json"


def read_book(path: Path) -> Any:
    """A notebook, in the newest format."""
    read: Any = nbformat.read
    return read(path, as_version=4)


def code_cells(book: Any) -> Iterator[Any]:
    """The cells that are run."""
    return (cell for cell in book["cells"] if cell["cell_type"] == "code")


def text_of(cell: Any) -> str:
    """All that a cell shows to somebody who reads text."""
    shown = [o.get("text") or o.get("data", {}).get("text/plain", "") for o in cell["outputs"]]
    return "\n".join(shown + ["\n".join(o.get("traceback", ())) for o in cell["outputs"]])
