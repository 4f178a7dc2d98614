"""What a board says of many jobs: words and numbers, made of their states and the time alone."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedance_nb.core import task
from seedance_nb.core.apart import captions
from seedance_nb.core.texts import say
from seedance_nb.core.words import shortened
from seedance_nb.notebook.panel_state import TONES, look_of, panel_state
from seedance_nb.notebook.panel_words import say_time
from seedance_nb.runs.budget import say_money
from seedance_nb.runs.delivery import LINK_LIFE
from seedance_nb.runs.settings import say_where

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seedance_nb.runs.record import JobState

PER_PAGE = 20
LONGEST_PROMPT = 80
LONGEST_WHAT = 110
SOON = 6 * 3600.0  # seconds before the end of a link at which a job is put on top
RUNNING = frozenset({"queued", "submitting", "pending", "processing", "downloading"})
GROUPS: dict[str, frozenset[str]] = {
    "attention": frozenset({"uncertain", "stuck"}),
    "running": RUNNING,
    "completed": frozenset({"completed"}),
    "failed": frozenset(task.FRUITLESS),
    "stopped": frozenset({"stopped"}),
}
SORTS = ("urgent", "newest", "oldest", "status", "credits", "prompt")


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A job as a board needs it.

    Attributes:
        state: All that is known of it.
        following: Whether it is looked after in this kernel.
        watched: Whether another living kernel looks after it.
        mine: Whether this kernel asked for it or took it over.
        here: Whether it was made on the server that is in use now.
        missing: Whether a file that it had is gone.
    """

    state: JobState
    following: bool = False
    watched: bool = False
    mine: bool = True
    here: bool = True
    missing: bool = False

    @property
    def look(self) -> str:
        """Its status, `stopped` or `stuck`."""
        return look_of(self.state, following=self.following or self.watched)

    @property
    def deadline(self) -> float | None:
        """When the service may delete a video that is not here yet, in epoch seconds, at most."""
        state = self.state
        if state.backend == "simulator" or state.task_id is None or state.submitted_at is None:
            return None
        lacks = self.missing if state.status == "completed" else not state.is_final
        return state.submitted_at + LINK_LIFE if lacks else None

    def is_expiring(self, now: float) -> bool:
        """Whether that is in a few hours."""
        return self.deadline is not None and 0 <= self.deadline - now <= SOON

    def needs_somebody(self, now: float) -> bool:
        """Whether it comes first."""
        return self.look in GROUPS["attention"] or self.is_expiring(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What is chosen to be seen.

    Attributes:
        group: One of `GROUPS`, or empty for all.
        origin: `mine`, `others`, the words of a server, or empty for all.
        text: What must occur in prompt, model or ids.
        sort: One of `SORTS`, or `given` for the order that they come in.
        page: From 0; too high a number means the last one.
        per_page: How many rows.
    """

    group: str = ""
    origin: str = ""
    text: str = ""
    sort: str = "urgent"
    page: int = 0
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A job in words.

    Attributes:
        number: Its place in the list, from 1.
        job: Its id.
        word: The status.
        tone: Its colour.
        clock: Percent, and how long it took or takes.
        prompt: Its beginning.
        take: Which take it is.
        asked: When.
        facts: Length, quality, ratio and the like.
        where: The server that made it.
        credits: Charged, or else reserved; empty on the simulator.
        what: The files, or what is wrong.
        warning: What must be done soon.
        apart: What sets it apart from others with its prompt.
    """

    number: int
    job: str
    word: str
    tone: str
    clock: str
    prompt: str
    take: str
    asked: str
    facts: str
    where: str
    credits: str
    what: str
    warning: str
    apart: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardState:
    """All that a board shows.

    Attributes:
        rows: Those of this page.
        totals: Status, its colour and how many jobs have it, of all jobs.
        money: Credits charged and reserved, of live jobs; empty without any.
        count: How many jobs there are.
        found: How many of them are wanted.
        page: From 0.
        pages: How many.
        origins: What `View.origin` can be, with its words.
    """

    rows: tuple[Row, ...]
    totals: tuple[tuple[str, str, int], ...]
    money: str
    count: int
    found: int
    page: int
    pages: int
    origins: tuple[tuple[str, str], ...]


def board_state(
    entries: Sequence[Entry],
    now: float,
    view: View = View(),
    *,
    say_file: Callable[[JobState], str] | None = None,
) -> BoardState:
    """What to show of these jobs.

    Args:
        entries: The jobs, in any order.
        now: Epoch seconds.
        view: What is chosen.
        say_file: Says where the files of a job are; by default in full.
    """
    say_file = say_file or _say_paths
    wanted = sorted(_chosen(entries, view), key=_order(view.sort, now))
    pages = max(1, -(-len(wanted) // view.per_page))
    page = min(max(view.page, 0), pages - 1)
    first = page * view.per_page
    shown = wanted[first : first + view.per_page]
    apart = captions([entry.state.request for entry in wanted])[first:]
    return BoardState(
        rows=tuple(
            dataclasses.replace(_row(entry, number, now, say_file), apart=words)
            for number, (entry, words) in enumerate(zip(shown, apart, strict=False), first + 1)
        ),
        totals=_totals(entries),
        money=say_money(entry.state for entry in entries),
        count=len(entries),
        found=len(wanted),
        page=page,
        pages=pages,
        origins=_origins(entries),
    )


# --- choosing -------------------------------------------------------------------------------------


def _chosen(entries: Iterable[Entry], view: View) -> list[Entry]:
    text = view.text.strip().lower()
    looks = GROUPS.get(view.group)
    return [
        entry
        for entry in entries
        if (looks is None or entry.look in looks)
        and _is_from(entry, view.origin)
        and (not text or _holds(entry.state, text))
    ]


def _is_from(entry: Entry, origin: str) -> bool:
    if origin in ("mine", "others"):
        return entry.mine == (origin == "mine")
    return not origin or _place(entry.state) == origin


def _holds(state: JobState, text: str) -> bool:
    request = state.request
    words = (state.id, state.task_id or "", request.prompt if request else "")
    return any(text in word.lower() for word in words) or bool(
        request and text in (request.model or "").lower()
    )


def _place(state: JobState) -> str:
    return say_where(state.backend, state.base_url, short=True)


def _order(sort: str, now: float) -> Callable[[Entry], tuple[object, ...]]:
    """The key of a sorting; the newest comes first wherever nothing else decides."""

    def since(entry: Entry) -> float:
        return entry.state.asked_at or entry.state.submitted_at or 0.0

    keys: Mapping[str, Callable[[Entry], tuple[object, ...]]] = {
        "urgent": lambda e: (_rank(e, now), e.deadline or 0.0 if e.is_expiring(now) else 0.0),
        "newest": lambda _: (),
        "status": lambda e: (list(TONES).index(e.look),),
        "credits": lambda e: (-(_credits(e.state) or 0.0),),
        "prompt": lambda e: (e.state.request.prompt.lower() if e.state.request else "",),
    }
    if sort == "given":
        return lambda _: ()
    if sort == "oldest":
        return lambda entry: (since(entry), entry.state.id)
    return lambda entry: (*keys[sort](entry), -since(entry), entry.state.id)


def _rank(entry: Entry, now: float) -> int:
    if entry.needs_somebody(now):
        return 0
    return 1 if entry.look in RUNNING else 2


# --- words ----------------------------------------------------------------------------------------


def _row(entry: Entry, number: int, now: float, say_file: Callable[[JobState], str]) -> Row:
    state = entry.state
    where = say_where(state.backend, state.base_url, short=True)
    panel = panel_state(state, now, where, following=entry.following or entry.watched)
    share = panel.moving and panel.percent is not None
    clock = (f"{panel.percent:.0f} %" if share else "", panel.clock)
    files = say_file(state)
    money = _credits(state)
    return Row(
        number=number,
        job=state.id,
        word=panel.word,
        tone=panel.tone,
        clock=" · ".join(part for part in clock if part),
        prompt=shortened(panel.prompt, LONGEST_PROMPT),
        take=str(state.take),
        asked=say_time(state.asked_at or state.submitted_at),
        facts=panel.asked,
        where=where,
        credits="" if money is None else f"{money:g}",
        what=shortened(state.error.message if state.error and not files else files, LONGEST_WHAT),
        warning=_warning(entry, now),
    )


def _say_paths(state: JobState) -> str:
    return ", ".join(str(video.path) for video in state.videos)


def _warning(entry: Entry, now: float) -> str:
    if entry.deadline is not None and entry.is_expiring(now):
        return say("board.expiring", time=say_time(entry.deadline))
    if entry.missing:
        return say("board.missing")
    if entry.watched:
        return say("board.watched")
    return ""


def actions_of(entry: Entry) -> tuple[str, ...]:
    """What a click can do; a job of another server or of another kernel is only shown."""
    if entry.following and entry.look in RUNNING:
        return ("dequeue",) if entry.look == "queued" else ("stop",)
    if entry.watched or not entry.here:
        return ()
    action = _remedy(entry)
    return (action,) if action else ()


def _remedy(entry: Entry) -> str:
    """What helps a job that nobody looks after; to send what never went out is left to `resume`."""
    state = entry.state
    if entry.look == "uncertain":
        return "resend"
    if entry.look in task.FRUITLESS:
        return "again" if state.request else ""
    if state.task_id is None or (state.is_final and not entry.missing):
        return ""
    return "fetch" if state.status in ("downloading", "completed") else "follow"


# --- of all ---------------------------------------------------------------------------------------


def _totals(entries: Iterable[Entry]) -> tuple[tuple[str, str, int], ...]:
    looks = [entry.look for entry in entries]
    counts = {look: looks.count(look) for look in TONES}
    return tuple(
        (say(f"panel.word.{look}"), TONES[look], count) for look, count in counts.items() if count
    )


def _credits(state: JobState) -> float | None:
    """What a live job was charged, or else what is reserved for it while it may still be."""
    return None if state.backend == "simulator" else state.credits


def _origins(entries: Iterable[Entry]) -> tuple[tuple[str, str], ...]:
    places = sorted({_place(entry.state) for entry in entries})
    kernels = [("mine", say("board.origin.mine")), ("others", say("board.origin.others"))]
    servers = [(place, place) for place in places] if len(places) > 1 else []
    return ("", say("board.origin.all")), *kernels, *servers
