"""The form: every parameter of a request, what is wrong with it as one types, and its videos."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import ipywidgets

from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.secret import hidden, holds_key
from seedance_nb.core.texts import say
from seedance_nb.notebook import cells
from seedance_nb.notebook import stage as stages
from seedance_nb.notebook.form_controls import (
    BUTTON,
    EDGE,
    fill,
    frame,
    labelled,
    line_html,
    make_controls,
    make_note,
    note_html,
    show_note,
)
from seedance_nb.notebook.form_media import MOST_UPLOADED, MediaInputs, parted
from seedance_nb.notebook.form_source import request_from
from seedance_nb.notebook.form_spelling import Spellings
from seedance_nb.notebook.form_state import form_state, values_of
from seedance_nb.notebook.look import BOX, FAINT, code_in, safe
from seedance_nb.notebook.pair import ALIVE, LASTING, Pair
from seedance_nb.notebook.stage import Panel, Stage, stage_for
from seedance_nb.notebook.thumbnails import thumbnail
from seedance_nb.notebook.video import Budget
from seedance_nb.runs.budget import Consent
from seedance_nb.runs.job import Job

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.core.media import Media
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.notebook.cells import FrontEnd
    from seedance_nb.notebook.desk import Sessions
    from seedance_nb.notebook.form_source import Source
    from seedance_nb.notebook.form_state import FormState
    from seedance_nb.notebook.live import Live
    from seedance_nb.runs.budget import Prospect
    from seedance_nb.runs.session import Session

MOST_PANELS = 12  # of one click
# What stands beneath what, and what shares a row.
ROWS = (
    ("prompt",),
    ("images",),
    ("videos",),
    ("audios",),
    ("fit",),
    ("model",),
    ("tier",),
    ("duration",),
    ("quality",),
    ("aspect_ratio",),
    ("generate_audio", "web_search", "content_filter"),
    ("callback_url",),
    ("takes",),
    ("new",),
)
_ROW = {"flex_flow": "row wrap", "align_items": "center", "margin": "4px 0 0"}


def form_stage(session: Session) -> Stage:
    """Where the panels of a form are shown: inside a widget, whoever shows that."""
    stage = stage_for(session)
    if stage.front_end == "lab":
        return stage
    return dataclasses.replace(stage, front_end="vscode", budget=Budget())


class Form:
    """A form to fill in; displayed by being the value of a cell.

    Args:
        sessions: Where sessions come from.
        source: What to fill in, as `request_from` takes it.
        named: How the magic spells the source, for the line that opens the form again.
        front_end: Who shows it; by default who shows the running cell.
        stage: Makes the place where panels are shown.

    Attributes:
        controls: The control of each parameter, and of `form_state.RUN`, by name.
        inputs: The media controls with what was uploaded, by name.
        notes: What is said under each, by name.
        state: What the form says just now.
        widget: All of it.
    """

    def __init__(
        self,
        sessions: Sessions,
        source: Source | None = None,
        *,
        named: str = "",
        front_end: FrontEnd | None = None,
        stage: Callable[[Session], Stage] = form_stage,
    ) -> None:
        self._sessions = sessions
        self._make_stage = stage
        self._named = named
        self._front_end = front_end or cells.front_end(cells.current_shell())
        self._cell = cells.record()
        session = sessions.current()
        request = None if source is None else request_from(source, session)
        self.controls = make_controls()
        self.inputs = {
            name: MediaInputs(name, self.controls[name], self._room, self._refresh)
            for name in MEDIA_FIELDS
        }
        self.notes = {name: make_note() for name in self.controls}
        self.summary = ipywidgets.HTML()
        self.generate = ipywidgets.Button(
            description=say("form.generate"), button_style="primary", layout=BUTTON
        )
        self.spellings = Spellings(sessions)
        self.message = make_note()
        self.message.layout.margin = "4px 0 0"
        self.panels = ipywidgets.VBox(layout={"width": "100%"})
        self._known: dict[str, Any] = {}  # the panel of each job
        self._kept: dict[str, tuple[str, str]] = {}  # the same as HTML and as text; newest last
        self._pair = Pair(stage(session).publish, f"seedance-form-{id(self):x}", self._front_end)
        self._filling = False
        self._sure: tuple[object, ...] = ()  # what the next click would agree to pay for
        self.widget = self._put_together(session)
        self._listen()
        self.state: FormState = self._read()
        self._refresh()
        if request is not None:
            self.fill(request)

    # --- showing --------------------------------------------------------------------------------

    def show(self) -> None:
        """Display it in the running cell: the live form, and below it what is saved of it."""
        if self._front_end in cells.WITH_LINES_ONLY:
            stages.print_line(repr(self))
            return
        model_id = "" if self._front_end == "none" else self.widget.model_id
        self._pair.show(*self._saved(), model_id=model_id)

    def keep(self, job_id: str, html: str, plain: str) -> None:
        """Put the panel of a job, as it is just now, into what is saved."""
        self._kept[job_id] = html, plain
        self._pair.save(*self._saved())

    def _ipython_display_(self) -> None:
        self.show()

    def __repr__(self) -> str:
        """How to show it where it cannot be shown."""
        return say("form.nowhere") if self._front_end in cells.WITH_LINES_ONLY else self._line

    def _saved(self) -> tuple[str, str]:
        """The line that opens it again, and the panels of its jobs, the newest first."""
        kept = list(self._kept.values())[::-1]
        html = f'<div style="{BOX}">{code_in(self._line)}</div>'
        htmls, plains = zip((html, self._line), *kept, strict=True)
        return "".join(htmls), "\n".join(plains)

    @property
    def _line(self) -> str:
        return say("form.static", line=f"%seedance form {self._named}".rstrip())

    # --- filling in -----------------------------------------------------------------------------

    def fill(self, request: VideoRequest) -> None:
        """Fill in what asks for this request."""
        values = values_of(request)
        self._filling = True
        for name in MEDIA_FIELDS:
            items = values.pop(name)
            lines, held = parted(name, items, lambda: self._sessions.current().inputs)
            self.inputs[name].put(lines, held)
        fill(self.controls, values)
        self._filling = False
        self._refresh()

    def add(self, live: Live) -> None:
        """Put a panel on top of those that are there."""
        self.panels.children = (live.widget, *self.panels.children)

    # --- inside ---------------------------------------------------------------------------------

    def _put_together(self, session: Session) -> Any:
        where = f'<span style="font-size:12px;font-weight:400;{FAINT}">{safe(session.where)}</span>'
        head = ipywidgets.HTML(
            f'<div style="font-size:15px;font-weight:600">{safe(say("form.title"))} {where}</div>'
        )
        rows: list[Any] = [head]
        for names in ROWS:
            shown = [self._control(name) for name in names]
            if isinstance(shown[0], ipywidgets.Checkbox):
                beside = {**_ROW, "margin": f"2px 0 2px {EDGE}px"}
                shown = [ipywidgets.HBox(shown, layout=beside)]
            rows += [*shown, *(self.notes[name] for name in names)]
        buttons = ipywidgets.HBox([self.generate, *self.spellings.buttons.values()], layout=_ROW)
        body = frame([*rows, self.summary, buttons, self.message, self.spellings.text])
        whole = ipywidgets.VBox([body, self.panels], layout={"width": "100%"})
        for name in (ALIVE, LASTING):  # what was typed can still be copied
            whole.add_class(name)
        return whole

    def _control(self, name: str) -> Any:
        if name in self.inputs:
            return self.inputs[name].widget
        return labelled(name, self.controls[name])

    def _room(self) -> int:
        """Bytes that may still be uploaded."""
        return MOST_UPLOADED - sum(each.uploaded for each in self.inputs.values())

    def _listen(self) -> None:
        self.controls["fit"].observe(lambda _: self._say_busy(), "value")
        for control in self.controls.values():
            control.observe(lambda _: self._refresh(), "value")
        self.generate.on_click(lambda _: self._generate())

    def _read(self) -> FormState:
        session = self._sessions.current()
        trouble = session.settings.trouble
        values = {name: control.value for name, control in self.controls.items()}
        values |= {name: each.value for name, each in self.inputs.items()}

        def foresee(request: VideoRequest, takes: int, new: bool) -> Prospect:  # noqa: FBT001
            # While somebody types nobody waits for the prices.
            prospect: Prospect = session.foresee([request], takes=takes, new=new, patience=0)
            return prospect

        def picture(name: str, media: Media) -> str:
            copy = session.inputs.path(media) if media.source is None else None
            return thumbnail(name, media, copy)

        return form_state(
            values,
            foresee=foresee,
            trouble=str(trouble) if trouble else "",
            is_secret=holds_key,
            picture=picture,
        )

    def _say_busy(self) -> None:
        if self.controls["fit"].value and not self._filling:
            show_note(self.notes["fit"], line_html(say("form.fit.busy")))

    def _refresh(self) -> None:
        """Say anew what there is to say."""
        if self._filling:
            return
        state = self.state = self._read()
        self.controls["aspect_ratio"].show(state.ratio)
        for name, note in self.notes.items():
            refused = self.inputs[name].refused if name in self.inputs else ""
            line = line_html(refused, tone="bad") if refused else ""
            show_note(note, line + note_html(state, name))
        for name in MEDIA_FIELDS:  # all lines are seen, within reason
            self.controls[name].rows = min(9, self.controls[name].value.count("\n") + 2)
        self.controls["fit"].layout.display = None if state.fits else "none"
        if self._sure and self._sure != self._wanted:
            self._ask_for_yes(())
        lines = map(line_html, (state.summary, *state.outlook))
        self.summary.value = f'<div style="margin:6px 0 0">{"".join(lines)}</div>'
        self.generate.disabled = not state.is_ready
        self.generate.tooltip = state.summary
        self.spellings.show(state)
        self._take_out_keys()

    def _take_out_keys(self) -> None:
        """Let no pasted key stay in a widget: its state may be saved with the notebook."""
        self._filling = True
        for control in self.controls.values():
            if isinstance(control.value, str):
                control.value = hidden(control.value)
        self._filling = False

    def _generate(self) -> None:
        """Ask for what is filled in; its panels go below the form."""
        self._refresh()
        state = self.state
        if state.request is None:
            return
        self.generate.disabled = True
        show_note(self.message, "")
        session = self._sessions.current()
        consent = Consent(yes=self._sure == self._wanted, line=say("form.sure.how"))
        self._ask_for_yes(())
        cell = {**self._cell, "kind": "form"}
        try:
            made = session.generate(
                state.request, takes=state.takes, new=state.new, cell=cell, consent=consent
            )
        except SeedanceError as error:
            show_note(self.message, line_html(str(error), tone="bad"))
            if error.text_id == "error.yes":
                self._ask_for_yes(self._wanted)
        else:
            self._show([made] if isinstance(made, Job) else list(made), session)
        finally:
            self._refresh()  # what was asked for is here now, or on its way

    @property
    def _wanted(self) -> tuple[object, ...]:
        request = self.state.request
        return (request.digest, self.state.takes, self.state.new) if request else ()

    def _ask_for_yes(self, wanted: tuple[object, ...]) -> None:
        """Let the next click mean a yes to this; to nothing, if it is empty."""
        self._sure = wanted
        sure = say("form.sure", count=self.state.fresh)
        self.generate.description = sure if wanted else say("form.generate")
        self.generate.button_style = "warning" if wanted else "primary"

    def _show(self, jobs: list[Job], session: Session) -> None:
        stage = self._make_stage(session)
        automatic = not self.controls["model"].value
        for job in reversed(jobs[:MOST_PANELS]):
            known = self._known.get(job.id)
            if known is None:
                Panel(job, stage, automatic=automatic).show_in(self)
                self._known[job.id] = self.panels.children[0]
            else:
                others = (panel for panel in self.panels.children if panel is not known)
                self.panels.children = (known, *others)
                self.keep(job.id, *self._kept.pop(job.id))
        here = [job for job in jobs if job.origin not in ("", "sent")]
        if here and len(here) < len(jobs):
            show_note(self.message, line_html(say("dry.here", count=len(here), all=len(jobs))))
        elif here:
            show_note(self.message, line_html(say(f"panel.origin.{here[0].origin}")))
        left = len(jobs) - MOST_PANELS
        if left > 0:
            show_note(self.message, line_html(say("form.more", count=left)))


def open_form(source: Source | None = None) -> Form:
    """A form on the session in use."""
    from seedance_nb.runs import current  # noqa: PLC0415 - the session in use, at this moment

    sessions: Any = current
    return Form(sessions, source)
