"""The request log as a file: JSON lines, a clean notebook, a script, or a zip with the videos."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.spelling import as_cell, as_python
from seedance_nb.core.words import listed
from seedance_nb.runs.library import disk_error

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.log import Entry, RequestLog

_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same log makes the same zip


def export(log: RequestLog, path: str | os.PathLike[str]) -> Path:
    """Write the log in the form that the file's name asks for, and return where it is.

    `.jsonl` is the whole record; `.ipynb` and `.py` ask for the same in the same order; `.zip`
    holds the record, the notebook, the videos and what stands beside them.

    Raises:
        ConfigError: No such form, or the file cannot be written.
    """
    target = Path(path).expanduser()
    write = _FORMS.get(target.suffix.lower())
    if write is None:
        raise ConfigError("error.export.form", path=str(target), choices=listed(_FORMS))
    draft = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write(log, draft)
        draft.replace(target)
    except OSError as error:
        raise disk_error(error, target) from None
    finally:
        draft.unlink(missing_ok=True)
    return target


def calls(log: RequestLog) -> Iterator[tuple[Entry, VideoRequest]]:
    """One entry for each call that can be made again: several takes of a call are one."""
    seen = set()
    for entry in log:
        if entry.request is None or (entry.session, entry.call) in seen:
            continue
        seen.add((entry.session, entry.call))
        yield entry, entry.request


def notebook(log: RequestLog) -> dict[str, Any]:
    """A notebook that makes the same requests in the same order, the record in its metadata."""
    cells = [_cell("%load_ext seedance_nb", 0)]
    for number, (entry, request) in enumerate(calls(log), 1):
        source = as_cell(request, name=f"job{number}", takes=entry.takes)
        cells.append(_cell(_with_new(source) if entry.new else source, number))
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    record = [json.loads(line) for line in log.to_lines()]
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "seedance_nb": {"request_log": record}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def script(log: RequestLog) -> str:
    """A script that makes the same requests in the same order and waits for them."""
    lines = ["import seedance_nb as sd", "", "jobs = []"]
    for entry, request in calls(log):
        call = as_python(request, takes=entry.takes).partition(" = ")[2]
        if entry.new:
            call = f"{call.rstrip().removesuffix(')').rstrip().rstrip(',')}, new=True)"
        lines += ["", f"jobs.append({call})"]
    lines += ["", "for job in jobs:", "    job.wait()", "    print(job)", ""]
    return "\n".join(lines)


def _with_new(source: str) -> str:
    """The cell with `--new`, also where its request had to be spelt in Python."""
    first, line, rest = source.partition("\n")
    if first.startswith("%%seedance"):
        return f"{first} --new{line}{rest}"
    return f"{source.rstrip().removesuffix(')').rstrip().rstrip(',')}, new=True)"


def _cell(source: str, number: int) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": f"request-{number}",
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _write_lines(log: RequestLog, path: Path) -> None:
    path.write_text("".join(f"{line}\n" for line in log.to_lines()), "utf-8")


def _write_notebook(log: RequestLog, path: Path) -> None:
    path.write_text(json.dumps(notebook(log), ensure_ascii=False, indent=1) + "\n", "utf-8")


def _write_script(log: RequestLog, path: Path) -> None:
    path.write_text(script(log), "utf-8")


def _write_zip(log: RequestLog, path: Path) -> None:
    """The record, the notebook, the journal's files and the videos, as a home of its own."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "request_log.jsonl", "".join(f"{line}\n" for line in log.to_lines()))
        _add(archive, "requests.ipynb", json.dumps(notebook(log), ensure_ascii=False, indent=1))
        sessions = {entry.session for entry in log} | {
            entry.state.session for entry in log if entry.state
        }
        for file in sorted((log.home / "journal").glob("*.jsonl")):
            if file.name.partition(".")[0] in sessions:
                name = file.name.replace(".open.jsonl", ".jsonl")
                _add(archive, f"journal/{name}", file.read_text("utf-8"))
        videos = {video.path: video for e in log if e.state for video in e.state.videos}
        for video in videos:
            if video.is_file():
                archive.write(video, f"videos/{video.name}", zipfile.ZIP_STORED)
            beside = video.with_suffix(".json")
            if beside.is_file():
                _add(archive, f"videos/{beside.name}", beside.read_text("utf-8"))


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, text)


_FORMS: dict[str, Callable[[RequestLog, Path], None]] = {
    ".jsonl": _write_lines,
    ".ipynb": _write_notebook,
    ".py": _write_script,
    ".zip": _write_zip,
}
