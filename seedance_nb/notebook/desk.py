"""What the magic works with: session, shell, and the ways to show something."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from seedance_nb.core.texts import say
from seedance_nb.notebook import board_live as boards
from seedance_nb.notebook import stage as stages
from seedance_nb.notebook.exchange_view import Exhibit
from seedance_nb.notebook.gallery_live import MOST, make_gallery
from seedance_nb.notebook.stage import Copier, Panel, stage_for
from seedance_nb.notebook.tables import table_html, table_text
from seedance_nb.notebook.waiting import TerminalLine, differences, wait_for, wants_to_wait
from seedance_nb.runs import explain
from seedance_nb.runs.job import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seedance_nb.notebook.stage import Stage
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.session import Session


class Sessions(Protocol):
    """What is asked of `runs.current`."""

    def current(self) -> Session:
        """The session in use."""

    def configure(self, **settings: Any) -> Session:
        """Change settings."""

    def use_config(self, config: Mapping[str, Any]) -> None:
        """Take over what `%config` was given."""

    def use_viewer(self, viewer: Callable[[Job | Jobs], None]) -> None:
        """Show jobs in this way."""

    def use_caller(self, caller: Callable[[], Mapping[str, Any]]) -> None:
        """Take from here which cell runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How jobs are shown.

    Attributes:
        wait: Whether the cell waits; None leaves it to setting and front end.
        timeout: Seconds after which it stops waiting.
        embed: How videos are put into the notebook; None leaves it to the setting.
        out: Where a copy of each file goes.
        quiet: Whether nothing is shown.
        automatic: Whether the model was chosen by the inputs.
        lenient: Whether only those are waited for that go on by themselves.
        together: Whether they are shown side by side.
        explain: Whether what was sent and answered is shown, too.
    """

    wait: bool | None = False
    timeout: float | None = None
    embed: str | None = None
    out: str | None = None
    quiet: bool = False
    automatic: bool = False
    lenient: bool = False
    together: bool = False
    explain: bool = False


class Desk:
    """One line or cell at work.

    Args:
        shell: The IPython it runs in.
        sessions: Where sessions come from.
        ask: Asks for a key without showing it.
        stage: Makes the place where panels are shown, for a session and its `embed`.
    """

    def __init__(
        self,
        shell: Any,
        sessions: Sessions,
        *,
        ask: Callable[[str], str] | None = None,
        stage: Callable[[Session, str | None], Stage] = stage_for,
    ) -> None:
        self.shell = shell
        self.sessions = sessions
        self.ask = ask
        self._stage = stage
        self.cwd = Path.cwd()

    def session(self) -> Session:
        """The session that the settings call for."""
        return self.sessions.current()

    def tell(self, text: str) -> None:
        """Print."""
        stages.print_line(text)

    def table(self, head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show a table."""
        stages.present(table_html(head, rows), table_text(head, rows), self.shell)

    def board(self, jobs: Jobs) -> None:
        """Show jobs as a board."""
        session = self.session()
        boards.show(jobs, session, self._stage(session, None))

    def gallery(self, jobs: Sequence[Job] | None) -> None:
        """Show jobs side by side; the latest ones by default."""
        session = self.session()
        make_gallery(session, self._stage(session, None), jobs).show()

    def show(self, jobs: Iterable[Job], way: Way = Way()) -> None:
        """Display jobs, copy their files and wait for them, as far as asked.

        Raises:
            Interrupted: The user stopped the waiting.
            SeedanceError: The first job that ended badly while the cell waited.
        """
        jobs = Jobs(jobs)
        session = self.session()
        stage = self._stage(session, way.embed)
        waiting = wants_to_wait(session.settings.wait, stage.front_end, asked=way.wait)
        together = way.together and not stage.has_lines_only
        panels, copiers = [], []
        for number, (job, apart) in enumerate(zip(jobs, differences(jobs), strict=True), 1):
            copier = _copier(job, _numbered(way.out, number))
            copiers += [copier] if copier else []
            if not way.quiet and not together:
                panels.append(
                    Panel(
                        job,
                        stage,
                        automatic=way.automatic,
                        waiting=waiting,
                        copier=copier,
                        apart=apart,
                    )
                )
                panels[-1].show()
        if together and not way.quiet:
            _side_by_side(jobs, session, stage)
        explained = jobs if way.explain and not way.quiet else ()
        for job in explained if not stage.has_lines_only else ():
            Exhibit(job, stage.publish).show()
        if waiting:
            awaited = Jobs(job for job in jobs if job.active) if way.lenient else jobs
            try:
                _wait(awaited, panels, stage, timeout=way.timeout)
            finally:
                for panel in panels:
                    panel.rest()
                told = [*map(_copied, copiers if together and not way.quiet else ())]
                lasting = explained if stage.has_lines_only else ()
                told += [explain.text(job, explain.kept(job)) for job in lasting]
                for line in filter(None, told):
                    self.tell(line)


def _side_by_side(jobs: Jobs, session: Session, stage: Stage) -> None:
    """A gallery; a board, where they are too many for one."""
    if len(jobs) <= MOST:
        make_gallery(session, stage, jobs).show()
    else:
        boards.show(jobs, session, stage)


def _copier(job: Job, out: str | None) -> Copier | None:
    if out is None:
        return None
    copier = Copier(out)
    copier(job)
    # Before the panel subscribes: it tells where the copy is.
    job.subscribe(copier)
    return copier


def _numbered(out: str | None, number: int) -> str | None:
    """Take 2 is `-2` whichever is done first; in a folder each has a name of its own."""
    if out is None or number == 1 or out.endswith(("/", os.sep)) or Path(out).expanduser().is_dir():
        return out
    path = Path(out)
    return str(path.with_name(f"{path.stem}-{number}{path.suffix}"))


def _copied(copier: Copier) -> str:
    """Where the copies of a job are, or why there are none."""
    trouble = copier.trouble
    return say("panel.note.copy", message=trouble.message) if trouble else "\n".join(copier.paths)


def _wait(jobs: Jobs, panels: Sequence[Panel], stage: Stage, *, timeout: float | None) -> None:
    running = [panel for panel in panels if not panel.look().settled]
    if not running or stage.has_widgets or stage.front_end == "none":
        wait_for(jobs, timeout=timeout, now=stage.now)
    elif not stage.has_lines_only:
        wait_for(jobs, timeout=timeout, now=stage.now, paint=lambda: _paint(running))
    else:
        line = TerminalLine(running)
        try:
            wait_for(jobs, timeout=timeout, now=stage.now, paint=line.paint)
        finally:
            line.end()


def _paint(panels: Sequence[Panel]) -> None:
    for panel in panels:
        panel.paint()
