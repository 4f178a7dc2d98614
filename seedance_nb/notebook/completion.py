"""What Tab offers in a `%%seedance` cell and on a `%seedance` line."""

from __future__ import annotations

import importlib
import mimetypes
import os
import re
import shlex
from itertools import islice
from numbers import Number
from types import ModuleType
from typing import TYPE_CHECKING, Any

from seedance_nb.core import catalog
from seedance_nb.core.catalog import MEDIA_FIELDS, PARAMETERS
from seedance_nb.core.checking import as_tuple
from seedance_nb.core.options import RUN_OPTIONS, option_names
from seedance_nb.core.tags import tags_of
from seedance_nb.notebook.help import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

_WITH_JOB = ("show", "wait", "stop", "again", "cell", "form")
_MEDIA = {option: p.name for p in PARAMETERS if p.kind == "media" for option in p.options}
_KINDS = {"images": "image/", "videos": "video/", "audios": "audio/"}
_INPUT = re.compile(rf"({'|'.join(_MEDIA)})(\s+|=)[\"']?\{{\w*$")  # a variable as an input
_TAG = re.compile(r"(?<![\w.@])@\w*$")
_MOST_FILES = 500
_BRACE = re.compile(r"(?<!\{)\{([^\W\d]?\w*)$")  # one that opens a variable, up to the cursor


def _values() -> dict[str, tuple[str, ...]]:
    """What may follow each option, with the catalog in use."""
    offered = catalog.CATALOGS[catalog.in_use()]
    found: dict[str, tuple[str, ...]] = {}
    for parameter in PARAMETERS:
        seconds = range(parameter.minimum, parameter.maximum + 1) if parameter.maximum else ()
        choices = offered.choices(parameter) or tuple(map(str, seconds))
        found |= dict.fromkeys(parameter.options, choices) if choices else {}
    for option in RUN_OPTIONS:
        found |= dict.fromkeys(option.options, option.choices) if option.choices else {}
    # An equals sign has to follow, and then anything may.
    return found | {"--sweep": tuple(f"{p.name}=" for p in PARAMETERS if p.kind != "prompt")}


def suggestions(
    before: str,
    job_ids: Callable[[], Iterable[str]] = tuple,
    paths: Callable[[str, str], Iterable[str]] = lambda *_: (),
) -> list[str] | None:
    """What may follow on the line.

    Args:
        before: The line up to the cursor.
        job_ids: The jobs there are, asked for only where one can stand.
        paths: The files for a field that begin with a word.

    Returns:
        The words that fit; None where the line is not ours or anything may follow.
    """
    magic, blank, rest = before.lstrip().partition(" ")
    if not blank or magic not in ("%seedance", "%%seedance"):
        return None
    words = re.split(r"(?<!\\)\s+", rest.lstrip())  # a blank in a file name is \ and a blank
    words = [one for one in words if one]
    word = words.pop() if words and not rest.endswith((" ", "\t")) else ""
    in_cell = magic == "%%seedance"
    if in_cell and words and words[-1] in _MEDIA:
        return list(paths(_MEDIA[words[-1]], word))
    offered = _in_cell(words, word) if in_cell else _after_verb(words, job_ids)
    return None if offered is None else [choice for choice in offered if choice.startswith(word)]


def _after_verb(words: list[str], job_ids: Callable[[], Iterable[str]]) -> Iterable[str] | None:
    if not words:
        return VERBS
    if len(words) == 1 and words[0] in _WITH_JOB:
        return job_ids()
    return ("--save",) if words == ["login"] else None


def _in_cell(words: list[str], word: str) -> Iterable[str] | None:
    if words and words[-1] in (values := _values()):
        return values[words[-1]]
    return option_names() if word.startswith("-") or not word else None


def variables(before: str, after: str, names: Callable[[], Iterable[str]]) -> list[str] | None:
    """The variables that may stand in the braces under the cursor; None where there are none.

    Args:
        before: The line up to the cursor.
        after: The rest of it; front ends close braces by themselves.
        names: The variables of the notebook.
    """
    brace = _BRACE.search(before)
    if brace is None:
        return None
    end = "" if after.startswith("}") else "}"
    return sorted(name + end for name in names() if name.startswith(brace[1]))


def files(field: str, word: str) -> list[str]:
    """The folders, and the files of that kind by their names, that begin with a word."""
    folder, start = os.path.split(word.replace("\\ ", " "))
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:  # noqa: PTH111
            found = sorted(islice(entries, _MOST_FILES), key=lambda entry: entry.name)
            names = [
                entry.name + "/" * entry.is_dir()
                for entry in found
                if entry.name.startswith(start) and (start or not entry.name.startswith("."))
                if entry.is_dir() or _is_kind(field, entry.name)
            ]
    except (OSError, ValueError):
        return []
    lead = word[: len(word) - len(start.replace(" ", "\\ "))]
    return [lead + name.replace(" ", "\\ ") for name in names]


def _is_kind(field: str, name: str) -> bool:
    return (mimetypes.guess_type(name)[0] or "").startswith(_KINDS[field])


def tags(before: str, line: str, known: Mapping[str, object]) -> list[str] | None:
    """The tags that may stand in the prompt under the cursor; None where there is none.

    Args:
        before: The line of the prompt up to the cursor.
        line: The first line of the cell, with the inputs.
        known: The variables of the notebook: one may hold several inputs.
    """
    tag = _TAG.search(before)
    if tag is None:
        return None
    try:
        words = shlex.split(line)
    except ValueError:
        words = line.split()
    counts = dict.fromkeys(MEDIA_FIELDS, 0)
    for word, following in zip(words, [*words[1:], ""], strict=True):
        option, equals, value = word.partition("=")
        if option in _MEDIA:
            name = (value if equals else following).removeprefix("{").removesuffix("}")
            counts[_MEDIA[option]] += len(as_tuple(known.get(name, "one")))
    return [one for one in tags_of(counts) if one.startswith(tag[0].lower())]


def _inputs(known: Mapping[str, object]) -> list[str]:
    """The variables that may hold an input."""
    none = (Number, ModuleType, type(None))
    return [name for name, v in known.items() if not isinstance(v, none) and not callable(v)]


def matcher(
    job_ids: Callable[[], Iterable[str]],
    names: Callable[[], Iterable[str]] = tuple,
    known: Callable[[], Mapping[str, object]] = dict,
) -> Any:
    """A matcher for IPython's completer; None where this IPython has none of that kind.

    Args:
        job_ids: The jobs there are.
        names: The variables that can be put into a prompt or an option.
        known: All variables of the notebook; some of them can be inputs.
    """
    try:
        completer = importlib.import_module("IPython.core.completer")
        context_matcher, simple = completer.context_matcher, completer.SimpleCompletion
    except (ImportError, AttributeError):
        return None

    def seedance_matcher(context: Any) -> dict[str, Any]:
        line, at = context.line_with_cursor, context.cursor_position
        before, text = line[:at], context.full_text.lstrip()
        found = fragment = None
        if text.startswith("%%seedance"):
            fitting = names if not _INPUT.search(before) else lambda: _inputs(known())
            found = variables(before, line[at:], fitting)
            fragment = before.rpartition("{")[2]
            if found is None and context.cursor_line:
                found = tags(before, text.partition("\n")[0], known())
                fragment = "@" + before.rpartition("@")[2]
        if found is None and (context.cursor_line == 0 or line.lstrip().startswith("%seedance")):
            found = suggestions(before, job_ids, files)
            fragment = _fragment(before) if found else None
        words = [simple(word, type="param") for word in found or ()]
        fragment = fragment if words else context.token
        return {"completions": words, "matched_fragment": fragment, "suppress": bool(words)}

    return context_matcher(identifier="seedance_nb")(seedance_matcher)


def _fragment(before: str) -> str:
    """The word under the cursor: IPython's own token ends at signs that our words contain."""
    if before.endswith((" ", "\t")) and not before.endswith("\\ "):
        return ""
    return re.split(r"(?<!\\)\s+", before)[-1]
