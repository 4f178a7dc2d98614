"""A server of raw answers: what it says is written out in the test."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import Self


@dataclass
class Arrived:
    """One request as it came in, and on which connection (counted from 1)."""

    line: str
    headers: dict[str, str]
    body: bytes
    connection: int


@dataclass
class Host:
    """Answers the n-th request with the n-th of `answers`, then with the last one for ever.

    An answer is the bytes to send; `b""` closes without a word, None never answers.
    """

    answers: list[bytes | None]
    delay: float = 0.0  # seconds before each answer
    got: list[Arrived] = field(default_factory=list)
    connections: int = 0

    async def __aenter__(self) -> Self:
        self._tasks: set[asyncio.Task[None]] = set()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        number = self.connections
        try:
            with contextlib.suppress(
                asyncio.IncompleteReadError, asyncio.CancelledError, ConnectionError
            ):
                while await self._exchange(reader, writer, number):
                    pass
        finally:
            writer.close()
            with contextlib.suppress(ConnectionError, asyncio.CancelledError):
                await writer.wait_closed()
            self._tasks.discard(task)

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: int
    ) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *rows = head.strip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in map(_split, rows)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append(Arrived(line, headers, body, number))
        answer = self.answers[min(len(self.got), len(self.answers)) - 1]
        if answer is None:
            await asyncio.sleep(60)
        await asyncio.sleep(self.delay)
        writer.write(answer or b"")
        await writer.drain()
        return bool(answer) and b"connection: close" not in (answer or b"").lower()


def _split(row: str) -> tuple[str, str, str]:
    return row.partition(":")


def http(status: int, body: bytes | str = b"", **headers: str) -> bytes:
    """A whole answer; underscores in the names of headers stand for hyphens."""
    data = body.encode() if isinstance(body, str) else body
    fields = {"content-length": str(len(data))}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    rows = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} Whatever\r\n{rows}\r\n".encode() + data
