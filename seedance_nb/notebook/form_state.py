"""What a form says of what is filled in: words and flags, made of the values alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seedance_nb.core import catalog
from seedance_nb.core.addresses import is_url
from seedance_nb.core.catalog import BY_NAME, DEFAULT_RATIO, MEDIA_FIELDS, PARAMETERS, PIXELS
from seedance_nb.core.checking import inferred_mode
from seedance_nb.core.options import MOST_TAKES
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.spelling import differing
from seedance_nb.core.texts import say
from seedance_nb.core.words import length_of, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from seedance_nb.core.catalog import Mode
    from seedance_nb.core.errors import Problem

RUN = ("takes", "new")  # what a form asks besides the parameters of a request


@dataclass(frozen=True, slots=True, kw_only=True)
class FormState:
    """All that a form says.

    Attributes:
        request: What would be asked for; None while there are problems.
        takes: How many videos of it.
        new: Whether to make new takes even if there are some.
        mode: What is put in, the model for that, and why.
        ratio: The ratio that would be sent.
        hints: What to know of a field, by its name.
        problems: What is wrong with a field, by its name.
        advice: What is allowed but not advised, by the name of the field.
        thumbnails: Addresses of images to show.
        summary: What will be asked for, in a line, or why it cannot be.
        estimate: What it will cost.
    """

    request: VideoRequest | None
    takes: int = 1
    new: bool = False
    mode: str = ""
    ratio: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    advice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    thumbnails: tuple[str, ...] = ()
    summary: str = ""
    estimate: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether it can be sent."""
        return not self.problems


def form_state(
    values: Mapping[str, Any],
    *,
    simulated: bool = True,
    trouble: str = "",
    is_secret: Callable[[str], bool] = lambda _: False,
) -> FormState:
    """What a form says.

    Args:
        values: What is filled in: the parameters of the catalog and `RUN`, by name; media as
            addresses, one a line; None where the default holds.
        simulated: Whether the simulator would answer.
        trouble: Why the settings allow no request at all.
        is_secret: Whether a text holds the API key.
    """
    given = {p.name: _read(p.kind, values.get(p.name, p.default)) for p in PARAMETERS}
    prompt = given.pop("prompt")
    takes = values.get("takes", 1)
    problems = _problems(prompt, given, takes, is_secret)
    if trouble:
        problems = {**problems, "": (trouble,)}
    request = None if problems else VideoRequest(prompt, **given)
    mode: Mode = given["model"] or inferred_mode(given)
    ratio = given["aspect_ratio"] or DEFAULT_RATIO[mode]
    return FormState(
        request=request,
        takes=takes,
        new=bool(values.get("new")),
        mode=_mode(mode, str(given["tier"]), chosen=bool(given["model"])),
        ratio=ratio,
        hints={
            "prompt": _length(prompt),
            "aspect_ratio": _pixels(ratio, given["quality"], chosen=bool(given["aspect_ratio"])),
        },
        problems=problems,
        advice=_by_field(request.warnings) if request else {},
        thumbnails=tuple(url for url in given["images"] if is_url(url)),
        summary=_ready(request, takes) if request else _why(problems),
        estimate=say("magic.dry.estimate.simulator" if simulated else "magic.dry.estimate"),
    )


def values_of(request: VideoRequest) -> dict[str, Any]:
    """What to fill in, so that the form asks for this request."""
    said = {"prompt": request.prompt, **differing(request)}
    values = {p.name: said.get(p.name, p.default) for p in PARAMETERS}
    return values | {name: "\n".join(said.get(name, ())) for name in MEDIA_FIELDS}


def _read(kind: str, value: Any) -> Any:
    """The value of a control as a request takes it."""
    if kind == "media":
        return tuple(line.strip() for line in str(value or "").splitlines() if line.strip())
    if kind == "prompt":
        return str(value or "").strip("\n")  # as a cell does it
    if kind == "url":
        return str(value or "").strip() or None
    return None if value == "" else value


def _problems(
    prompt: str, given: Mapping[str, Any], takes: object, is_secret: Callable[[str], bool]
) -> dict[str, tuple[str, ...]]:
    found = _by_field(VideoRequest.check(prompt, **given))
    if not prompt.strip():
        found["prompt"] = (say("form.prompt.empty"),)
    for name, value in {"prompt": prompt, **given}.items():
        text = listed(value) if name in MEDIA_FIELDS else value
        if isinstance(text, str) and is_secret(text):
            found[name] = (say("form.secret"),)  # and nothing that quotes it
    if not isinstance(takes, int) or not 1 <= takes <= MOST_TAKES:
        values = {"field": "takes", "value": takes, "low": 1, "high": MOST_TAKES}
        found["takes"] = (say("problem.integer", **values),)
    return found


def _by_field(problems: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for problem in problems:
        one: Problem = problem
        found[one.field] = (*found.get(one.field, ()), one.text)
    return found


def _mode(mode: Mode, tier: str, *, chosen: bool) -> str:
    model = catalog.CATALOGS[catalog.in_use()].pick(mode, tier)
    values = {"mode": say(f"form.mode.{mode}"), "model": model.id if model else "-"}
    if chosen:
        return say("form.mode.chosen", **values)
    return say("form.mode.automatic", input=say(f"panel.input.{mode}"), **values)


def _length(prompt: str) -> str:
    count, unit, limit = length_of(prompt)
    return say(f"form.length.{unit}", count=count, limit=limit)


def _pixels(ratio: str, quality: object, *, chosen: bool) -> str:
    size = PIXELS.get(ratio, {}).get(str(quality))
    if size is None:
        said = say("form.ratio.adaptive") if ratio not in PIXELS else ratio
    else:
        said = say("form.ratio", ratio=ratio, width=size[0], height=size[1])
    return said if chosen else say("form.ratio.default", ratio=said)


def _ready(request: VideoRequest, takes: int) -> str:
    parts = [
        say("form.takes", count=takes) if takes > 1 else "",
        str(request.model),
        say("panel.seconds", count=request.duration),
        request.quality,
        str(request.aspect_ratio),
        "" if request.generate_audio else say("panel.silent"),
        say("panel.searching") if request.web_search else "",
        "" if request.content_filter else say("form.unfiltered"),
    ]
    return say("form.ready", summary=" · ".join(part for part in parts if part))


def _why(problems: Mapping[str, tuple[str, ...]]) -> str:
    if "" in problems:
        return problems[""][0]
    known = (*BY_NAME, *RUN)
    names = [say(f"form.label.{name}") if name in known else name for name in problems]
    return say("form.why", fields=listed(names))
