"""What is asked, made a request and checked against where it goes; all before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core import sweep
from seedance_nb.core.addresses import is_inside, is_loopback, is_private
from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.errors import ConfigError, InvalidRequest, Problem
from seedance_nb.core.options import takes_problems
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.secret import holds_key
from seedance_nb.runs import library

if TYPE_CHECKING:
    import random
    from collections.abc import Iterator, Mapping, Sequence

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
    problems = takes_problems(takes)
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


def as_sweep(
    prompt: str | Iterable[str], fields: Mapping[str, Any], takes: int
) -> tuple[VideoRequest, ...]:
    """The requests of a call to `sweep`.

    Raises:
        InvalidRequest: With every problem of all combinations, each once.
    """
    problems = takes_problems(takes)
    several = isinstance(prompt, Iterable) and not isinstance(prompt, str)
    prompts = list(prompt) if several else [prompt]
    try:
        texts = [text for one in prompts for text in _alternatives(one)]
        requests = sweep.requests_of(texts, *sweep.split_fields(fields), takes=takes)
    except InvalidRequest as error:
        problems += error.problems
    if problems:
        raise InvalidRequest(problems=problems)
    return requests


def _alternatives(prompt: Any) -> list[Any]:
    return sweep.alternatives(prompt) if isinstance(prompt, str) else [prompt]


def check_place(requests: Sequence[VideoRequest], settings: Settings) -> None:
    """Refuse what the configured server cannot do.

    Raises:
        ConfigError: The settings name no usable server, or none for files.
        InvalidRequest: See `check_addresses`.
    """
    if settings.trouble:
        raise settings.trouble
    check_addresses(requests, settings)
    uploads = any(request.files for request in requests)
    if uploads and settings.files_url is None and settings.backend == "live":
        raise ConfigError("error.upload.nowhere", base_url=settings.base_url)


def check_addresses(requests: Sequence[VideoRequest], settings: Settings) -> None:
    """Refuse addresses that the configured server cannot reach: this machine and its network.

    A server on this machine, the simulator too, reaches this machine. A key in a request is refused
    as well, since the request goes into records and to others.

    Raises:
        InvalidRequest: With every such address.
    """
    near = settings.backend != "live" or is_loopback(_host(settings.base_url))
    problems = [
        Problem(name, "problem.media.private", value=url)
        for request in requests
        for name in MEDIA_FIELDS
        for url in getattr(request, name)
        if isinstance(url, str)
        if _is_out_of_reach(_host(url), near=near)
    ]
    problems += [
        Problem("callback_url", "problem.callback.local", value=request.callback_url)
        for request in requests
        if is_loopback(_host(request.callback_url or "")) and not near
    ]
    problems += [Problem(name, "problem.key") for each in requests for name in _with_key(each)]
    if problems:
        raise InvalidRequest(problems=list(dict.fromkeys(problems)))


def _is_out_of_reach(host: str, *, near: bool) -> bool:
    """Whether a server cannot fetch from there; one on this machine may know its names."""
    return is_private(host) and not is_loopback(host) if near else is_inside(host)


def _with_key(request: VideoRequest) -> Iterator[str]:
    """The fields that hold an API key: a prompt, an address, the name of a file."""
    for name in ("prompt", "callback_url", *MEDIA_FIELDS):
        value = getattr(request, name)
        items = value if name in MEDIA_FIELDS else [value or ""]
        if any(holds_key(one if isinstance(one, str) else one.name or "") for one in items):
            yield name


def check_order(order: Order, settings: Settings) -> None:
    """Refuse, before anything is sent, what could not be done afterwards.

    Raises:
        InvalidRequest: See `check_addresses`.
        ConfigError: The copy of the file could not be written where it is to go.
    """
    check_addresses(order.requests, settings)
    if order.out is not None:
        library.check_target(order.out)


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
