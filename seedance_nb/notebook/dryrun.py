"""`--dry-run`: the exact request, as JSON and as a command line, with nothing sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seedance_nb.core import fitting
from seedance_nb.core.spelling import PATH, as_curl, wire
from seedance_nb.core.texts import say
from seedance_nb.notebook.gallery_state import differing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedance_nb.core.options import Order
    from seedance_nb.runs.estimate import Estimate


def dry_run(order: Order, *, base_url: str, automatic: bool, cost: Estimate) -> str:
    """What would be sent, as text.

    Args:
        order: What to ask for.
        base_url: The server that it would go to.
        automatic: Whether the model was chosen by the inputs.
        cost: Of all of it.
    """
    lines = [say("magic.dry.head"), "", f"POST {base_url}{PATH}"]
    lines += _each(order) if order.sweep else _one(order, base_url)
    if automatic and not order.sweep:
        lines.append(say("magic.dry.model", input=say(f"panel.input.{order.request.mode}")))
    if order.takes > 1:
        lines.append(say("magic.dry.takes", takes=order.takes))
    lines.append(say("dry.estimate", cost=cost.text))
    lines += dict.fromkeys(line for one in order.requests for line in fitting.lines(one.files))
    warnings = dict.fromkeys(warning.text for one in order.requests for warning in one.warnings)
    return "\n".join([*lines, *(say("magic.dry.warning", text=text) for text in warnings)])


def _one(order: Order, base_url: str) -> Iterator[str]:
    yield json.dumps(wire(order.request), ensure_ascii=False, indent=2)
    yield f"\n{as_curl(order.request, base_url)}\n"
    yield say("magic.dry.digest", digest=order.request.digest)


def _each(order: Order) -> Iterator[str]:
    """The combinations: what sets each apart, its body and its digest."""
    count = len(order.requests)
    yield say("dry.sweep", count=count * order.takes, requests=count)
    for number, (request, caption) in enumerate(
        zip(order.requests, differing(order.requests), strict=True), 1
    ):
        yield f"\n{number}. " + " · ".join(f"{name}: {value}" for name, value in caption)
        yield json.dumps(wire(request), ensure_ascii=False)
        yield say("magic.dry.digest", digest=request.digest)
    yield ""
