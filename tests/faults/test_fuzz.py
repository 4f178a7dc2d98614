"""Anything at all, from outside: a value or one of our errors comes of it, never another exception.

The bytes, lines and words here are near the real ones, so that they get past the first check.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from evolink.hosts import Host
from hypothesis import given, settings
from hypothesis import strategies as st

from seedance_nb.core import options
from seedance_nb.core.errors import InvalidRequest, SeedanceError
from seedance_nb.core.secret import Secret
from seedance_nb.evolink import files, protocol
from seedance_nb.evolink.client import Client
from seedance_nb.evolink.downloads import Download
from seedance_nb.evolink.prices import PriceList
from seedance_nb.runs import record
from seedance_nb.runs.journal import Reader
from seedance_nb.runs.library import Library
from seedance_nb.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedance_nb.runs.journal import Event

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
    | st.sampled_from(["completed", "failed", "task-unified-1-a", "http://x.example/v?a=1", "4"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip


def objects(*names: str) -> st.SearchStrategy[dict[str, Any]]:
    """Objects that have some of these fields, each of any kind."""
    return st.dictionaries(st.sampled_from(names), VALUES, max_size=len(names))


# --- what the service answers ---------------------------------------------------------------------

TASKS = st.builds(
    lambda row, inner: {**row, **inner},
    objects("id", "task_id", "status", "progress", "results", "result_data", "error", "created",
            "created_at", "model", "usage", "task_info", "credits_used", "duration"),
    st.fixed_dictionaries({}, optional={
        "id": st.just("task-unified-1-a"),
        "status": st.sampled_from(["pending", "processing", "completed", "failed", "cancelled"]),
        "error": objects("code", "message", "suggestion", "type"),
        "usage": objects("credits_used", "credits_reserved", "cost"),
        "task_info": objects("estimated_time", "can_cancel"),
    }),
)  # fmt: skip
PRICES = objects("sku_id", "model_name", "billing_rule", "cny_price", "metadata", "price_range",
                 "resolution_multipliers", "min_charge_uc", "model_type")  # fmt: skip
READERS: dict[str, Any] = {
    "created": lambda data: protocol.read_task(data, created=True),
    "task": protocol.read_task,
    "batch": protocol.read_batch,
    "list": protocol.read_tasks,
    "credits": protocol.read_credits,
    "file": files.read_file,
    "quota": files.read_quota,
    "prices": lambda data: PriceList(data).find("seedance-2.0-text-to-video", "720p"),
}


@pytest.mark.parametrize("kind", READERS)
@given(
    inner=TASKS | PRICES | VALUES,
    wrapped=st.sampled_from(["bare", "data", "rows", "error", "token"]),
)
def test_any_data_is_read_or_refused(kind: str, inner: Any, wrapped: str) -> None:
    """Every reader makes something of JSON data near what it expects, or refuses it."""
    shapes = {
        "bare": inner,
        "data": {"code": 200, "success": True, "data": inner},
        "rows": {"object": "list", "data": [inner, inner]},
        "error": {"error": inner},
        "token": {"data": {"token": inner, "user": inner}},
    }
    with contextlib.suppress(SeedanceError):
        READERS[kind](shapes[wrapped])


FIRST_LINES = st.sampled_from(
    [b"HTTP/1.1 200 OK", b"HTTP/1.1 429 No", b"HTTP/1.0 503 Busy", b"HTTP/1.1 302 Moved", b"HTTP/9"]
)
ROWS = st.sampled_from(
    [b"Content-Length: 5", b"Content-Length: -1", b"Transfer-Encoding: chunked", b"Retry-After: 0",
     b"Content-Encoding: br", b"Content-Encoding: gzip", b"Location: http://[::", b": x",
     b"\xff: \xfe", b"Content-Type: text/html; charset=utf-7", b"Connection: close"]
)  # fmt: skip
ANSWERS = st.binary(max_size=60) | st.builds(
    lambda line, rows, body: b"\r\n".join([line, *rows, b"", body]),
    FIRST_LINES, st.lists(ROWS, max_size=4), st.binary(max_size=40),
)  # fmt: skip


@settings(max_examples=40)
@given(answer=ANSWERS)
def test_any_bytes_on_the_wire_are_an_answer_or_an_error(answer: bytes) -> None:
    """A create, a look and a download end in a value or a typed error; the create is sent once."""

    async def scene() -> None:
        async with Host([answer]) as host:
            talker = Client(
                host.url, key=Secret("sk-a-key-of-the-fuzz"), now=lambda: 1.8e9,
                connect=1.0, create=0.02, read=0.02,
            )  # fmt: skip
            with contextlib.suppress(SeedanceError):
                await talker.create({"prompt": "x"}, idempotency_key="k" * 16)
            assert len(host.got) <= 1
            with contextlib.suppress(SeedanceError):
                await talker.query("task-unified-1-a")
            with contextlib.suppress(SeedanceError):
                await talker.download(f"{host.url}/v", Download(lambda _: None, list))
            await talker.aclose()

    asyncio.run(scene())


STEPS = st.lists(
    st.tuples(
        st.sampled_from([200, 206, 416]),
        st.fixed_dictionaries({}, optional={
            "content-length": st.sampled_from(["4", "9", "x", "-1", "9" * 30]),
            "content-range": st.sampled_from(
                ["bytes 3-8/9", "bytes 0-8/9", "bytes */9", "bytes 3-8/*", "x"]
            ),
            "etag": st.sampled_from(['"a"', '"b"', 'W/"a"']),
            "accept-ranges": st.sampled_from(["bytes", "none"]),
            "content-encoding": st.sampled_from(["gzip", "identity"]),
        }),
        st.lists(st.binary(min_size=1, max_size=4), max_size=3),
    ),
    max_size=6,
)  # fmt: skip


@given(steps=STEPS)
def test_a_download_never_counts_wrong(
    steps: list[tuple[int, dict[str, str], list[bytes]]],
) -> None:
    """Whatever parts come in whatever order, what is counted is what is kept."""
    data = bytearray()
    into = Download(data.extend, data.clear)
    for status, headers, chunks in steps:
        into.ask()
        if not into.answers(status) or not into.begin(status, headers):
            continue
        with contextlib.suppress(SeedanceError):
            for chunk in chunks:
                into.take(chunk, largest=30)
            into.end()
            assert into.expected in (None, len(data))
        assert into.size == len(data) <= 30


# --- what stands in the journal -------------------------------------------------------------------

FIELDS = (
    "job", "event", "time", "gen", "seq", "session", "digest", "take", "request", "backend",
    "base_url", "idempotency_key", "task_id", "word", "progress", "error", "video", "last", "again",
    "credits_reserved", "credits_charged", "estimated_time", "polls", "cell", "callback_host",
)  # fmt: skip
EVENTS = st.builds(
    lambda known, odd: {**known, **odd},
    st.fixed_dictionaries({
        "v": st.just(1),
        "job": st.sampled_from(["abcd", "efgh"]),
        "event": st.sampled_from(sorted(record._ADVANCE)),
        "time": st.just(datetime.fromtimestamp(1.8e9, UTC).isoformat()),
        "backend": st.just("live"),
    }),
    objects(*FIELDS),
)  # fmt: skip


@given(events=st.lists(EVENTS, max_size=8))
def test_any_journal_is_folded(
    tmp_path_factory: pytest.TempPathFactory, events: list[Event]
) -> None:
    """Lines of known kinds with fields of any kind give states that can be shown."""
    home = tmp_path_factory.mktemp("journal")
    (home / "journal").mkdir()
    lines = "".join(json.dumps(event) + "\n" for event in events)
    (home / "journal" / "s1.open.jsonl").write_bytes(lines.encode("utf-8", "replace"))

    fold = record.Fold(Library(home).video_from_record)
    fold.add(Reader(home).refresh())

    for state in fold.states():
        assert state.status
        assert str(state.error or "") is not None


# --- what a user types ----------------------------------------------------------------------------

WORDS = st.sampled_from(
    [*options.option_names(), "-d", "-m", "-q", "-a", "-t", "-y", "-o", "5", "-1", "1e999", "720p",
     "16:9", "{a}", "{", "'", '"', "\\", "=", "--duration=5", "--sweep", "duration=4,5", "a=b=c",
     "none", "\0", "%", "--", "-", "🐕", "name"]
)  # fmt: skip
TEXTS = st.sampled_from(["a dog ", "{a}", "{day|night}", "{{a}}", "{", "|", "}", "\0", "\n"])
BODY = st.lists(TEXTS, max_size=6).map("".join)


@given(words=st.lists(WORDS, max_size=6), body=BODY)
def test_any_line_is_read_or_refused(words: list[str], body: str) -> None:
    """Options in any order, with values of any kind, make a request or a message."""
    try:
        order = options.read_cell(" ".join(words), body, {"a": "b"}, is_secret=lambda _: False)
    except InvalidRequest as refusal:
        told = str(refusal)
    else:
        told = "".join(request.prompt for request in order.requests)
    assert told


# --- the simulator --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Simulator]:
    """A simulator that runs."""
    with Simulator(tmp_path_factory.mktemp("simulator"), time_scale=0.001) as running:
        yield running


PATHS = st.sampled_from([
    "/v1/videos/generations", "/v1/tasks/batch", "/v1/tasks?page=0", "/v1/tasks?page=x",
    "/v1/tasks/task-unified-1-a", "/v1/tasks/%00", "/v1/tasks/..%2f..", "/v1/credits", "/",
    "/api/v1/files/upload/stream", "/api/v1/files/upload/base64", "/api/v1/files/upload/url",
    "/api/v1/files/quota", "/web/api/models/pricing", "/media/x.mp4", "//evil.example/v1/credits",
])  # fmt: skip
CREATES = st.builds(
    lambda good, odd: {**good, **odd},
    st.just({"model": "seedance-2.0-text-to-video", "prompt": "a dog"}),
    objects("model", "prompt", "duration", "quality", "aspect_ratio", "image_urls", "video_urls",
            "audio_urls", "generate_audio", "content_filter", "model_params", "callback_url",
            "task_ids", "base64_data", "file_url", "file_name", "upload_path"),
)  # fmt: skip
SENT = st.fixed_dictionaries({}, optional={
    "Authorization": st.sampled_from(["Bearer sk-x", "Bearer ", "Basic eA==", "\xff"]),
    "Content-Type": st.sampled_from(["application/json", "text/plain", "multipart/form-data", ""]),
    "Idempotency-Key": st.sampled_from(["k" * 16, "k", "k" * 97, "schlüssel-schlüssel"]),
    "Range": st.sampled_from(["bytes=0-", "bytes=-1", "bytes=9-1", "x"]),
    "Host": st.sampled_from(["127.0.0.1", "evil.example", "localhost:1"]),
})  # fmt: skip


@settings(max_examples=100)
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH"]),
    path=PATHS,
    headers=SENT,
    body=CREATES.map(lambda data: json.dumps(data).encode()) | st.binary(max_size=40),
)
def test_the_simulator_refuses_in_its_own_words(
    simulator: Simulator, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    """Any request gets a documented answer: JSON that says yes or why not, never a crash."""
    host = simulator.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=10)
    given_ = {"Authorization": "Bearer sk-x", "Content-Type": "application/json", **headers}
    connection.request(method, path, body, {k: v.encode("latin-1") for k, v in given_.items()})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()

    assert answer.status < 500
    if data and "json" in answer.headers.get("Content-Type", ""):
        told = json.loads(data)
        refused = told.get("error") or told.get("success") is False
        assert bool(refused) == (answer.status >= 400)
