"""The file API: what goes out, what comes back, and what a refusal means."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import time
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY as KEY
from evolink.hosts import Host, http

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    SeedanceError,
    ServiceError,
    TransportError,
)
from seedance_nb.core.media import Media
from seedance_nb.core.secret import Secret
from seedance_nb.evolink import files, protocol
from seedance_nb.evolink.client import Client
from seedance_nb.simulator.server import Simulator

if TYPE_CHECKING:
    from peer import Peer

    from seedance_nb.evolink.files import Uploaded

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def media_of(path: Path, content: bytes, **facts: Any) -> Media:
    """An input, and its file on disk."""
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    given = {"name": "my cat.png", "format": "png", "size": len(content), **facts}
    return Media(sha256=digest, source=path, **given)


async def upload(url: str, media: Media, key: str = KEY, **given: Any) -> Uploaded:
    """Upload a file, and let go of the connections."""
    client = Client(url, key=Secret(key), now=time.time)
    try:
        assert isinstance(media.source, Path)
        return await client.upload(media, media.source, **given)
    finally:
        await client.aclose()


def test_a_file_goes_as_the_one_part_of_a_form(peer: Peer, tmp_path: Path) -> None:
    """It arrives whole, under the name of its content, with its type, length and the key."""
    media = media_of(tmp_path / "x", PIXEL)

    uploaded = asyncio.run(upload(peer.files_url, media))

    [call] = peer.uploads
    told = {"sha256": media.sha256, "size": len(PIXEL), "name": media.file, "type": "image/png"}
    assert told == call.body
    assert f"Bearer {KEY}" == call.headers["authorization"]
    assert "transfer-encoding" not in call.headers
    assert uploaded.url.endswith("?sign=k3")


def test_progress_goes_from_nothing_to_all(peer: Peer, tmp_path: Path) -> None:
    """The share that was sent only grows, from 0 to 1, in more than one step for a large file."""
    media = media_of(tmp_path / "x", bytes(3 * files.CHUNK + 5))
    shares: list[float] = []

    asyncio.run(upload(peer.files_url, media, tell=shares.append))

    assert (0.0, 1.0, sorted(shares)) == (shares[0], shares[-1], shares)
    assert 5 == len(shares)


def test_memory_stays_flat(peer: Peer, tmp_path: Path) -> None:
    """A file of 40 MB goes up in pieces."""
    media = media_of(tmp_path / "x", bytes(40 * 1024**2))
    tracemalloc.start()
    asyncio.run(upload(peer.files_url, media))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert 8 * 1024**2 > peak


@pytest.mark.parametrize("other", [b"", PIXEL[:-1], PIXEL[:-1] + b"?", PIXEL + b"?", None])
def test_another_content_never_arrives_whole(
    other: bytes | None, peer: Peer, tmp_path: Path
) -> None:
    """A file that shrank, grew, changed or went since it was opened gets no address."""
    media = media_of(tmp_path / "x", PIXEL)
    (tmp_path / "x").unlink()
    if other is not None:
        (tmp_path / "x").write_bytes(other)

    with pytest.raises(ConfigError if other is None else InvalidRequest) as caught:
        asyncio.run(upload(peer.files_url, media))

    assert str(tmp_path / "x") in str(caught.value)
    assert [None] * len(peer.uploads) == [call.body for call in peer.uploads]


def test_a_server_may_take_its_time_with_a_file(tmp_path: Path) -> None:
    """It puts the file away before it answers: that is waited for as long as for a create."""
    media = media_of(tmp_path / "x", PIXEL)
    data = {"file_url": "https://x.example/a"}

    async def scene() -> tuple[str, int]:
        async with Host([answer(200, {"success": True, "data": data})], delay=0.3) as host:
            client = Client(host.url, key=Secret(KEY), now=time.time, create=30, read=0.1)
            try:
                made = await client.upload(media, tmp_path / "x")
            finally:
                await client.aclose()
            return made.url, len(host.got)

    assert (data["file_url"], 1) == asyncio.run(scene())


def test_what_is_raised_holds_no_key(tmp_path: Path) -> None:
    """Neither what the file did nor what the service answered leads to the key."""
    media = media_of(tmp_path / "x", PIXEL)
    (tmp_path / "x").write_bytes(b"other")

    async def scene() -> SeedanceError:
        async with Host([http(400, json.dumps({"success": False, "msg": f"no {KEY}"}))]) as host:
            with pytest.raises(SeedanceError) as caught:
                await upload(host.url, media)
            return caught.value

    error = asyncio.run(scene())
    trace, held = error.__traceback__, []
    while trace is not None:
        if "httpx" in trace.tb_frame.f_code.co_filename:
            held.append(trace.tb_frame.f_code.co_name)
        trace = trace.tb_next
    assert (0, False) == (len(held), KEY in str(error.to_dict()))


def answer(status: int, body: Any, **headers: str) -> bytes:
    """A whole answer in JSON."""
    return http(status, json.dumps(body), **headers)


NO = {"success": False, "code": 400, "msg": "unsupported file type"}
REFUSALS: list[tuple[bytes, type[SeedanceError], str]] = [
    (answer(400, NO), InvalidRequest, "error.upload.type"),
    (answer(200, NO), InvalidRequest, "error.upload.type"),
    (answer(200, {**NO, "code": 1003}), InvalidRequest, "error.upload.type"),
    (answer(500, NO), InvalidRequest, "error.upload.type"),
    (answer(400, {"error": {"message": "不支持的文件类型"}}), InvalidRequest, "error.upload.type"),
    (answer(415, {}), InvalidRequest, "error.upload.type"),
    (answer(413, {}), InvalidRequest, "error.upload.size"),
    (answer(400, {"msg": "file size exceeds 100MB"}), InvalidRequest, "error.upload.size"),
    (answer(403, {"msg": "file quota exceeded"}), QuotaExceeded, "error.upload.quota"),
    (answer(400, {"msg": "too many files"}), QuotaExceeded, "error.upload.quota"),
    (answer(401, NO), AuthError, "error.auth.refused"),
    (answer(403, {"msg": "go away"}), AuthError, "error.auth.denied"),
    (answer(404, {}), ConfigError, "error.upload.address"),
    (http(405, "<html>"), ConfigError, "error.upload.address"),
    (answer(400, {"msg": "no"}), InvalidRequest, "error.upload.type"),
    (answer(422, {"detail": "only pictures"}), InvalidRequest, "error.upload.type"),
    (answer(429, {}, retry_after="7"), RateLimited, "error.rate.limit"),
    (answer(429, {"msg": "请求数量过多"}), RateLimited, "error.rate.limit"),
    (answer(429, {"msg": "quota"}, retry_after="7"), RateLimited, "error.rate.limit"),
    (answer(429, {"msg": "File quota exceeded"}), QuotaExceeded, "error.upload.quota"),
    (answer(503, {}, retry_after="7"), ServiceError, "error.service.busy"),
    (http(502, "<html>"), ServiceError, "error.service.failed"),
    (http(307, "", location="https://elsewhere.example/"), ConfigError, "error.redirect"),
    (http(200, "<html>"), ProtocolError, "error.protocol.body"),
    (answer(200, {"success": True, "data": {"file_url": 5}}), ProtocolError, "error.protocol.file"),
    (b"", TransportError, "error.transport.broken"),
]


@pytest.mark.parametrize(("said", "kind", "text"), REFUSALS)
def test_a_refusal_says_what_it_is(
    said: bytes, kind: type[SeedanceError], text: str, tmp_path: Path
) -> None:
    """Whatever form a refusal has, it becomes one error that costs nothing, after one request."""
    media = media_of(tmp_path / "x", PIXEL)

    async def scene() -> tuple[SeedanceError, int]:
        async with Host([said]) as host:
            with pytest.raises(SeedanceError) as caught:
                await upload(host.url, media)
            return caught.value, len(host.got)

    error, count = asyncio.run(scene())

    assert (kind, text, "no", 1) == (type(error), error.text_id, error.billed, count)
    if text.startswith("error.upload."):
        assert "my cat.png" in error.message
        assert "URL" in error.hint


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (
            {"file_url": "https://x.example/a", "expires_at": "2026-01-01T08:00:00+08:00"},
            1767225600,
        ),
        ({"file_url": "https://x.example/a", "expires_at": "soon"}, None),
        ({"file_url": "", "download_url": "https://x.example/a"}, None),
    ],
)
def test_an_answer_is_read_with_its_time_zone(data: Any, expected: float | None) -> None:
    """The address and its end are found, bare or wrapped; what makes no sense is no end."""
    for said in ({"success": True, "data": data}, data):
        found = files.read_file(said)
        assert ("https://x.example/a", expected) == (found.url, found.expires_at)


SAYINGS = [
    ({"detail": "image_urls[0] cannot be fetched"}, True),
    ({"detail": "Failed to download the image"}, True),
    ({"code": "image_processing_error"}, True),
    ({"detail": "prompt is too long"}, False),
    ({"code": "content_policy_violation"}, False),
]


@pytest.mark.parametrize(("facts", "expected"), SAYINGS)
def test_an_input_that_could_not_be_fetched_is_recognised(
    facts: dict[str, Any],
    expected: bool,  # noqa: FBT001
) -> None:
    """Words or code of a refusal tell whether an address led nowhere."""
    assert expected is files.is_unreachable(SeedanceError("error.refused", **facts))


def test_the_simulator_takes_files_in_every_way(tmp_path: Path) -> None:
    """Form, Base64 and URL are taken; the quota counts them; each can be fetched as it was."""
    media = media_of(tmp_path / "x", PIXEL)

    async def scene(url: str) -> tuple[list[Uploaded], Any]:
        client = Client(url, key=Secret("any"), now=time.time)
        made = [await client.upload(media, tmp_path / "x")]
        data = base64.b64encode(PIXEL).decode()
        calls = [files.base64(data), files.by_url(made[0].url, name="b.png")]
        made += [files.read_file(await client.send(call)) for call in calls]
        quota = await client.quota()
        await client.aclose()
        return made, quota

    with Simulator(tmp_path / "sim") as simulator:
        made, quota = asyncio.run(scene(simulator.url))
        here, now = simulator.url, time.time()

    assert (3, 2000) == (quota.used, quota.most)
    for one in made:
        assert one.url.startswith(here)
        assert one.expires_at is not None
        assert abs(one.expires_at - now - files.LIFE) < 60


def test_calls_hold_documented_fields_only() -> None:
    """The bodies of the calls are those of the documents."""
    bodies = [
        json.loads(call.body)
        for call in (files.base64("AA=="), files.by_url("https://x.example/a", name="a.png"))
        if isinstance(call.body, bytes)
    ]
    assert [{"base64_data": "AA=="}, {"file_url": "https://x.example/a", "file_name": "a.png"}] == (
        bodies
    )
    assert ("GET", "/api/v1/files/quota") == (files.quota().method, files.quota().path)
    with pytest.raises(ProtocolError):
        files.read_quota(protocol.decipher(files.quota(), 200, {}, b"{}", now=0))
