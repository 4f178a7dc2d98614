from __future__ import annotations

import json
from typing import Any

import pytest

from seedance_nb.core.errors import ProtocolError
from seedance_nb.evolink import protocol
from seedance_nb.evolink.answers import TASK_CODES

ID = "task-unified-1774857405-abc123"
CREATED = {
    "created": 1774857405,
    "id": ID,
    "model": "seedance-2.0-text-to-video",
    "object": "video.generation.task",
    "progress": 0,
    "status": "pending",
    "type": "video",
    "task_info": {"can_cancel": True, "estimated_time": 165, "video_duration": 5},
    "usage": {"billing_rule": "per_second", "credits_reserved": 50, "user_group": "default"},
}


def task(**fields: Any) -> dict[str, Any]:
    return {"id": ID, "status": "processing", **fields}


def test_the_documented_create_answer_is_read_whole() -> None:
    """The sample of the quickstart gives ID, word, estimate, credits and time."""
    reply = protocol.read_task(CREATED, created=True)

    assert (reply.task_id, reply.word, reply.progress) == (ID, "pending", 0.0)
    assert (reply.estimated_time, reply.credits_reserved) == (165.0, 50.0)
    assert (reply.created, reply.results) == (1774857405.0, ())
    assert reply.failure is None
    assert json.loads(reply.raw) == CREATED


@pytest.mark.parametrize(
    ("told", "created"),
    [(1774857405, 1774857405.0), (1774857405123, 1774857405.123), (0, None), (1e300, None)],
)
def test_a_task_was_made_at_a_time_that_a_clock_can_show(told: float, created: float) -> None:
    """Milliseconds, which other servers send, are read as such; what is no time is none."""
    assert created == protocol.read_task(task(created=told)).created
    [row] = protocol.read_tasks([task(created=told)])
    assert created == row.created


def test_a_completed_task_gives_links_and_what_was_charged() -> None:
    """Links come from `results`; the charge from the usage that the service adds in the end."""
    usage = {"credits_used": 20.46, "cost": {"credits": 20.46, "usd": 0.3}}
    reply = protocol.read_task(
        task(status="completed", progress=100, results=["https://a.example/v.mp4"], usage=usage)
    )

    assert ("https://a.example/v.mp4",) == reply.results
    assert (reply.progress, reply.credits_charged) == (100.0, 20.46)


@pytest.mark.parametrize(
    ("fields", "links"),
    [
        ({"results": "https://a.example/1"}, ("https://a.example/1",)),
        ({"results": ["ftp://a/1", "https://a.example/2", 3, None]}, ("https://a.example/2",)),
        (
            {"results": [], "result_data": [{"video_url": "http://b.example/3"}]},
            ("http://b.example/3",),
        ),
        ({"result_data": [{"image_url": "https://b.example/4"}, None]}, ()),
        ({"results": {"a": 1}, "result_data": 5}, ()),
        ({"results": None}, ()),
    ],
)
def test_only_web_links_of_videos_are_kept(fields: dict[str, Any], links: tuple[str, ...]) -> None:
    """Whatever stands among the results, only http(s) links come out."""
    assert links == protocol.read_task(task(status="completed", **fields)).results


@pytest.mark.parametrize(
    ("value", "progress"),
    [(65, 65.0), (-3, 0.0), (170, 100.0), ("65", None), (True, None), (None, None), (1e999, 100.0)],
)
def test_progress_is_a_percentage_or_unknown(value: Any, progress: float | None) -> None:
    """Progress stays between 0 and 100, and what is no number is not known."""
    assert progress == protocol.read_task(task(progress=value)).progress


@pytest.mark.parametrize("code", sorted(TASK_CODES))
def test_each_task_code_has_a_text_of_its_own_and_says_whether_to_retry(code: str) -> None:
    """All 13 documented codes are known, in the service's own words, and cost nothing."""
    error = {"code": code, "message": "Own words.\nSecond line.", "type": "task_error"}

    failure = protocol.read_task(task(status="failed", error=error)).failure

    assert failure is not None
    assert (code, f"error.task.{code}") == (failure.code, failure.text_id)
    assert (TASK_CODES[code], "no") == (failure.retryable, failure.billed)
    assert "Own words. Second line." in failure.message
    assert failure.hint


def test_an_unknown_task_code_keeps_its_name_and_message() -> None:
    """A code from tomorrow is shown as it came, and whether to retry is not known."""
    error = {"code": "unknown_error.hint", "message": "m", "suggestion": "Do this."}
    failure = protocol.read_task(task(status="failed", error=error)).failure

    assert failure is not None
    assert ("unknown_error.hint", "error.task.unknown_error") == (failure.code, failure.text_id)
    assert (failure.retryable, "m Do this." in failure.message) == (None, True)


@pytest.mark.parametrize("word", ["cancelled", "canceled", "CANCELLED"])
def test_a_cancelled_task_is_a_failure_of_its_own(word: str) -> None:
    """Cancelled is in no schema, but ends a task like the code `request_cancelled`."""
    failure = protocol.read_task(task(status=word)).failure

    assert failure is not None
    assert ("request_cancelled", False) == (failure.code, failure.retryable)


@pytest.mark.parametrize(
    ("usage", "billed"),
    [
        ({}, "no"),
        ({"credits_used": 0}, "no"),
        ({"credits_used": 20.46}, "yes"),
        ({"cost": {"credits": 3}}, "yes"),
    ],
)
def test_a_failed_task_that_was_charged_says_so(usage: dict[str, Any], billed: str) -> None:
    """The service's own figures decide whether a failed task took money."""
    failure = protocol.read_task(task(status="failed", usage=usage)).failure

    assert failure is not None
    assert billed == failure.billed


@pytest.mark.parametrize("error", [None, "boom", {}, {"code": 5, "message": None}, []])
def test_a_failed_task_without_a_proper_error_is_failed_all_the_same(error: Any) -> None:
    """A failure is a failure, also where the service says nothing about it."""
    failure = protocol.read_task(task(status="failed", error=error)).failure

    assert failure is not None
    assert failure.code is None
    assert "-" not in failure.message


def test_an_error_beside_another_status_is_not_a_failure() -> None:
    """Only the status word decides."""
    assert protocol.read_task(task(error={"code": "service_error"})).failure is None


@pytest.mark.parametrize(
    "data",
    [
        None,
        [],
        "text",
        {},
        {"id": ID},
        {"status": "pending"},
        {"id": 5, "status": "pending"},
        {"id": ID, "status": None},
        {"id": ID, "status": " "},
        {"id": "../../x", "status": "pending"},
        {"id": "task-unified-1-other", "status": "pending"},
    ],
)
def test_an_answer_that_is_no_task_or_another_one_is_refused(data: Any) -> None:
    """Without the right ID and a status word nothing is believed."""
    with pytest.raises(ProtocolError) as caught:
        protocol.read_task(data, expected_id=ID)

    assert caught.value.billed == "no"


def test_a_create_answer_needs_only_an_id() -> None:
    """A paid task is not lost because its status word is missing or its ID is called task_id."""
    assert ID == protocol.read_task({"task_id": ID}, created=True).task_id
    assert ID == protocol.read_task({"code": 200, "data": {"id": ID}}, created=True).task_id
    with pytest.raises(ProtocolError) as caught:
        protocol.read_task({"id": "not an id"}, created=True)
    assert caught.value.billed == "unknown"


def test_a_batch_leaves_out_what_cannot_be_read() -> None:
    """A garbled row does not take its neighbours along."""
    rows = [task(), {"id": "task-unified-1-other"}, None, {"status": "pending"}, "x"]

    found = protocol.read_batch({"code": 200, "data": rows})

    assert list(found) == [ID]
    with pytest.raises(ProtocolError):
        protocol.read_batch({"code": 200, "data": None})


def test_the_documented_balance_is_read() -> None:
    """The sample of the documents gives the credits of key and account."""
    token = {"remaining_credits": 99416.4429, "unlimited_credits": False, "used_credits": 583.5571}
    user = {"remaining_credits": 1095.3996, "used_credits": 135.9048}
    data = {"data": {"token": token, "user": user}, "message": "", "success": True}

    assert {"token": token, "user": user} == protocol.read_credits(data)
    with pytest.raises(ProtocolError):
        protocol.read_credits({"data": {"token": {"remaining_credits": "many"}}})


def test_no_signature_is_in_the_raw_answer() -> None:
    """The shortened answer that is kept holds no part of a link that opens it."""
    link = "https://a.example/v.mp4?Expires=1&Signature=SECRET"
    reply = protocol.read_task(task(status="completed", results=[link]))

    assert "Signature" not in reply.raw
    assert (link,) == reply.results
