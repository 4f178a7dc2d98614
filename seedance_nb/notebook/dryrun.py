"""`--dry-run`: the exact request, as JSON and as a command line, with nothing sent."""

from __future__ import annotations

import json
import shlex
from typing import TYPE_CHECKING

from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from seedance_nb.core.request import VideoRequest

PATH = "/v1/videos/generations"


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
    body = request.to_wire()
    url = base_url + PATH
    lines = [
        say("magic.dry.head"),
        "",
        f"POST {url}",
        json.dumps(body, ensure_ascii=False, indent=2),
        "",
        curl(url, json.dumps(body, ensure_ascii=False)),
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


def curl(url: str, body: str) -> str:
    """The same for a terminal; the key stays in the environment."""
    return (
        f"curl {shlex.quote(url)} \\\n"
        '  -H "Authorization: Bearer $EVOLINK_API_KEY" \\\n'
        "  -H 'Content-Type: application/json' \\\n"
        f"  -d {shlex.quote(body)}"
    )
