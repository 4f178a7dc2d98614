"""The request log: what was asked, from where, in which order, and what became of it.

It joins the calls in the journal with the states of their jobs; nothing of it is kept elsewhere, so
it is the same after a restart, for one session or for a whole folder.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, overload

from seedance_nb.core.errors import BudgetExceeded
from seedance_nb.core.secret import hidden
from seedance_nb.runs import dataframe, exports, log_rows
from seedance_nb.runs.budget import Consent
from seedance_nb.runs.job import Jobs
from seedance_nb.runs.journal import seconds, timestamp
from seedance_nb.runs.verify import verify

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.journal import Event
    from seedance_nb.runs.library import Video
    from seedance_nb.runs.record import JobState
    from seedance_nb.runs.session import Session
    from seedance_nb.runs.verify import Disagreement

FORMAT = "seedance_nb.request_log"
VERSION = 1
NOT_SENT = "not sent"
_AGAIN = "rerun"  # kind of the calls that `rerun` makes
_RERUN = "import seedance_nb as sd; sd.request_log().rerun(yes=True)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One job that a cell, a form or a call asked for, in order of execution.

    Attributes:
        session: The kernel's session it was asked in.
        call: Number of the call within the session; several takes share one.
        time: When, in epoch seconds.
        how: "sent", "joined" or "shown" from disk; "not sent" for a cell that asked for nothing.
        cell: Kind, number, id, sha256, source and variables of what asked.
        takes: How many takes the call asked for.
        new: Whether it asked for new ones.
        digest: Name of what was asked.
        job: Our id of it; empty for a cell that asked for nothing.
        state: What became of it; None for such a cell.
    """

    session: str
    call: int
    time: float | None = None
    how: str = NOT_SENT
    cell: Mapping[str, Any] = field(default_factory=dict)
    takes: int = 1
    new: bool = False
    digest: str = ""
    job: str = ""
    state: JobState | None = None

    @property
    def status(self) -> str:
        """The job's status; "not sent" where there is none."""
        return self.state.status if self.state else NOT_SENT

    @property
    def request(self) -> VideoRequest | None:
        """What was asked, where the record holds it whole."""
        return self.state.request if self.state else None

    def to_dict(self) -> dict[str, Any]:
        """One line of the exported log: plain JSON."""
        state = self.state
        asked = {
            "session": self.session,
            "call": self.call,
            "time": timestamp(self.time) if self.time else None,
            "how": self.how,
            "cell": dict(self.cell),
            "takes": self.takes,
            "new": self.new,
            "digest": self.digest or None,
            "job": self.job or None,
        }
        return {**asked, **(_outcome(state) if state else {"status": NOT_SENT})}

    def to_row(self) -> dict[str, Any]:
        """One row of a table: texts, numbers and times, nothing nested."""
        asked = {
            "session": self.session,
            "call": self.call,
            "how": self.how,
            "kind": self.cell.get("kind"),
            "cell": self.cell.get("number"),
        }
        return {**asked, **(dataframe.row(self.state) if self.state else {"status": NOT_SENT})}


def _has(entry: Entry, fields: Mapping[str, object]) -> bool:
    row = entry.to_row()
    for name in fields.keys() - row.keys():
        row[name] = getattr(entry, name) if entry.state else getattr(entry, name, None)
    return all(row[name] == value for name, value in fields.items())


def _outcome(state: JobState) -> dict[str, Any]:
    """What became of a job, as plain JSON."""
    times = ("asked_at", "submitted_at", "finished_at")
    return {
        "take": state.take,
        "request": state.request.to_fields() if state.request else None,
        "model": state.request.model if state.request else None,
        "catalog": state.request.catalog if state.request else None,
        "backend": state.backend,
        "base_url": state.base_url,
        "task_id": state.task_id,
        "status": state.status,
        "error": state.error.to_dict() if state.error else None,
        **{name: _stamp(getattr(state, name)) for name in times},
        "polls": state.polls,
        "credits_reserved": state.credits_reserved,
        "credits_charged": state.credits_charged,
        "videos": [_file(video) for video in state.videos],
    }


def _stamp(moment: float | None) -> str | None:
    return timestamp(moment) if moment is not None else None


def _file(video: Video) -> dict[str, Any]:
    names = ("sha256", "size", "duration", "width", "height")
    return {"file": video.path.name, **{name: getattr(video, name) for name in names}}


class RequestLog(Sequence[Entry]):
    """The entries, in order of execution.

    Args:
        entries: What was asked.
        sessions: Facts of each session: versions, git commit.
        home: The folder it was read from.
        session: The session that can show it and ask it all again.
    """

    def __init__(
        self,
        entries: Iterable[Entry],
        *,
        sessions: Mapping[str, Mapping[str, Any]],
        home: Path,
        session: Session | None = None,
    ) -> None:
        self._entries = tuple(entries)
        self.sessions = dict(sessions)
        self.home = home
        self._session = session

    @overload
    def __getitem__(self, key: int) -> Entry: ...
    @overload
    def __getitem__(self, key: slice) -> RequestLog: ...

    def __getitem__(self, key: int | slice) -> Entry | RequestLog:
        """By position."""
        return self._part(self._entries[key]) if isinstance(key, slice) else self._entries[key]

    def __len__(self) -> int:
        """How many."""
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """One after the other."""
        return iter(self._entries)

    def filter(self, **fields: object) -> RequestLog:
        """The entries with these values: `log.filter(status="failed", cell=3, backend="live")`.

        A name is a column of `to_dataframe`, or an attribute of an entry.
        """
        return self._part(entry for entry in self._entries if _has(entry, fields))

    @property
    def digests(self) -> list[str]:
        """What was asked, by name, in order."""
        return [entry.digest for entry in self._entries if entry.digest]

    def to_lines(self) -> list[str]:
        """The log as JSON lines: a head with format, version and sessions, then the entries."""
        head = {"format": FORMAT, "version": VERSION, "sessions": self.sessions}
        rows = [head, *(entry.to_dict() for entry in self._entries)]
        return [json.dumps(row, ensure_ascii=False, allow_nan=False) for row in rows]

    def to_dataframe(self) -> Any:
        """The entries as a table of pandas, with a column for each thing asked or known.

        Raises:
            ConfigError: pandas is not installed.
        """
        return dataframe.make([entry.to_row() for entry in self._entries])

    def to_rows(self) -> list[list[str]]:
        """The entries as a table of texts, with the columns of `log_rows.COLUMNS`."""
        return [log_rows.row(entry) for entry in self._entries]

    def _part(self, entries: Iterable[Entry]) -> RequestLog:
        return RequestLog(entries, sessions=self.sessions, home=self.home, session=self._session)

    def export(self, path: str | os.PathLike[str]) -> Path:
        """Write the log to a file; its ending says how: `.jsonl`, `.ipynb`, `.py` or `.zip`.

        Raises:
            ConfigError: No such form, or the file cannot be written.
        """
        return exports.export(self, path)

    def verify(self, notebook: str | os.PathLike[str] | None = None) -> list[Disagreement]:
        """Everything that disagrees with the record; nothing where all is as it says.

        Args:
            notebook: A notebook whose outputs must show the files of the record.
        """
        return verify(self, notebook)

    def rerun(self, *, yes: bool = False, line: str = _RERUN) -> Jobs:
        """Ask it all again, as new takes on the present backend: each video that was made, once.

        Args:
            yes: Whether it may cost money.
            line: What to run to say so.

        Raises:
            BudgetExceeded: It would cost money, and there was no `yes`; or a cap does not allow it.
        """
        session = self._session
        asked = list(self._made())
        every = [request for request, takes in asked for _ in range(takes)]
        if session is None or (session.backend == "live" and not yes):
            where = session.where if session else "-"
            cost = session.purse.estimate(every).text if session else "-"
            raise BudgetExceeded("error.rerun", count=len(every), where=where, cost=cost, line=line)
        consent = Consent(yes=yes)
        session.purse.prepare(consent)
        session.purse.check(every, consent)
        made: list[Job] = []
        for request, takes in asked:
            made += session.ask(
                [request], takes=takes, new=True, cell={"kind": _AGAIN}, consent=consent
            )
        return Jobs(made)

    def _made(self) -> Iterator[tuple[VideoRequest, int]]:
        """What was asked for, each with how many takes of it no earlier call had asked for.

        What a call was only shown, what had failed before, and what an earlier `rerun` made would
        cost twice.
        """
        asked = [e for e in self if e.cell.get("kind") != _AGAIN]
        first = {(e.digest, e.state.take): e for e in reversed(asked) if e.state is not None}
        takes = Counter((entry.session, entry.call) for entry in first.values())
        for entry, request in exports.calls(self):
            if count := takes[entry.session, entry.call]:
                yield request, count

    def _ipython_display_(self) -> None:
        if self._session is None:
            print(repr(self))  # noqa: T201 - what a terminal shows
        else:
            show: Callable[[Any], None] = self._session.viewer
            show(self)

    def __repr__(self) -> str:
        """How many, of how many sessions."""
        sessions = {entry.session for entry in self._entries}
        entries = "entry" if len(self) == 1 else "entries"
        several = "" if len(sessions) == 1 else "s"
        return f"<RequestLog {len(self)} {entries}, {len(sessions)} session{several}>"


_SESSION = ("time", "versions", "commit", "system", "catalog")


def read(
    session: Session,
    *,
    only: str | None = None,
    history: Sequence[tuple[int, str]] = (),
) -> RequestLog:
    """The log of a session's folder.

    Args:
        session: The one that reads.
        only: Only what this session asked for; None for all.
        history: Number and source of the cells that the running kernel has executed.
    """
    with session.ledger.reading():
        events, states = session.ledger.history()
        wanted = [event for event in events if only in (None, event.get("session"))]
        sessions: dict[str, dict[str, Any]] = {
            str(event["session"]): {name: event[name] for name in _SESSION if name in event}
            for event in wanted
            if event["event"] == "session"
        }
        calls = (event for event in wanted if event["event"] == "call")
        placed = [(entry.call, entry) for event in calls for entry in _of(event, states)]
        if only in (None, session.id):
            placed += _unsent(session.id, history, [entry for _, entry in placed])
        began = {name: str(facts.get("time", "9")) for name, facts in sessions.items()}
        placed.sort(key=lambda row: (began.get(row[1].session, "9"), row[1].session, row[0]))
        found = [entry for _, entry in placed]
    return RequestLog(found, sessions=sessions, home=session.home, session=session)


def _unsent(
    session: str, history: Sequence[tuple[int, str]], entries: Sequence[Entry]
) -> Iterator[tuple[int, Entry]]:
    """Cells of the running kernel that asked for nothing: refused, dry runs, other people's.

    Each with the last call that a cell before it made.
    """
    clicks = ("form", "board")
    mine = [e for e in entries if e.session == session and e.cell.get("kind") not in clicks]
    logged = [(e.cell["number"], e.call) for e in mine if isinstance(e.cell.get("number"), int)]
    numbers = {number for number, _ in logged}
    for number, source in history:
        if number not in numbers and source.lstrip().startswith("%%seedance"):
            before = max((call for other, call in logged if other < number), default=0)
            cell = {"kind": "cell", "number": number, "source": hidden(source)}
            yield before, Entry(session=session, call=0, cell=cell)


def _of(event: Event, states: Mapping[str, JobState]) -> Iterator[Entry]:
    """An entry for each job that answered a call."""
    jobs, cell, number = event.get("jobs"), event.get("cell"), event.get("seq")
    for row in jobs if isinstance(jobs, list) else []:
        job = row.get("job") if isinstance(row, dict) else None
        if isinstance(jobs, list) and isinstance(job, str) and job in states:
            yield Entry(
                session=str(event["session"]),
                call=number if isinstance(number, int) else 0,
                time=seconds(event.get("time")),
                how=str(row.get("how", "")),
                cell=cell if isinstance(cell, dict) else {},
                takes=len(jobs),
                new=event.get("new") is True,
                digest=str(event.get("digest") or ""),
                job=job,
                state=states[job],
            )
