"""Sweeps: one prompt, lists of values, and a request for each combination of them."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Mapping
from os import PathLike
from typing import TYPE_CHECKING, Any

from seedance_nb.core.catalog import BY_NAME, MEDIA_FIELDS, PARAMETERS
from seedance_nb.core.errors import InvalidRequest, Problem
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.words import CHOICE, FLAGS, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MOST_JOBS = 100  # of one sweep, all takes counted


def alternatives(text: str) -> list[str]:
    """The texts that one with `{day|night}` in it stands for, the first choice slowest.

    `{{day|night}}` stands for a literal `{day|night}`; a text without a choice is itself.

    Raises:
        InvalidRequest: There are more than a sweep may have.
    """
    pieces: list[list[str]] = []
    end = 0
    for match in CHOICE.finditer(text):
        literal, choice = match.groups()
        pieces += [[text[end : match.start()]]]
        pieces += [["{" + literal + "}"] if literal is not None else choice.split("|")]
        end = match.end()
    if math.prod(map(len, pieces)) > MOST_JOBS:
        raise InvalidRequest(problems=[_too_many()])
    return ["".join(parts) for parts in itertools.product(*pieces, [text[end:]])]


def keys() -> dict[str, str]:
    """Every spelling of a field that can be varied on a line, with its name."""
    found: dict[str, str] = {}
    for parameter in PARAMETERS:
        if parameter.kind == "prompt":
            continue
        spellings = [word.lstrip("-") for word in parameter.options]
        for word in (parameter.name, *spellings):
            found |= dict.fromkeys((word, word.replace("-", "_"), word.replace("_", "-")),
                                   parameter.name)  # fmt: skip
    return found


def read_list(word: str, fill: Callable[[str, str], Any]) -> tuple[str, list[Any], list[Problem]]:
    """A list from a line, `duration=4,8`: the field, its values, and what is wrong with it.

    Args:
        word: The text behind `--sweep`.
        fill: The variable, for a value that is exactly `{variable}`; else the value.
    """
    key, _, values = word.partition("=")
    name = keys().get(key.strip())
    if name is None:
        close = nearest(key, [k for k in keys() if len(k) > 1])
        text_id = "problem.sweep.key.close" if close else "problem.sweep.key"
        return key, [], [Problem("sweep", text_id, value=key, close=close)]
    found: list[Any] = []
    for value in values.split(","):
        item = fill(value.strip(), name)
        found += item if isinstance(item, list | tuple | range) else [item]
    if name == "audios" and any(str(item).lower() in FLAGS for item in found):
        return name, [], [Problem("sweep", "problem.sweep.flag", key=key)]
    if "" in [item for item in found if isinstance(item, str)]:
        return name, [], [Problem("sweep", "problem.sweep.empty", key=key)]
    typed = [_typed(name, item) for item in found]
    if _is_negative(key.strip(), name):
        typed = [not item if isinstance(item, bool) else item for item in typed]
    return name, typed, []


def _is_negative(key: str, name: str) -> bool:
    """Whether the key says what a field is not: `no_audio` of `generate_audio`."""
    parameter = BY_NAME[name]
    return parameter.value_when_given is False and key.replace("-", "_") != name


def _typed(name: str, value: Any) -> Any:
    """A word as the field takes it; what cannot be read stays, and the request says why."""
    kind = BY_NAME[name].kind
    if not isinstance(value, str) or kind not in ("integer", "flag"):
        return value
    if kind == "flag":
        return FLAGS.get(value.lower(), value)
    return int(value) if re.fullmatch(r"[+-]?\d+", value) else value


def split_fields(fields: Mapping[str, Any]) -> tuple[dict[str, list[Any]], dict[str, Any]]:
    """The fields of a call that are lists of values, and those that are one value.

    Of images, videos and audios only a list or a tuple is a list; each of its members is what one
    combination takes, so several inputs at a time are a list of lists.
    """
    lists: dict[str, list[Any]] = {}
    fixed: dict[str, Any] = {}
    for name, value in fields.items():
        kinds = (list, tuple) if name in MEDIA_FIELDS else Iterable
        if isinstance(value, kinds) and not isinstance(value, str | bytes | Mapping | PathLike):
            lists[name] = [_plain(item) for item in itertools.islice(value, MOST_JOBS + 1)]
        else:
            fixed[name] = value
    return lists, fixed


def _plain(value: Any) -> Any:
    """A number of NumPy or pandas as Python's own."""
    item = getattr(value, "item", None)
    return item() if callable(item) and not getattr(value, "shape", ()) else value


def requests_of(
    prompts: Sequence[Any],
    lists: Mapping[str, Sequence[Any]],
    fixed: Mapping[str, Any],
    *,
    takes: object = 1,
) -> tuple[VideoRequest, ...]:
    """A request for each combination, the last list fastest; what is the same comes once.

    Args:
        prompts: What the videos show.
        lists: Values of the fields that vary.
        fixed: Values of those that do not.
        takes: How many videos of each; counted, and checked elsewhere.

    Raises:
        InvalidRequest: With every problem of every combination, each once.
    """
    problems = [
        Problem("sweep", "problem.sweep.empty", key=name)
        for name, values in {"prompt": prompts, **lists}.items()
        if not values
    ]
    count = len(prompts) * math.prod(map(len, lists.values()))
    jobs = count * takes if isinstance(takes, int) and takes > 0 else count
    if jobs > MOST_JOBS:
        problems.append(_too_many())
    if problems:
        raise InvalidRequest(problems=problems)
    found: dict[str, VideoRequest] = {}
    given = dict(fixed)
    for prompt, *values in itertools.product(prompts, *lists.values()):
        try:
            varied = dict(zip(lists, values, strict=True))
            request = VideoRequest.of(prompt, **{**given, **varied})
        except InvalidRequest as error:
            problems += [problem for problem in error.problems if problem not in problems]
            continue
        # A file that all share is read once.
        given |= {name: getattr(request, name) for name in MEDIA_FIELDS if name in fixed}
        found.setdefault(request.digest, request)
    if problems:
        raise InvalidRequest(problems=problems)
    return tuple(found.values())


def _too_many() -> Problem:
    return Problem("sweep", "problem.sweep.many", high=MOST_JOBS)
