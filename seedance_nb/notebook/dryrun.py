"""`--dry-run`: the exact request, as JSON and as a command line, with nothing sent."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from seedance_nb.core.spelling import PATH, as_curl
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from seedance_nb.core.request import VideoRequest


def dry_run(
    request: VideoRequest, *, base_url: str, takes: int, automatic: bool, simulated: bool
) -> str:
    """What would be sent, as text.

    Args:
        request: What to ask for.
        base_url: The server that it would go to.
        takes: How many times.
        automatic: Whether the model was chosen by the inputs.
        simulated: Whether the simulator would answer.
    """
    lines = [
        say("magic.dry.head"),
        "",
        f"POST {base_url}{PATH}",
        json.dumps(request.to_wire(), ensure_ascii=False, indent=2),
        "",
        as_curl(request, base_url),
        "",
        say("magic.dry.digest", digest=request.digest),
    ]
    if automatic:
        lines.append(say("magic.dry.model", input=say(f"panel.input.{request.mode}")))
    if takes > 1:
        lines.append(say("magic.dry.takes", takes=takes))
    lines.append(say("magic.dry.estimate.simulator" if simulated else "magic.dry.estimate"))
    lines += [say("magic.dry.warning", text=warning.text) for warning in request.warnings]
    return "\n".join(lines)
