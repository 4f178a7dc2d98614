"""A key that does not show itself."""

from __future__ import annotations


class Secret:
    """A text that is never printed: not by `repr`, `str`, `format`, pickling or a traceback.

    Only `reveal()` gives it out, and only the one place that sends it calls that.
    """

    __slots__ = ("__value",)

    def __init__(self, value: str | None = None) -> None:
        self.__value = (value or "").strip()

    def reveal(self) -> str:
        """The text itself, for the `Authorization` header and nothing else."""
        return self.__value

    def redact(self, text: str) -> str:
        """`text` with every occurrence of the key replaced by `(hidden)`."""
        return text.replace(self.__value, "(hidden)") if self.__value else text

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
