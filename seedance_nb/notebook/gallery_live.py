"""A gallery on show: a grid with a button that plays all of it, saved as it was before."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.texts import say
from seedance_nb.notebook.gallery import gallery_html, gallery_text
from seedance_nb.notebook.gallery_state import GalleryState, gallery_state
from seedance_nb.notebook.look import code_in
from seedance_nb.notebook.pair import ALIVE, Pair, outputs_of
from seedance_nb.notebook.poster import poster
from seedance_nb.notebook.stage import Stage, stage_for
from seedance_nb.notebook.video import make_clip
from seedance_nb.runs.job import Job, Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.session import Session

MOST = 24  # jobs of one gallery
LATEST = 6  # of those that have nothing in common
PACE = 1.0  # seconds between two pictures while jobs end one after the other


def gallery(jobs: Job | str | Iterable[Job | str] | None = None) -> Gallery:
    """Takes and sweeps side by side.

    Args:
        jobs: What to show: jobs, or their ids; by default the latest takes or variants.

    Raises:
        ConfigError: There are no such jobs, or too many.
    """
    from seedance_nb.runs import current  # noqa: PLC0415 - the session in use, at this moment

    session = current.current()
    return make_gallery(session, stage_for(session), jobs)


def make_gallery(
    session: Session, stage: Stage, jobs: Job | str | Iterable[Job | str] | None = None
) -> Gallery:
    """The gallery of these jobs, or of the latest that belong together."""
    named = [jobs] if isinstance(jobs, Job | str) else latest(session) if jobs is None else jobs
    chosen = [each if isinstance(each, Job) else session.job(each) for each in named]
    if not chosen and jobs is not None:
        raise ConfigError("gallery.none")
    if not chosen:
        raise ConfigError("error.job.nothing", home=session.home)
    if len(chosen) > MOST:
        raise ConfigError("gallery.many", count=len(chosen), most=MOST)
    return Gallery(Jobs(chosen), stage)


def latest(session: Session) -> list[Job]:
    """The takes of the latest request, else what its cell asked for, else the latest videos."""
    jobs = list(session.jobs())
    if not jobs:
        return []
    last = jobs[-1].state
    same = [job for job in jobs if job.state.digest == last.digest and last.digest]
    if len(same) < 2:  # noqa: PLR2004 - side by side
        cell = (last.session, dict(last.cell))
        same = [j for j in jobs if last.cell and (j.state.session, dict(j.state.cell)) == cell]
    if len(same) < 2:  # noqa: PLR2004 - side by side
        same = [job for job in jobs if job.videos][-LATEST:]
    return (same or jobs)[-MOST:]


class Tools:
    """The button and the grid, as widgets.

    Args:
        press: What the button does.
    """

    def __init__(self, press: Callable[[], object]) -> None:
        import ipywidgets  # noqa: PLC0415 - costs a front end, so only where there is one

        self._button = ipywidgets.Button(layout={"width": "max-content"})
        self._button.on_click(lambda _: press())
        self._grid = ipywidgets.Output()
        self._box = ipywidgets.VBox([self._button, self._grid], layout={"width": "100%"})
        self._box.add_class(ALIVE)

    @property
    def model_id(self) -> str:
        """The name by which front ends know it."""
        return str(self._box.model_id)

    def draw(self, html: str, word: str) -> None:
        """Show this grid, and this word on the button."""
        self._grid.outputs = outputs_of(html)
        self._button.description = word


class Gallery:
    """Jobs side by side; as the value of a cell it shows itself.

    Args:
        jobs: What to show.
        stage: Where.
        make_tools: Makes the widgets.
    """

    def __init__(
        self,
        jobs: Jobs,
        stage: Stage,
        make_tools: Callable[[Callable[[], object]], Tools] = Tools,
    ) -> None:
        self.jobs = jobs
        self.playing = False
        self._stage = stage
        self._make_tools = make_tools
        self._tools: Tools | None = None
        self._pair = Pair(stage.publish, f"seedance-gallery-{id(self):x}", stage.front_end)
        self._lock = threading.RLock()
        self._clips: dict[str, tuple[Clip, ...]] = {}
        self._posters: dict[str, str] = {}
        self._drawn: tuple[object, ...] = ()
        self._when = 0.0

    def show(self) -> None:
        """Display it in the running cell; jobs that are not done fill in when they are."""
        stage = self._stage
        with self._lock:
            look = self._look()
            if stage.has_lines_only:
                stage.write(gallery_text(look))
                return
            if stage.has_widgets:
                self._tools = self._make_tools(lambda: self._turn(playing=not self.playing))
            self._put(look, update=False)
        running = [job for job in self.jobs if job.active]
        for job in running:
            job.subscribe(self._see)
        if running and stage.front_end == "none":
            stage.later(self._is_over)

    def play(self) -> None:
        """Start all videos together, without sound."""
        self._turn(playing=True)

    def stop(self) -> None:
        """Show the first pictures again."""
        self._turn(playing=False)

    # --- inside ---------------------------------------------------------------------------------

    def _turn(self, *, playing: bool) -> None:
        with self._lock:
            self.playing = playing
            self._draw(self._look())

    def _see(self, _: Job) -> None:
        """Called by jobs, on the background thread or by a `wait` that ends."""
        with self._lock:
            look = self._look()
            turn = self._turn_of(look)
            due = look.settled or not 0 <= self._stage.now() - self._when < PACE
            if turn != self._drawn and due:
                self._put(look, update=True)

    def _is_over(self) -> bool:
        """Show how all stand on behalf of the running cell; whether that is the end."""
        self._see(self.jobs[0])
        return self._look().settled

    def _turn_of(self, look: GalleryState) -> tuple[object, ...]:
        """A picture is due when this changes; the last one is put by the waiting cell, too.

        Runs without a front end keep only what comes while their cell is the running one.
        """
        waiting = threading.current_thread() is threading.main_thread()
        return (*look.looks, look.settled and waiting)

    def _put(self, look: GalleryState, *, update: bool) -> None:
        self._drawn, self._when = self._turn_of(look), self._stage.now()
        html, text, model_id = gallery_html(look), gallery_text(look), ""
        if self._tools is not None:
            model_id = self._tools.model_id
            line = say("gallery.tools", jobs=" ".join(job.id for job in self.jobs))
            html += f'<div style="font-size:12px;opacity:.74">{code_in(line)}</div>'
            self._draw(look)
        if update and self._pair.parted:
            self._pair.save(html, text)
        else:
            self._pair.show(html, text, model_id=model_id, update=update)

    def _draw(self, look: GalleryState) -> None:
        """The grid in the widget; what is saved never plays."""
        if self._tools is not None:
            word = say("gallery.stop" if self.playing else "gallery.play")
            self._tools.draw(gallery_html(look, playing=self.playing), word)

    def _look(self) -> GalleryState:
        for job in self.jobs:
            if job.status == "completed" and job.id not in self._clips:
                self._clips[job.id] = tuple(self._take_in(job))
        return gallery_state(
            [job.state for job in self.jobs],
            self._stage.now(),
            following=[job.following for job in self.jobs],
            clips=self._clips,
            posters=self._posters,
        )

    def _take_in(self, job: Job) -> Iterable[Clip]:
        stage = self._stage
        for video in job.videos:
            clip = make_clip(
                video,
                cwd=stage.cwd,
                embed=stage.embed,
                front_end=stage.front_end,
                budget=stage.budget,
            )
            lines_only = stage.has_lines_only or clip.missing
            self._posters[clip.path] = "" if lines_only else poster(video.path)
            yield clip

    def _ipython_display_(self) -> None:
        self.show()

    def __repr__(self) -> str:
        """A line for each job."""
        return gallery_text(self._look())
