"""The faults, by name: each does something bad to one exchange."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
from typing import TYPE_CHECKING

from faults.proxy import through

if TYPE_CHECKING:
    from collections.abc import Callable

    from faults.proxy import Exchange, Fault

FLOOD = 9 * 1024**2  # more than any answer of the API has


def answer(status: int, body: bytes | str = b"", **headers: str) -> Fault:
    """An answer of somebody before the server, which gets nothing."""
    data = body.encode() if isinstance(body, str) else body

    async def fault(exchange: Exchange) -> None:
        await exchange.send(head(status, data, **headers), data)

    return fault


def but(status: int, body: bytes | str = b"", **headers: str) -> Fault:
    """The server does its work, and something else is answered."""
    instead = answer(status, body, **headers)

    async def fault(exchange: Exchange) -> None:
        await exchange.forward()
        await instead(exchange)

    return fault


def head(status: int, data: bytes, **headers: str) -> bytes:
    """Status line and headers."""
    fields = {"Content-Length": str(len(data)), "Content-Type": "application/json"}
    fields |= {name.replace("_", "-"): value for name, value in headers.items()}
    rows = "".join(f"\r\n{name}: {value}" for name, value in fields.items())
    return f"HTTP/1.1 {status} Whatever{rows}".encode()


def error(code: str, message: str = "no") -> str:
    """A body as the API makes them."""
    return json.dumps({"error": {"code": code, "message": message, "type": "t"}})


def changed(change: Callable[[bytes, bytes], tuple[bytes, bytes]]) -> Fault:
    """The server's answer with something wrong in head or body."""

    async def fault(exchange: Exchange) -> None:
        await exchange.send(*change(*await exchange.forward()))

    return fault


def raw(data: bytes) -> Fault:
    """The server does its work, and bytes that are no answer come back."""

    async def fault(exchange: Exchange) -> None:
        await exchange.forward()
        await exchange.write(data)

    return fault


def cut(where: Callable[[bytes, bytes], int], *, reset: bool = False) -> Fault:
    """The server does its work, and its answer breaks off."""

    async def fault(exchange: Exchange) -> None:
        top, body = await exchange.forward()
        whole = top + b"\r\nConnection: close\r\n\r\n" + body
        await exchange.write(whole[: where(top + b"\r\nConnection: close\r\n\r\n", body)])
        if reset:
            exchange.reset()

    return fault


def headers(*rows: bytes, without: bytes = b"content-length") -> Fault:
    """The server's answer with other headers."""

    def change(top: bytes, body: bytes) -> tuple[bytes, bytes]:
        kept = [row for row in top.split(b"\r\n") if not row.lower().startswith(without)]
        length = b"Content-Length: %d" % len(body)
        return b"\r\n".join([*kept, *(row.replace(b"LENGTH", length) for row in rows)]), body

    return changed(change)


async def close_at_once(exchange: Exchange) -> None:
    """Nobody answers, and the server gets nothing."""


async def reset_at_once(exchange: Exchange) -> None:
    """The same, told as an error."""
    exchange.reset()


async def silence(exchange: Exchange) -> None:
    """Nothing comes, and the server gets nothing."""
    await exchange.gone()


async def no_answer(exchange: Exchange) -> None:
    """The server does its work, and the connection ends."""
    await exchange.forward()


async def reset_after(exchange: Exchange) -> None:
    """The same, told as an error."""
    await exchange.forward()
    exchange.reset()


async def silence_after(exchange: Exchange) -> None:
    """The server does its work, and nothing comes."""
    await exchange.forward()
    await exchange.gone()


async def drip(exchange: Exchange) -> None:
    """The answer comes byte by byte, too slowly to be waited for."""
    top, body = await exchange.forward()
    with contextlib.suppress(ConnectionError):
        for byte in (top + b"\r\n\r\n" + body)[:80]:
            await exchange.write(bytes([byte]))
            await asyncio.sleep(0.05)


async def flood(exchange: Exchange) -> None:
    """An answer that does not end."""
    await exchange.forward()
    with contextlib.suppress(ConnectionError):
        await exchange.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b"[" * FLOOD)


async def slow(exchange: Exchange) -> None:
    """A pause that can be borne."""
    await asyncio.sleep(0.05)
    await through(exchange)


async def twice(exchange: Exchange) -> None:
    """The answer comes two times."""
    top, body = await exchange.forward()
    await exchange.write((top + b"\r\n\r\n" + body) * 2)


DATE = "Sun, 22 Nov 2020 18:41:00 GMT"
FAULTS: dict[str, Fault] = {
    # the server gets nothing
    "closed at once": close_at_once,
    "reset at once": reset_at_once,
    "silence": silence,
    "400": answer(400, error("invalid_request")),
    "400 html": answer(400, "<html>bad request</html>"),
    "401": answer(401, error("unauthorized")),
    "402": answer(402, error("insufficient_quota")),
    "403": answer(403, error("permission_denied")),
    "403 html of a firewall": answer(403, "<html>blocked</html>", Content_Type="text/html"),
    "404": answer(404, error("task_not_found")),
    "404 html": answer(404, "<html>nothing here</html>"),
    "405": answer(405),
    "407": answer(407),
    "408": answer(408),
    "409": answer(409, error("conflict")),
    "409 outcome unknown": answer(409, error("paid_outcome_unknown")),
    "410": answer(410),
    "413": answer(413),
    "418": answer(418, "teapot"),
    "422": answer(422, error("invalid_parameters")),
    "425": answer(425),
    "429": answer(429, error("rate_limit_exceeded")),
    "429 with seconds": answer(429, error("rate_limit_exceeded"), Retry_After="3"),
    "429 with a date": answer(429, "", Retry_After=DATE),
    "429 with nonsense": answer(429, "", Retry_After="soon"),
    "451": answer(451),
    "500": answer(500, error("internal_error")),
    "501": answer(501),
    "502 html": answer(502, "<html>bad gateway</html>"),
    "503": answer(503, error("service_unavailable")),
    "503 with seconds": answer(503, error("service_unavailable"), Retry_After="3"),
    "503 with a date": answer(503, "", Retry_After=DATE),
    "504": answer(504),
    "524": answer(524),
    "599": answer(599),
    # the server does its work, and the answer gets lost
    "no answer": no_answer,
    "reset instead of an answer": reset_after,
    "silence instead of an answer": silence_after,
    "a drip": drip,
    "cut in the first line": cut(lambda *_: 7),
    "cut in the headers": cut(lambda *_: 40),
    "cut after the headers": cut(lambda top, _: len(top)),
    "cut after a byte": cut(lambda top, _: len(top) + 1),
    "cut before the last byte": cut(lambda top, body: len(top) + len(body) - 1),
    "reset in the middle": cut(lambda top, body: len(top) + len(body) // 2, reset=True),
    "500 after all": but(500, error("internal_error")),
    "502 after all": but(502, "<html>bad gateway</html>"),
    "504 after all": but(504),
    "html after all": but(200, "<html>please log in to this wifi</html>"),
    "empty after all": but(200),
    "204 after all": but(204),
    "304 after all": but(304),
    "302 to itself": but(302, Location="#"),
    "302 to nowhere": but(302, Location="http://"),
    "302 to a file": but(302, Location="file:///etc/passwd"),
    "half JSON": but(200, '{"id": "task-'),
    "a JSON number": but(200, "7"),
    "a JSON null": but(200, "null"),
    "an empty object": but(200, "{}"),
    "deep JSON": but(200, "[" * 5000 + "]" * 5000),
    "the task of another": but(200, '{"id": "a-b", "status": "pending"} trailing'),
    "an error in a 200": but(200, error("internal_error")),
    "a flood": flood,
    # the answer comes, and something is wrong with it
    "garbled": changed(lambda top, body: (top, body[:4][::-1] + body[4:])),
    "another alphabet": changed(
        lambda top, body: (top.replace(b"Length: ", b"Length: 9"), body.hex().encode())
    ),
    "announced too long": headers(b"Content-Length: 99999999"),
    "announced too short": headers(b"Content-Length: 5"),
    "announced as nonsense": headers(b"Content-Length: many"),
    "announced in two ways": headers(b"LENGTH", b"Content-Length: 3"),
    "broken chunks": headers(b"Transfer-Encoding: chunked"),
    "packed and not": headers(b"LENGTH", b"Content-Encoding: gzip"),
    "packed and cut": changed(
        lambda _, body: (
            b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip",
            gzip.compress(body)[: len(body) // 20 + 15],
        )
    ),
    "a header without a colon": headers(b"LENGTH", b"nonsense"),
    "a header beyond all measure": headers(b"LENGTH", b"x-y: " + b"z" * 200_000),
    "a thousand headers": headers(b"LENGTH", *(b"x-%d: y" % n for n in range(1000))),
    "no HTTP": raw(b"SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    "TLS where none is": raw(b"\x15\x03\x01\x00\x02\x02\x46"),
    "a status that is none": raw(b"HTTP/1.1 9999 What\r\n\r\n"),
    "only hints": raw(b"HTTP/1.1 103 Early\r\n\r\n" * 20),
    # odd, and good enough
    "slow": slow,
    "twice": twice,
    "no length": headers(),
    "hints first": changed(lambda top, body: (b"HTTP/1.1 103 Early\r\n\r\n" + top, body)),
}
