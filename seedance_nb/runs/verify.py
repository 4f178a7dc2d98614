"""Whether a record is true: digests made anew, files hashed anew, sidecars compared."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.texts import say
from seedance_nb.runs.library import Library

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator

    from seedance_nb.runs.library import Video
    from seedance_nb.runs.log import RequestLog
    from seedance_nb.runs.record import JobState

_SHOWN = re.compile(r"videos/([a-z0-9]{4,40})(?:-\d+)?\.mp4")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Something that is not as the record says.

    Attributes:
        job: The job it is about; empty where it is about the notebook.
        text_id: Which text of `texts.TABLE`.
        detail: A path or a digest.
    """

    job: str
    text_id: str
    detail: str = ""

    @property
    def text(self) -> str:
        """The sentence a user reads."""
        return say(self.text_id, job=self.job, detail=self.detail)


def verify(log: RequestLog, notebook: str | os.PathLike[str] | None = None) -> list[Disagreement]:
    """Everything that disagrees with the record; nothing where all is as it says.

    Args:
        log: The record.
        notebook: A notebook whose outputs must show the files of the record.

    Raises:
        OSError: The notebook cannot be read.
        ValueError: It is none.
    """
    library = Library(log.home)
    found: list[Disagreement] = []
    states = {entry.job: entry.state for entry in log if entry.state is not None}
    for state in states.values():
        found += _request(state)
        for video in state.videos:
            found += _file(library, state, video)
    for entry in log:
        if entry.state is not None and entry.digest not in ("", entry.state.digest):
            found.append(Disagreement(entry.job, "verify.digest", entry.digest))
    if notebook is not None:
        found += _shown(json.loads(Path(notebook).read_text("utf-8")), states)
    return found


def _request(state: JobState) -> Iterator[Disagreement]:
    if state.request is not None and state.request.digest != state.digest:
        yield Disagreement(state.id, "verify.digest", state.digest)


def _file(library: Library, state: JobState, video: Video) -> Iterator[Disagreement]:
    if not video.path.is_file():
        yield Disagreement(state.id, "verify.missing", str(video.path))
        return
    if not library.verify(video):
        yield Disagreement(state.id, "verify.altered", str(video.path))
    beside = video.path.with_suffix(".json")
    with suppress(OSError, ValueError):
        record = json.loads(beside.read_text("utf-8"))
        if not _agrees(record, state, video):
            yield Disagreement(state.id, "verify.sidecar", str(beside))
        return
    yield Disagreement(state.id, "verify.sidecar", str(beside))


def _agrees(record: Any, state: JobState, video: Video) -> bool:
    """Whether what stands beside a video tells the same story as the journal."""
    if not isinstance(record, dict) or record.get("digest") != state.digest:
        return False
    fields, file = record.get("request"), record.get("video")
    if not isinstance(file, dict) or file.get("sha256") != video.sha256:
        return False
    if state.request is None or not isinstance(fields, dict):
        return True
    try:
        return VideoRequest(**fields).digest == state.digest
    except (InvalidRequest, TypeError):
        return False


def _shown(notebook: Any, states: dict[str, JobState]) -> Iterator[Disagreement]:
    """Files that a notebook's outputs show and the record does not know as finished."""
    cells = notebook.get("cells", []) if isinstance(notebook, dict) else []
    outputs = json.dumps([cell.get("outputs", []) for cell in cells if isinstance(cell, dict)])
    for job in dict.fromkeys(_SHOWN.findall(outputs)):
        if job not in states or states[job].status != "completed":
            yield Disagreement(job, "verify.notebook", f"videos/{job}.mp4")
