"""Where the values of a form can come from: a request, a job, a digest, a file."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs.job import Job

if TYPE_CHECKING:
    from seedance_nb.runs.session import Session

Source = VideoRequest | Job | str | os.PathLike[str]
_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{8,64})")


def request_from(source: Source, session: Session) -> VideoRequest:
    """The request behind a source.

    Args:
        source: A request, a job, a job's id, a digest or its beginning, a video's path, or the
            path of the `.json` beside it.
        session: Knows the jobs.

    Raises:
        ConfigError: No such job, or nothing that says what was asked.
    """
    if isinstance(source, VideoRequest):
        return source
    if isinstance(source, Job):
        return _asked(source)
    word = os.fspath(source)
    path = Path(word).expanduser()
    if path.suffix or not isinstance(source, str):
        return VideoRequest.from_file(path)
    return _asked(_by_digest(word, session) or session.job(word))


def _asked(job: Job) -> VideoRequest:
    if job.request is None:
        raise ConfigError("error.job.norequest", job=job.id)
    return job.request


def _by_digest(word: str, session: Session) -> Job | None:
    """The latest job of a digest; None for a word that is none, or the id of a job."""
    found = _DIGEST.fullmatch(word)
    jobs = session.jobs() if found else ()
    if not found or any(job.id == word for job in jobs):
        return None
    beginning = f"sha256:{found[1]}"
    return next((job for job in reversed(jobs) if job.state.digest.startswith(beginning)), None)
