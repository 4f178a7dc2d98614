"""What the API's successful answers say: tasks, batches of them, balances."""

from __future__ import annotations

import contextlib
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypedDict

from seedance_nb.core.addresses import is_url
from seedance_nb.core.errors import ProtocolError, TaskFailed
from seedance_nb.evolink.plain import EXCERPT, clean, epoch, is_task_id, moment, number, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedance_nb.core.errors import Billed

# docs: task-management/error-codes; whether the same request may work later: evolink-media-mcp
TASK_CODES: dict[str, bool] = {
    "content_policy_violation": False,
    "invalid_parameters": False,
    "image_processing_error": False,
    "image_dimension_mismatch": False,
    "request_cancelled": False,
    "generation_failed_no_content": True,
    "service_error": True,
    "generation_timeout": True,
    "resource_exhausted": True,
    "quota_exceeded": True,
    "service_unavailable": True,
    "resource_not_found": False,
    "unknown_error": True,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReply:
    """A task as the service tells it.

    Attributes:
        task_id: Its ID.
        word: The status word as it came.
        progress: Percent, 0 to 100.
        estimated_time: Seconds that the whole task is expected to take.
        credits_reserved: Credits set aside at creation.
        credits_charged: Credits taken in the end.
        results: Links to the videos.
        failure: Why it failed or was cancelled.
        created: Epoch seconds.
        raw: The answer, shortened.
    """

    task_id: str
    word: str
    progress: float | None = None
    estimated_time: float | None = None
    credits_reserved: float | None = None
    credits_charged: float | None = None
    results: tuple[str, ...] = ()
    failure: TaskFailed | None = None
    created: float | None = None
    raw: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRow:
    """A task in the account's list, which names neither prompt nor links.

    Attributes:
        task_id: Its ID.
        model: Which model made it.
        word: The status word as it came.
        created: Epoch seconds.
        duration: Seconds that the task took.
        credits_used: Credits taken.
    """

    task_id: str
    model: str
    word: str
    created: float | None = None
    duration: float | None = None
    credits_used: float | None = None


class Balance(TypedDict, total=False):
    """Credits of the key or of the account."""

    remaining_credits: float
    used_credits: float
    unlimited_credits: bool


class Credits(TypedDict):
    """The balances of the key (`token`) and of the account (`user`)."""

    token: Balance
    user: Balance


def senseless(what: str, data: Any, **facts: Any) -> ProtocolError:
    """That a successful answer is no `what`: task, body or file."""
    excerpt = clean(shorten(data), EXCERPT)
    return ProtocolError(f"error.protocol.{what}", raw=shorten(data), detail=excerpt, **facts)


def read_task(data: Any, *, expected_id: str | None = None, created: bool = False) -> TaskReply:
    """A task from the answer to a create or a query; unknown fields and words are tolerated.

    Args:
        data: What `decipher` returned.
        expected_id: The ID that was asked for.
        created: Whether it answers a create: then only the ID is needed.

    Raises:
        ProtocolError: ID or status are missing, of the wrong type, or those of another task.
    """
    if isinstance(data, dict) and isinstance(data.get("data"), dict):
        data = data["data"]
    row = data if isinstance(data, dict) else {}
    task_id = row.get("id") if is_task_id(row.get("id")) else row.get("task_id")
    word = row.get("status")
    if created and not isinstance(word, str):
        word = "pending"
    strange = expected_id is not None and task_id != expected_id
    known = isinstance(task_id, str) and is_task_id(task_id) and not strange
    if not known or not isinstance(word, str) or not word.strip():
        raise senseless("task", data, billed="unknown" if created else "no")
    return _task(row, str(task_id), clean(word, 100))


def _task(row: Mapping[str, Any], task_id: str, word: str) -> TaskReply:
    info, usage = _object(row.get("task_info")), _object(row.get("usage"))
    charged = number(usage.get("credits_used"))
    if charged is None:
        charged = number(_object(usage.get("cost")).get("credits"))
    return TaskReply(
        task_id=task_id,
        word=word,
        progress=_percent(row.get("progress")),
        estimated_time=number(info.get("estimated_time")),
        credits_reserved=number(usage.get("credits_reserved")),
        credits_charged=charged,
        results=_links(row),
        failure=_failure(row, word.strip().lower(), charged),
        created=epoch(row.get("created")),
        raw=shorten(row),
    )


def read_batch(data: Any) -> dict[str, TaskReply]:
    """The tasks of a batch answer by ID; those the service left out or garbled are missing.

    Raises:
        ProtocolError: There is no list of tasks.
    """
    rows = data.get("data") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise senseless("task", data)
    replies = []
    for row in rows:
        with contextlib.suppress(ProtocolError):
            replies.append(read_task(row))
    return {reply.task_id: reply for reply in replies}


def read_tasks(data: Any) -> list[TaskRow]:
    """The rows of the account's list; those without an ID are left out.

    Raises:
        ProtocolError: There is no list.
    """
    rows = data.get("data") if isinstance(data, dict) else data
    if not isinstance(rows, list):
        raise senseless("body", data, status=200)
    return [_row(row) for row in map(_object, rows) if is_task_id(row.get("id"))]


def _row(row: Mapping[str, Any]) -> TaskRow:
    created = row.get("created_at", row.get("created"))
    return TaskRow(
        task_id=str(row["id"]),
        model=clean(str(row.get("model", "")), 100),
        word=clean(str(row.get("status", "")), 100),
        created=moment(created) if isinstance(created, str) else epoch(created),
        duration=number(row.get("duration")),
        credits_used=number(row.get("credits_used")),
    )


def read_credits(data: Any) -> Credits:
    """The balances; amounts that are missing or no numbers are left out.

    Raises:
        ProtocolError: There are none at all.
    """
    inner = _object(_object(data).get("data"))
    found = Credits(token=_balance(inner.get("token")), user=_balance(inner.get("user")))
    if not (found["token"] or found["user"]):
        raise senseless("body", data, status=200)
    return found


def _balance(value: Any) -> Balance:
    row, balance = _object(value), Balance()
    remaining, used = number(row.get("remaining_credits")), number(row.get("used_credits"))
    if remaining is not None:
        balance["remaining_credits"] = remaining
    if used is not None:
        balance["used_credits"] = used
    if isinstance(row.get("unlimited_credits"), bool):
        balance["unlimited_credits"] = row["unlimited_credits"]
    return balance


def _links(row: Mapping[str, Any]) -> tuple[str, ...]:
    results = row.get("results")
    found = [results] if isinstance(results, str) else results
    links = [url for url in found if is_url(url)] if isinstance(found, list) else []
    if not links and isinstance(row.get("result_data"), list):
        urls = (_object(item).get("video_url") for item in row["result_data"])
        links = [url for url in urls if is_url(url)]
    return tuple(links)


def _failure(row: Mapping[str, Any], word: str, charged: float | None) -> TaskFailed | None:
    cancelled = word in ("cancelled", "canceled")
    if word != "failed" and not cancelled:
        return None
    error = row.get("error")
    fields = {"message": error} if isinstance(error, str) else _object(error)
    code, message = fields.get("code"), fields.get("message")
    code = clean(code, 100) if isinstance(code, str) and code else None
    code = "request_cancelled" if cancelled and code is None else code
    detail = clean(message) if isinstance(message, str) else ""
    if isinstance(fields.get("suggestion"), str) and fields["suggestion"]:
        detail = f"{detail} {clean(fields['suggestion'])}".strip()
    text_id = f"error.task.{code if code in TASK_CODES else 'unknown_error'}"
    if not detail:
        text_id = "error.task.cancelled" if cancelled else "error.task.silent"
    retryable = TASK_CODES.get(code) if code else None
    # Failed tasks are not billed (docs); where the figures of the task say otherwise, they count.
    billed: Billed = "yes" if charged else "no"
    return TaskFailed(
        text_id, billed=billed, retryable=retryable, code=code, raw=shorten(row), detail=detail
    )


def _percent(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return None if math.isnan(value) else float(min(max(value, 0), 100))


def _object(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
