"""A board on show: it lives while the kernel does, and is a plain table in the saved notebook."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.texts import say
from seedance_nb.notebook import cells
from seedance_nb.notebook.board import board_html, board_text
from seedance_nb.notebook.board_state import (
    RUNNING,
    BoardState,
    Entry,
    View,
    actions_of,
    board_state,
)
from seedance_nb.notebook.look import code_in
from seedance_nb.notebook.pair import Pair
from seedance_nb.notebook.panel import panel_html
from seedance_nb.notebook.panel_state import panel_state
from seedance_nb.notebook.panel_words import say_time
from seedance_nb.notebook.stage import Stage, stage_for
from seedance_nb.notebook.video import Budget, make_clip, near_path
from seedance_nb.runs.settings import say_where

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from seedance_nb.notebook.board_widgets import Controls
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.job import Job, Jobs
    from seedance_nb.runs.record import JobState
    from seedance_nb.runs.session import Session

PACE = 1.0  # seconds between two looks at the jobs, at least
SHARE = 20  # ... and so many times as long as such a look takes
FRESH = 5.0  # seconds for which it is believed that another kernel lives
STATIC_ROWS = 50  # of a board that stands still in a notebook
TEXT_ROWS = 200  # of one in a terminal
MOST_LIVE = 4  # boards that move at the same time; older ones stand still
_open: list[LiveBoard] = []


def show(jobs: Jobs, session: Session | None = None, stage: Stage | None = None) -> None:
    """Display jobs as a board; all jobs of the folder stay all of them when more are made."""
    from seedance_nb.runs import current  # noqa: PLC0415 - the session in use, at this moment

    session = session or current.current()
    stage = stage or stage_for(session)
    everything = {job.id for job in session.jobs()}
    chosen = {job.id for job in jobs}
    only = None if chosen == everything else chosen
    source = Source(session, jobs, only)
    if stage.has_lines_only:
        _write(source, stage)
    elif stage.has_widgets:
        board = LiveBoard(source, stage)
        board.show()
        _keep(board)
    else:
        _publish(source, stage)


class Source:
    """Where a board gets its jobs from.

    Args:
        session: Whose folder it is.
        jobs: What to begin with.
        only: The ids to show; None for all that there are.
    """

    def __init__(self, session: Session, jobs: Jobs, only: Collection[str] | None = None) -> None:
        self.session = session
        self._jobs: Iterable[Job] = jobs
        self._only = only
        self._given = {job.id: place for place, job in enumerate(jobs)}
        self._has_files: dict[str, bool] = {}
        self._watched: dict[str, bool] = {}
        self._asked = 0.0

    @property
    def sort(self) -> str:
        """How a text shows them: jobs that were chosen in their own order, all by time."""
        return "newest" if self._only is None else "given"

    def job(self, job_id: str) -> Job | None:
        """The job of this id."""
        return next((job for job in self._jobs if job.id == job_id), None)

    def refresh(self) -> list[Entry]:
        """What the journal and this kernel know just now."""
        known = {job.id: job for job in self._jobs} if self._only is not None else {}
        fresh = self.session.jobs()
        if self._only is not None:
            fresh_ids = {job.id for job in fresh}
            others = [job for job in known.values() if job.id not in fresh_ids]
            found = [*others, *(job for job in fresh if job.id in self._only)]
            self._jobs = sorted(found, key=lambda job: self._given.get(job.id, len(self._given)))
        else:
            self._jobs = fresh
        return [self.entry(job) for job in self._jobs]

    def entry(self, job: Job) -> Entry:
        """A job as the board needs it."""
        state, settings = job.state, self.session.settings
        open_ = not state.is_final and state.status != "uncertain" and not job.active
        mine = self.session.is_mine(state)
        return Entry(
            state=state,
            following=job.following,
            watched=open_ and not mine and self._is_watched(state),
            mine=mine,
            here=(state.backend, state.base_url) == (settings.backend, settings.server),
            missing=state.status == "completed" and not self._has(state),
        )

    def forget(self) -> None:
        """Look anew for files that were there and for other kernels."""
        self._has_files.clear()
        self._watched.clear()

    def _is_watched(self, state: JobState) -> bool:
        if self.session.now() - self._asked > FRESH:
            self._asked = self.session.now()
            self._watched.clear()
        if state.id not in self._watched:
            self._watched[state.id] = self.session.ledger.has_owner(state)
        return self._watched[state.id]

    def _has(self, state: JobState) -> bool:
        if state.id not in self._has_files:
            self._has_files[state.id] = all(video.path.is_file() for video in state.videos)
        return self._has_files[state.id]


def _say_file(stage: Stage) -> Callable[[JobState], str]:
    return lambda state: ", ".join(
        near_path(video.path, stage.cwd) or str(video.path) for video in state.videos
    )


def _look(source: Source, stage: Stage, view: View) -> BoardState:
    return board_state(source.refresh(), stage.now(), view, say_file=_say_file(stage))


def _write(source: Source, stage: Stage) -> None:
    board = _look(source, stage, View(sort=source.sort, per_page=TEXT_ROWS))
    stage.write(board_text(board))
    if board.found > len(board.rows):
        stage.write(say("magic.jobs.earlier", count=board.found - len(board.rows)))


def _publish(source: Source, stage: Stage) -> None:
    board = _look(source, stage, View(per_page=STATIC_ROWS))
    bundle = {
        "text/html": board_html(board, asof=say_time(stage.now())),
        "text/plain": board_text(board),
    }
    stage.publish(bundle, f"seedance-board-{id(source):x}", update=False)


def _keep(board: LiveBoard) -> None:
    _open.append(board)
    while len(_open) > MOST_LIVE:
        _open.pop(0).rest()


class LiveBoard:
    """A board that moves.

    Args:
        source: Its jobs.
        stage: Where it is shown.
        make_controls: Makes its widgets.
    """

    def __init__(
        self,
        source: Source,
        stage: Stage,
        make_controls: Callable[[LiveBoard], Controls] | None = None,
    ) -> None:
        self._source = source
        self._stage = stage
        self._lock = threading.RLock()
        self._view = View()
        self._entries: list[Entry] = []
        self._looked = 0.0
        self._rest = PACE
        self._resting = False
        self._chosen = ""
        self._message = ""
        self._armed = 0.0
        self._pictured: tuple[tuple[str, str, bool], str] = (("", "", False), "")
        self._cell = cells.record()
        self._controls = (make_controls or _widgets)(self)

    # --- showing --------------------------------------------------------------------------------

    def show(self) -> None:
        """Display it in the running cell, and keep it up to date."""
        with self._lock:
            self._entries = self._source.refresh()
            board = self._draw()
            html = board_html(board, asof=say_time(self._stage.now()))
            pair = Pair(self._stage.publish, f"seedance-board-{id(self):x}", self._stage.front_end)
            pair.show(html, board_text(board), model_id=self._controls.model_id)
        self._source.session.tracker.tick(id(self), self.beat)

    def rest(self) -> None:
        """Stand still from now on; its controls still work."""
        with self._lock:
            self._resting = True
            self._message = say("board.resting")
            self._draw()

    def beat(self) -> bool:
        """Look again if it is time to; False when it stands still.

        A click that is at work is not waited for: it may itself wait for the background.
        """
        now = self._stage.now()
        due = not 0 <= now - self._looked < self._rest
        if due and self._lock.acquire(blocking=False):
            try:
                self._looked = now
                if not self._resting:
                    self._refresh()
                self._rest = max(PACE, SHARE * (self._stage.now() - now))
            finally:
                self._lock.release()
        return not self._resting

    def _refresh(self) -> None:
        try:
            self._entries = self._source.refresh()
        except (SeedanceError, OSError):
            return  # the folder cannot be read just now; what is shown stays
        self._draw()

    def _draw(self) -> BoardState:
        board = board_state(
            self._entries, self._stage.now(), self._view, say_file=_say_file(self._stage)
        )
        self._controls.draw(board, self._view)
        self._draw_job()
        return board

    def _draw_job(self) -> None:
        job = self._source.job(self._chosen) if self._chosen else None
        message = code_html(self._message)
        if job is None:
            self._controls.draw_job("", "", message, ())
            return
        entry = self._source.entry(job)
        actions = [
            (action, say("board.sure" if self._armed else f"board.do.{action}"))
            for action in actions_of(entry)
        ]
        self._controls.draw_job(job.id, self._picture(job, entry), message, actions)

    def _picture(self, job: Job, entry: Entry) -> str:
        """The panel of the chosen job; one that does not change is made once."""
        key = (job.id, entry.look, entry.missing)
        if key != self._pictured[0] or entry.look in RUNNING:
            state = job.state
            panel = panel_state(
                state,
                self._stage.now(),
                say_where(state.backend, state.base_url),
                following=entry.following or entry.watched,
                clips=self._clips(job) if state.status == "completed" else (),
            )
            if actions_of(entry):  # the board has a button of its own
                panel = dataclasses.replace(panel, again="")
            line = code_html(say("board.cell", job=job.id))
            self._pictured = key, panel_html(panel) + line
        return self._pictured[1]

    def _clips(self, job: Job) -> list[Clip]:
        stage = self._stage
        return [
            make_clip(
                video,
                cwd=stage.cwd,
                embed=stage.embed,
                front_end=stage.front_end,
                budget=Budget(),
            )
            for video in job.videos
        ]

    # --- what the controls ask for ----------------------------------------------------------------

    def see(self, view: View) -> None:
        """Show other jobs, or in another order."""
        with self._lock:
            self._view = view
            self._message = ""
            self._draw()

    def choose(self, job_id: str) -> None:
        """Show a job below the table."""
        with self._lock:
            self._chosen, self._message, self._armed = job_id, "", 0.0
            self._draw()

    def do(self, action: str) -> None:
        """Do with the chosen job what a button says; what could pay twice wants a second click."""
        with self._lock:
            job = self._source.job(self._chosen)
            if job is None:
                return
            now = self._stage.now()
            if action == "resend" and not self._armed:
                self._armed = now
                self._message = say("board.sure.tip", job=job.id)
            elif action != "resend" or now - self._armed >= PACE:  # a double click is one click
                self._armed = 0.0
                self._message = self._act(action, job)
            self._source.forget()
            self._refresh()

    def _act(self, action: str, job: Job) -> str:
        done = job
        try:
            if action == "again":
                done = job.again(cell={**self._cell, "kind": "board"})
                self._chosen = done.id
            elif action == "follow":
                self._source.session.look_after(job)
            else:
                {"stop": job.stop, "dequeue": job.stop, "fetch": job.fetch,
                 "resend": job.resend}[action]()  # fmt: skip
        except SeedanceError as error:
            return str(error)
        return say(f"board.did.{action}", job=done.id)


def _widgets(board: LiveBoard) -> Controls:
    from seedance_nb.notebook.board_widgets import Controls  # noqa: PLC0415 - costs a front end

    return Controls(board.see, board.choose, board.do)


def code_html(line: str) -> str:
    """A sentence below the table."""
    style = "font-family:system-ui,-apple-system,sans-serif;font-size:13px;line-height:1.5"
    return f'<div style="{style}">{code_in(line)}</div>' if line else ""
