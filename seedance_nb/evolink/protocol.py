"""The API's calls and answers, without any I/O.

A `Call` goes out; status, headers and body come back; `decipher` turns them into data or into
exactly one error, chosen by the table `RULES`; `read_task` and its kin read the data.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    ProtocolError,
    QuotaExceeded,
    RateLimited,
    SeedanceError,
    ServiceError,
    SubmitUncertain,
    TransportError,
)
from seedance_nb.evolink.answers import (
    Balance,
    Credits,
    TaskReply,
    TaskRow,
    read_batch,
    read_credits,
    read_task,
    read_tasks,
)
from seedance_nb.evolink.calls import (
    Call,
    batch,
    create,
    credits,  # noqa: A004 - the name of the thing
    query,
    tasks,
)
from seedance_nb.evolink.plain import (
    EXCERPT,
    clean,
    destination,
    is_task_id,
    parse,
    phrase,
    seconds,
    shorten,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from seedance_nb.core.errors import Billed
    from seedance_nb.evolink.calls import Kind

__all__ = [
    "RULES",
    "Balance",
    "Call",
    "Credits",
    "Rule",
    "TaskReply",
    "TaskRow",
    "batch",
    "create",
    "credits",
    "decipher",
    "is_task_id",
    "not_accepted",
    "query",
    "read_batch",
    "read_credits",
    "read_task",
    "read_tasks",
    "tasks",
    "try_again",
]

_BAD, _BROKEN = 400, 500


# --- errors ---------------------------------------------------------------------------------------


class Rule(NamedTuple):
    """What an answer means; the first rule that fits an answer decides.

    Attributes:
        status: HTTP status, or a range of them; None is any below 500, since a 5xx says nothing
            reliable about what became of the request.
        codes: The service's own words, in lower case; empty is any. One that ends in `:` is a
            beginning.
        kind: Which call; None is any.
        error: The class to raise.
        text: Id of its text.
        billed: Whether money was taken.
        retryable: Whether the same request may work later.
        hinted: Only for an answer with a Retry-After header.
    """

    status: int | range | None
    codes: frozenset[str]
    kind: Kind | None
    error: type[SeedanceError]
    text: str
    billed: Billed = "no"
    retryable: bool | None = False
    hinted: bool = False

    def fits(self, reply: _Reply) -> bool:
        """Whether this rule is about that answer."""
        if self.status is None:
            right_status = reply.status < _BROKEN
        elif isinstance(self.status, range):
            right_status = reply.status in self.status
        else:
            right_status = reply.status == self.status
        right_kind = self.kind in (None, reply.call.kind)
        right_code = not self.codes or reply.word in self.codes or reply.family in self.codes
        return right_status and right_kind and right_code and (reply.hinted or not self.hinted)


def _codes(words: str = "") -> frozenset[str]:
    return frozenset(words.split())


_ANY = _codes()
_NO_CREDITS = _codes(
    "insufficient_quota insufficient_user_quota quota_not_enough account_balance_insufficient"
    " insufficient_quota_error"
)
_NO_CREDITS_KEY = _codes("insufficient_token_quota key_quota_exhausted")
_NO_CREDITS_TODAY = _codes("token_daily_quota_exceeded key_daily_quota_exhausted")
_NO_MODEL = _codes("key_model_not_allowed model_access_denied")
_NO_CHANNEL = _codes("no_available_channel model_unavailable channel_selection_failed channel:")
_MODERATED = _codes(
    "content_policy_violation content_filter sensitive_content moderation_blocked"
    " input_moderation_failed"
)
_FINE, _MOVED, _CLIENT, _SERVER = (
    range(hundreds, hundreds + 100) for hundreds in (200, 300, 400, 500)
)

# docs: the error tables of videos/generations, tasks/{id} and credits; evolink-mcp: error codes.
RULES: tuple[Rule, ...] = (
    # the paid request whose fate is open; a conflict means that an earlier one did arrive
    Rule(408, _ANY, "create", SubmitUncertain, "error.sent.timeout", "unknown", None),
    Rule(
        None,
        _codes("paid_outcome_unknown"),
        "create",
        SubmitUncertain,
        "error.sent.outcome",
        "unknown",
        None,
    ),
    Rule(
        None,
        _codes("idempotency_conflict"),
        "create",
        SubmitUncertain,
        "error.sent.conflict",
        "unknown",
        None,
    ),
    # by the service's own word
    Rule(None, _NO_CREDITS, None, QuotaExceeded, "error.quota.account"),
    Rule(None, _NO_CREDITS_KEY, None, QuotaExceeded, "error.quota.key"),
    Rule(None, _NO_CREDITS_TODAY, None, QuotaExceeded, "error.quota.day"),
    Rule(None, _codes("key_disabled"), None, AuthError, "error.auth.disabled"),
    Rule(None, _codes("key_expired"), None, AuthError, "error.auth.expired"),
    Rule(None, _codes("user_disabled"), None, AuthError, "error.auth.user"),
    Rule(None, _NO_MODEL, None, AuthError, "error.auth.model"),
    Rule(None, _NO_CHANNEL, None, ServiceError, "error.service.channel", "no", retryable=True),
    Rule(None, _MODERATED, None, InvalidRequest, "error.refused.content"),
    Rule(None, _codes("invalid_task_id"), None, InvalidRequest, "error.refused.task_id"),
    Rule(None, _codes("task_not_found"), None, ServiceError, "error.service.gone"),
    Rule(404, _codes("model_not_found invalid_request"), None, InvalidRequest, "error.refused"),
    # by the status
    Rule(401, _ANY, None, AuthError, "error.auth.refused"),
    Rule(402, _ANY, None, QuotaExceeded, "error.quota.account"),
    Rule(403, _ANY, "query", AuthError, "error.auth.task"),
    Rule(403, _ANY, None, AuthError, "error.auth.denied"),
    Rule(404, _ANY, "query", ServiceError, "error.service.gone"),
    Rule(404, _ANY, None, ConfigError, "error.address"),
    Rule(405, _ANY, None, ConfigError, "error.address"),
    Rule(407, _ANY, None, TransportError, "error.transport.proxy"),
    Rule(408, _ANY, None, TransportError, "error.transport.timeout", "no", retryable=True),
    Rule(409, _ANY, "create", SubmitUncertain, "error.sent.outcome", "unknown", None),
    Rule(429, _ANY, None, RateLimited, "error.rate.limit", "no", retryable=True),
    Rule(_CLIENT, _ANY, "query", InvalidRequest, "error.look"),
    Rule(413, _ANY, None, InvalidRequest, "error.refused.size"),
    Rule(_CLIENT, _ANY, None, InvalidRequest, "error.refused"),
    Rule(503, _ANY, None, ServiceError, "error.service.busy", "no", retryable=True, hinted=True),
    Rule(_SERVER, _ANY, "create", ServiceError, "error.service.failed", "unknown", None),
    Rule(_SERVER, _ANY, None, ServiceError, "error.service.failed", "no", retryable=True),
    *(Rule(to, _ANY, "query", ConfigError, "error.look") for to in (301, 302, 303, 307, 308)),
    # A permanent redirect of a POST was not worked on; of the others nobody can tell.
    Rule(301, _ANY, None, ConfigError, "error.redirect"),
    Rule(307, _ANY, None, ConfigError, "error.redirect"),
    Rule(308, _ANY, None, ConfigError, "error.redirect"),
    Rule(_MOVED, _ANY, "create", ProtocolError, "error.protocol.body", "unknown", None),
    Rule(302, _ANY, None, ConfigError, "error.redirect"),
    Rule(303, _ANY, None, ConfigError, "error.redirect"),
    # a success whose body tells of an error (`success: false` of the file API)
    Rule(_FINE, _ANY, None, ServiceError, "error.service.failed", "no", None),
)
_SENSELESS = (
    Rule(None, _ANY, "create", ProtocolError, "error.protocol.body", "unknown", None),
    Rule(None, _ANY, None, ProtocolError, "error.protocol.body", "no", None),
)


def not_accepted(error: SeedanceError) -> bool:
    """Whether a create that ended so surely made no task and took no money."""
    return error.billed == "no" and not isinstance(error, SubmitUncertain)


def try_again(error: SeedanceError) -> bool:
    """Whether a create that ended so is sent again by itself: not accepted, and for want of time.

    That is: no connection, 429, and 503 with Retry-After.
    """
    waits = isinstance(error, RateLimited) or error.text_id == "error.service.busy"
    waits = waits or (isinstance(error, TransportError) and bool(error.retryable))
    return waits and not_accepted(error)


def decipher(
    call: Call, status: int, headers: Mapping[str, str], body: bytes, *, now: float
) -> Any:
    """The JSON data of an answer.

    Args:
        call: What was asked.
        status: HTTP status of the answer.
        headers: Its headers, by any spelling.
        body: Its body, decompressed.
        now: Epoch seconds, for a Retry-After that is a date.

    Raises:
        SeedanceError: The class, text and money of the first of `RULES` that fits; `ProtocolError`
            for anything that makes no sense.
    """
    reply = _Reply(call, status, {name.lower(): value for name, value in headers.items()}, body)
    if reply.is_good:
        return reply.data
    raise reply.error(now)


class _Reply:
    """An answer, taken apart."""

    def __init__(self, call: Call, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.call = call
        self.status = status
        self.headers = headers
        self.text = body.decode("utf-8", "replace")
        self.data = parse(body)
        self.fields = _error_fields(self.data, failed=status >= _BAD)
        self.hinted = seconds(headers.get("retry-after"), 0.0) is not None
        own = self._own_status()
        if status in _FINE and call.kind != "create" and own is not None:
            self.status = own  # the old style says it in the body alone

    @property
    def is_good(self) -> bool:
        """Whether it is a success whose body can hold what was asked for."""
        return self.status in _FINE and isinstance(self.data, dict | list) and not self.fields

    @property
    def code(self) -> str | None:
        """The service's word; where the code is only the status again, its type."""
        word = self.fields.get("code")
        if not isinstance(word, str) or word.isdigit():
            word = self.fields.get("type")
        return clean(word, 100) if isinstance(word, str) and word else None

    @property
    def word(self) -> str:
        """The code as `RULES` spells it."""
        return (self.code or "").lower()

    @property
    def family(self) -> str:
        """Beginning of a code such as `channel:no_key`."""
        return self.word.partition(":")[0] + ":"

    @property
    def request_id(self) -> str | None:
        """The service's id of this exchange."""
        for name in ("x-request-id", "x-oneapi-request-id"):
            if self.headers.get(name):
                return clean(self.headers[name], 100)
        named = self.fields.get("request_id")
        if isinstance(named, str) and named:
            return clean(named, 100)
        inside = re.search(r"\(request id: ([^()]+)\)", str(self.fields.get("message", "")))
        return clean(inside[1], 100) if inside else None

    @property
    def detail(self) -> str:
        """What the service says, in its own words, with the facts that it adds."""
        named = (self.fields.get(name) for name in ("message", "msg", "detail"))
        message = next((text for text in named if isinstance(text, str) and text), None)
        said = clean(message) if message else ""
        if not said:
            said = f"HTTP {self.status} {phrase(self.status)}".rstrip()
        facts = list(_extras(self.fields))
        if self.status in _MOVED:
            facts.append(f"location: {destination(self.headers.get('location'))}")
        if self.request_id and self.request_id not in said:
            facts.append(f"request id: {self.request_id}")
        return f"{said} ({'; '.join(facts)})" if facts else said

    def error(self, now: float) -> SeedanceError:
        """The error that the first fitting rule makes of it."""
        rule = None
        # A success that speaks of an error is too odd to say that a paid request was not taken.
        if self.status >= _MOVED.start or (self.fields and self.call.kind != "create"):
            rule = next((rule for rule in RULES if rule.fits(self)), None)
        senseless = rule is None or rule.error is ProtocolError
        rule = rule or _SENSELESS[self.call.kind != "create"]
        return rule.error(
            rule.text,
            billed=rule.billed,
            retryable=rule.retryable,
            code=self.code,
            http_status=self.status,
            request_id=self.request_id,
            raw=shorten(self.data if self.data is not None else self.text),
            retry_after=self._retry_after(now),
            detail=self._excerpt() if senseless and not self.fields else self.detail,
            status=self.status,
            address=f"{self.call.method} {self.call.path}",
            host=destination(self.headers.get("location")),
        )

    def _excerpt(self) -> str:
        return clean(self.text, EXCERPT) or f"HTTP {self.status}, {len(self.text)} bytes"

    def _retry_after(self, now: float) -> float | None:
        hint = seconds(self.headers.get("retry-after"), now)
        if hint is not None:
            return hint
        words = str(self.fields.get("fallback_suggestion", ""))
        found = re.search(r"retry after (\d{1,6}(?:\.\d+)?) ?(minute)?", words, re.IGNORECASE)
        return float(found[1]) * (60 if found[2] else 1) if found else None

    def _own_status(self) -> int | None:
        code = self.fields.get("code")
        known = isinstance(code, int | str) and str(code).isdecimal() and len(str(code)) == 3  # noqa: PLR2004
        return int(str(code)) if known and int(str(code)) >= _BAD else None


def _error_fields(data: Any, *, failed: bool) -> dict[str, Any]:
    """What a body says about an error: `{error: {...}}`, the files' `{success: false}`, or flat."""
    if not isinstance(data, dict):
        return {}
    error = data.get("error")
    is_task = isinstance(data.get("status"), str) and ("id" in data or "task_id" in data)
    if is_task and not failed:
        return {}
    if isinstance(error, dict):
        return {**{name: data[name] for name in ("request_id",) if name in data}, **error}
    if isinstance(error, str) and error:
        return {**data, "message": data.get("message") or error}
    code = data.get("code")
    flat = isinstance(code, str) and not code.isdecimal() and "data" not in data
    coded = isinstance(code, int) and code >= _BAD
    return data if failed or data.get("success") is False or coded or flat else {}


_EXTRAS = (
    "param", "allowed_models", "key_name", "estimated_credits", "account_balance_credits",
    "remaining_credits", "daily_limit_credits", "daily_used_credits", "total_limit_credits",
    "used_credits", "limit_scope", "reset_timezone", "suggestion", "fallback_suggestion",
    "action_url",
)  # fmt: skip


def _extras(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in _EXTRAS:
        value = fields.get(name)
        if isinstance(value, list):
            value = ", ".join(str(item) for item in value[:20])
        if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "":
            yield f"{name}: {clean(str(value), 200)}"
