"""What a panel says of a job: sentences made of its state and the time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from seedance_nb.core import fitting, spelling
from seedance_nb.core.catalog import PIXELS
from seedance_nb.core.texts import say
from seedance_nb.notebook.panel_card import is_worth_it
from seedance_nb.runs.settings import EVOLINK

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.record import JobState

# Looks in which something is going on.
RUNNING = frozenset({"uploading", "submitting", "pending", "processing", "downloading"})
_MINUTE = 60
_SOON = 1.5  # seconds of the estimate below which nobody counts them
_LATE = 0.2  # share of the estimate by which a task may exceed it and still be nearly done
_STOPS = (".", "!", "?", "。", "！", "？")
_NEAR = 0.5  # seconds that a file may be longer or shorter than asked without a word


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


def say_clock(state: JobState, look: str, now: float) -> str:
    """How long it takes or took, and what is left."""
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


def say_asked(state: JobState) -> str:
    """What was asked for, in one line."""
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


def say_model(request: VideoRequest | None, *, automatic: bool) -> str:
    """The model, and why this one."""
    if request is None or not request.model:
        return ""
    if not automatic:
        return request.model
    return say("panel.automatic", model=request.model, input=say(f"panel.input.{request.mode}"))


def say_cost(state: JobState, where: str, *, settled: bool) -> str:
    """Who makes it and what it costs."""
    if state.backend == "simulator":
        return where if settled else say("panel.practice", where=where)
    if state.credits_charged is not None:
        return f"{where} · {say('panel.charged', credits=f'{state.credits_charged:g}')}"
    if state.credits_reserved is not None and state.status not in ("failed", "cancelled"):
        text_id = "panel.spent" if state.status == "completed" else "panel.reserved"
        return f"{where} · {say(text_id, credits=f'{state.credits_reserved:g}')}"
    return where


def notes_of(
    state: JobState, look: str, origin: str, *, waiting: bool, place: int | None
) -> list[str]:
    """Further sentences."""
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
    if state.trouble is not None and look in (*RUNNING, "queued"):
        notes.append(say("panel.note.trouble", message=_sentence(state.trouble.message)))
    if waiting and (look in RUNNING or look == "queued"):
        notes.append(say("panel.note.waiting"))
    if state.request is not None:
        differing = _differences(state, state.request) if look == "completed" else ()
        notes += fitting.lines(state.request.files)
        notes += [*differing, *(warning.text for warning in state.request.warnings)]
    return notes


def _sentence(message: str) -> str:
    """The message with a full stop: some end with what a library or a server said."""
    return message if message.endswith(_STOPS) else message + say("panel.period")


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


def facts_of(
    state: JobState, now: float, clips: Sequence[Clip], copies: Sequence[str]
) -> tuple[tuple[str, str], ...]:
    """Labels and values of a job that ended well."""
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


def say_stop(look: str, suffix: str = "") -> str:
    """What the button that stops it says, or with `.tip` explains; empty without one."""
    if look in ("queued", "uploading"):
        return say(f"panel.stop{suffix}")
    return say(f"panel.stop.following{suffix}") if look in RUNNING else ""


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


def say_more(state: JobState, look: str) -> str:
    """What makes one more of it: a take of what went well, a second try of what may go well."""
    if state.request is None or not state.is_final:
        return ""
    if look == "completed":
        return say("panel.new")
    hopeless = state.error is not None and is_worth_it(state.error) is False
    return "" if hopeless else say("panel.again")
