"""The calls that the API takes, without any I/O: what goes out, without host and key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote, urlencode

from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.spelling import PATH
from seedance_nb.evolink.plain import clean, is_task_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterable, Mapping, Sequence

Kind = Literal["create", "query", "batch", "tasks", "credits", "upload", "quota", "prices"]
MOST_IN_BATCH = PAGE_SIZE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One exchange with the API, without host and key.

    Attributes:
        kind: What it is for; only a "create" costs money.
        method: HTTP method.
        path: From the root of the server, quoted.
        body: JSON in UTF-8, if any; of an upload what the form consists of, piece by piece.
        headers: Those of this call; never the key.
    """

    kind: Kind
    method: Literal["GET", "POST"]
    path: str
    body: bytes | AsyncIterable[bytes] | None = None
    headers: dict[str, str]


def create(body: Mapping[str, Any], *, idempotency_key: str) -> Call:
    """Ask for a video: `POST /v1/videos/generations`, the one call that costs money.

    Args:
        body: `VideoRequest.to_wire()`.
        idempotency_key: 16 to 96 of `A-Za-z0-9._-`; the same key gets the same task again
            (evolink-mcp).
    """
    headers = {"Idempotency-Key": idempotency_key}
    return post("create", PATH, body, headers)


def query(task_id: str) -> Call:
    """Look at a task: `GET /v1/tasks/{task_id}`.

    Raises:
        InvalidRequest: It cannot be the ID of a task.
    """
    if not is_task_id(task_id):
        raise InvalidRequest("error.refused.task_id", detail=clean(repr(task_id)))
    path = f"/v1/tasks/{quote(task_id, safe='')}"
    return Call(kind="query", method="GET", path=path, headers={})


def batch(task_ids: Sequence[str]) -> Call:
    """Look at up to 50 tasks: `POST /v1/tasks/batch` (evolink-mcp; in no document)."""
    if not 1 <= len(task_ids) <= MOST_IN_BATCH:
        msg = f"1 to {MOST_IN_BATCH} ids go into one call, not {len(task_ids)}"
        raise ValueError(msg)
    return post("batch", "/v1/tasks/batch", {"task_ids": list(task_ids)}, {})


def tasks(*, model: str, page: int = 1) -> Call:
    """List the account's tasks of a model, the newest first: `GET /v1/tasks` (evolink-mcp)."""
    asked = urlencode({"model": model, "page": page, "page_size": PAGE_SIZE})
    return Call(kind="tasks", method="GET", path=f"/v1/tasks?{asked}", headers={})


def prices() -> Call:
    """Ask for the public price list: `GET /web/api/models/pricing`, without key (evolink-mcp)."""
    return Call(kind="prices", method="GET", path="/web/api/models/pricing", headers={})


def credits() -> Call:  # noqa: A001 - the name of the thing
    """Ask for the balance: `GET /v1/credits`, a free way to check a key."""
    return Call(kind="credits", method="GET", path="/v1/credits", headers={})


def post(kind: Kind, path: str, body: Mapping[str, Any], headers: dict[str, str]) -> Call:
    """A call with a body of JSON."""
    text = json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    headers = {"Content-Type": "application/json", **headers}
    data = text.encode("utf-8", "replace")
    return Call(kind=kind, method="POST", path=path, body=data, headers=headers)
