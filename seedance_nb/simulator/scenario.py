"""What happens when: the state of a task as a pure function of its record and the clock.

A scenario is a row of data. The server reads from it how to answer a create call; `state` reads
from it how a task goes on. No row keeps anything, so a task outlives the process that made it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = [
    "FETCHED",
    "SCENARIOS",
    "TASK_ERRORS",
    "Scenario",
    "State",
    "find",
    "real_seconds",
    "state",
]

Media = Literal["whole", "truncated", "longer", "other-size", "missing", "none", "two"]
Curve = tuple[tuple[float, float], ...]

_STEADY: Curve = ((0.0, 0), (0.06, 0), (0.1, 4), (0.6, 62), (0.9, 93), (1.0, 99))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One way in which the service can behave.

    Attributes:
        name: How it is asked for.
        summary: One line for people.
        refusal: Name of the error that a create call gets (`checks.REFUSALS`), None for none.
        refused_creates: How many creates are refused before they are accepted, None for all.
        everywhere: The refusal meets every call that needs a key, not only creates.
        lost_answer: The task is made, but the connection is closed without an answer.
        accept_seconds: Real seconds that the service takes to answer a create.
        failed_queries: How many queries of each task get a 500 before they are answered.
        curve: (share of the whole time, progress) points, joined by straight lines.
        words: (share of the whole time, status word) from that moment on; the last one holds.
        error: Code of the task's error once it has failed.
        media: What lies behind the result link.
        dead_links: How many result links of each task are born expired.
    """

    name: str
    summary: str
    refusal: str | None = None
    refused_creates: int | None = None
    everywhere: bool = False
    lost_answer: bool = False
    accept_seconds: float = 0.0
    failed_queries: int = 0
    curve: Curve = _STEADY
    words: tuple[tuple[float, str], ...] = (
        (0.0, "pending"),
        (0.06, "processing"),
        (1.0, "completed"),
    )
    error: str | None = None
    media: Media = "whole"
    dead_links: int = 0


def _ending(at: float, word: str) -> tuple[tuple[float, str], ...]:
    return ((0.0, "pending"), (0.06, "processing"), (at, word))


_NEVER: tuple[tuple[float, str], ...] = ((0.0, "pending"), (0.06, "processing"))

_ROWS = (
    Scenario(name="normal", summary="All goes well."),
    Scenario(
        name="fail",
        summary="The task fails on its content; fail:CODE fails with another documented code.",
        words=_ending(0.6, "failed"),
        error="content_policy_violation",
    ),
    Scenario(
        name="cancelled",
        summary="The service cancels the task halfway.",
        words=_ending(0.5, "cancelled"),
    ),
    Scenario(
        name="stall",
        summary="Progress stops at 95 % for ever.",
        curve=((0.0, 0), (0.06, 0), (0.8, 95)),
        words=_NEVER,
    ),
    Scenario(
        name="jump",
        summary="Progress stands still, then leaps.",
        curve=((0.0, 0), (0.3, 0), (0.3, 40), (0.7, 41), (0.7, 92), (1.0, 92)),
    ),
    Scenario(
        name="backwards",
        summary="Progress falls back from 70 % to 30 % on the way.",
        curve=((0.0, 0), (0.06, 0), (0.5, 70), (0.5, 30), (1.0, 99)),
    ),
    Scenario(
        name="unknown-status",
        summary="For a while the status is a word that nobody has documented.",
        words=(
            (0.0, "pending"),
            (0.06, "processing"),
            (0.3, "reviewing"),
            (0.7, "processing"),
            (1.0, "completed"),
        ),
    ),
    Scenario(
        name="lost-answer",
        summary="The create is accepted, but its answer never arrives.",
        lost_answer=True,
    ),
    Scenario(
        name="slow-accept",
        summary="The service takes 40 real seconds (scaled) to answer a create.",
        accept_seconds=40.0,
    ),
    Scenario(
        name="server-error",
        summary="Every create gets a 500 and makes nothing.",
        refusal="internal_error",
    ),
    Scenario(
        name="rate-limit",
        summary="The first two creates get a 429 with Retry-After.",
        refusal="rate_limit",
        refused_creates=2,
    ),
    Scenario(
        name="no-quota",
        summary="The account is empty: every create gets a 402.",
        refusal="no_quota",
    ),
    Scenario(
        name="no-channel",
        summary="No channel serves the model: every create gets a 400.",
        refusal="no_channel",
    ),
    Scenario(
        name="no-channel-503",
        summary="No channel serves the model: every create gets the older 503.",
        refusal="unavailable",
    ),
    Scenario(
        name="bad-key",
        summary="The key is not accepted: 401 everywhere.",
        refusal="unauthorized",
        everywhere=True,
    ),
    Scenario(
        name="query-errors",
        summary="The first three queries of each task get a 500.",
        failed_queries=3,
    ),
    Scenario(
        name="expired-link",
        summary="The first result link of each task is dead; asking again gives a good one.",
        dead_links=1,
    ),
    Scenario(
        name="broken-file",
        summary="The result is cut off after two thirds of the file.",
        media="truncated",
    ),
    Scenario(
        name="missing-file",
        summary="The result link leads nowhere (404).",
        media="missing",
    ),
    Scenario(
        name="wrong-length",
        summary="The result is two seconds longer than asked.",
        media="longer",
    ),
    Scenario(
        name="wrong-size",
        summary="The result has another ratio than asked.",
        media="other-size",
    ),
    Scenario(
        name="no-results",
        summary="The task completes without a result link.",
        media="none",
    ),
    Scenario(
        name="two-results",
        summary="The task completes with two result links.",
        media="two",
    ),
)

SCENARIOS: Mapping[str, Scenario] = {row.name: row for row in _ROWS}

TASK_ERRORS: Mapping[str, str] = {
    "content_policy_violation": (
        "Content policy violation.\nYour request was blocked by safety filters."
    ),
    "invalid_parameters": "Prompt is too long",
    "image_processing_error": "Failed to process image: the URL cannot be reached",
    "image_dimension_mismatch": "Image dimensions do not match the requirements",
    "request_cancelled": "The request was cancelled",
    "generation_failed_no_content": "Generation finished without any content",
    "service_error": "Service error, please try again later",
    "generation_timeout": "Generation timed out",
    "resource_exhausted": "Resources are exhausted, please try again later",
    "quota_exceeded": "Quota exceeded, please slow down",
    "service_unavailable": "Service temporarily unavailable",
    "resource_not_found": "The requested resource could not be found",
    "unknown_error": "Unknown error, please contact support",
}
"""Code of a failed task -> message sample; the codes are those of EvoLink's error page."""

_TIER_SECONDS: Mapping[str, float] = {"mini": 109.0, "fast": 113.0, "standard": 156.0}
"""Measured real times of 4 s at 480p (test report of 2026-07-10)."""

_QUALITY_FACTOR: Mapping[str, float] = {"480p": 1.0, "720p": 1.025, "1080p": 1.5, "4k": 2.5}


@dataclass(frozen=True, slots=True)
class State:
    """What a query of a task tells: `progress` is 0-100, `finished` an epoch second or None.

    `message` goes with `error`; where it is None, the sample of the documents does.
    """

    status: str
    progress: int
    error: str | None = None
    finished: float | None = None
    message: str | None = None

    @property
    def final(self) -> bool:
        """Whether nothing further will happen."""
        return self.finished is not None


FETCHED = 0.08
"""Share of its time after which a task has its inputs, or fails on them."""

_FINAL = frozenset({"completed", "failed", "cancelled"})


def find(name: str) -> Scenario:
    """The scenario called `name`, `fail:CODE` included.

    Raises:
        ValueError: There is none; the message lists them all.
    """
    base, _, code = name.partition(":")
    row = SCENARIOS.get(base)
    if row is None or (code and (base != "fail" or code not in TASK_ERRORS)):
        known = ", ".join([*SCENARIOS, *(f"fail:{each}" for each in TASK_ERRORS)])
        message = f"no scenario is called {name!r}; there are: {known}"
        raise ValueError(message)
    if not code:
        return row
    return Scenario(name=name, summary=f"The task fails with {code}.", words=row.words, error=code)


def real_seconds(tier: str, quality: str, duration: int) -> float:
    """How long the real service works on such a task, in seconds (4 s at 480p are measured)."""
    longer = 1.0 + 0.03 * (duration - 4)
    return _TIER_SECONDS[tier] * longer * _QUALITY_FACTOR[quality]


def state(
    scenario: Scenario, created: float, seconds: float, now: float, *, most: float = math.inf
) -> State:
    """The state at `now` (epoch seconds) of a task made at `created` that takes `seconds`.

    It does not get past the share `most` of its time.
    """
    share = min(most, _share(now - created, seconds))
    since, word = next(row for row in reversed(scenario.words) if row[0] <= share)
    if word not in _FINAL:
        progress = 0 if word == "pending" else int(_interpolate(scenario.curve, share))
        return State(word, progress)
    finished = created + since * seconds
    if word == "completed":
        return State(word, 100, None, finished)
    if word == "failed":
        return State(word, 0, scenario.error, finished)
    return State(word, int(_interpolate(scenario.curve, since)), None, finished)


def _share(elapsed: float, seconds: float) -> float:
    if seconds <= 0:
        return math.inf
    return max(0.0, elapsed / seconds)


def _interpolate(curve: Sequence[tuple[float, float]], share: float) -> float:
    if share >= curve[-1][0]:
        return curve[-1][1]
    index = max(i for i, (at, _) in enumerate(curve) if at <= share)
    (left, low), (right, high) = curve[index], curve[index + 1]
    return low + (high - low) * (share - left) / (right - left)
