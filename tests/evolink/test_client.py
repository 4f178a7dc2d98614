from __future__ import annotations

import asyncio
import gc
import json
import ssl
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from evolink.hosts import Host, http
from peer import Peer

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    ProtocolError,
    SeedanceError,
    ServiceError,
    SubmitUncertain,
    TransportError,
)
from seedance_nb.core.secret import Secret
from seedance_nb.evolink import protocol
from seedance_nb.evolink.client import Client
from seedance_nb.evolink.downloads import Download

if TYPE_CHECKING:
    from collections.abc import Coroutine

CANARY = "sk-canary-0123456789abcdef"
ID = "task-unified-1774857405-abc123"
TASK = json.dumps({"id": ID, "status": "pending"})
KEY16 = "k" * 16
LINK = "https://media.example/v"
CLIP = Path(__file__).parents[1] / "data" / "clip.mp4"


def client(url: str, key: str = CANARY, **settings: Any) -> Client:
    return Client(url, key=Secret(key), now=lambda: 1795372800.0, **settings)


def mocked(answer: Any, url: str = "https://api.example", key: str = CANARY) -> Client:
    return client(url, key, transport=httpx.MockTransport(answer))


async def create(talker: Client) -> Any:
    try:
        return await talker.create({"prompt": "x"}, idempotency_key=KEY16)
    finally:
        await talker.aclose()


async def query(talker: Client) -> Any:
    try:
        return await talker.query(ID)
    finally:
        await talker.aclose()


async def download(talker: Client, url: str) -> tuple[bytearray, Download]:
    data = bytearray()
    try:
        into = Download(data.extend, data.clear)
        await talker.download(url, into)
        return data, into
    finally:
        await talker.aclose()


def error_of(work: Coroutine[Any, Any, Any]) -> SeedanceError:
    with pytest.raises(SeedanceError) as caught:
        asyncio.run(work)
    return caught.value


def subclasses(kind: type[Any]) -> list[type[Any]]:
    below = [deeper for each in kind.__subclasses__() for deeper in subclasses(each)]
    return [kind, *below]


UNSENT = {"ConnectError", "ConnectTimeout", "PoolTimeout", "ProxyError", "UnsupportedProtocol"}


@pytest.mark.parametrize("kind", subclasses(httpx.RequestError), ids=lambda kind: kind.__name__)
def test_a_paid_request_that_broke_is_uncertain_unless_it_never_left(kind: type[Any]) -> None:
    """Every failure that the library knows is sorted by whether the POST can have arrived."""
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        raise kind("broke", request=request)

    error = error_of(create(mocked(answer)))

    unsent = kind.__name__ in UNSENT
    assert isinstance(error, TransportError if unsent else SubmitUncertain)
    assert protocol.not_accepted(error) is unsent
    assert error.billed == ("no" if unsent else "unknown")
    assert len(sent) == 1


@pytest.mark.parametrize("kind", subclasses(httpx.RequestError), ids=lambda kind: kind.__name__)
def test_a_look_that_broke_is_a_transport_error(kind: type[Any]) -> None:
    """Reads cost nothing, so every failure of the network is just that."""

    def answer(request: httpx.Request) -> httpx.Response:
        raise kind("broke", request=request)

    error = error_of(query(mocked(answer)))

    assert isinstance(error, TransportError)
    assert (error.billed, error.retryable) == ("no", kind is not httpx.UnsupportedProtocol)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", SubmitUncertain),
        (None, SubmitUncertain),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 500\r\nconnection: close\r\n\r\n{", SubmitUncertain),
        (b"HTTP/1.1 502 Bad\r\ncontent-length: 9\r\nconnection: close\r\n\r\n<", ServiceError),
        (b"HTTP/1.1 400 Bad\r\ncontent-length: 99\r\nconnection: close\r\n\r\n{", InvalidRequest),
        (b"nonsense\r\n\r\n", SubmitUncertain),
        (http(200, "\x1f\x8b broken", content_encoding="gzip"), SubmitUncertain),
        (http(200, "<html>"), ProtocolError),
    ],
)
def test_over_a_real_socket_a_paid_request_goes_out_once(
    answer: bytes | None, kind: type[SeedanceError]
) -> None:
    """Dropped, silent, cut or senseless: one POST, and its fate is told as it is."""

    async def scene() -> None:
        async with Host([answer]) as host:
            talker = client(host.url, create=0.5 if answer is None else 30)
            with pytest.raises(kind) as caught:
                await create(talker)
            assert protocol.not_accepted(caught.value) is (kind is InvalidRequest)
            assert len(host.got) == 1

    asyncio.run(scene())


def test_a_slow_drip_of_an_answer_is_not_waited_for_for_ever() -> None:
    """The whole exchange has a time limit, not only the silence between two bytes."""

    async def drip() -> Any:
        while True:
            await asyncio.sleep(0.01)
            yield b" "

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, content=drip())

    talker = client(
        "https://api.example", transport=httpx.MockTransport(answer), connect=0.02, create=0.03
    )

    assert isinstance(error_of(create(talker)), SubmitUncertain)


def test_a_server_that_is_not_there_took_nothing() -> None:
    """A refused connection is worth another attempt, and cost nothing."""

    async def scene() -> SeedanceError:
        async with Host([b""]) as host:
            url = host.url
        with pytest.raises(TransportError) as caught:
            await create(client(url))
        return caught.value

    error = asyncio.run(scene())

    assert protocol.try_again(error)
    assert (error.billed, error.retryable) == ("no", True)
    assert "127.0.0.1" in error.message


@pytest.mark.parametrize(
    ("cause", "lasting"), [(ssl.SSLCertVerificationError, True), (ssl.SSLEOFError, False)]
)
def test_a_connection_that_is_not_secure_is_told_as_such(
    cause: type[OSError],
    lasting: bool,  # noqa: FBT001
) -> None:
    """A bad certificate is named, and not tried again by itself; nothing was sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        msg = "handshake"
        raise httpx.ConnectError(msg, request=request) from cause(1, "bad")

    error = error_of(create(mocked(answer)))

    assert error.text_id == "error.transport.tls"
    assert protocol.not_accepted(error)
    assert protocol.try_again(error) is not lasting


def test_the_paid_request_never_travels_on_a_used_connection() -> None:
    """A connection that the server has dropped meanwhile cannot make the POST uncertain."""

    async def scene() -> list[int]:
        async with Host([http(200, TASK)]) as host:
            talker = client(host.url)
            await talker.query(ID)
            await talker.query(ID)
            await talker.create({}, idempotency_key=KEY16)
            await talker.create({}, idempotency_key=KEY16)
            await talker.aclose()
            return [arrived.connection for arrived in host.got]

    assert asyncio.run(scene()) == [1, 1, 2, 3]


# --- the key --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_the_key_does_not_follow_a_redirect_to_another_host(status: int) -> None:
    """Neither POST nor GET is repeated on a host that the API's own host points to."""

    async def scene() -> None:
        async with Host([http(200, TASK)]) as other:
            async with Host([http(status, location=f"{other.url}/v1/x")]) as host:
                for work in (create, query):
                    with pytest.raises((ConfigError, ProtocolError)) as caught:
                        await work(client(host.url))
                    if isinstance(caught.value, ConfigError):
                        assert other.url in caught.value.message
                assert len(host.got) == 2
            assert other.got == []

    asyncio.run(scene())


def test_a_read_follows_redirects_on_its_own_host_only_so_far() -> None:
    """A moved address on the same origin is found; a circle ends."""

    async def scene() -> None:
        async with Host([http(307, location="/v2/t"), http(200, TASK)]) as host:
            assert (await query(client(host.url))).task_id == ID
            assert [row.headers["authorization"] for row in host.got] == [f"Bearer {CANARY}"] * 2
        async with Host([http(307, location="/again")]) as host:
            with pytest.raises(ConfigError):
                await query(client(host.url))
            assert len(host.got) == 4

    asyncio.run(scene())


def test_a_result_link_never_gets_the_key() -> None:
    """Not on another host, not through redirects, not even back on the API's own host."""

    async def scene() -> None:
        async with Host([http(200, b"video")]) as api:
            async with Host([http(302, location=f"{api.url}/v.mp4", set_cookie="a=b")]) as media:
                data, got = await download(client(api.url), f"{media.url}/v?sig=1")
            assert (bytes(data), got.size, got.expected) == (b"video", 5, 5)
            assert media.got[0].line == "GET /v?sig=1 HTTP/1.1"
            for arrived in (*media.got, *api.got):
                assert "authorization" not in arrived.headers
                assert "cookie" not in arrived.headers
                assert CANARY not in repr(arrived)

    asyncio.run(scene())


@pytest.mark.parametrize("status", [200, 302, 400, 401, 500])
@pytest.mark.parametrize("work", [create, query], ids=["create", "query"])
def test_a_server_that_echoes_the_key_does_not_get_it_shown(status: int, work: Any) -> None:
    """The key is in no attribute, text, repr or traceback, locals included."""
    echoes = [
        f"you sent Bearer {CANARY}",
        json.dumps({"error": {"code": CANARY, "message": CANARY, "param": [CANARY]}}),
        json.dumps({"error": {"message": "".join(f"\\u{ord(c):04x}" for c in CANARY)}}).replace(
            "\\\\", "\\"
        ),
    ]

    async def scene(echo: str) -> None:
        headers = {"x_request_id": CANARY, "location": f"https://{CANARY}.example/"}
        async with Host([http(status, echo, **headers)]) as host:
            await work(client(host.url))

    for echo in echoes:
        error = error_of(scene(echo))
        assert_hidden(error)


def test_a_library_that_quotes_the_key_does_not_get_it_shown() -> None:
    """What the HTTP library says about a request is told without the key, and it is let go."""

    def answer(request: httpx.Request) -> httpx.Response:
        msg = f"Illegal header value {request.headers['authorization']!r}"
        raise httpx.LocalProtocolError(msg, request=request)

    for work in (create, query):
        error = error_of(work(mocked(answer)))
        assert_hidden(error)
        assert "(hidden)" in error.message


def assert_hidden(error: SeedanceError) -> None:
    assert error.__context__ is None
    assert error.__cause__ is None
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    ours = [frame for frame in report.stack if "seedance_nb" in frame.filename]
    assert ours
    shown = [*report.format_exception_only(), str(error), repr(error), json.dumps(error.to_dict())]
    assert CANARY not in "\n".join([*shown, *(repr(frame.locals) for frame in ours)])
    assert not [held for held in gc.get_referents(error) if isinstance(held, httpx.RequestError)]


@pytest.mark.parametrize("key", ["sk canary", "sk-canary\n\nx", "密钥", "sk-\x00"])
def test_a_key_that_no_header_can_hold_is_refused_before_the_library_sees_it(key: str) -> None:
    """The library would quote it in its own words."""
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200)

    error = error_of(create(mocked(answer, key=key)))

    assert isinstance(error, AuthError)
    assert key not in str(error)
    assert sent == []


# --- proxies --------------------------------------------------------------------------------------


def test_a_dead_proxy_does_not_stand_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loopback hosts are reached straight, API and result links alike."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def scene() -> None:
        async with Host([http(200, TASK)]) as host:
            assert (await create(client(host.url))).task_id == ID
            assert (await query(client(f"http://localhost:{host.port}"))).task_id == ID

    asyncio.run(scene())


def test_a_proxy_of_the_environment_is_used_for_the_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The proxy is asked for a tunnel, and sees neither the key nor the request."""
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)

    async def scene() -> None:
        async with Host([http(403)]) as proxy:
            for name in ("HTTPS_PROXY", "https_proxy"):
                monkeypatch.setenv(name, proxy.url)
            with pytest.raises(TransportError) as caught:
                await create(client("https://api.example"))
            assert protocol.not_accepted(caught.value)
            assert proxy.got[0].line == "CONNECT api.example:443 HTTP/1.1"
            assert CANARY not in repr(proxy.got)

    asyncio.run(scene())


def test_a_proxy_that_makes_no_sense_is_a_setting_to_mend(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is sent, and the password in the address is not shown."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "nonsense://user:pa55word@proxy.example")

    error = error_of(create(client("https://api.example")))

    assert isinstance(error, ConfigError)
    assert protocol.not_accepted(error)
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    assert "pa55word" not in "".join(report.format())


# --- downloads ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "text"),
    [(400, "error.link.refused"), (401, "error.link.refused"), (403, "error.link.refused"),
     (404, "error.link.refused"), (410, "error.link.refused"), (408, "error.download.failed"),
     (429, "error.download.failed"), (500, "error.download.failed"),
     (503, "error.download.failed"), (204, "error.download.failed")],
)  # fmt: skip
def test_a_refused_link_is_told_from_a_host_in_trouble(status: int, text: str) -> None:
    """A refusal asks for a fresh link; the rest for another attempt; the video is paid for."""
    answer = httpx.Response(status, headers={"Retry-After": "3"})

    error = error_of(download(mocked(lambda _: answer), "https://media.example/v?sig=SECRET"))

    assert isinstance(error, ServiceError)
    assert (error.text_id, error.http_status) == (text, status)
    assert (error.billed, error.retryable) == ("yes", True)
    assert error.retry_after == (None if text == "error.link.refused" else 3.0)
    assert "SECRET" not in json.dumps(error.to_dict())


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/v", "http://localhost:8000/v", "https://10.0.0.1/v", "http://[::1]/v",
     "http://169.254.169.254/latest", "ftp://a.example/v", "file:///etc/passwd", ""],
)  # fmt: skip
def test_a_public_server_cannot_lead_into_a_private_network(url: str) -> None:
    """Neither by a link nor by a redirect of one; nothing is asked there."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(302, headers={"Location": url})

    direct = error_of(download(mocked(answer), url))
    assert asked == []
    redirected = error_of(download(mocked(answer), "https://media.example/v"))

    assert isinstance(direct, ProtocolError)
    if url:
        assert asked == ["https://media.example/v"]
        assert direct.text_id == redirected.text_id


def test_a_circle_of_redirects_ends() -> None:
    """At most five redirects are followed."""
    asked = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(302, headers={"Location": "/again"})

    error = error_of(download(mocked(answer), "https://media.example/v"))

    assert (error.text_id, len(asked)) == ("error.download.circle", 6)


@pytest.mark.parametrize("announced", [True, False])
def test_a_video_beyond_all_measure_is_not_taken(announced: bool) -> None:  # noqa: FBT001
    """The download ends at the limit, announced or not, and no more than it is written."""

    async def endless() -> Any:
        while True:
            yield b"x" * 100

    headers = {"Content-Length": "1000000"} if announced else {}
    transport = httpx.MockTransport(
        lambda _: httpx.Response(200, headers=headers, content=endless())
    )
    talker = client("https://api.example", transport=transport, largest_video=1000)
    written: list[bytes] = []

    error = error_of(talker.download(LINK, Download(written.append, written.clear)))

    assert error.text_id == "error.download.size"
    assert len(b"".join(written)) <= 1000


def test_a_download_that_breaks_off_is_told_and_can_be_repeated() -> None:
    """Missing bytes are an error of the network, never a finished file."""
    cut = b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\nabc"

    async def scene() -> None:
        async with Host([cut]) as host:
            with pytest.raises(TransportError) as caught:
                await download(client(host.url), f"{host.url}/v")
            assert (caught.value.billed, caught.value.retryable) == ("yes", True)

    asyncio.run(scene())


def test_what_the_disk_says_passes_through() -> None:
    """A full disk is not mistaken for a broken network."""

    def write(_: bytes) -> None:
        raise OSError(28, "No space left on device")

    async def scene() -> None:
        talker = mocked(lambda _: httpx.Response(200, content=b"abc"))
        with pytest.raises(OSError, match="No space"):
            await talker.download(LINK, Download(write, list))
        await talker.aclose()

    asyncio.run(scene())


# --- the whole ------------------------------------------------------------------------------------


def test_an_independent_server_is_spoken_with_from_create_to_download() -> None:
    """Create, query, credits and download work against a server that shares no code with us."""

    async def scene(peer: Peer) -> None:
        talker = client(peer.url, peer.key)
        made = await talker.create({"model": "seedance-2.0-text-to-video", "prompt": "x"},
                                   idempotency_key=KEY16)  # fmt: skip
        reply = made
        while not reply.results:
            reply = await talker.query(made.task_id)
        data = bytearray()
        got = Download(data.extend, data.clear)
        await talker.download(reply.results[0], got)
        assert (bytes(data), got.size) == (CLIP.read_bytes(), CLIP.stat().st_size)
        assert "token" in await talker.credits()
        with pytest.raises(ConfigError):
            await talker.batch([made.task_id])
        await talker.aclose()

    with Peer(video=CLIP.read_bytes(), redirect="cross") as peer:
        asyncio.run(scene(peer))
        assert len(peer.creates) == 1
        assert all("authorization" not in call.headers for call in peer.downloads)


def test_a_batch_answers_for_the_ids_that_were_asked_for() -> None:
    """Rows about other tasks are not believed."""
    rows = [{"id": ID, "status": "pending"}, {"id": "task-unified-1-other", "status": "pending"}]
    talker = mocked(lambda _: httpx.Response(200, json={"code": 200, "data": rows}))

    assert list(asyncio.run(talker.batch([ID]))) == [ID]


def test_a_closed_client_sends_nothing() -> None:
    """After closing, a paid request is refused as surely not sent."""
    talker = mocked(lambda _: httpx.Response(200, text=TASK))

    async def scene() -> None:
        await talker.query(ID)
        await talker.aclose()
        await talker.create({}, idempotency_key=KEY16)

    error = error_of(scene())

    assert isinstance(error, TransportError)
    assert protocol.not_accepted(error)
    assert not protocol.try_again(error)
    assert CANARY not in repr(talker)
