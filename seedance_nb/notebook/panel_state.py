"""What a panel says of a job: words and numbers, made of its state and the time alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from seedance_nb.core import schedule, spelling, task
from seedance_nb.core.catalog import PIXELS
from seedance_nb.core.errors import TransportError
from seedance_nb.core.texts import say
from seedance_nb.notebook.look import shortened
from seedance_nb.runs.settings import EVOLINK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.core.errors import SeedanceError
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.record import JobState

LONGEST_PROMPT = 220
LONGEST_RAW = 4000
_MINUTE, _HOUR = 60, 3600
_SOON = 1.5  # seconds of the estimate below which nobody counts them
_LATE = 0.2  # share of the estimate by which a task may exceed it and still be nearly done
_NEAR = 0.5  # seconds that a file may be longer or shorter than asked without a word
TONES: dict[str, str] = {
    "queued": "calm",
    "submitting": "busy",
    "uncertain": "warn",
    "pending": "busy",
    "processing": "busy",
    "downloading": "busy",
    "completed": "good",
    "failed": "bad",
    "cancelled": "calm",
    "stopped": "calm",
    "stuck": "warn",
}
_RUNNING = frozenset({"submitting", "pending", "processing", "downloading"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """Why a job went wrong: what happened, was money taken, is it worth retrying, what to do."""

    happened: str
    money: str
    again: str
    change: str = ""
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelState:
    """All that a panel shows.

    Attributes:
        job: Id of the job.
        look: Its status, or `stopped` (nobody follows it) or `stuck` (it needs you).
        word: The status in words.
        tone: Colour of the status.
        prompt: Its beginning, for the caption.
        clock: How long it took or takes, and what is left.
        bar: Whether there is a bar.
        percent: What the bar shows; None when it is not known.
        was: What the bar showed before, never more than `percent`.
        moving: Whether something is going on just now.
        at: Epoch seconds of this look.
        asked: What was asked for, in one line.
        model: The model, and why this one.
        cost: Who made it and what it cost.
        notes: Further sentences.
        clips: The videos.
        facts: Labels and values of a job that ended well.
        card: What to know of a job that did not.
        spellings: What each way of asking for it is called, and its text, ready to copy.
        stop: What the button says; empty without one.
        tip: What the button explains.
        again: What the button for one more of it says; empty where that makes no sense.
        pays: Whether one more costs money.
        settled: Whether it stays like this unless somebody does something.
    """

    job: str
    look: str
    word: str
    tone: str
    prompt: str
    clock: str = ""
    bar: bool = False
    percent: float | None = None
    was: float = 0.0
    moving: bool = False
    at: float = 0.0
    asked: str = ""
    model: str = ""
    cost: str = ""
    notes: tuple[str, ...] = ()
    clips: tuple[Clip, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    card: Card | None = None
    spellings: tuple[tuple[str, str], ...] = ()
    stop: str = ""
    tip: str = ""
    again: str = ""
    pays: bool = False
    settled: bool = False


def panel_state(  # noqa: PLR0913 - one keyword for each thing a panel has to tell
    state: JobState,
    now: float,
    where: str,
    *,
    following: bool | None = None,
    origin: str = "",
    automatic: bool = False,
    waiting: bool = False,
    clips: Sequence[Clip] = (),
    copies: Sequence[str] = (),
    was: float = 0.0,
    place: int | None = None,
) -> PanelState:
    """What to show of a job.

    Args:
        state: The job.
        now: Epoch seconds.
        where: Who made it, in words: "Simulator: no credits spent".
        following: Whether somebody looks after it; by default what the journal says.
        origin: "shown" (from disk), "joined", or what else brought it here.
        automatic: Whether the model was chosen by the inputs.
        waiting: Whether the cell waits for it.
        clips: Its videos.
        copies: Where copies of the file were put.
        was: Percent that the bar showed before; it never goes back.
        place: Its place in the queue, from 1, where it waits in one.
    """
    look = look_of(state, following=state.following if following is None else following)
    percent = _percent(state, look, now, was)
    settled = look in task.TERMINAL or look in ("uncertain", "stopped", "stuck")
    return PanelState(
        job=state.id,
        look=look,
        word=say(f"panel.word.{look}"),
        tone=TONES[look],
        prompt=shortened(state.request.prompt, LONGEST_PROMPT) if state.request else "",
        clock=_clock(state, look, now),
        bar=look in _RUNNING or look == "queued",
        percent=percent,
        was=min(was, percent) if percent is not None else 0.0,
        moving=look in _RUNNING,
        at=now,
        asked=_asked(state),
        model=_model(state.request, automatic=automatic),
        cost=_cost(state, where, settled=settled),
        notes=tuple(_notes(state, look, origin, waiting=waiting, place=place)),
        clips=tuple(clips),
        facts=_facts(state, now, clips, copies) if look == "completed" else (),
        card=_card(state) if look in ("failed", "cancelled", "uncertain", "stuck") else None,
        spellings=spellings(state) if settled else (),
        stop=_stop(look),
        tip=_stop(look, ".tip"),
        again=_more(state, look),
        pays=state.backend == "live",
        settled=settled,
    )


def look_of(state: JobState, *, following: bool) -> str:
    """Its status; `stopped` where nobody looks after it, `stuck` where it needs somebody."""
    if state.is_final or state.status == "uncertain" or following:
        return state.status
    return "stuck" if state.error is not None else "stopped"


def _percent(state: JobState, look: str, now: float, was: float) -> float | None:
    if look == "completed":
        return 100.0
    if look not in _RUNNING or state.submitted_at is None:
        return None
    elapsed = max(0.0, now - state.submitted_at)
    observed = 99.0 if look == "downloading" else state.progress or 0.0
    guess = schedule.expected_progress(
        elapsed, estimated_time=state.estimated_time, observed=observed
    )
    return None if guess is None else max(guess, min(was, 99.0))


# --- words ----------------------------------------------------------------------------------------


def say_seconds(seconds: float) -> str:
    """A stretch of time, roughly: `8 s`, `3 min`, `23 h 50 min`."""
    whole = max(0, round(seconds))
    if whole < _MINUTE:
        return say("panel.seconds", count=whole)
    minutes = round(whole / _MINUTE)
    if minutes < _MINUTE:
        return say("panel.minutes", count=minutes)
    hours, rest = divmod(minutes, _MINUTE)
    said = say("panel.hours", count=hours)
    return f"{said} {say('panel.minutes', count=rest)}" if rest else said


def say_time(moment: float | None) -> str:
    """Date and time on the clock of this machine; a dash when it is not known."""
    if moment is None:
        return "-"
    return datetime.fromtimestamp(moment, UTC).astimezone().strftime("%Y-%m-%d %H:%M")


def _stopwatch(seconds: float) -> str:
    minutes, rest = divmod(max(0, int(seconds)), _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _clock(state: JobState, look: str, now: float) -> str:
    began = state.submitted_at or state.asked_at
    if began is None or look in ("uncertain", "stopped", "stuck"):
        return ""
    if state.is_final:
        ended = state.finished_at
        sent = state.submitted_at is not None and ended is not None
        return say("panel.took", time=say_seconds((ended or began) - began)) if sent else ""
    elapsed = max(0.0, now - began)
    said = say("panel.elapsed", time=_stopwatch(elapsed))
    if look not in ("pending", "processing") or not state.estimated_time:
        return said
    left = state.estimated_time - elapsed
    if left > _SOON:
        return f"{said} · {say('panel.left', time=say_seconds(left))}"
    return f"{said} · {say('panel.soon' if left > -_LATE * state.estimated_time else 'panel.late')}"


def _asked(state: JobState) -> str:
    request = state.request
    if request is None:
        return say("panel.adopted")
    parts = [
        say("panel.seconds", count=request.duration),
        request.quality,
        request.aspect_ratio or "",
        "" if request.generate_audio else say("panel.silent"),
        say("panel.searching") if request.web_search else "",
        say("panel.take", take=state.take) if state.take > 1 else "",
    ]
    return " · ".join(part for part in parts if part)


def _model(request: VideoRequest | None, *, automatic: bool) -> str:
    if request is None or not request.model:
        return ""
    if not automatic:
        return request.model
    return say("panel.automatic", model=request.model, input=say(f"panel.input.{request.mode}"))


def _cost(state: JobState, where: str, *, settled: bool) -> str:
    if state.backend == "simulator":
        return where if settled else say("panel.practice", where=where)
    if state.credits_charged is not None:
        return f"{where} · {say('panel.charged', credits=f'{state.credits_charged:g}')}"
    if state.credits_reserved is not None and state.status not in ("failed", "cancelled"):
        return f"{where} · {say('panel.reserved', credits=f'{state.credits_reserved:g}')}"
    return where


def _notes(
    state: JobState, look: str, origin: str, *, waiting: bool, place: int | None
) -> list[str]:
    notes = []
    if origin in ("shown", "replayed") or (origin == "joined" and look != "uncertain"):
        notes.append(say(f"panel.origin.{origin}"))
    if look == "queued":
        at = ".place" if place is not None else ""
        notes.append(say(f"panel.note.queued{at}", place=place))
    if look == "stopped":
        simulated = ".simulator" if state.backend == "simulator" else ""
        sent = state.status not in ("queued", "submitting")
        notes.append(say(f"panel.note.stopped{simulated}" if sent else "panel.note.unsent"))
    if state.trouble is not None and look in (*_RUNNING, "queued"):
        notes.append(say("panel.note.trouble", message=state.trouble.message))
    if waiting and (look in _RUNNING or look == "queued"):
        notes.append(say("panel.note.waiting"))
    if state.request is not None:
        differing = _differences(state, state.request) if look == "completed" else ()
        advice = state.request.warnings if look in _RUNNING or look == "queued" else ()
        notes += [*differing, *(warning.text for warning in advice)]
    return notes


def _differences(state: JobState, request: VideoRequest) -> list[str]:
    """Where a file is other than asked: told, not refused."""
    notes = []
    pixels = PIXELS.get(request.aspect_ratio or "", {}).get(request.quality)
    for video in state.videos:
        if abs(video.duration - request.duration) > _NEAR:
            got = f"{video.duration:.1f}"
            notes.append(say("panel.note.duration", asked=request.duration, got=got))
        if pixels and pixels != (video.width, video.height):
            asked, got = (f"{w} × {h}" for w, h in (pixels, (video.width, video.height)))
            notes.append(say("panel.note.pixels", asked=asked, got=got))
    return notes


def _facts(
    state: JobState, now: float, clips: Sequence[Clip], copies: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    rows = [(say("panel.row.copy"), path) for path in copies]
    if state.backend != "simulator":
        until = {clip.expires_at for clip in clips if clip.expires_at is not None}
        rows += [(say("panel.row.link"), _link(moment, now)) for moment in sorted(until)]
    names = [state.id, state.task_id or "", state.digest[:19] + "…" if state.digest else ""]
    rows.append((say("panel.row.job"), " · ".join(name for name in names if name)))
    rows += [(say("panel.new"), f"`%seedance again {state.id}`")] if state.request else []
    return tuple(rows)


def _link(expires_at: float, now: float) -> str:
    left = expires_at - now
    if left <= 0:
        return say("panel.link.over", time=say_time(expires_at))
    return say("panel.link", time=say_time(expires_at), left=say_seconds(left))


def _stop(look: str, suffix: str = "") -> str:
    if look == "queued":
        return say(f"panel.stop{suffix}")
    return say(f"panel.stop.following{suffix}") if look in _RUNNING else ""


def spellings(state: JobState) -> tuple[tuple[str, str], ...]:
    """The request as a cell, as Python and for a terminal, each under its name."""
    request = state.request
    if request is None:
        return ()
    return (
        (say("panel.as.cell"), spelling.as_cell(request)),
        (say("panel.as.python"), spelling.as_python(request)),
        (say("panel.as.curl"), spelling.as_curl(request, state.base_url or EVOLINK)),
    )


def _more(state: JobState, look: str) -> str:
    """What makes one more of it: a take of what went well, a second try of what may go well."""
    if state.request is None or not state.is_final:
        return ""
    if look == "completed":
        return say("panel.new")
    hopeless = state.error is not None and state.error.retryable is False
    return "" if hopeless else say("panel.again")


# --- the card -------------------------------------------------------------------------------------


def _card(state: JobState) -> Card | None:
    error = state.error
    if error is None:
        return None
    return Card(
        happened=error.message,
        money=_money(state, error),
        again=_again(state, error),
        change=error.hint or _change(error),
        raw=(error.raw or "")[:LONGEST_RAW],
    )


def _change(error: SeedanceError) -> str:
    """What to do where the error itself names nothing."""
    if error.text_id == "error.job.stopped":
        return say("panel.change.nothing")
    return say(
        "panel.change.network" if isinstance(error, TransportError) else "panel.change.report"
    )


def _money(state: JobState, error: SeedanceError) -> str:
    if state.backend == "simulator":
        return say("panel.money.simulator")
    if state.credits_charged:
        return say("panel.money.yes.credits", credits=f"{state.credits_charged:g}")
    paid = state.status == "downloading" or error.billed == "yes"
    if paid:
        return say("panel.money.yes")
    if error.billed == "unknown" and state.base_url not in ("", EVOLINK):
        return say("panel.money.server", host=urlsplit(state.base_url).netloc)
    return say(f"panel.money.{error.billed}")


def _again(state: JobState, error: SeedanceError) -> str:
    if state.status == "uncertain":
        return say("panel.again.danger")
    if state.status == "downloading":
        return say("panel.again.fetch")
    if not state.is_final:
        return say("panel.again.resume")
    answers = {True: "yes", False: "no", None: "unknown"}
    good = True if error.text_id == "error.job.stopped" else error.retryable
    return say(f"panel.again.{answers[good]}", job=state.id)
