"""A layer of faults between a client and a server, on the level of bytes.

It stands before each origin of `Peer`, reads whole requests, and does to the n-th request of a kind
what it was told: cut, delay, corrupt, flood, answer something else, before or after the server has
done its work. It knows nothing of the package.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import socket
import struct
import threading
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from peer import Peer

    Fault = Callable[["Exchange"], Awaitable[None]]

KINDS = {
    "create": re.compile(r"POST /v1/videos/generations "),
    "upload": re.compile(r"POST /api/v1/files/upload/\w+ "),
    "poll": re.compile(r"GET /v1/tasks/([^/ ]+) "),
    "download": re.compile(r"GET /\w/([^/ ]+)/"),
}


@dataclass
class Exchange:
    """One request as it came in, and what can be done with it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    port: int
    head: bytes = b""
    body: bytes = b""
    forwarded: bool = False

    @property
    def kind(self) -> str:
        """Create, poll, upload, download, or something else."""
        line = self.head.decode("latin-1")
        return next((kind for kind, is_it in KINDS.items() if is_it.match(line)), "other")

    @property
    def about(self) -> str:
        """The task that it is about."""
        found = KINDS[self.kind].match(self.head.decode("latin-1"))
        return found[1] if found and found.groups() else ""

    def header(self, name: str) -> str:
        """A header of the request."""
        found = re.search(rf"\r\n{name}: *([^\r]*)\r\n", self.head.decode("latin-1"), re.IGNORECASE)
        return found[1] if found else ""

    async def read(self) -> None:
        """The whole request."""
        self.head = await self.reader.readuntil(b"\r\n\r\n")
        if self.header("transfer-encoding").lower() == "chunked":
            while not self.body.endswith(b"0\r\n\r\n"):
                self.body += await self.reader.readuntil(b"\r\n")
        else:
            self.body = await self.reader.readexactly(int(self.header("content-length") or 0))

    async def forward(self) -> tuple[bytes, bytes]:
        """Head and body of the server's answer; the server has done its work then."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        once = re.sub(rb"\r\nConnection: [^\r]*", b"", self.head, flags=re.IGNORECASE)
        writer.write(once[:-2] + b"Connection: close\r\n\r\n" + self.body)
        answer = await reader.read(-1)
        writer.close()
        self.forwarded = True
        head, _, body = answer.partition(b"\r\n\r\n")
        return head, body

    async def send(self, head: bytes, body: bytes) -> None:
        """An answer, after which the connection is closed."""
        await self.write(head + b"\r\nConnection: close\r\n\r\n" + body)

    async def write(self, data: bytes) -> None:
        """Bytes, as they are."""
        self.writer.write(data)
        await self.writer.drain()

    def reset(self) -> None:
        """Break the connection off, so that the other side hears of it as an error."""
        connection: socket.socket = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    async def gone(self) -> None:
        """Wait until the client gives up."""
        with contextlib.suppress(ConnectionError):
            await self.reader.read(1)


@dataclass
class Proxy:
    """Stands before a peer: a context manager.

    Attributes:
        faults: (kind, prompt) -> what to do with the next requests of that kind that are about
            the task of that prompt, one each.
        seen: (kind, prompt) -> how many such requests came.
        keys: prompt -> how often each idempotency key was used, with or without effect.
    """

    peer: Peer
    faults: dict[tuple[str, str], list[Fault]] = field(default_factory=lambda: defaultdict(list))
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    keys: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    def __enter__(self) -> Self:
        """Start, and have the peer hand out links that lead here."""
        self._loop = asyncio.new_event_loop()
        self._servers: list[asyncio.Server] = []
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        peer = self.peer
        self._own_media = peer.media_url
        self.url, self.files_url, peer.media_url = (
            self._run(self._listen(url)) for url in (peer.url, peer.files_url, peer.media_url)
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.peer.media_url = self._own_media
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[object, object, str]) -> str:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(10)

    async def _listen(self, url: str) -> str:
        port = int(url.rpartition(":")[2])

        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            exchange = Exchange(reader, writer, port)
            with contextlib.suppress(
                ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError
            ):
                await self._exchange(exchange)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0, limit=2**24)
        self._servers.append(server)
        return f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _close(self) -> str:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        return ""

    async def _exchange(self, exchange: Exchange) -> None:
        await exchange.read()
        which = exchange.kind, self._prompt(exchange)
        self.seen[which] += 1
        if exchange.kind == "create":
            self.keys[which[1]][exchange.header("idempotency-key")] += 1
        fault = self.faults[which].pop(0) if self.faults[which] else through
        await fault(exchange)

    def _prompt(self, exchange: Exchange) -> str:
        if exchange.kind == "create":
            return str(json.loads(exchange.body)["prompt"])
        if exchange.kind == "upload":
            found = re.search(rb"tEXtprompt\0([^|]*)\|", exchange.body)
            return found[1].decode() if found else ""
        task = self.peer.tasks.get(exchange.about if exchange.kind != "other" else "", {})
        return str(task.get("body", {}).get("prompt", ""))


async def through(exchange: Exchange) -> None:
    """No fault."""
    await exchange.send(*await exchange.forward())
