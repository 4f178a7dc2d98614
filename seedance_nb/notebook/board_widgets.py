"""The widgets of a board: one table, a row of filters, and what can be done with one job."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import ipywidgets

from seedance_nb.core.texts import say
from seedance_nb.notebook.board import board_html
from seedance_nb.notebook.board_state import GROUPS, SORTS, View
from seedance_nb.notebook.pair import ALIVE, outputs_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.notebook.board_state import BoardState

_ROW = {"width": "100%", "flex_flow": "row wrap", "align_items": "center"}
_STYLE = {"description_width": "initial"}
# All on one line of a wide notebook, two on one of a narrow one.
_FILTER = {"flex": "1 1 145px", "width": "auto", "max_width": "260px"}


class Controls:
    """What is seen of a board. Only what changes is sent.

    Args:
        see: Called with what is to be seen.
        choose: Called with the id of a job, or with nothing.
        do: Called with the name of an action.
    """

    _group: Any
    _origin: Any
    _sort: Any
    _text: Any
    _chooser: Any
    _button: Any
    _back: Any
    _next: Any

    def __init__(
        self,
        see: Callable[[View], object],
        choose: Callable[[str], object],
        do: Callable[[str], object],
    ) -> None:
        self._see = see
        self._choose = choose
        self._do = do
        self._drawer: int | None = None  # the thread that draws: what it changes is no click
        self._actions: tuple[tuple[str, str], ...] = ()
        self._make_filters()
        self._table = ipywidgets.HTML(layout={"width": "100%", "margin": "0"})
        self._make_pages()
        self._message = ipywidgets.HTML(layout={"width": "100%", "margin": "0"})
        self._job = ipywidgets.Output(layout={"width": "100%", "margin": "0"})
        filters = (self._group, self._origin, self._sort, self._text)
        self._box = ipywidgets.VBox(
            [
                ipywidgets.HBox(filters, layout=_ROW),
                self._table,
                ipywidgets.HBox((self._chooser, self._button, self._back, self._next), layout=_ROW),
                self._message,
                self._job,
            ],
            layout={"width": "100%", "overflow": "hidden"},
        )
        self._box.add_class(ALIVE)

    @property
    def model_id(self) -> str:
        """The name by which front ends know it."""
        return str(self._box.model_id)

    # --- drawing --------------------------------------------------------------------------------

    def draw(self, board: BoardState, view: View) -> None:
        """Show this board, of which these rows are chosen."""
        self._drawer = threading.get_ident()
        try:
            _assign(self._table, value=board_html(board))
            _offer(self._origin, [(words, name) for name, words in board.origins], view.origin)
            jobs = [(f"{row.number}. {row.job}", row.job) for row in board.rows]
            chosen = self._chooser.value or ""
            if chosen and chosen not in {job for _, job in jobs}:
                jobs.append((chosen, chosen))
            _offer(self._chooser, [(say("board.choose"), ""), *jobs], chosen)
            several = None if board.pages > 1 else "none"
            _show(self._back, several)
            _show(self._next, several)
            _assign(self._back, disabled=board.page == 0)
            _assign(self._next, disabled=board.page + 1 >= board.pages)
            self._page = board.page
        finally:
            self._drawer = None

    def draw_job(
        self, job: str, picture: str, message: str, actions: Sequence[tuple[str, str]]
    ) -> None:
        """Show the chosen job, what there is to say, and what can be done.

        Args:
            job: Its id; empty for none.
            picture: HTML.
            message: HTML.
            actions: Names and words of the buttons.
        """
        self._drawer = threading.get_ident()
        try:
            if job and self._chooser.value != job:
                options = [*self._chooser.options]
                if job not in {value for _, value in options}:
                    options.append((job, job))
                _offer(self._chooser, options, job)
            _assign(self._message, value=message)
            _assign(self._job, outputs=outputs_of(picture))
            self._actions = tuple(actions)
            _show(self._button, None if actions else "none")
            if actions:
                _assign(self._button, description=actions[0][1])
        finally:
            self._drawer = None

    # --- made once ------------------------------------------------------------------------------

    def _make_filters(self) -> None:
        groups = [(say("board.group.all"), "")]
        groups += [(say(f"board.group.{name}"), name) for name in GROUPS]
        sorts = [(say(f"board.sort.{name}"), name) for name in SORTS]
        self._group = _dropdown("board.label.group", groups)
        self._origin = _dropdown("board.label.origin", [(say("board.origin.all"), "")])
        self._sort = _dropdown("board.label.sort", sorts)
        self._text = ipywidgets.Text(
            description=say("board.label.text"),
            placeholder=say("board.label.text.hint"),
            layout=_FILTER,
            style=_STYLE,
        )
        for widget in (self._group, self._origin, self._sort, self._text):
            widget.observe(self._changed, "value")

    def _make_pages(self) -> None:
        self._page = 0
        self._chooser = _dropdown("board.label.job", [(say("board.choose"), "")])
        self._chooser.layout = {"width": "260px"}
        self._chooser.observe(self._chose, "value")
        self._button = ipywidgets.Button(layout={"width": "max-content", "display": "none"})
        self._button.on_click(self._pressed)
        self._back = ipywidgets.Button(description=say("board.back"), layout={"width": "auto"})
        self._next = ipywidgets.Button(description=say("board.next"), layout={"width": "auto"})
        self._back.on_click(lambda _: self._turn(-1))
        self._next.on_click(lambda _: self._turn(1))

    # --- what the user does -----------------------------------------------------------------------

    def _changed(self, _: Any) -> None:
        if self._drawer != threading.get_ident():
            self._see(self._seen(0))

    def _turn(self, by: int) -> None:
        self._see(self._seen(self._page + by))

    def _seen(self, page: int) -> View:
        return View(
            group=self._group.value,
            origin=self._origin.value or "",
            text=self._text.value,
            sort=self._sort.value,
            page=page,
        )

    def _chose(self, change: Any) -> None:
        if self._drawer != threading.get_ident():
            self._choose(change["new"] or "")

    def _pressed(self, _: Any) -> None:
        if not self._actions:
            return
        self._button.disabled = True
        self._do(self._actions[0][0])
        self._button.disabled = False


def _dropdown(label: str, options: list[tuple[str, str]]) -> Any:
    return ipywidgets.Dropdown(
        description=say(label), options=options, layout=_FILTER, style=_STYLE
    )


def _assign(widget: Any, **values: object) -> None:
    for name, value in values.items():
        if getattr(widget, name) != value:
            setattr(widget, name, value)


def _show(widget: Any, display: str | None) -> None:
    _assign(widget.layout, display=display)


def _offer(dropdown: Any, options: list[tuple[str, str]], value: str) -> None:
    """Other choices, with this one chosen; sent as one message."""
    if list(dropdown.options) == options and dropdown.value == value:
        return
    known = value if value in {name for _, name in options} else options[0][1]
    with dropdown.hold_sync():
        if list(dropdown.options) != options:
            dropdown.options = options
        dropdown.value = known
