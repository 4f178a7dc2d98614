"""Reads a multipart form piece by piece, so that a large file goes to disk and not to memory."""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["FormReader"]

_MOST_HEAD = 16_384
_MOST_FIELD = 65_536


class FormReader:
    """The parts of a form: `file` goes to a file, all others are kept as text.

    Attributes:
        complete: Whether the form has come to its end.
        filename: The name that the part `file` gives, None as long as there is no such part.
        size: Bytes of the part `file`; what exceeds `most` is counted and not written.
    """

    def __init__(self, content_type: str, target: BinaryIO, most: int) -> None:
        """`content_type` is the header of the call, with its boundary.

        Raises:
            ValueError: It is no form.
        """
        boundary = _value(content_type, "boundary")
        if not content_type.lower().startswith("multipart/form-data") or not boundary:
            raise ValueError("no form")
        self._mark = f"\r\n--{boundary}".encode()
        self._target = target
        self._most = most
        self._rest = b"\r\n"
        self._in_head = False
        self._name = ""
        self._fields: dict[str, bytes] = {}
        self.complete = False
        self.filename: str | None = None
        self.size = 0

    @property
    def fields(self) -> dict[str, str]:
        """Name -> text of each part but `file`."""
        return {name: text.decode("utf-8", "replace") for name, text in self._fields.items()}

    def feed(self, chunk: bytes) -> None:
        """Takes the next piece of the body.

        Raises:
            ValueError: A part has too long a head.
            OSError: The file cannot be written.
        """
        self._rest += chunk
        while self._read_head() if self._in_head else self._read_body():
            pass

    def _read_head(self) -> bool:
        head, end, rest = self._rest.partition(b"\r\n\r\n")
        if self._rest.startswith(b"--"):
            self._rest, self.complete = b"--", True  # Whatever follows is no part of the form.
            return False
        if not end:
            if len(head) > _MOST_HEAD:
                raise ValueError("head of a part")
            return False
        told = _disposition(head.decode("utf-8", "replace"))
        self._name = _value(told, "name")
        if self._name == "file":
            self.filename = _value(told, "filename")
        self._rest, self._in_head = rest, False
        return True

    def _read_body(self) -> bool:
        at = self._rest.find(self._mark)
        if at < 0:
            at = max(0, len(self._rest) - len(self._mark) + 1)
            self._take(self._rest[:at])
            self._rest = self._rest[at:]
            return False
        self._take(self._rest[:at])
        self._rest, self._in_head = self._rest[at + len(self._mark) :], True
        return True

    def _take(self, content: bytes) -> None:
        if self._name == "file":
            self.size += len(content)
            if self.size <= self._most:
                self._target.write(content)
        elif self._name:
            whole = self._fields.get(self._name, b"") + content
            self._fields[self._name] = whole[:_MOST_FIELD]


def _disposition(head: str) -> str:
    for line in head.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() == "content-disposition":
            return value.strip()
    return ""


def _value(header: str, name: str) -> str:
    """A parameter of a header such as `form-data; name="file"`."""
    message = Message()
    message["Content-Disposition"] = header
    value = message.get_param(name, "", "content-disposition")
    return str(value[2] if isinstance(value, tuple) else value)
