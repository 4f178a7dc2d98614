"""What a panel says of a job: words and numbers, made of its state and the time alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedance_nb.core import schedule, task
from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.texts import say
from seedance_nb.core.words import shortened
from seedance_nb.notebook.input_cards import input_cards
from seedance_nb.notebook.panel_card import Card, card_of
from seedance_nb.notebook.panel_words import (
    RUNNING,
    facts_of,
    notes_of,
    say_asked,
    say_clock,
    say_cost,
    say_model,
    say_more,
    say_stop,
    spellings,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.notebook.input_cards import InputCard, Picture
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.record import JobState

LONGEST_PROMPT = 220
LONGEST_NAME = 40
# Every look and its colour. A new one needs a line here, its word `panel.word.*` in the texts, a
# rule in `look_of`, and a place in `panel_words.RUNNING` if something is going on in it.
TONES: dict[str, str] = {
    "queued": "calm",
    "uploading": "busy",
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
_ENDS = ("uncertain", "stopped", "stuck")  # besides those of a task
_WITH_CARD = ("failed", "cancelled", "uncertain", "stuck")


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelState:
    """All that a panel shows.

    Attributes:
        job: Id of the job.
        look: Its status, or `uploading` (a queued one whose inputs go up), `stopped` (nobody
            follows it) or `stuck` (it needs you).
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
        inputs: The images, videos and sounds that went into it, once nothing moves any more.
        copies: Where copies of them were put.
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
    inputs: tuple[InputCard, ...] = ()
    copies: tuple[str, ...] = ()
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
    uploading: tuple[str, float] | None = None,
    picture: Picture | None = None,
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
        uploading: The input that goes up just now, and which share of it has, 0 to 1.
        picture: Makes the small picture of an input; without it the inputs are not shown.
    """
    look = look_of(state, following=state.following if following is None else following)
    look = "uploading" if look == "queued" and uploading else look
    percent = _percent(state, look, now, was)
    settled = look in task.TERMINAL or look in _ENDS
    return PanelState(
        job=state.id,
        look=look,
        word=_word(look, uploading),
        tone=TONES[look],
        prompt=shortened(state.request.prompt, LONGEST_PROMPT) if state.request else "",
        clock=say_clock(state, look, now),
        bar=look in RUNNING or look == "queued",
        percent=percent,
        was=min(was, percent) if percent is not None else 0.0,
        moving=look in RUNNING,
        at=now,
        asked=say_asked(state),
        model=say_model(state.request, automatic=automatic),
        cost=say_cost(state, where, settled=settled),
        notes=tuple(notes_of(state, look, origin, waiting=waiting, place=place)),
        clips=tuple(clips),
        inputs=_inputs(state, picture) if settled and picture else (),
        copies=tuple(copies),
        facts=facts_of(state, now, clips, copies) if look == "completed" else (),
        card=card_of(state) if look in _WITH_CARD else None,
        spellings=spellings(state) if settled else (),
        stop=say_stop(look),
        tip=say_stop(look, ".tip"),
        again=say_more(state, look),
        pays=state.backend == "live",
        settled=settled,
    )


def _word(look: str, uploading: tuple[str, float] | None) -> str:
    name, share = uploading or ("", 0.0)
    values = {"name": shortened(name, LONGEST_NAME), "percent": f"{100 * share:.0f}"}
    return say(f"panel.word.{look}", **values)


def _inputs(state: JobState, picture: Picture) -> tuple[InputCard, ...]:
    request = state.request
    if request is None:
        return ()
    inputs = {name: getattr(request, name) for name in MEDIA_FIELDS}
    kinds = input_cards(request.mode, inputs, picture)
    return tuple(card for cards in kinds.values() for card in cards)


def look_of(state: JobState, *, following: bool) -> str:
    """Its status; `stopped` where nobody looks after it, `stuck` where it needs somebody."""
    if state.is_final or state.status == "uncertain" or following:
        return state.status
    return "stuck" if state.error is not None else "stopped"


def _percent(state: JobState, look: str, now: float, was: float) -> float | None:
    if look == "completed":
        return 100.0
    if look not in RUNNING or state.submitted_at is None:
        return None
    elapsed = max(0.0, now - state.submitted_at)
    observed = 99.0 if look == "downloading" else state.progress or 0.0
    guess = schedule.expected_progress(
        elapsed, estimated_time=state.estimated_time, observed=observed
    )
    return None if guess is None else max(guess, min(was, 99.0))
