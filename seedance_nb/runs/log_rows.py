"""The request log as a table of texts, narrow enough to be read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedance_nb.core.catalog import DEFAULT_RATIO, PARAMETERS
from seedance_nb.core.texts import say
from seedance_nb.core.words import columns
from seedance_nb.evolink.plain import clean
from seedance_nb.runs.settings import say_where

if TYPE_CHECKING:
    from seedance_nb.core.media import Media
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.log import Entry

COLUMNS = (
    "cell", "job", "how", "status", "prompt", "asked", "model", "inputs", "take", "where",
    "credits", "file",
)  # fmt: skip
MOST_PROMPT = 10_000  # characters that are looked at
_START, _END = 22, 13  # columns of a long prompt that are seen; those of a sweep differ anywhere
_HOW = ("sent", "joined", "shown")


def head() -> list[str]:
    """The names of the columns, in the language of the session."""
    return [say(f"log.column.{name}") for name in COLUMNS]


def row(entry: Entry) -> list[str]:
    """One entry, a text for each of the columns."""
    state, number = entry.state, entry.cell.get("number")
    cell = clean(f"[{number}]" if number is not None else str(entry.cell.get("kind", "")))
    if state is None:
        return [cell, "", say("log.how.unsent"), *[""] * (len(COLUMNS) - 3)]
    request = state.request
    credits_ = "" if state.credits is None or state.backend == "simulator" else f"{state.credits:g}"
    return [
        cell,
        entry.job,
        say(f"log.how.{entry.how}") if entry.how in _HOW else clean(entry.how),
        say(f"log.status.{state.status}"),
        _abridged(request.prompt) if request else "",
        _asked(request) if request else "",
        ((request and request.model) or "").removeprefix("seedance-2.0-"),
        ", ".join(map(_named, request.files)) if request else "",
        str(state.take),
        say_where(state.backend, state.base_url, short=True),
        credits_,
        state.videos[0].path.name if state.videos else "",
    ]


def _abridged(prompt: str) -> str:
    """Beginning and end of a prompt, in one line."""
    line = clean(prompt, MOST_PROMPT)
    if columns(line) <= _START + 1 + _END:
        return line
    start, end = line[:_START], line[-_END:]
    while columns(start) > _START:
        start = start[:-1]
    while columns(end) > _END:
        end = end[1:]
    return f"{start}…{end}"


def _asked(request: VideoRequest) -> str:
    """Length and quality, and what is not as it would be by itself."""
    parts = [say("panel.seconds", count=request.duration), request.quality]
    if request.aspect_ratio != DEFAULT_RATIO[request.mode]:
        parts.append(str(request.aspect_ratio))
    flags = [one for one in PARAMETERS if one.kind == "flag"]
    changed = [one for one in flags if getattr(request, one.name) != one.default]
    parts += [one.options[0].removeprefix("--") for one in changed]
    return " ".join(parts)


def _named(media: Media) -> str:
    """A file by its name and the beginning of its hash."""
    return f"{media.label} ({media.sha256[:8]})"
