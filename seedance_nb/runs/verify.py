"""Whether a record is true: digests made anew, files hashed anew, sidecars and outputs compared."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter, defaultdict
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import InvalidRequest, SeedanceError
from seedance_nb.core.options import read_cell
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.texts import say
from seedance_nb.evolink.plain import clean
from seedance_nb.runs import journal as journals
from seedance_nb.runs.inputs import Inputs
from seedance_nb.runs.library import Library

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator, Mapping

    from seedance_nb.runs.library import Video
    from seedance_nb.runs.log import Entry, RequestLog
    from seedance_nb.runs.record import JobState

MOST_NAMED = 5  # lost lines that are named
MOST_DETAIL = 5000  # characters of a path or digest
_SHOWN = re.compile(r"videos/([a-z0-9]{4,40})(?:-\d+)?\.mp4")
_TOLD = ("digest", "take", "task_id", "backend", "base_url")  # of a job, beside its video
_OPENS = ("--image", "--video", "--audio")  # what would open a file
_EMBEDDED = re.compile(r"data:video/mp4;base64,([\w+/=]+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that is not as the record says.

    Attributes:
        job: The job it is about; empty where it is about the journal or a whole notebook.
        text_id: Which text of `texts.TABLE`.
        detail: A path, a digest, or the numbers of lost lines.
    """

    job: str
    text_id: str
    detail: str = ""

    @property
    def text(self) -> str:
        """The sentence a user reads."""
        return say(self.text_id, job=self.job, detail=clean(self.detail, MOST_DETAIL))


def verify(log: RequestLog, notebook: str | os.PathLike[str] | None = None) -> list[Disagreement]:
    """Everything that disagrees with the record; nothing where all is as it says.

    Args:
        log: The record.
        notebook: A notebook whose outputs must show the files of the record.

    Raises:
        OSError: The notebook cannot be read.
        ValueError: It is none.
    """
    library, inputs = Library(log.home), Inputs(log.home)
    found = list(_gaps(log))
    states = {entry.job: entry.state for entry in log if entry.state is not None}
    for state in states.values():
        found += _request(state)
        found += _inputs(inputs, state)
        for video in state.videos:
            found += _file(library, state, video)
    for entry in log:
        if entry.state is not None and entry.digest not in ("", entry.state.digest):
            found.append(Disagreement(entry.job, "verify.digest", entry.digest))
    if notebook is not None:
        found += _shown(_cells(Path(notebook)), log, states)
    return found


def _gaps(log: RequestLog) -> Iterator[Disagreement]:
    """Lines that are missing from the journal or were put in: every session numbers its own."""
    numbers: dict[str, Counter[int]] = defaultdict(Counter)
    for event in journals.read(log.home, log.sessions):
        number = event.get("seq")
        numbers[str(event["session"])][number if isinstance(number, int) else 0] += 1
    for session, known in numbers.items():
        lost = (number for number in range(1, max(known)) if number not in known)
        added = (number for number, count in known.items() if count > 1 or number < 1)
        for text_id, wrong in (("verify.gap", lost), ("verify.added", added)):
            if shown := ", ".join(map(str, islice(wrong, MOST_NAMED))):
                yield Disagreement("", text_id, f"{session}: {shown}")


def _request(state: JobState) -> Iterator[Disagreement]:
    if state.request is not None and state.request.digest != state.digest:
        yield Disagreement(state.id, "verify.digest", state.digest)


def _inputs(inputs: Inputs, state: JobState) -> Iterator[Disagreement]:
    for media in state.request.files if state.request else ():
        copy = inputs.path(media)
        if copy is None:
            yield Disagreement(state.id, "verify.input.missing", media.label)
        elif _hash(copy) != media.sha256:
            yield Disagreement(state.id, "verify.input.altered", str(copy))


def _hash(path: Path) -> str:
    """Hash of a file; empty where it cannot be read."""
    with suppress(OSError), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
    return ""


def _file(library: Library, state: JobState, video: Video) -> Iterator[Disagreement]:
    if not video.path.is_file():
        yield Disagreement(state.id, "verify.missing", str(video.path))
        return
    if not library.verify(video):
        yield Disagreement(state.id, "verify.altered", str(video.path))
    beside = video.path.with_suffix(".json")
    record = None
    with suppress(OSError, ValueError, RecursionError):
        record = json.loads(beside.read_text("utf-8"))
    if not _agrees(record, state, video, library.home):
        yield Disagreement(state.id, "verify.sidecar", str(beside))


def _agrees(record: Any, state: JobState, video: Video, home: Path) -> bool:
    """Whether what stands beside a video tells the same story as the journal."""
    file = record.get("video") if isinstance(record, dict) else None
    if not isinstance(file, dict) or "digest" not in record:
        return False
    asked = journals.timestamp(state.asked_at) if state.asked_at else None
    facts = {"job": state.id, "asked_at": asked, "credits": state.credits}
    facts |= {name: getattr(state, name) for name in _TOLD}
    if any(record.get(name, value) != value for name, value in facts.items()):
        return False
    if any(file.get(name) != value for name, value in video.to_record(home).items()):
        return False
    fields = record.get("request")
    if state.request is None or not isinstance(fields, dict):
        return True
    try:
        return VideoRequest.from_fields(fields).digest == state.digest
    except (InvalidRequest, TypeError):
        return False


def _cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook.

    Raises:
        OSError: It cannot be read.
        ValueError: It is none.
    """
    try:
        cells = json.loads(path.read_text("utf-8"))["cells"]
        return [{**cell, "source": "".join(cell.get("source") or "")} for cell in cells]
    except (LookupError, TypeError, AttributeError, RecursionError):
        raise ValueError(say("verify.nonotebook")) from None


def _shown(
    cells: Iterable[Mapping[str, Any]], log: RequestLog, states: Mapping[str, JobState]
) -> Iterator[Disagreement]:
    """Where a notebook's outputs show other videos than the record has."""
    hashes = {video.sha256 for state in states.values() for video in state.videos}
    asked = _asked(log)
    for cell in cells:
        outputs = json.dumps(cell.get("outputs") or [])
        shown = list(dict.fromkeys(_SHOWN.findall(outputs)))
        for job in shown:
            if job not in states or states[job].status != "completed":
                yield Disagreement(job, "verify.notebook", f"videos/{job}.mp4")
        for text in _EMBEDDED.findall(outputs):
            sha256 = hashlib.sha256(_bytes(text)).hexdigest()
            if sha256 not in hashes:
                yield Disagreement("", "verify.embedded", sha256[:12])
        calls = asked.get(_source_hash(cell))
        if calls and cell.get("outputs"):
            yield from _answers(calls, outputs, shown)
        elif not calls:
            yield from _edited(str(cell["source"]), [e for e in log if e.job in shown])


def _edited(source: str, entries: list[Entry]) -> Iterator[Disagreement]:
    """Where a cell that was not run as it stands asks for other videos than it shows."""
    first, _, body = source.partition("\n")
    if not first.startswith("%%seedance") or any(word in first for word in _OPENS):
        return
    names: dict[str, object] = {}
    for entry in entries:
        known = entry.cell.get("variables")
        names |= known if isinstance(known, dict) else {}
    with suppress(SeedanceError):  # what cannot be told without the notebook's variables
        order = read_cell(first.removeprefix("%%seedance"), body, names)
        asks = {request.digest for request in order.requests}
        for job in dict.fromkeys(entry.job for entry in entries if entry.digest not in asks):
            yield Disagreement(job, "verify.edited")


def _answers(
    calls: Mapping[tuple[str, int], set[str]], outputs: str, shown: list[str]
) -> Iterator[Disagreement]:
    """Where a cell's outputs are not those of any of the calls that it made."""
    for job in set(shown) - set().union(*calls.values()):
        yield Disagreement(job, "verify.swapped", f"videos/{job}.mp4")
    missing = [[job for job in sorted(jobs) if job not in outputs] for jobs in calls.values()]
    if all(missing):
        yield Disagreement(missing[-1][0], "verify.unshown")


def _asked(log: RequestLog) -> dict[str, dict[tuple[str, int], set[str]]]:
    """The completed jobs of each call, by the hash of the cell that made it."""
    found: dict[str, dict[tuple[str, int], set[str]]] = {}
    for entry in log:
        if entry.cell.get("kind") == "cell" and entry.state is not None:
            calls = found.setdefault(str(entry.cell.get("sha256")), {})
            jobs = calls.setdefault((entry.session, entry.call), set())
            jobs.update([entry.job] if entry.status == "completed" else [])
    return found


def _bytes(text: str) -> bytes:
    with suppress(ValueError):
        return base64.b64decode(text)
    return b""


def _source_hash(cell: Mapping[str, Any]) -> str:
    source = str(cell["source"]).rstrip("\n")
    return hashlib.sha256(source.encode("utf-8", "surrogatepass")).hexdigest()
