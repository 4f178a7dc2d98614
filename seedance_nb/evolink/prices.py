"""The public price list, as far as its rows make sense.

`GET /web/api/models/pricing` is documented nowhere. Its rows are read as the official client reads
them (evolink-mcp, pricing-client.ts of October 2026); a row that does not fit gives no price.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedance_nb.evolink.plain import number

if TYPE_CHECKING:
    from collections.abc import Mapping

CREDITS_PER_USD = 68.0  # evolink-mcp; also 6.8 CNY
CREDITS_PER_CNY = 10.0
UNITS_PER_CREDIT = 10_000.0  # `min_charge_uc` counts in these
_NOTE = re.compile(
    r"\$([\d,]*\.?\d+)(?:\s*[-\u2013~]\s*\$?([\d,]*\.?\d+))?\s+per\s+([A-Za-z0-9 ]+?)(?=[.,;]|$)"
)
# Charges for what goes in or is searched for, and not for the video that comes out.
_ADD_ON = re.compile(
    r"\binput (image|images|video|audio|text)\b|\breference (image|images|video seconds|audio)\b"
    r"|web search|cached|cache (hit|write)|asset upload|输入",
    re.IGNORECASE,
)
_QUALITY = re.compile(r"\b(\d+k|\d{3,4}p)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Price:
    """Credits for a second of video, from the least to the most, and for a whole one at least."""

    least: float
    most: float
    whole: float = 0.0

    def of(self, seconds: float) -> tuple[float, float]:
        """The least and the most that a video of this length costs."""
        return max(self.least * seconds, self.whole), max(self.most * seconds, self.whole)


class PriceList:
    """What the service says its videos cost.

    Args:
        data: The JSON of the answer, whatever it is.
    """

    def __init__(self, data: object) -> None:
        found = data.get("data") if isinstance(data, dict) else data
        rows = found if isinstance(found, list) else []
        self._rows = [row for row in rows if isinstance(row, dict)]

    def find(self, model: str, quality: str) -> Price | None:
        """What a second of this model costs in this quality; None where the list does not tell."""
        rows = [row for row in self._rows if row.get("model_name") == model and _is_output(row)]
        named = [row for row in rows if quality.lower() in _qualities(row)]
        rows = named or [row for row in rows if not _qualities(row)]
        prices = [_price(row, quality) for row in rows]
        known = [price for price in prices if price is not None]
        if not known or len(known) < len(prices):
            return None
        return Price(
            min(p.least for p in known), max(p.most for p in known), max(p.whole for p in known)
        )


def _is_output(row: Mapping[str, Any]) -> bool:
    role = _metadata(row).get("role")
    return role != "input_image" and not _ADD_ON.search(str(row.get("sku_name") or ""))


def _qualities(row: Mapping[str, Any]) -> list[str]:
    return [word.lower() for word in _QUALITY.findall(str(row.get("sku_name") or ""))]


def _price(row: Mapping[str, Any], quality: str) -> Price | None:
    """The price of a row per second; None for another unit, or a quality that it does not name."""
    ends, factors = _dollars(row), _factors(row)
    if ends is None or (factors and quality not in factors):
        return None
    least, most = (end * CREDITS_PER_USD * factors.get(quality, 1.0) for end in ends)
    if factors and _spans(ends, factors):
        least = most = most / max(factors.values())
    whole = number(row.get("min_charge_uc")) or 0.0
    return Price(least, most, whole / UNITS_PER_CREDIT) if 0 < least <= most else None


def _dollars(row: Mapping[str, Any]) -> tuple[float, float] | None:
    """Dollars per second: the note of the gateway first, since it has the corrected unit."""
    note = _NOTE.search(str(row.get("routing_note") or ""))
    if note:
        low, high, unit = note.groups()
        ends = _amount(low), _amount(high or low)
        return ends if unit.strip().lower() == "second" else None
    if row.get("billing_rule") != "per_second":
        return None
    span = row.get("price_range")
    if isinstance(span, dict):
        least, most = number(span.get("min_usd")), number(span.get("max_usd"))
        if least is not None and most is not None:
            return least, most
    yuan = number(row.get("cny_price"))
    dollars = None if yuan is None else yuan * CREDITS_PER_CNY / CREDITS_PER_USD
    return None if dollars is None else (dollars, dollars)


def _factors(row: Mapping[str, Any]) -> dict[str, float]:
    """By how much each quality multiplies the price."""
    found = row.get("resolution_multipliers") or _metadata(row).get("resolution_multipliers")
    numbers = (
        {name: number(each) for name, each in found.items()} if isinstance(found, dict) else {}
    )
    return {name: each for name, each in numbers.items() if each}


def _spans(ends: tuple[float, float], factors: Mapping[str, float]) -> bool:
    """Whether a range goes from the cheapest quality to the dearest, its factors within."""
    least, most = ends
    widest = max(factors.values()) / min(factors.values())
    return widest > 1 and least > 0 and math.isclose(most / least, widest, rel_tol=0.01)


def _metadata(row: Mapping[str, Any]) -> Mapping[str, Any]:
    """Further facts, which come as JSON in a text."""
    data = row.get("metadata")
    if isinstance(data, str):
        try:
            data = json.loads(data)
        except ValueError:
            return {}
    return data if isinstance(data, dict) else {}


def _amount(digits: str) -> float:
    return float(digits.replace(",", ""))
