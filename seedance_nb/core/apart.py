"""What sets requests apart from each other: only the values in which they differ, in words."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from seedance_nb.core.media import Media
from seedance_nb.core.texts import say
from seedance_nb.core.words import shortened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.core.request import VideoRequest

LONGEST = 90  # characters of a value in a caption
_CONTEXT = 12  # characters kept before and after the part of a prompt that differs
_FOLLOWING = ("catalog", "callback_url")  # say nothing of the video


def differing(requests: Sequence[VideoRequest | None]) -> list[tuple[tuple[str, str], ...]]:
    """Of each request the names and values in which it differs from others, in words.

    Of prompts that differ only the part around the difference is kept; a model is left out where
    tier or inputs already tell it.
    """
    rows = [_fields(request) for request in requests]
    known = [row for row in rows if row]
    names = [name for name in (known[0] if known else ()) if len({r[name] for r in known}) > 1]
    if "model" in names and {"tier", "images", "videos", "audios"} & set(names):
        names.remove("model")
    if "prompt" in names:
        parts = iter(_different_parts([row["prompt"] for row in known]))
        rows = [{**row, "prompt": next(parts)} if row else row for row in rows]
    return [
        tuple((name, shortened(row[name], LONGEST)) for name in names if name in row)
        for row in rows
    ]


def caption(parts: Sequence[tuple[str, str]]) -> str:
    """Names and values on one line."""
    return " · ".join(f"{name}: {value}" for name, value in parts)


def captions(requests: Sequence[VideoRequest | None]) -> list[str]:
    """Of each request in a line what sets it apart from those with the same prompt."""
    groups: dict[str, list[int]] = {}
    for index, request in enumerate(requests):
        if request is not None:
            groups.setdefault(request.prompt, []).append(index)
    found = [""] * len(requests)
    for indices in groups.values():
        for index, parts in zip(indices, differing([requests[i] for i in indices]), strict=True):
            found[index] = caption(parts)
    return found


# --- inside ---------------------------------------------------------------------------------------


def _fields(request: VideoRequest | None) -> dict[str, str]:
    if request is None:
        return {}
    values = {f.name: getattr(request, f.name) for f in dataclasses.fields(request)}
    return {name: _say(value) for name, value in values.items() if name not in _FOLLOWING}


def _say(value: object) -> str:
    if isinstance(value, bool):
        return say("magic.yes" if value else "magic.no")
    if isinstance(value, tuple | list):
        return ", ".join(map(_input, value)) or "-"
    return str(value)


def _input(one: object) -> str:
    if isinstance(one, Media):
        return f"{one.label} ({one.sha256[:8]})"
    return str(one).rpartition("/")[2] or str(one)


def _different_parts(texts: Sequence[str]) -> list[str]:
    """What stands between the beginning and the end that all share, with a little around it."""
    before = _common(texts)
    shortest = min(map(len, texts))
    after = _common([text[::-1][: shortest - before] for text in texts])
    first = _word_start(texts[0], max(0, before - _CONTEXT), before)
    parts = []
    for text in texts:
        last = _word_end(text, len(text) - after, min(len(text), len(text) - after + _CONTEXT))
        middle = text[first:last].strip()
        parts.append(("…" if first else "") + middle + ("…" if last < len(text) else ""))
    return parts


def _common(texts: Sequence[str]) -> int:
    """How many characters all begin with."""
    columns = zip(*texts, strict=False)
    return next((i for i, signs in enumerate(columns) if len(set(signs)) > 1), min(map(len, texts)))


def _word_start(text: str, low: int, high: int) -> int:
    """A place between the two at which a word begins, as far to the left as there is one."""
    if low == 0:
        return 0
    found = text.find(" ", low, high)
    return found + 1 if found >= 0 else low


def _word_end(text: str, low: int, high: int) -> int:
    """A place between the two at which a word ends, as far to the right as there is one."""
    if high == len(text):
        return high
    found = text.rfind(" ", low, high)
    return found if found >= 0 else high
