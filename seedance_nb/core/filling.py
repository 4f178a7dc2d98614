"""The variables of a notebook, put where a line or a text names them in braces."""

from __future__ import annotations

import re
from numbers import Number
from typing import TYPE_CHECKING, Any

from seedance_nb.core.errors import Problem
from seedance_nb.core.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_EXACT = re.compile(r"\{([^\W\d]\w*)\}")
_MORE = re.compile(r"\{\s*([^\W\d]\w*[.\[(].*?)\s*\}", re.DOTALL)
_LAST = re.compile(r"[^\W\d]\w*(?=\([^()]*\)$|$)")
_IN_TEXT = re.compile(r"\{\{([^\W\d]\w*)\}\}|\{([^\W\d]\w*)\}")


class Filler:
    """Puts variables in, and keeps count of which and of what went wrong."""

    def __init__(self, namespace: Mapping[str, object], is_secret: Callable[[str], bool]) -> None:
        self._namespace = namespace
        self._is_secret = is_secret
        self.used: dict[str, object] = {}
        self.problems: list[Problem] = []

    def value(self, word: Any, field_name: str) -> Any:
        """The variable, where the word is exactly `{variable}`; else the word."""
        match = _EXACT.fullmatch(word) if isinstance(word, str) else None
        if match is None and isinstance(word, str) and (more := _MORE.fullmatch(word)):
            self._refuse(word, more[1], field_name)
        return self._get(match[1], field_name) if match else word

    def _refuse(self, word: str, inside: str, field_name: str) -> None:
        """Braces around more than a name, such as `{job.video}`."""
        last = _LAST.search(inside)
        name = last[0] if last else "x"
        text_id = "problem.variable.only"
        problem = Problem(field_name, text_id, value=word, inside=inside, name=name)
        self.problems.append(problem)

    def text(self, text: str) -> str:
        """`{variable}` replaced, `{{variable}}` unwrapped, every other brace left alone."""
        return _IN_TEXT.sub(lambda m: "{" + m[1] + "}" if m[1] else self._word(m[2]), text)

    def leaves(self, problem: Problem) -> bool:
        """Whether a problem of the request is not the echo of one met here."""
        fields = {mine.field for mine in self.problems}
        if problem.field not in fields:
            return True
        of_a_file = problem.text_id.startswith(
            ("problem.file.", "problem.url.", "problem.media.url")
        )
        return of_a_file and not str(problem.values.get("value", "")).startswith("{")

    def _word(self, name: str) -> str:
        """A variable as part of the prompt: only what reads as words does."""
        value = self._get(name, "prompt")
        if not isinstance(value, str | Number):
            kind = type(value).__name__
            self.problems.append(Problem("prompt", "problem.variable.kind", name=name, kind=kind))
        return str(value)

    def _get(self, name: str, field_name: str) -> object:
        if name not in self._namespace:
            known = [key for key in self._namespace if not key.startswith("_")]
            close = nearest(name, known)
            text_id = "problem.variable.close" if close else "problem.variable"
            self.problems.append(Problem(field_name, text_id, name=name, close=close))
            return "{" + name + "}"
        value = self._namespace[name]
        if self._holds_secret(value):
            self.problems.append(Problem(field_name, "problem.variable.secret", name=name))
            return "{" + name + "}"
        self.used[name] = value
        return value

    def _holds_secret(self, value: object) -> bool:
        if isinstance(value, list | tuple):
            return any(map(self._holds_secret, value))
        if isinstance(value, bytes | bytearray | memoryview):
            return self._is_secret(bytes(value).decode("latin-1"))  # its `str` is four times it
        return self._is_secret(str(value))
