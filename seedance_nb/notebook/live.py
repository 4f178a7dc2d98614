"""The live part of a panel: a picture and a row of buttons, as widgets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from seedance_nb.notebook.pair import ALIVE, outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

# The buttons lie on the room that the picture leaves at its lower edge.
_ROW = {"width": "100%", "margin": "-46px 0 14px 13px", "flex_flow": "row wrap"}
_BUTTON = {"width": "max-content", "height": "28px", "margin": "2px"}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done: its name in code, what its button says, and explains."""

    name: str
    label: str
    tip: str = ""


class Host(Protocol):
    """What has room for panels."""

    def add(self, live: Live) -> None:
        """Show one more."""

    def keep(self, job_id: str, html: str, plain: str) -> None:
        """Save this of a job, in place of what was saved of it before."""


class Live:
    """The widget of a panel. Only what changes is sent.

    Args:
        act: Does what the button of this name says.
    """

    def __init__(self, act: Callable[[str], object]) -> None:
        import ipywidgets  # noqa: PLC0415 - costs a front end, so only where there is one

        self._made = ipywidgets.Button
        self._act = act
        self._acts: tuple[Act, ...] = ()
        self._picture = ipywidgets.HTML(layout={"width": "100%", "margin": "0"})
        self._row = ipywidgets.HBox(layout={**_ROW, "display": "none"})
        self._end = ipywidgets.Output()
        layout = {"width": "100%", "overflow": "hidden"}
        self._box = ipywidgets.VBox([self._picture, self._row, self._end], layout=layout)
        self._box.add_class(ALIVE)

    @property
    def model_id(self) -> str:
        """The name by which front ends know it."""
        return str(self._box.model_id)

    def paint(self, html: str, acts: Sequence[Act] = ()) -> None:
        """Show this picture, with these buttons."""
        if self._picture.value != html:
            self._picture.value = html
        if html and self._end.outputs:
            self._end.outputs = ()
        if self._acts == tuple(acts):
            return
        self._acts = tuple(acts)
        old = self._row.children
        self._row.children = tuple(map(self._button, acts))
        for button in old:
            button.close()
        self._row.layout.display = None if acts else "none"

    def end(self, html: str) -> None:
        """Show what stays."""
        self.paint("")
        self._end.outputs = outputs_of(html)

    @property
    def widget(self) -> Any:
        """All of it."""
        return self._box

    def _button(self, act: Act) -> object:
        button = self._made(description=act.label, tooltip=act.tip, layout=_BUTTON)
        button.on_click(lambda clicked: self._press(clicked, act.name))
        return button

    def _press(self, button: object, name: str) -> None:
        button.disabled = True  # type: ignore[attr-defined]
        self._act(name)
        button.disabled = False  # type: ignore[attr-defined]
