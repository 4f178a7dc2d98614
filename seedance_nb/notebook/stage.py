"""Panels on show: each lives in its own cell, moves while its job runs and ends as plain HTML."""

from __future__ import annotations

import dataclasses
import importlib
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core import task
from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.texts import say
from seedance_nb.notebook import cells
from seedance_nb.notebook.live import Act, Live
from seedance_nb.notebook.pair import Pair
from seedance_nb.notebook.panel import panel_html, panel_state, panel_text, snapshot_html
from seedance_nb.notebook.panel_words import say_time
from seedance_nb.notebook.thumbnails import thumbnail
from seedance_nb.notebook.video import Budget, make_clip
from seedance_nb.notebook.waiting import after_cells, linger
from seedance_nb.runs.settings import say_where

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedance_nb.core.media import Media
    from seedance_nb.notebook.cells import FrontEnd
    from seedance_nb.notebook.live import Host
    from seedance_nb.notebook.panel_state import PanelState
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.session import Session

QUIET = 0.4  # seconds between two pictures while nothing changes but the time
LEAST = 0.2  # seconds between any two pictures: at most five messages a second
_WITH_WIDGETS = ("lab", "vscode")
_spent = Budget()  # what this process has put into notebooks


def publish(bundle: Mapping[str, Any], display_id: str, *, update: bool) -> None:
    """Show an output in the running cell, or replace the one of that id wherever it is."""
    shown = importlib.import_module("IPython.display")
    shown.display(dict(bundle), raw=True, display_id=display_id, update=update)


def present(html: str, plain: str, shell: Any) -> None:
    """Show something that stays as it is; as text where outputs are lines."""
    if cells.front_end(shell) in cells.WITH_LINES_ONLY:
        print_line(plain)
        return
    bundle = {"text/html": html, "text/plain": plain}
    publish(bundle, f"seedance-view-{id(bundle):x}", update=False)


def print_line(line: str) -> None:
    """A line in a terminal."""
    print(line)  # noqa: T201 - what a terminal shows


@dataclass(slots=True, kw_only=True)
class Stage:
    """Where panels are shown, and how.

    Attributes:
        front_end: Who shows them.
        now: The clock.
        cwd: The notebook's folder.
        embed: The setting of that name.
        budget: Counts what goes into the notebook.
        publish: Shows an output; `publish` of this module.
        write: Prints a line where there are only lines.
        make_widget: Makes the live part; only called where there are widgets.
        copy: Finds the kept copy of an input.
        later: Takes a step at the end of cells, until it is over; `after_cells` by default.
    """

    front_end: FrontEnd
    now: Callable[[], float]
    cwd: Path
    embed: str = "auto"
    budget: Budget = field(default_factory=lambda: _spent)
    publish: Callable[..., None] = publish
    write: Callable[[str], None] = print_line
    make_widget: Callable[[Callable[[str], object]], Live] | None = None
    copy: Callable[[Media], Path | None] = lambda _: None
    later: Callable[[Callable[[], bool]], None] = after_cells

    def picture(self, name: str, media: Media) -> str:
        """A small picture of an input of a field, as it was when it was sent."""
        return thumbnail(name, media, self.copy(media))

    @property
    def has_lines_only(self) -> bool:
        """Whether outputs are lines of text."""
        return self.front_end in cells.WITH_LINES_ONLY

    @property
    def has_widgets(self) -> bool:
        """Whether the background can move what is shown: Colab's outputs stand still."""
        return self.front_end in _WITH_WIDGETS


def stage_for(session: Session, embed: str | None = None) -> Stage:
    """The stage of the running cell."""
    return Stage(
        front_end=cells.front_end(cells.current_shell()),
        now=session.now,
        cwd=Path.cwd(),
        embed=embed or session.settings.embed,
        copy=session.inputs.path,
    )


def show(job: Job) -> None:
    """Display a job in the running cell."""
    from seedance_nb.runs import current  # noqa: PLC0415 - the session in use, at this moment

    session = current.current()
    stage = stage_for(session)
    Panel(job, stage).show()
    if stage.front_end == "none":
        linger([job], session.settings.wait, now=stage.now)


class Copier:
    """Puts a copy of each file of a job where it was asked for, once.

    Args:
        out: A file or a folder.
    """

    def __init__(self, out: str) -> None:
        self._out = out
        self.paths: list[str] = []
        self.trouble: SeedanceError | None = None

    def __call__(self, job: Job) -> None:
        """Copy, if the job is completed and this was not done yet."""
        if job.status != "completed" or self.paths or self.trouble:
            return
        try:
            self.paths = [str(video.save(self._out)) for video in job.videos]
        except SeedanceError as error:
            self.trouble = error


class Panel:
    """A job on show.

    Args:
        job: What to show.
        stage: Where.
        automatic: Whether its model was chosen by the inputs.
        waiting: Whether the cell waits for it.
        copier: Knows about copies of the file.
        apart: What sets it apart from those beside it, for lines of text.
    """

    def __init__(
        self,
        job: Job,
        stage: Stage,
        *,
        automatic: bool = False,
        waiting: bool = False,
        copier: Copier | None = None,
        apart: str = "",
    ) -> None:
        self.job = job
        self._stage = stage
        self._automatic = automatic
        self._waiting = waiting
        self._copier = copier
        self._apart = apart
        self._origin = job.origin
        self._pair = Pair(stage.publish, f"seedance-{job.id}-{id(self):x}", stage.front_end)
        self._lock = threading.RLock()
        self._live: Live | None = None
        self._clips: tuple[Clip, ...] | None = None
        self._shown = 0.0
        self._drawn = ("", 0.0)
        self._settled: set[tuple[str, bool]] = set()
        self._host: Host | None = None

    # --- showing --------------------------------------------------------------------------------

    def show(self) -> None:
        """Display it in the running cell, and keep that up to date."""
        with self._lock:
            panel = self.look()
            if self._stage.has_lines_only:
                if not self._waiting or panel.settled:
                    self._stage.write(self.line(panel))
                return
            if panel.settled:
                self._put(panel_html(panel), self.line(panel), update=False)
                self._settled.add((panel.look, True))
            else:
                self._open(panel, update=False)
        if self.job.status not in task.TERMINAL:
            self.job.subscribe(self._see)
            if self._stage.front_end == "none":
                self._stage.later(self._is_over)

    def rest(self) -> None:
        """The cell waits no longer; the panel goes on."""
        with self._lock:
            self._waiting = False
            panel = self.look()
            if not panel.settled:
                self._move(panel, at_once=True)

    def paint(self) -> None:
        """Draw it anew from the waiting cell, where nothing moves by itself."""
        with self._lock:
            panel = self.look()
            if not panel.settled:
                self._put(panel_html(panel), self.line(panel), update=True)

    def look(self) -> PanelState:
        """What there is to show just now."""
        job = self.job
        state = job.state
        panel = panel_state(
            state,
            self._stage.now(),
            say_where(state.backend, state.base_url),
            following=state.following and job.active,
            origin=self._origin,
            automatic=self._automatic,
            waiting=(self._waiting or job.waiters > 0) and self._stage.has_widgets,
            clips=self._get_clips() if state.status == "completed" else (),
            copies=self._copier.paths if self._copier else (),
            was=self._shown,
            place=job.place,
            uploading=job.uploading,
            picture=None if self._stage.has_lines_only else self._stage.picture,
        )
        self._shown = max(self._shown, panel.percent or 0.0)
        trouble = self._copier.trouble if self._copier else None
        if trouble is None:
            return panel
        note = say("panel.note.copy", message=trouble.message)
        return dataclasses.replace(panel, notes=(*panel.notes, note))

    def line(self, panel: PanelState | None = None, *, width: int = 0) -> str:
        """What there is to show just now, in a line."""
        return panel_text(panel or self.look(), width=width, apart=self._apart)

    # --- inside ---------------------------------------------------------------------------------

    def _see(self, _: Job) -> None:
        """Called by the job, on the background thread or by a `wait` that ends."""
        with self._lock:
            panel = self.look()
            if panel.settled:
                self._settle(panel)
            elif self._settled:  # somebody follows it again
                self._settled.clear()
                self._open(panel, update=True)
            elif self._live is not None:
                self._move(panel)

    def _is_over(self) -> bool:
        """Show how it stands on behalf of the running cell; whether that is the end."""
        self._see(self.job)
        return self.look().settled

    def show_in(self, host: Host) -> None:
        """Display it in another widget, where no cell is there to display it in."""
        with self._lock:
            self._host = host
            panel = self.look()
            self._open(panel, update=True)
            if panel.settled:
                self._settle(panel)
            if self._live is not None:
                host.add(self._live)
        self.job.subscribe(self._see)

    def _open(self, panel: PanelState, *, update: bool) -> None:
        """The running panel, over a text for the saved notebook that never becomes wrong."""
        if self._stage.has_widgets and self._live is None:
            self._live = (self._stage.make_widget or Live)(self._act)
        model_id = ""
        if self._live is not None:
            self._move(panel, at_once=True)
            model_id = self._live.model_id
        asked = say_time(self.job.state.asked_at)
        line = say("panel.snapshot", job=panel.job, time=asked)
        self._put(snapshot_html(panel, asked), line, update=update, model_id=model_id)

    def _move(self, panel: PanelState, *, at_once: bool = False) -> None:
        look, when = self._drawn
        rest = QUIET if look == panel.look else LEAST
        if self._live is None or (not at_once and 0 <= panel.at - when < rest):
            return
        self._drawn = panel.look, panel.at
        acts = (Act("stop", panel.stop, panel.tip),) if panel.stop else ()
        self._live.paint(panel_html(panel, button=bool(acts)), acts)

    def _settle(self, panel: PanelState) -> None:
        """The static end: in the widget for a page that was reloaded, in the cell to be saved.

        It is put into the cell by the background, and once more by a cell that waits: runs without
        a front end keep only what comes while their cell is the running one.
        """
        turn = panel.look, threading.current_thread() is threading.main_thread()
        if turn in self._settled:
            return
        if self._live is not None and not self._settled:
            self._live.end(panel_html(panel, keep=True))
        self._settled.add(turn)
        self._put(panel_html(panel), self.line(panel), update=True)

    def _put(self, html: str, plain: str, *, update: bool, model_id: str = "") -> None:
        if self._host is not None:
            self._host.keep(self.job.id, html, plain)
            return
        room = self._stage.has_widgets and self.job.status not in task.TERMINAL
        self._pair.show(html, plain, model_id=model_id, update=update, room=room)

    def _get_clips(self) -> tuple[Clip, ...]:
        if self._clips is None:
            stage = self._stage
            self._clips = tuple(
                make_clip(
                    video,
                    cwd=stage.cwd,
                    embed=stage.embed,
                    front_end=stage.front_end,
                    budget=stage.budget,
                )
                for video in self.job.videos
            )
        return self._clips

    def _act(self, _: str) -> None:
        """Do what the one button says."""
        self.job.stop()
