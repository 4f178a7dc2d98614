"""What the API refuses, and in which words: the simulator's own tables, shared with nobody.

Sources: EvoLink's pages per model (fields, limits, error tables) and its quickstart (six models,
480p and 720p). The generic message of the API is completed by the field and the reason, because
a peer to learn with should say what is wrong.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "CATALOGS",
    "KINDS",
    "REFUSALS",
    "SIZES",
    "Refusal",
    "check",
    "is_loopback",
    "model_id",
    "split_model",
]

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


@dataclass(frozen=True, slots=True)
class Refusal:
    """One error answer; `old_style` bodies carry the HTTP status as an integer code."""

    status: int
    code: str
    message: str
    type: str
    param: str | None = None
    retry_after: int | None = None

    def body(self, *, old_style: bool = False) -> dict[str, object]:
        """The JSON body, in the style of create and query or in that of the credits call."""
        error: dict[str, object] = {
            "code": self.status if old_style else self.code,
            "message": self.message,
            "type": self.type,
        }
        if self.param is not None:
            error["param"] = self.param
        if old_style and self.retry_after is not None:
            error["fallback_suggestion"] = f"retry after {self.retry_after} seconds"
        return {"error": error}


_INVALID = "invalid_request_error"

REFUSALS: Mapping[str, Refusal] = {
    "invalid": Refusal(400, "invalid_request", "Invalid request parameters", _INVALID),
    "media_type": Refusal(
        415, "invalid_request", "Content-Type must be application/json", _INVALID
    ),
    "host": Refusal(403, "permission_denied", "Host header not allowed", "permission_error"),
    "unauthorized": Refusal(
        401, "unauthorized", "Invalid or expired token", "authentication_error"
    ),
    "unauthorized_query": Refusal(
        401, "unauthorized", "Authentication required", "authentication_error"
    ),
    "no_quota": Refusal(
        402,
        "insufficient_quota",
        "Insufficient quota. Please top up your account.",
        "insufficient_quota",
    ),
    "no_model_access": Refusal(
        403, "model_access_denied", "Token does not have access to model: {}", _INVALID
    ),
    "bad_task_id": Refusal(
        400,
        "invalid_task_id",
        "Invalid task ID format, must start with 'task-unified-'",
        _INVALID,
        "task_id",
    ),
    "no_task": Refusal(404, "task_not_found", "The requested task could not be found", _INVALID),
    "no_page": Refusal(404, "not_found", "No such page", _INVALID),
    "method": Refusal(405, "method_not_allowed", "Method not allowed", _INVALID),
    "conflict": Refusal(
        409,
        "idempotency_conflict",
        "Idempotency-Key was already used with a different request body",
        _INVALID,
    ),
    "unresolved": Refusal(
        409,
        "paid_outcome_unknown",
        "An earlier submission with this Idempotency-Key is unresolved",
        _INVALID,
    ),
    "rate_limit": Refusal(
        429,
        "rate_limit_exceeded",
        "Too many requests, please try again later",
        "rate_limit_error",
        retry_after=30,
    ),
    "internal_error": Refusal(500, "internal_error", "Internal server error", "api_error"),
    "query_error": Refusal(500, "internal_error", "Failed to retrieve task status", "api_error"),
    "no_channel": Refusal(
        400,
        "no_available_channel",
        "No available channel for the requested model",
        "api_error",
    ),
    "unavailable": Refusal(
        503,
        "service_unavailable",
        "No available channel for the requested model",
        "api_error",
    ),
}

SIZES: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "480p": {
        "16:9": (864, 496),
        "4:3": (752, 560),
        "1:1": (640, 640),
        "3:4": (560, 752),
        "9:16": (496, 864),
        "21:9": (992, 432),
    },
    "720p": {
        "16:9": (1280, 720),
        "4:3": (1112, 834),
        "1:1": (960, 960),
        "3:4": (834, 1112),
        "9:16": (720, 1280),
        "21:9": (1470, 630),
    },
    "1080p": {
        "16:9": (1920, 1080),
        "4:3": (1664, 1248),
        "1:1": (1440, 1440),
        "3:4": (1248, 1664),
        "9:16": (1080, 1920),
        "21:9": (2206, 946),
    },
    "4k": {
        "16:9": (3840, 2160),
        "4:3": (3326, 2494),
        "1:1": (2880, 2880),
        "3:4": (2494, 3326),
        "9:16": (2160, 3840),
        "21:9": (4398, 1886),
    },
}
"""Quality and ratio -> width and height in pixels, from EvoLink's pages per model."""

_LOW = ("480p", "720p")
CATALOGS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "quickstart": {"standard": _LOW, "fast": _LOW},
    "2026-08": {"standard": tuple(SIZES), "fast": _LOW, "mini": _LOW},
}
"""Catalog -> tier -> qualities."""

_RATIOS = (*SIZES["480p"], "adaptive")
KINDS = ("text", "image", "reference")
_MEDIA_COUNTS: Mapping[str, Mapping[str, tuple[int, int]]] = {
    "text": {"image_urls": (0, 0), "video_urls": (0, 0), "audio_urls": (0, 0)},
    "image": {"image_urls": (1, 2), "video_urls": (0, 0), "audio_urls": (0, 0)},
    "reference": {"image_urls": (0, 9), "video_urls": (0, 3), "audio_urls": (0, 3)},
}
_MOST_PROMPT = 40_000  # The API counts 10,000 tokens; four characters a token is its upper bound.
_MOST_CALLBACK = 2048


def model_id(tier: str, kind: str) -> str:
    """`("fast", "text")` -> `seedance-2.0-fast-text-to-video`."""
    infix = "" if tier == "standard" else f"{tier}-"
    return f"seedance-2.0-{infix}{kind}-to-video"


def split_model(model: str) -> tuple[str, str] | None:
    """`seedance-2.0-fast-text-to-video` -> `("fast", "text")`; None for any other word."""
    for tier in CATALOGS["2026-08"]:
        for kind in KINDS:
            if model == model_id(tier, kind):
                return tier, kind
    return None


def is_loopback(url: str) -> bool:
    """Whether `url` names this machine by a loopback address or as localhost."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check(body: Json, catalog: str) -> Refusal | None:
    """The API's answer to a create body that it refuses, None for one that it accepts.

    Args:
        body: The decoded JSON of the request.
        catalog: A key of `CATALOGS`.
    """
    if not isinstance(body, dict):
        return _invalid(None, "the body must be a JSON object")
    model = body.get("model")
    if not isinstance(model, str) or not model:
        return _invalid("model", "is required and must be a string")
    parts = split_model(model)
    if parts is None:
        return _invalid("model", f"{model!r} is no model ID, use e.g. {_EXAMPLE!r}")
    if parts[0] not in CATALOGS[catalog]:
        row = REFUSALS["no_model_access"]
        return Refusal(row.status, row.code, row.message.format(model), row.type)
    qualities = CATALOGS[catalog][parts[0]]
    for name, reason in _complaints(body, *parts, qualities):
        return _invalid(name, reason)
    return None


_EXAMPLE = "seedance-2.0-text-to-video"


def _invalid(param: str | None, reason: str) -> Refusal:
    row = REFUSALS["invalid"]
    where = f"{param}: " if param else ""
    return Refusal(row.status, row.code, f"{row.message}: {where}{reason}", row.type, param)


def _complaints(
    body: dict[str, Json], tier: str, kind: str, qualities: tuple[str, ...]
) -> Iterator[tuple[str, str]]:
    for name in body:
        if name not in _FIELDS:
            yield name, "unknown field"
    if "prompt" not in body:
        yield "prompt", "is required"
    for name in _FIELDS:
        rule = _RULES.get(name)
        reason = rule(body[name]) if rule and name in body else None
        if reason:
            yield name, reason
    quality = body.get("quality", "720p")
    if quality not in qualities:
        yield "quality", f"{quality!r} is not one of {', '.join(qualities)} for this model"
    yield from _media_complaints(body, kind)
    yield from _params_complaints(body, tier, kind)


def _media_complaints(body: dict[str, Json], kind: str) -> Iterator[tuple[str, str]]:
    counts = {}
    for name, (least, most) in _MEDIA_COUNTS[kind].items():
        value = body.get(name)
        counts[name] = number = len(value) if isinstance(value, list) else 0
        if name in body and most == 0:
            yield name, f"{kind}-to-video takes no {name}"
        elif not least <= number <= most:
            yield name, f"{least} to {most} are allowed, not {number}"
    if counts["audio_urls"] and not counts["image_urls"] + counts["video_urls"]:
        yield "audio_urls", "audio needs at least one image or video beside it"


def _params_complaints(body: dict[str, Json], tier: str, kind: str) -> Iterator[tuple[str, str]]:
    params = body.get("model_params")
    if params is None:
        return
    if kind != "text" or tier == "mini":
        yield "model_params", "this model takes no model_params"
    elif (
        isinstance(params, dict)
        and params.get("web_search")
        and not body.get("content_filter", True)
    ):
        yield "content_filter", "false cannot go with model_params.web_search"


def _prompt(value: Json) -> str | None:
    if not isinstance(value, str) or not value.strip():
        return "must be a string that is not empty"
    if len(value) > _MOST_PROMPT:
        return "Prompt is too long"
    return None


def _duration(value: Json) -> str | None:
    if not isinstance(value, int) or isinstance(value, bool):
        return "must be an integer"
    return None if 4 <= value <= 15 else "must be between 4 and 15"  # noqa: PLR2004


def _flag(value: Json) -> str | None:
    return None if isinstance(value, bool) else "must be true or false"


def _text(value: Json) -> str | None:
    return None if isinstance(value, str) else "must be a string"


def _ratio(value: Json) -> str | None:
    return None if value in _RATIOS else f"must be one of {', '.join(_RATIOS)}"


def _urls(value: Json) -> str | None:
    if not isinstance(value, list):
        return "must be an array of URLs"
    for each in value:
        if not isinstance(each, str):
            return "must be an array of strings"
        if urlsplit(each).scheme not in {"http", "https"} or not urlsplit(each).hostname:
            return f"{each[:80]!r} is not an http(s) URL"
    return None


def _params(value: Json) -> str | None:
    if not isinstance(value, dict):
        return "must be an object"
    for name, each in value.items():
        if name != "web_search":
            return f"unknown parameter {name!r}"
        if not isinstance(each, bool):
            return "web_search must be true or false"
    return None


def _callback(value: Json) -> str | None:
    if not isinstance(value, str) or len(value) > _MOST_CALLBACK:
        return f"must be a URL of at most {_MOST_CALLBACK} characters"
    parts = urlsplit(value)
    if not parts.hostname:
        return "must be a URL"
    if is_loopback(value):  # The real API refuses these; here they are the only ones called.
        return None if parts.scheme in {"http", "https"} else "must be an http(s) URL"
    if parts.scheme != "https":
        return "must be an https URL"
    return "private addresses are refused" if _is_private(parts.hostname) else None


def _is_private(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return False


_RULES: Mapping[str, Callable[[Json], str | None]] = {
    "prompt": _prompt,
    "image_urls": _urls,
    "video_urls": _urls,
    "audio_urls": _urls,
    "duration": _duration,
    "quality": _text,
    "aspect_ratio": _ratio,
    "generate_audio": _flag,
    "content_filter": _flag,
    "model_params": _params,
    "callback_url": _callback,
}
_FIELDS = ("model", *_RULES)
