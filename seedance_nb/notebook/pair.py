"""A widget in a cell, and below it what stays of it in the saved notebook.

JupyterLab draws of an output either the widget or its HTML, and draws a saved widget whose kernel
is gone as "model not found". So the HTML is an output of its own. A style sheet in it, which only
trusted notebooks keep, hides it while the widget above lives, and hides that when it is dead.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.notebook.cells import FrontEnd

WIDGET = "application/vnd.jupyter.widget-view+json"
ALIVE = "seedance-alive"  # class of every such widget: where it is missing, there is no kernel
LASTING = "seedance-lasting"  # class of one that is not hidden when its kernel goes
_SAVED = "seedance-saved"
_OUTPUT = ".jp-OutputArea-child"
_LIVE = f":is(.{ALIVE}:not(.jupyter-widgets-disconnected),.{LASTING})"
_STYLE = (
    "<style>"
    f"{_OUTPUT}:has({_LIVE}) + {_OUTPUT}:has(.{_SAVED}),"
    f"{_OUTPUT}:has(> .lm-Panel.jp-OutputArea-output):has(+ {_OUTPUT} .{_SAVED})"
    f":not(:has({_LIVE})){{display:none}}"
    "</style>"
)


def outputs_of(html: str) -> tuple[dict[str, Any], ...]:
    """HTML for an `Output` widget: there, links are relative to the notebook."""
    data = {"text/html": html, "text/plain": ""}
    return ({"output_type": "display_data", "data": data, "metadata": {}},) if html else ()


@dataclass(slots=True)
class Pair:
    """Where a view is in a cell: one output, or two while it is a widget in JupyterLab.

    Attributes:
        publish: Shows an output, or replaces the one of that id.
        id: Of the output, and the beginning of that of the second one.
        front_end: Who shows them.
        parted: Whether there are two.
    """

    publish: Callable[..., None]
    id: str
    front_end: FrontEnd
    parted: bool = False

    def show(
        self, html: str, plain: str, *, model_id: str = "", update: bool = False, room: bool = False
    ) -> None:
        """Show a view, or replace it.

        Args:
            html: What is saved, and shown where there is no widget.
            plain: The same as text.
            model_id: The name of the widget; empty without one.
            update: Whether it replaces what was shown before.
            room: Whether a widget may come later.
        """
        self.parted = self.parted or (self.front_end == "lab" and bool(model_id or room))
        said = {"text/html": html, "text/plain": plain}
        blank = {"text/html": "", "text/plain": ""}
        view: dict[str, Any] = {}
        if model_id:
            view[WIDGET] = {"version_major": 2, "version_minor": 0, "model_id": model_id}
        below = self.parted and bool(model_id)
        self.publish(view | (blank if below else said), self.id, update=update)
        if below:
            self.save(html, plain, update=update)
        elif self.parted:
            self.publish(blank, self._below, update=update)

    def save(self, html: str, plain: str, *, update: bool = True) -> None:
        """Change what is saved below the widget; the widget stays as it is."""
        if self.parted:
            saved = f'<div class="{_SAVED}">{html}</div>{_STYLE}'
            self.publish({"text/html": saved, "text/plain": plain}, self._below, update=update)

    @property
    def _below(self) -> str:
        return f"{self.id}-saved"
