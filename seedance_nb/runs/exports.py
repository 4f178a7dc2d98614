"""The request log as a file: JSON lines, a clean notebook, a script, or a zip with the videos."""

from __future__ import annotations

import dataclasses
import json
import os
import shutil
import zipfile
from contextlib import suppress
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

from seedance_nb.core import catalog as catalogs
from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.errors import ConfigError
from seedance_nb.core.media import Media
from seedance_nb.core.spelling import as_cell, as_python, is_offered
from seedance_nb.core.task import FRUITLESS
from seedance_nb.core.texts import say
from seedance_nb.core.words import listed
from seedance_nb.evolink.plain import clean
from seedance_nb.runs.disk import disk_error
from seedance_nb.runs.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.log import Entry, RequestLog

_WAIT = """
for job in jobs:
    try:
        print(job.wait())
    except sd.SeedanceError as error:
        print(job, error)
"""
_REFUSED = """except sd.SeedanceError as error:
    sys.exit(str(error))"""
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same log makes the same zip


def export(log: RequestLog, path: str | os.PathLike[str]) -> Path:
    """Write the log in the form that the file's name asks for, and return where it is.

    `.jsonl` is the whole record; `.ipynb` and `.py` ask for the same in the same order, with the
    kept copies of the inputs; `.zip` holds the record, the notebook, inputs, videos and what stands
    beside them.

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
        with suppress(OSError):
            draft.unlink()
    return target


def said(log: RequestLog, path: Path) -> str:
    """How much of a log went into a file, in words."""
    if path.suffix.lower() in (".py", ".ipynb"):
        return say("log.written.calls", count=len(list(calls(log))), path=path)
    return say("log.written", count=len(log), path=path)


def calls(log: RequestLog) -> Iterator[tuple[Entry, VideoRequest]]:
    """One entry for each call that can be made again: several takes of a call are one."""
    seen = set()
    for entry in log:
        if entry.request is None or (entry.session, entry.call) in seen:
            continue
        seen.add((entry.session, entry.call))
        yield entry, entry.request


def _takes(entry: Entry) -> int:
    """How many takes to ask for: a failed one that was sent again is the last of those."""
    sole = entry.takes == 1 and not entry.new and entry.state is not None
    return entry.state.take if sole and entry.state else entry.takes


def notebook(log: RequestLog, folder: Path) -> dict[str, Any]:
    """A notebook in a folder that asks for the same in the same order, the record inside."""
    start = ["%load_ext seedance_nb", *(f"# {line}" for line in _head(log, folder))]
    files = dict.fromkeys(media for _, request in calls(log) for media in request.files)
    start += [f"# {media.file}: {_name(media)}" for media in files]
    start += ["import seedance_nb as sd", "", *_settings(log)] if _settings(log) else []
    cells = [_cell("\n".join(start), 0)]
    ended_badly = {(e.session, e.call) for e in log if e.status in FRUITLESS}
    for number, (entry, request) in enumerate(calls(log), 1):
        there = _seen_from(folder, request, log.home)
        source = as_cell(there, name=f"job{number}", takes=_takes(entry))
        cells.append(_cell(_with_new(source) if entry.new else source, number))
        if (entry.session, entry.call) in ended_badly:  # so that the cells after it are run, too
            cells[-1]["metadata"]["tags"] = ["raises-exception"]
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    record = [json.loads(line) for line in log.to_lines()]
    return {
        "cells": cells,
        "metadata": {"kernelspec": kernel, "seedance_nb": {"request_log": record}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def script(log: RequestLog, folder: Path) -> str:
    """A script in a folder that makes the same requests in the same order and waits for them."""
    lines = [f"# {line}" for line in _head(log, folder)]
    asked = list(calls(log))
    if any(request.files for _, request in asked):
        lines += ["import os", "import sys", "from pathlib import Path", ""]
        lines += ["import seedance_nb as sd", ""]
        lines += ["os.chdir(Path(__file__).parent)  # the files are named from there", ""]
    else:
        lines += ["import sys", "", "import seedance_nb as sd", ""]
    lines += [*_settings(log), "jobs = []"]
    body = []
    for entry, request in asked:
        there = _seen_from(folder, request, log.home)
        call = as_python(there, takes=_takes(entry)).partition(" = ")[2]
        if entry.new:
            call = f"{call.rstrip().removesuffix(')').rstrip().rstrip(',')}, new=True)"
        body += [f"# {_name(media)}" for media in request.files]
        body.append(f"jobs.append({call})")
    if body:
        lines += ["try:", indent("\n".join(body), "    "), _REFUSED]
    return "\n".join([*lines, _WAIT])


def _settings(log: RequestLog) -> list[str]:
    """What has to be set before: the catalog, where the default one lacks what was asked for."""
    missing = [one for _, one in calls(log) if not is_offered(one, catalogs.DEFAULT)]
    return [f'sd.configure(catalog="{missing[-1].catalog}")'] if missing else []


def _head(log: RequestLog, folder: Path) -> list[str]:
    """What has to be said first: what is left out, and which folder has to come along."""
    lines = _left_out(log)
    if any(request.files for _, request in calls(log)):
        near = os.path.relpath((log.home / "inputs").absolute(), folder.absolute())
        lines.append(say("export.inputs", folder=Path(near).as_posix()))
    return lines


def _name(media: Media) -> str:
    """The user's own name of a file, fit for a comment."""
    return clean(media.label)


def _left_out(log: RequestLog) -> list[str]:
    """What has to be said of calls whose text or link is not kept."""
    lost = {(e.session, e.call) for e in log if e.state is not None and e.request is None}
    return [say("export.left_out", count=len(lost))] if lost else []


def _seen_from(folder: Path, request: VideoRequest, home: Path) -> VideoRequest:
    """The request with each file as its kept copy, by its path from a folder."""

    def copy(item: object) -> object:
        if not isinstance(item, Media):
            return item
        kept = (home / "inputs" / item.file).absolute()
        return dataclasses.replace(item, source=Path(os.path.relpath(kept, folder.absolute())))

    media = {name: tuple(map(copy, getattr(request, name))) for name in MEDIA_FIELDS}
    return dataclasses.replace(request, **media)  # type: ignore[arg-type]


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


def _bytes(text: str) -> bytes:
    """The text as UTF-8; half of a character, as names of files can have it, as its escape."""
    return text.encode("utf-8", "backslashreplace")


def _write_lines(log: RequestLog, path: Path) -> None:
    path.write_bytes(_bytes("".join(f"{line}\n" for line in log.to_lines())))


def _write_notebook(log: RequestLog, path: Path) -> None:
    book = notebook(log, path.parent)
    path.write_bytes(_bytes(json.dumps(book, ensure_ascii=False, indent=1) + "\n"))


def _write_script(log: RequestLog, path: Path) -> None:
    path.write_bytes(_bytes(script(log, path.parent)))


def _write_zip(log: RequestLog, path: Path) -> None:
    """The record, the notebook, the journal's files, inputs and videos, as a home of its own."""
    book = json.dumps(notebook(log, log.home), ensure_ascii=False, indent=1)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "request_log.jsonl", "".join(f"{line}\n" for line in log.to_lines()))
        _add(archive, "requests.ipynb", book)
        sessions = {entry.session for entry in log} | {
            entry.state.session for entry in log if entry.state
        }
        for file in sorted((log.home / "journal").glob("*.jsonl")):
            if file.name.partition(".")[0] in sessions:
                name = file.name.replace(".open.jsonl", ".jsonl")
                _add(archive, f"journal/{name}", file.read_bytes())
        for media in dict.fromkeys(media for e in log if e.request for media in e.request.files):
            if copy := Inputs(log.home).path(media):
                _add_file(archive, f"inputs/{copy.name}", copy)
        videos = {video.path: video for e in log if e.state for video in e.state.videos}
        for video in videos:
            if video.is_file():
                _add_file(archive, f"videos/{video.name}", video)
            beside = video.with_suffix(".json")
            if beside.is_file():
                _add(archive, f"videos/{beside.name}", beside.read_bytes())


def _add_file(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    with path.open("rb") as source, archive.open(zipfile.ZipInfo(name, _EPOCH), "w") as target:
        shutil.copyfileobj(source, target)


def _add(archive: zipfile.ZipFile, name: str, data: str | bytes) -> None:
    info = zipfile.ZipInfo(name, _EPOCH)
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, _bytes(data) if isinstance(data, str) else data)


_FORMS: dict[str, Callable[[RequestLog, Path], None]] = {
    ".jsonl": _write_lines,
    ".ipynb": _write_notebook,
    ".py": _write_script,
    ".zip": _write_zip,
}
