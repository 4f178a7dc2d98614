"""Reads a multipart form piece by piece, so that a large file goes to disk and not to memory."""

from __future__ import annotations

from email.message import Message
from typing import TYPE_CHECKING

from tornado.httputil import HTTPHeaders

if TYPE_CHECKING:
    from typing import BinaryIO

__all__ = ["FormReader"]

_MOST_HEAD = 16_384
_MOST_FIELD = 65_536


class FormReader:
    """The parts of a form: `file` goes to a file, all others are kept as text.

    Attributes:
        fields: Name -> text of each part without a file name.
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
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self.size = 0

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
            self._rest = b""
            return False
        if not end:
            if len(head) > _MOST_HEAD:
                raise ValueError("head of a part")
            return False
        text = head.decode("utf-8", "replace").lstrip()
        told = HTTPHeaders.parse(text).get("Content-Disposition", "")
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
            text = self.fields.get(self._name, "") + content.decode("utf-8", "replace")
            self.fields[self._name] = text[:_MOST_FIELD]


def _value(header: str, name: str) -> str:
    """A parameter of a header such as `form-data; name="file"`."""
    message = Message()
    message["Content-Disposition"] = header
    value = message.get_param(name, "", "content-disposition")
    return str(value[2] if isinstance(value, tuple) else value)
