"""What is asked, made a request and checked against where it goes; all before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core.addresses import is_loopback
from seedance_nb.core.errors import InvalidRequest, Problem
from seedance_nb.core.options import MOST_TAKES
from seedance_nb.core.request import VideoRequest

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from seedance_nb.runs.settings import Settings

_LETTERS = "abcdefghjkmnpqrstuvwxyz"
_SIGNS = _LETTERS + "23456789"


def new_name(rng: random.Random, length: int) -> str:
    """Letters and digits that are not taken for one another, a letter first."""
    tail = "".join(rng.choice(_SIGNS) for _ in range(length - 1))
    return rng.choice(_LETTERS) + tail


def as_request(prompt: str | VideoRequest, fields: Mapping[str, Any], takes: int) -> VideoRequest:
    """The request of a call to `generate`.

    Raises:
        InvalidRequest: With every problem of request and takes.
    """
    problems = []
    if isinstance(takes, bool) or not isinstance(takes, int) or not 1 <= takes <= MOST_TAKES:
        problems.append(Problem("takes", "problem.integer", value=takes, low=1, high=MOST_TAKES))
    if isinstance(prompt, VideoRequest):
        if problems:
            raise InvalidRequest(problems=problems)
        return prompt.replace(**fields) if fields else prompt
    problems += VideoRequest.check(prompt, **fields)
    if problems:
        raise InvalidRequest(problems=problems)
    return VideoRequest(prompt, **fields)


def check_place(request: VideoRequest, settings: Settings) -> None:
    """Refuse what the configured server cannot do.

    Raises:
        ConfigError: The settings name no usable server.
        InvalidRequest: A callback to this machine, asked of a server that is not on it.
    """
    if settings.trouble:
        raise settings.trouble
    callback = urlsplit(request.callback_url or "").hostname or ""
    server = urlsplit(settings.base_url).hostname or ""
    is_near = settings.backend == "simulator" or is_loopback(server)
    if is_loopback(callback) and not is_near:
        value = request.callback_url
        problem = Problem("callback_url", "problem.callback.local", value=value)
        raise InvalidRequest(problems=[problem])
