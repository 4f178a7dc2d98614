"""What Tab offers in a `%%seedance` cell and on a `%seedance` line."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from seedance_nb.core.catalog import PARAMETERS
from seedance_nb.core.options import RUN_OPTIONS, option_names
from seedance_nb.notebook.help import VERBS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_WITH_JOB = ("show", "wait", "stop", "again", "cell", "form")
_BRACE = re.compile(r"(?<!\{)\{([^\W\d]?\w*)$")  # one that opens a variable, up to the cursor


def _values() -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for parameter in PARAMETERS:
        seconds = range(parameter.minimum, parameter.maximum + 1) if parameter.maximum else ()
        choices = parameter.choices or tuple(map(str, seconds))
        found |= dict.fromkeys(parameter.options, choices) if choices else {}
    for option in RUN_OPTIONS:
        found |= dict.fromkeys(option.options, option.choices) if option.choices else {}
    # An equals sign has to follow, and then anything may.
    return found | {"--sweep": tuple(f"{p.name}=" for p in PARAMETERS if p.kind != "prompt")}


_VALUES = _values()


def suggestions(before: str, job_ids: Callable[[], Iterable[str]] = tuple) -> list[str] | None:
    """What may follow on the line.

    Args:
        before: The line up to the cursor.
        job_ids: The jobs there are, asked for only where one can stand.

    Returns:
        The words that fit; None where the line is not ours or anything may follow.
    """
    magic, blank, rest = before.lstrip().partition(" ")
    if not blank or magic not in ("%seedance", "%%seedance"):
        return None
    words = rest.split()
    word = words.pop() if words and not rest.endswith((" ", "\t")) else ""
    in_cell = magic == "%%seedance"
    offered = _in_cell(words, word) if in_cell else _after_verb(words, job_ids)
    return None if offered is None else [choice for choice in offered if choice.startswith(word)]


def _after_verb(words: list[str], job_ids: Callable[[], Iterable[str]]) -> Iterable[str] | None:
    if not words:
        return VERBS
    if len(words) == 1 and words[0] in _WITH_JOB:
        return job_ids()
    return ("--save",) if words == ["login"] else None


def _in_cell(words: list[str], word: str) -> Iterable[str] | None:
    if words and words[-1] in _VALUES:
        return _VALUES[words[-1]]
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


def matcher(
    job_ids: Callable[[], Iterable[str]], names: Callable[[], Iterable[str]] = tuple
) -> Any:
    """A matcher for IPython's completer; None where this IPython has none of that kind.

    Args:
        job_ids: The jobs there are.
        names: The variables that can be put into a prompt or an option.
    """
    try:
        completer = importlib.import_module("IPython.core.completer")
        context_matcher, simple = completer.context_matcher, completer.SimpleCompletion
    except (ImportError, AttributeError):
        return None

    def seedance_matcher(context: Any) -> dict[str, Any]:
        line, at = context.line_with_cursor, context.cursor_position
        found = fragment = None
        if context.full_text.lstrip().startswith("%%seedance"):
            found = variables(line[:at], line[at:], names)
            fragment = line[:at].rpartition("{")[2]
        if found is None and (context.cursor_line == 0 or line.lstrip().startswith("%seedance")):
            found = suggestions(line[:at], job_ids)
            fragment = _fragment(context) if found else None
        words = [simple(word, type="param") for word in found or ()]
        fragment = fragment if words else context.token
        return {"completions": words, "matched_fragment": fragment, "suppress": bool(words)}

    return context_matcher(identifier="seedance_nb")(seedance_matcher)


def _fragment(context: Any) -> str:
    """The word under the cursor: IPython's own token ends at signs that our words contain."""
    before = context.line_with_cursor[: context.cursor_position]
    return "" if before.endswith((" ", "\t")) else before.split()[-1]
