"""`{day|night}` in a prompt: the texts to choose from, of which a sweep makes one each."""

from __future__ import annotations

import re

_PIECE = r"(?:[^{}|]|\{[^\W\d]\w*\})*"
_CHOICE = rf"\{{({_PIECE}(?:\|{_PIECE})+)\}}"
# Either written twice, which stands for itself, or a choice.
PATTERN = re.compile(rf"\{{{_CHOICE}\}}|{_CHOICE}")


def choices(text: str) -> list[str]:
    """Every `{day|night}` in a text, each once, but for those in braces written twice."""
    found = (match[0] for match in PATTERN.finditer(text) if match[2] is not None)
    return list(dict.fromkeys(found))
