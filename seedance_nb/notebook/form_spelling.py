"""What is filled in, as a cell, a call or a command line: text to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ipywidgets

from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.spelling import as_cell, as_curl, as_python
from seedance_nb.core.texts import say
from seedance_nb.notebook.form_controls import BUTTON, FULL, STYLE

if TYPE_CHECKING:
    from seedance_nb.core.media import Media
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.notebook.desk import Sessions
    from seedance_nb.notebook.form_state import FormState

SPELLINGS = ("cell", "python", "curl")


def _is_held(media: Media) -> bool:
    """Whether it is in no file of the user's: uploaded, or made of what was."""
    return media.original is None and (bool(media.fitted) or isinstance(media.source, bytes))


class Spellings:
    """A button for each spelling, and the text of the one that is open.

    Args:
        sessions: Where sessions come from.

    Attributes:
        buttons: By what they open.
        text: The text.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._state: FormState | None = None
        self._open = ""
        self.buttons = {
            how: ipywidgets.Button(description=say(f"form.spell.{how}"), layout=BUTTON)
            for how in SPELLINGS
        }
        self.text: Any = ipywidgets.Textarea(layout={**FULL, "display": "none"}, style=STYLE)
        for how, button in self.buttons.items():
            button.on_click(lambda _, how=how: self._press(how))

    def show(self, state: FormState) -> None:
        """Follow what is filled in."""
        self._state = state
        for button in self.buttons.values():
            button.disabled = not state.is_ready
        request = state.request
        if request is None or not self._open:
            self.text.layout.display = "none"
            return
        self.text.description = say(f"form.spell.{self._open}")
        try:
            self.text.value = self._spelled(request, state.takes)
        except SeedanceError as error:  # an input that is gone, a disk that is full
            self.text.value = str(error)
        self.text.rows = min(16, self.text.value.count("\n") + 2)
        self.text.layout.display = None

    def _press(self, how: str) -> None:
        """Open a spelling, or close the one that is open."""
        self._open = "" if self._open == how else how
        if self._state is not None:
            self.show(self._state)

    def _spelled(self, request: VideoRequest, takes: int) -> str:
        session = self._sessions.current()
        if self._open == "curl":
            return as_curl(request, session.settings.base_url)
        if any(map(_is_held, request.files)):  # spelt by the copy that is kept of it
            request = session.inputs.kept(request)
        return (as_cell if self._open == "cell" else as_python)(request, takes=takes)
