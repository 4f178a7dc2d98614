"""A key that does not show itself, and texts that a key got into."""

from __future__ import annotations

import re

HIDDEN = "(hidden)"
_MOST = 32  # keys of one process that are remembered
_LIKE_A_KEY = re.compile(r"(?<!\w)sk-(?=[\w-]*\d)[\w-]{16,}", re.ASCII)
_known: dict[str, None] = {}


def is_distinct(key: str) -> bool:
    """Whether finding it in a text means something: a toy key may be a common word."""
    return len(key) >= 16 or (len(key) >= 8 and not key.isalpha())  # noqa: PLR2004


def is_sendable(key: str) -> bool:
    """Whether a header can hold it: visible signs of ASCII only."""
    return all("!" <= sign <= "~" for sign in key)


def holds_key(text: str) -> bool:
    """Whether a key of this process is in the text, or what looks like one."""
    return hidden(text) != text


def hidden(text: str) -> str:
    """The text without the keys of this process, old ones too, and what looks like one."""
    for key in list(_known):
        text = text.replace(key, HIDDEN)
    return _LIKE_A_KEY.sub(HIDDEN, text)


class Secret:
    """A text that is never printed: not by `repr`, `str`, `format`, pickling or a traceback.

    Only `reveal()` gives it out, and only the one place that sends it calls that. What is no text
    is taken for a key that nothing can send.
    """

    __slots__ = ("__value",)

    def __init__(self, value: object = None) -> None:
        text = value if isinstance(value, str) else "" if value is None else "\0"
        self.__value = text.strip()
        if is_distinct(self.__value):
            _known.pop(self.__value, None)
            _known[self.__value] = None
            while len(_known) > _MOST:
                del _known[next(iter(_known))]

    def reveal(self) -> str:
        """The text itself, for the `Authorization` header and nothing else."""
        return self.__value

    def redact(self, text: str) -> str:
        """`text` with every occurrence of the key replaced by `(hidden)`."""
        return text.replace(self.__value, HIDDEN) if self.__value else text

    def is_in(self, text: str) -> bool:
        """Whether `text` contains the key."""
        return bool(self.__value) and self.__value in text

    def __bool__(self) -> bool:
        """Whether there is a key at all."""
        return bool(self.__value)

    def __eq__(self, other: object) -> bool:
        """Equal to a `Secret` with the same text."""
        return isinstance(other, Secret) and self.reveal() == other.reveal()

    def __hash__(self) -> int:
        """Hash of the text, so that equal secrets collapse."""
        return hash(self.__value)

    def __repr__(self) -> str:
        """Whether it is set, never a prefix of it."""
        return "Secret(hidden)" if self else "Secret(none)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        """Refuse to be pickled."""
        msg = "a Secret cannot be pickled"
        raise TypeError(msg)

    def __getstate__(self) -> object:
        """Refuse to be taken apart."""
        return self.__reduce__()
