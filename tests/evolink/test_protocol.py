from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core import texts
from seedance_nb.core.errors import InvalidRequest, RateLimited, SeedanceError
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import protocol

REPLIES = sorted((Path(__file__).parents[1] / "data" / "replies").glob("*.json"))
NOW = 1795372800.0  # Sun, 22 Nov 2026 18:40:00 GMT
CALLS = {
    "create": protocol.create({"prompt": "x"}, idempotency_key="k" * 16),
    "query": protocol.query("task-unified-1774857405-abc123"),
    "batch": protocol.batch(["task-unified-1774857405-abc123"]),
    "credits": protocol.credits(),
}


def answer(case: dict[str, Any]) -> SeedanceError:
    body = case["body"]
    data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    with pytest.raises(SeedanceError) as caught:
        protocol.decipher(CALLS[case["call"]], case["status"], case["headers"], data, now=NOW)
    return caught.value


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_every_documented_error_has_its_class_text_and_price(path: Path) -> None:
    """Each recorded answer becomes the error that its file names, in both languages."""
    case = json.loads(path.read_text(encoding="utf-8"))
    expect = case["expect"]

    error = answer(case)

    assert (expect.pop("error"), expect.pop("text")) == (type(error).__name__, error.text_id)
    assert expect.pop("says", "") in f"{error};"
    assert case["status"] == error.http_status or "http_status" in expect
    assert expect == {name: getattr(error, name) for name in expect}
    assert not {error.text_id} - texts.TABLE.keys()
    assert "{detail}" not in str(error)


def test_every_text_of_the_table_is_seen_in_a_recorded_answer() -> None:
    """A row whose text no recorded answer brings up is missing from the recordings."""
    needed = {row.text for row in protocol.RULES}
    cases = [json.loads(path.read_text(encoding="utf-8")) for path in REPLIES]

    assert needed <= {case["expect"]["text"] for case in cases}


@pytest.mark.parametrize("path", REPLIES, ids=lambda path: path.stem)
def test_a_create_is_sent_again_only_when_it_was_surely_not_taken(path: Path) -> None:
    """Nothing with an open bill is ever called not accepted, and only 429 and 503 come again."""
    case = json.loads(path.read_text(encoding="utf-8"))
    error = answer({**case, "call": "create"})

    assert protocol.not_accepted(error) == (error.billed == "no")
    if protocol.try_again(error):
        assert error.http_status in (429, 503)
        assert error.billed == "no"


def test_a_busy_503_without_retry_after_leaves_the_fate_open() -> None:
    """Without the header nobody says that the request was not taken."""
    hint = {"error": {"code": 503, "message": "m", "fallback_suggestion": "retry after 30 seconds"}}

    error = answer({"call": "create", "status": 503, "headers": {}, "body": hint})

    assert (error.billed, error.retry_after) == ("unknown", 30.0)
    assert not protocol.try_again(error)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("5", 5.0),
        ("1.5", 1.5),
        ("Sun, 22 Nov 2026 18:41:00 GMT", 60.0),
        ("Sun, 22 Nov 2026 18:00:00 GMT", 0.0),
        ("-3", None),
        ("soon", None),
        ("nan", None),
        ("٣", None),
        ("9" * 400, None),
        ("Sun, 99 Nov 9999999 18:00:00 GMT", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date_or_nothing(value: str, seconds: float | None) -> None:
    """Whatever stands in the header, it becomes seconds from now or is ignored."""
    error = answer({"call": "create", "status": 429, "headers": {"rEtRy-AfTeR": value}, "body": ""})

    assert isinstance(error, RateLimited)
    assert seconds == error.retry_after


def test_the_body_of_the_quickstart_is_sent_exactly() -> None:
    """The quickstart's request goes out as the quickstart writes it, nothing added."""
    golden = json.loads((Path(__file__).parent / "quickstart_body.json").read_text("utf-8"))
    request = VideoRequest(golden["prompt"])

    call = protocol.create(request.to_wire(), idempotency_key="seedance-nb-0123456789")

    assert isinstance(call.body, bytes)
    assert golden == json.loads(call.body)
    assert (call.method, call.path) == ("POST", "/v1/videos/generations")
    assert call.headers == {
        "Content-Type": "application/json",
        "Idempotency-Key": "seedance-nb-0123456789",
    }


def test_the_reads_have_the_documented_addresses() -> None:
    """Query, batch and credits go where the documents say."""
    calls = [CALLS[kind] for kind in ("query", "batch", "credits")]

    assert [f"{call.method} {call.path}" for call in calls] == [
        "GET /v1/tasks/task-unified-1774857405-abc123",
        "POST /v1/tasks/batch",
        "GET /v1/credits",
    ]
    assert isinstance(calls[1].body, bytes)
    assert json.loads(calls[1].body) == {"task_ids": ["task-unified-1774857405-abc123"]}


@pytest.mark.parametrize("task_id", ["", "..", "a/b", "a b", "ä", "a\nb", "x" * 300, "?a=b"])
def test_what_cannot_be_a_task_id_is_not_sent(task_id: str) -> None:
    """An ID that would lead to another address is refused before anything is sent."""
    with pytest.raises(InvalidRequest):
        protocol.query(task_id)


def test_a_batch_takes_one_to_fifty_ids() -> None:
    """More than the service takes is the caller's mistake."""
    with pytest.raises(ValueError, match="51"):
        protocol.batch(["t"] * 51)
    with pytest.raises(ValueError, match="0"):
        protocol.batch([])


def test_signatures_in_links_are_not_kept() -> None:
    """What stands behind `?` in a link of an error is in no attribute of the error."""
    message = r"cannot fetch https://b.example/i.png?X-Sig=SIGN and https:\/\/c.example\/d?e=SIGN"
    body = {"error": {"code": "invalid_request", "message": message}}

    error = answer({"call": "create", "status": 400, "headers": {}, "body": body})

    assert "SIGN" not in json.dumps(error.to_dict())
    assert "https://b.example/i.png and" in str(error)


def test_a_long_or_ugly_message_is_shown_short_and_on_one_line() -> None:
    """A message with control signs and half characters can be shown and written."""
    body = {"error": {"code": "invalid_request", "message": "a\x1b[31m\n\ud800" + "b" * 9000}}

    error = answer({"call": "create", "status": 400, "headers": {}, "body": body})

    assert len(error.message) < 400
    assert error.message.isprintable()
    assert json.dumps(error.to_dict(), ensure_ascii=False).encode()


WORDS = st.sampled_from(
    [
        "error",
        "code",
        "message",
        "msg",
        "type",
        "param",
        "request_id",
        "success",
        "data",
        "id",
        "task_id",
        "status",
        "results",
        "detail",
        "fallback_suggestion",
        "allowed_models",
        "task_info",
        "usage",
        "progress",
        "created",
        "token",
        "user",
    ]
) | st.text(max_size=5)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=6),
    max_leaves=20,
)
BODIES = st.binary(max_size=200) | JSON.map(lambda data: json.dumps(data).encode())
HEADERS = st.dictionaries(
    st.sampled_from(["Retry-After", "Location", "X-Request-Id", "Content-Type"]), st.text()
)


def outcome(kind: str, status: int, headers: dict[str, str], body: bytes) -> SeedanceError | None:
    readers: dict[str, Any] = {
        "create": partial(protocol.read_task, created=True),
        "query": protocol.read_task,
        "batch": protocol.read_batch,
        "credits": protocol.read_credits,
    }
    try:
        readers[kind](protocol.decipher(CALLS[kind], status, headers, body, now=NOW))
    except SeedanceError as error:
        return error
    return None


@given(
    kind=st.sampled_from(sorted(CALLS)),
    status=st.integers(0, 700) | st.sampled_from([200, 301, 400, 404, 429, 500, 503]),
    headers=HEADERS,
    body=BODIES,
)
def test_any_answer_is_a_value_or_one_of_our_errors(
    kind: str, status: int, headers: dict[str, str], body: bytes
) -> None:
    """Whatever comes back, reading it never ends in an exception of another kind."""
    error = outcome(kind, status, headers, body)

    assert error is None or str(error)
    assert error is None or json.dumps(error.to_dict(), ensure_ascii=False).encode()


@given(status=st.integers(0, 700), headers=HEADERS, body=BODIES)
def test_an_open_bill_is_never_called_settled(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    """A create that a server worked on, or may have, is never called surely not accepted."""
    error = outcome("create", status, headers, body)

    refused = 400 <= status < 500 or status in (301, 307, 308)
    busy = status == 503 and "Retry-After" in headers
    assert error is None or refused or busy or not protocol.not_accepted(error)


def test_nested_beyond_reason_is_a_protocol_error() -> None:
    """A body made to exhaust the parser is an answer that makes no sense."""
    error = answer({"call": "query", "status": 200, "headers": {}, "body": "[" * 200_000})

    assert error.text_id == "error.protocol.body"
