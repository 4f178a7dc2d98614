"""Downloads: they go on where they broke off, and go nowhere that they must not."""

from __future__ import annotations

import asyncio
import tracemalloc
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from evolink.hosts import Host, http

from seedance_nb.core.errors import ProtocolError, SeedanceError, TransportError
from seedance_nb.core.secret import Secret
from seedance_nb.evolink import links
from seedance_nb.evolink.client import Client
from seedance_nb.evolink.downloads import Download

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

FILE = bytes(range(256)) * 8
SIZE = len(FILE)


def client(url: str = "https://api.example", **settings: Any) -> Client:
    return Client(url, key=Secret("sk-not-for-links"), now=lambda: 1795372800.0, **settings)


def cut(sent: int, **headers: str) -> bytes:
    """An answer that announces the whole file and breaks off."""
    whole = http(200, FILE, connection="close", **headers)
    return whole[: len(whole) - SIZE + sent]


def part(first: int, total: int | str = SIZE, **headers: str) -> bytes:
    """The rest of the file."""
    told = f"bytes {first}-{SIZE - 1}/{total}"
    return http(206, FILE[first:], connection="close", content_range=told, **headers)


def fetched(
    *answers: bytes, attempts: int = 2, header: str = "range"
) -> tuple[bytes, list[str | None], Download]:
    """What comes of a file in some attempts; the ranges that were asked for, or another header."""

    async def scene() -> tuple[bytes, list[str | None], Download]:
        data = bytearray()
        into = Download(data.extend, data.clear)
        async with Host(list(answers)) as host:
            talker = client(host.url)
            for attempt in range(attempts):
                try:
                    await talker.download(f"{host.url}/v", into)
                    break
                except TransportError:
                    assert attempt + 1 < attempts
            await talker.aclose()
            return bytes(data), [got.headers.get(header) for got in host.got], into

    return asyncio.run(scene())


def test_a_download_goes_on_where_it_broke_off() -> None:
    """Only what is missing is asked for again, from the file that it was."""
    data, ranges, into = fetched(cut(1000, etag='"a"'), part(1000, etag='"a"'))

    assert FILE == data
    assert [None, "bytes=1000-"] == ranges
    assert SIZE == into.size == into.expected


@pytest.mark.parametrize(("etag", "condition"), [('"a"', '"a"'), ('W/"a"', None)])
def test_a_part_is_asked_for_if_the_file_is_the_same(etag: str, condition: str | None) -> None:
    """`If-Range` names the file that was begun; a weak mark says too little for that (RFC 9110)."""
    data, asked, _ = fetched(cut(1000, etag=etag), part(1000, etag=etag), header="if-range")

    assert FILE == data
    assert [None, condition] == asked


@pytest.mark.parametrize(
    "second",
    [
        part(1000, etag='"b"'),
        part(1000, total=SIZE + 1),
        part(900),
        part(1000, content_encoding="br"),
        http(206, FILE[1000:], connection="close"),
        http(416, connection="close", content_range=f"bytes */{SIZE}"),
    ],
    ids=["other file", "other length", "other place", "compressed", "unsaid", "refused"],
)
def test_a_part_that_does_not_fit_is_not_taken(second: bytes) -> None:
    """A part of another file, or from another place, is dropped and the whole asked for anew."""
    whole = http(200, FILE, connection="close")

    data, ranges, _ = fetched(cut(1000, etag='"a"'), second, whole)

    assert FILE == data
    assert [None, "bytes=1000-", None] == ranges


def test_a_server_without_parts_sends_the_whole_again() -> None:
    """What came before is forgotten, and where the server says so no part is asked for."""
    whole = http(200, FILE, connection="close")

    assert (FILE, [None, "bytes=1000-"]) == fetched(cut(1000), whole)[:2]
    assert (FILE, [None, None]) == fetched(cut(1000, accept_ranges="none"), whole)[:2]


def test_a_file_of_unknown_length_and_name_is_never_pieced_together() -> None:
    """Where nothing says that the rest belongs to the beginning, the whole is asked for."""
    open_end = (
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n3\r\nabc\r\n"
    )

    assert (FILE, [None, None]) == fetched(open_end, http(200, FILE, connection="close"))[:2]


def test_a_large_video_needs_little_memory() -> None:
    """A video passes through in small pieces, whatever its length."""
    sizes: list[int] = []

    async def stream() -> Any:
        for _ in range(400):
            yield b"x" * 100_000

    async def scene() -> None:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, content=stream()))
        talker = client(transport=transport)
        await talker.download("https://media.example/v", Download(lambda b: sizes.append(len(b)),
                                                                  sizes.clear))  # fmt: skip

    tracemalloc.start()
    asyncio.run(scene())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert 40_000_000 == sum(sizes)
    assert peak < 8_000_000


# --- fences ---------------------------------------------------------------------------------------


def resolver(*addresses: str) -> Callable[[str, int], Awaitable[list[str]]]:
    async def resolve(name: str, port: int) -> list[str]:
        if not addresses:
            msg = "Name or service not known"
            raise OSError(msg)
        return list(addresses)

    return resolve


def asked(url: str, *addresses: str, base: str = "https://api.example") -> list[httpx.Request]:
    """The requests that go out for a link whose name has these addresses."""
    seen = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=b"abc")

    transport = httpx.MockTransport(answer)
    talker = client(base, transport=transport, resolve=resolver(*addresses))
    asyncio.run(talker.download(url, Download(lambda _: None, list)))
    return seen


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["10.1.2.3"],
        ["169.254.169.254"],
        ["93.184.216.34", "192.168.0.1"],
        ["::1"],
        ["::ffff:10.0.0.1"],
        ["64:ff9b::a00:1"],
        ["2002:7f00:1::"],
        ["fe80::1%eth0"],
        ["224.0.0.1"],
    ],
    ids=str,
)
def test_a_name_that_means_a_private_place_is_refused(addresses: list[str]) -> None:
    """What a name resolves to is judged, every address of it, before anything is sent."""
    with pytest.raises(ProtocolError) as caught:
        asked("https://media.example/v", *addresses)

    assert "error.download.private" == caught.value.text_id
    assert "media.example" in caught.value.message


def test_the_address_that_was_judged_is_the_one_that_is_used() -> None:
    """The name is looked up once; host header and TLS are still about the name."""
    [request] = asked("https://media.example:8443/v?sig=1", "93.184.216.34")

    assert "https://93.184.216.34:8443/v?sig=1" == str(request.url)
    assert "media.example:8443" == request.headers["host"]
    assert "media.example" == request.extensions["sni_hostname"]


@pytest.mark.parametrize(
    ("address", "fine"), [("127.0.0.1", True), ("::1", True), ("10.0.0.1", False)]
)
def test_a_server_on_this_machine_may_lead_to_this_machine_only(
    address: str,
    fine: bool,  # noqa: FBT001
) -> None:
    """Its links may stay here, by name or address; the rest of the private network is closed."""
    url = "http://[::1]/v" if ":" in address else f"http://{address}/v"
    for link in (url, "http://media.example/v"):
        if fine:
            assert asked(link, address, base="http://127.0.0.1:8000")
        else:
            with pytest.raises(ProtocolError):
                asked(link, address, base="http://127.0.0.1:8000")


def test_the_next_address_is_tried_where_one_is_dead() -> None:
    """A name with several addresses is reached through whichever answers."""

    async def scene() -> int:
        async with Host([http(200, FILE)]) as host:
            talker = client(host.url, resolve=resolver("127.0.0.9", "127.0.0.1"))
            into = Download(lambda _: None, list)
            await talker.download(f"http://media.example:{host.port}/v", into)
            await talker.aclose()
            assert f"media.example:{host.port}" == host.got[0].headers["host"]
            return into.size

    assert SIZE == asyncio.run(scene())


def test_a_name_that_nobody_knows_is_an_outage() -> None:
    """A failing name service is told as no connection, worth another attempt, and paid for."""
    with pytest.raises(TransportError) as caught:
        asked("https://media.example/v")

    assert ("error.transport.connect", "yes") == (caught.value.text_id, caught.value.billed)
    assert caught.value.retryable


def test_a_redirect_is_looked_up_anew() -> None:
    """Where a public host redirects to a name of the private network, nothing is asked there."""
    moved = httpx.Response(302, headers={"Location": "http://inside.example/"})
    seen = []

    async def resolve(name: str, port: int) -> list[str]:
        seen.append(name)
        return ["10.0.0.1" if name == "inside.example" else "93.184.216.34"]

    talker = client(transport=httpx.MockTransport(lambda _: moved), resolve=resolve)

    with pytest.raises(SeedanceError) as caught:
        asyncio.run(talker.download("https://media.example/v", Download(list, list)))

    assert "error.download.private" == caught.value.text_id
    assert ["media.example", "inside.example"] == seen


def test_the_machines_own_resolver_knows_this_machine() -> None:
    """The default look-up gives the addresses of a name."""
    assert {"127.0.0.1", "::1"} >= set(asyncio.run(links.resolve("localhost", 80)))


def test_behind_a_proxy_the_proxy_looks_names_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """A link goes through the proxy of the environment by its name, spelling judged as ever."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")

    async def scene() -> None:
        async with Host([http(200, FILE)]) as host:
            monkeypatch.setenv("http_proxy", host.url)
            talker = client(resolve=resolver("10.0.0.1"))
            into = Download(lambda _: None, list)
            await talker.download("http://media.example/v", into)
            with pytest.raises(ProtocolError):
                await talker.download("http://10.0.0.1/v", into)
            await talker.aclose()
            assert ["GET http://media.example/v HTTP/1.1"] == [got.line for got in host.got]

    asyncio.run(scene())
