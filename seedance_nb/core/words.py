"""Small matters of words: near misses, lists and tables, the length of a prompt."""

from __future__ import annotations

import difflib
import re
import unicodedata
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Advised lengths of a prompt (model pages): 500 Chinese characters or 1000 English words.
ADVISED = {"characters": 500, "words": 1000}
# How yes and no are spelt in settings and in the lists of a sweep.
FLAGS = dict.fromkeys(("true", "yes", "on", "1"), True)
FLAGS |= dict.fromkeys(("false", "no", "off", "0"), False)
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_PIECE = r"(?:[^{}|]|\{[^\W\d]\w*\})*"
_CHOICE = rf"\{{({_PIECE}(?:\|{_PIECE})+)\}}"
# `{day|night}`: texts to choose from; in braces written twice it stands for itself.
CHOICE = re.compile(rf"\{{{_CHOICE}\}}|{_CHOICE}")
_HALF = re.compile(r"[\ud800-\udfff]")


def nearest(word: object, choices: Iterable[str]) -> str | None:
    """The one of `choices` that was probably meant; None where none is near."""
    if not isinstance(word, str):
        return None
    by_folded = {_folded(choice): choice for choice in reversed(list(choices))}
    parts = sorted(_folded(word).split("-"))
    for folded, choice in by_folded.items():
        if parts == sorted(folded.split("-")):  # the same, but for case, spelling or order
            return choice
    longer = [choice for folded, choice in by_folded.items() if folded.startswith(_folded(word))]
    if len(longer) == 1 and len(word) > 1:
        return longer[0]
    close = difflib.get_close_matches(_folded(word), by_folded, n=1, cutoff=0.7)
    return by_folded[close[0]] if close else None


def _folded(word: str) -> str:
    return word.strip().casefold().replace("_", "-").replace("\uff1a", ":").replace("x", ":")


def has_half_characters(text: str) -> bool:
    """Whether a lone surrogate is in it, which no encoding can send."""
    return _HALF.search(text) is not None


def listed(words: Iterable[str], most: int | None = None) -> str:
    """`a, b, c`, for a sentence; `a, b ...` where there are more than `most`."""
    found = list(map(str, words))
    more = most is not None and len(found) > most
    return ", ".join(found[:most]) + (" ..." if more else "")


def shortened(text: str, most: int) -> str:
    """The beginning of a text on one line, at most so many characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def choices(prompt: str) -> list[str]:
    """Every `{day|night}` in a prompt, each once, but for those in braces written twice."""
    found = (match[0] for match in CHOICE.finditer(prompt) if match[2] is not None)
    return list(dict.fromkeys(found))


def length_of(prompt: str) -> tuple[int, str, int]:
    """How long a prompt is, the unit ("characters" or "words") and the advised maximum.

    The API counts Chinese prompts in characters and others in words; a mixed one goes by its
    larger part.
    """
    characters = len(_CJK.findall(prompt))
    words = len(_CJK.sub(" ", prompt).split())
    if characters > words:
        return characters, "characters", ADVISED["characters"]
    return words, "words", ADVISED["words"]


def tokens_at_least(prompt: str) -> int:
    """A floor for the number of tokens: one a word, one for two Chinese characters."""
    return len(_CJK.sub(" ", prompt).split()) + len(_CJK.findall(prompt)) // 2


def columns(text: str) -> int:
    """How many columns of a terminal a text takes; Chinese signs count for two."""
    return sum(
        0 if unicodedata.combining(sign) else 1 + (unicodedata.east_asian_width(sign) in "WF")
        for sign in text
    )


def aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    """The rows of a table as lines, their columns below each other; rows may be short of some."""
    widths = [max(map(columns, column)) for column in zip_longest(*rows, fillvalue="")]
    cells = (
        [text + " " * (width - columns(text)) for text, width in zip(row, widths, strict=False)]
        for row in rows
    )
    return ["  ".join(row).rstrip() for row in cells]
