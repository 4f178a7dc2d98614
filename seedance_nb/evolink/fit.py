"""Files brought within the limits of the service, as `core.fitting` plans it.

The original is only read. The same file gives the same bytes again, so that what was uploaded of
it is known. Needs the extra `media`: Pillow for pictures, PyAV for clips and sound.
"""

from __future__ import annotations

import importlib
import tempfile
import threading
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core import fitting, media
from seedance_nb.core.errors import Problem
from seedance_nb.evolink.inputs import opened

if TYPE_CHECKING:
    from seedance_nb.core.fitting import Plan
    from seedance_nb.core.media import Media

__all__ = ["fit", "make"]

_WORKERS = {"images": "fit_pictures", "videos": "fit_clips", "audios": "fit_clips"}
_LONGEST = 100  # characters of a library's own words

_made: dict[tuple[str, str, Plan], Media] = {}
_folders: list[tempfile.TemporaryDirectory[str]] = []
_guard = threading.Lock()


def fit(name: str, file: Media, share: float | None = None) -> Media | list[Problem]:
    """The file itself where it is within the limits, else one made of it that is.

    Args:
        name: Field of the request: images, videos or audios.
        file: The file.
        share: Seconds that it may have, where several files share the limit.

    Returns:
        The file, or why that cannot be.
    """
    plan = fitting.plan(name, file, share)
    if plan is None or isinstance(plan, list):
        return plan or file
    if file.source is None:
        return list(media.problems(name, file)) or file
    try:
        worker = _worker(name)
    except ImportError as error:
        missing = {"PIL": "Pillow", "av": "PyAV"}.get(str(error.name), str(error.name))
        return [Problem(name, "problem.fit.extra", value=file.label, missing=missing)]
    try:
        with _guard:  # one at a time: what is decoded fills the memory
            return _fitted(name, worker.measured(file), share)
    except worker.ERRORS as error:
        return [_failure(name, file, error)]


def _fitted(name: str, file: Media, share: float | None) -> Media | list[Problem]:
    plan = fitting.plan(name, file, share)
    if plan is None or isinstance(plan, list):
        return plan or file
    key = (name, file.sha256, plan)
    known = _made.get(key)
    if known is None or not Path(str(known.source)).is_file():
        made = make(name, file, plan)
        if isinstance(made, list):
            return made
        known = _made[key] = made
    original = file.source if isinstance(file.source, Path) else None
    return replace(known, name=file.name, original=file.original or original)


def make(name: str, file: Media, plan: Plan) -> Media | list[Problem]:
    """Do what is planned.

    Args:
        name: Field of the request.
        file: The file, with its sides, length and frame rate.
        plan: What is to be done.

    Returns:
        The new file, which lies in a folder that is removed at the end of the process; or which
        limits it still breaks.
    """
    if not _folders:
        _folders.append(tempfile.TemporaryDirectory(prefix="seedance-fit-"))
    with tempfile.NamedTemporaryFile(dir=_folders[0].name, delete=False) as empty:
        path = Path(empty.name)
    _worker(name).make(file, plan, path)
    result = opened(name, path)
    if isinstance(result, list):
        return result
    result = replace(result, name=file.name)
    done = (*file.fitted, *fitting.notes(plan, file, result))
    return list(media.problems(name, result)) or replace(result, fitted=done)


def _worker(name: str) -> Any:
    return importlib.import_module(f"seedance_nb.evolink.{_WORKERS[name]}")


def _failure(name: str, file: Media, error: Exception) -> Problem:
    if file.format == "HEIC" and name == "images":
        return Problem(name, "problem.fit.heic", value=file.label)
    reason = getattr(error, "strerror", None) or str(error).partition("<")[0].strip()
    reason = (reason or type(error).__name__)[:_LONGEST]
    return Problem(name, "problem.fit.failed", value=file.label, reason=reason)
