"""`--dry-run`: the exact request, as JSON and as a command line, with nothing sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seedance_nb.core import fitting
from seedance_nb.core.apart import differing
from seedance_nb.core.spelling import PATH, as_curl, wire
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedance_nb.core.options import Order
    from seedance_nb.runs.budget import Prospect


def dry_run(order: Order, *, base_url: str, automatic: bool, prospect: Prospect) -> str:
    """What would be sent, as text.

    Args:
        order: What to ask for.
        base_url: The server that it would go to.
        automatic: Whether the model was chosen by the inputs.
        prospect: What it would come to.
    """
    comes = any(prospect.fresh) or prospect.refusal is not None
    lines = [say("magic.dry.head" if comes else "dry.all.here"), "", f"POST {base_url}{PATH}"]
    lines += _each(order, prospect) if order.sweep else _one(order, base_url)
    if automatic and not order.sweep:
        lines.append(say("magic.dry.model", input=say(f"panel.input.{order.request.mode}")))
    if order.takes > 1 and not order.sweep and any(prospect.fresh):
        lines.append(say("dry.takes", count=prospect.fresh[0]))
    lines += prospect.lines(order.takes)
    lines += dict.fromkeys(line for one in order.requests for line in fitting.lines(one.files))
    return "\n".join([*lines, *(say("magic.warning", text=text) for text in order.warnings)])


def _one(order: Order, base_url: str) -> Iterator[str]:
    yield json.dumps(wire(order.request), ensure_ascii=False, indent=2)
    yield f"\n{as_curl(order.request, base_url)}\n"
    yield say("magic.dry.digest", digest=order.request.digest)


def _each(order: Order, prospect: Prospect) -> Iterator[str]:
    """The combinations: what sets each apart, its body and its digest."""
    count = len(order.requests)
    yield say("dry.sweep", count=count * order.takes, requests=count)
    rows = zip(order.requests, differing(order.requests), prospect.fresh, strict=True)
    for number, (request, caption, fresh) in enumerate(rows, 1):
        yield f"\n{number}. " + " · ".join(f"{name}: {value}" for name, value in caption)
        yield json.dumps(wire(request), ensure_ascii=False)
        yield say("magic.dry.digest", digest=request.digest)
        if not fresh and prospect.refusal is None:
            yield say("dry.all.here")
    yield ""
