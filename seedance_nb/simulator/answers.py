"""The JSON bodies that the API answers with, as pure functions of records and states."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seedance_nb.simulator import scenario as scenarios
from seedance_nb.simulator.checks import CATALOGS, KINDS, SIZES, Json, model_id, split_model
from seedance_nb.simulator.scenario import FETCHED, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seedance_nb.simulator.inputs import Outcome

__all__ = [
    "ACCOUNT_CREDITS",
    "Record",
    "create_answer",
    "credits_answer",
    "credits_of",
    "history_answer",
    "pricing_answer",
    "query_answer",
]

ACCOUNT_CREDITS = 1_000_000.0

_CREDITS_PER_SECOND = {
    "standard": {"480p": 4.63, "720p": 10.0, "1080p": 22.5, "4k": 90.0},
    "fast": {"480p": 3.75, "720p": 8.1},
    "mini": {"480p": 2.32, "720p": 5.0},
}
"""The quickstart's 10 a second for standard at 720p, and the steps that EvoLink's lists show
around it; 1080p, 4k and mini at 720p are made up, for no source gives them."""

_CREDITS_PER_USD = 68.0
_CREDITS_PER_CNY = 10.0


@dataclass(frozen=True, slots=True)
class Record:
    """All that is kept of a create call; `seconds` is how long the task takes, already scaled.

    `outcome` is what became of its inputs, None for none and until that is known.
    """

    id: str
    created: float
    request: dict[str, Json]
    scenario: str
    seconds: float
    seed: int
    take: int = 0
    outcome: Outcome | None = None

    @property
    def model(self) -> str:
        """The model ID of the request."""
        return str(self.request["model"])

    @property
    def tier(self) -> str:
        """standard, fast or mini."""
        return (split_model(self.model) or ("standard", "text"))[0]

    @property
    def kind(self) -> str:
        """text, image or reference."""
        return (split_model(self.model) or ("standard", "text"))[1]

    @property
    def duration(self) -> int:
        """Seconds asked for."""
        value = self.request.get("duration", 5)
        return value if isinstance(value, int) else 5

    @property
    def quality(self) -> str:
        """480p, 720p, 1080p or 4k."""
        return str(self.request.get("quality", "720p"))

    @property
    def ratio(self) -> str:
        """The ratio of the picture; `adaptive` follows the inputs, and is 16:9 without any."""
        value = str(self.request.get("aspect_ratio", "adaptive"))
        found = self.outcome.ratio if self.outcome else None
        return found or "16:9" if value == "adaptive" else value

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return SIZES[self.quality][self.ratio]

    def state(self, now: float) -> State:
        """The state of the task at `now`, in epoch seconds.

        A task with inputs waits until they have been looked at, and ends no earlier than that.
        """
        row = scenarios.find(self.scenario)
        clear = not self.has_inputs or (self.outcome is not None and not self.outcome.code)
        most = math.inf if clear else FETCHED
        state = scenarios.state(row, self.created, self.seconds, now, most=most)
        if self.outcome is None:
            return state
        known, code = self.outcome.at, self.outcome.code
        failed = max(known, self.created + FETCHED * self.seconds)
        if code and now >= failed:
            return State("failed", 0, code, failed, self.outcome.message)
        if state.finished is not None and state.finished < known:
            return replace(state, finished=known)
        return state

    @property
    def has_inputs(self) -> bool:
        """Whether anything has to be fetched for the task."""
        return any(self.urls(kind) for kind in ("image", "video", "audio"))

    def urls(self, kind: str) -> list[str]:
        """The addresses of the inputs of a kind: image, video or audio."""
        value = self.request.get(f"{kind}_urls")
        return [str(each) for each in value] if isinstance(value, list) else []

    def to_json(self) -> dict[str, object]:
        """What is written down; the outcome has a file of its own, for it comes later."""
        names = ("id", "created", "request", "scenario", "seconds", "seed", "take")
        return {name: getattr(self, name) for name in names}


def credits_of(record: Record) -> float:
    """The price of the task: seconds times the price of the quality; unfiltered is 1.1 times."""
    price = _CREDITS_PER_SECOND[record.tier][record.quality] * record.duration
    return round(price * (1.1 if record.request.get("content_filter") is False else 1.0), 4)


def create_answer(record: Record) -> dict[str, object]:
    """The 200 body of a create call; `estimated_time` is scaled like the waiting itself."""
    return {
        "created": int(record.created),
        "id": record.id,
        "model": record.model,
        "object": "video.generation.task",
        "progress": 0,
        "status": "pending",
        "task_info": {
            "can_cancel": True,
            "estimated_time": math.ceil(record.seconds),
            "video_duration": record.duration,
        },
        "type": "video",
        "usage": {
            "billing_rule": "per_second",
            "credits_reserved": _number(credits_of(record)),
            "user_group": "default",
        },
    }


def query_answer(record: Record, now: float, links: Sequence[str]) -> dict[str, object]:
    """The 200 body of a query; `links` are told only when the task has completed."""
    state = record.state(now)
    answer: dict[str, object] = {
        "created": int(record.created),
        "id": record.id,
        "model": record.model,
        "object": "video.generation.task",
        "progress": state.progress,
        "status": state.status,
        "task_info": {"can_cancel": not state.final},
        "type": "video",
    }
    if state.status == "completed":
        answer["results"] = list(links)
        answer["usage"] = _usage(credits_of(record))
    if state.error is not None:
        message = state.message or scenarios.TASK_ERRORS[state.error]
        answer["error"] = {"code": state.error, "message": message, "type": "task_error"}
    return answer


def _number(value: float) -> float | int:
    return int(value) if value.is_integer() else value


def _usage(amount: float) -> dict[str, object]:
    return {
        "credits_used": amount,
        "cost": {
            "credits": amount,
            "usd": round(amount / _CREDITS_PER_USD, 4),
            "cny": round(amount / _CREDITS_PER_CNY, 4),
        },
    }


def credits_answer(records: Iterable[Record], now: float) -> dict[str, object]:
    """The balances: what runs is reserved, what failed or was cancelled is given back."""
    used = round(
        sum(
            credits_of(record)
            for record in records
            if record.state(now).status not in {"failed", "cancelled"}
        ),
        4,
    )
    left = round(ACCOUNT_CREDITS - used, 4)
    return {
        "data": {
            "token": {
                "remaining_credits": left,
                "unlimited_credits": False,
                "used_credits": used,
            },
            "user": {"remaining_credits": left, "used_credits": used},
        },
        "message": "",
        "success": True,
    }


def history_row(record: Record, now: float) -> dict[str, object]:
    """One row of the task list, which holds no links."""
    state = record.state(now)
    done = state.status == "completed"
    row: dict[str, object] = {
        "id": record.id,
        "model": record.model,
        "type": "video",
        "status": state.status,
        "progress": state.progress,
        "created_at": int(record.created),
        "has_results": done,
        "result_count": int(done),
        "has_error": state.error is not None,
        "credits_used": credits_of(record) if done else 0,
    }
    if state.finished is not None:
        row["duration"] = round(state.finished - record.created, 3)
    return row


def history_answer(
    records: Iterable[Record], now: float, wanted: dict[str, str], page: int, page_size: int
) -> dict[str, object]:
    """One page of the task list, newest first.

    Args:
        records: All tasks.
        now: Epoch seconds.
        wanted: Any of status (`processing` covers pending), type and model.
        page: Counted from 1.
        page_size: Rows on a page.
    """
    newest = sorted(records, key=lambda each: (each.created, each.id), reverse=True)
    rows = [row for row in (history_row(each, now) for each in newest) if _fits(row, wanted)]
    first = (page - 1) * page_size
    return {
        "object": "list",
        "data": rows[first : first + page_size],
        "total": len(rows),
        "page": page,
        "page_size": page_size,
    }


def _fits(row: dict[str, object], wanted: dict[str, str]) -> bool:
    status = wanted.get("status")
    if status == "processing":
        if row["status"] in {"completed", "failed", "cancelled"}:
            return False
    elif status and row["status"] != status:
        return False
    return all(row[name] == wanted[name] for name in ("type", "model") if wanted.get(name))


def pricing_answer(catalog: str) -> dict[str, object]:
    """The public price list: one row a model, with the price of each quality."""
    rows = [
        _sku(model_id(tier, kind), tier, qualities)
        for tier, qualities in CATALOGS[catalog].items()
        for kind in KINDS
    ]
    return {"success": True, "data": rows}


def _sku(model: str, tier: str, qualities: Sequence[str]) -> dict[str, object]:
    prices = {quality: _CREDITS_PER_SECOND[tier][quality] for quality in qualities}
    base = prices["720p"]
    return {
        "sku_id": f"sim-{model}",
        "sku_name": model,
        "model_name": model,
        "model_type": "video",
        "description": "Simulated price, credits per second of output",
        "vendor_slug": "bytedance",
        "billing_rule": "per_second",
        "cny_price": round(base / _CREDITS_PER_CNY, 4),
        "min_charge_uc": 0,
        "metadata": {"credits_per_second": prices},
        "resolution_multipliers": {name: round(each / base, 4) for name, each in prices.items()},
        "price_range": {
            "min_usd": round(min(prices.values()) / _CREDITS_PER_USD, 4),
            "max_usd": round(max(prices.values()) / _CREDITS_PER_USD, 4),
        },
        "routing_note": "",
    }
