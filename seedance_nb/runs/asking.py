"""What is asked, made a request and checked against where it goes; all before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core.addresses import is_loopback, is_private
from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.errors import InvalidRequest, Problem
from seedance_nb.core.options import MOST_TAKES
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs import library

if TYPE_CHECKING:
    import random
    from collections.abc import Mapping

    from seedance_nb.core.options import Order
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
    try:
        request = VideoRequest.of(prompt, **fields)
    except InvalidRequest as error:
        problems += error.problems
    if problems:
        raise InvalidRequest(problems=problems)
    return request


def check_place(request: VideoRequest, settings: Settings) -> None:
    """Refuse what the configured server cannot do.

    Raises:
        ConfigError: The settings name no usable server.
        InvalidRequest: See `check_addresses`.
    """
    if settings.trouble:
        raise settings.trouble
    check_addresses(request, settings)


def check_addresses(request: VideoRequest, settings: Settings) -> None:
    """Refuse addresses that the configured server cannot reach: this machine and its network.

    A server on this machine, the simulator too, reaches this machine.

    Raises:
        InvalidRequest: With every such address.
    """
    near = settings.backend != "live" or is_loopback(_host(settings.base_url))
    problems = [
        Problem(name, "problem.media.private", value=url)
        for name in MEDIA_FIELDS
        for url in getattr(request, name)
        if isinstance(url, str)
        if is_private(_host(url)) and not (near and is_loopback(_host(url)))
    ]
    if is_loopback(_host(request.callback_url or "")) and not near:
        value = request.callback_url
        problems.append(Problem("callback_url", "problem.callback.local", value=value))
    if problems:
        raise InvalidRequest(problems=problems)


def check_order(order: Order, settings: Settings) -> None:
    """Refuse, before anything is sent, what could not be done afterwards.

    Raises:
        InvalidRequest: See `check_addresses`.
        ConfigError: The copy of the file could not be written where it is to go.
    """
    if order.request is not None:
        check_addresses(order.request, settings)
    if order.out is not None:
        library.check_target(order.out)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
