"""What a form says of what is filled in: words and flags, made of the values alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeGuard

from seedance_nb.core import catalog, fitting, tags
from seedance_nb.core.catalog import BY_NAME, DEFAULT_RATIO, MEDIA_FIELDS, PARAMETERS, PIXELS
from seedance_nb.core.checking import Choice, inferred_mode, open_inputs, problems_of
from seedance_nb.core.media import Media
from seedance_nb.core.options import MOST_TAKES
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.spelling import differing
from seedance_nb.core.texts import say
from seedance_nb.core.words import length_of, listed
from seedance_nb.notebook.input_cards import InputCard, input_cards

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.core.catalog import Mode
    from seedance_nb.core.errors import Problem
    from seedance_nb.notebook.input_cards import Picture
    from seedance_nb.runs.budget import Prospect

RUN = ("fit", "takes", "new")  # what a form asks besides the parameters of a request


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
        cards: The inputs, by the name of the field.
        fits: Whether files are fitted to the limits, or could be.
        fitted: What was done to files for that.
        summary: What will be asked for, in a line, or why it cannot be.
        fresh: How many of these would be made, since they are not here yet.
        outlook: What of it is here already, what the rest will cost, whether a cap refuses that.
    """

    request: VideoRequest | None
    takes: int = 1
    new: bool = False
    mode: str = ""
    ratio: str = ""
    hints: Mapping[str, str] = field(default_factory=dict)
    problems: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    advice: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    cards: Mapping[str, tuple[InputCard, ...]] = field(default_factory=dict)
    fits: bool = False
    fitted: tuple[str, ...] = ()
    summary: str = ""
    fresh: int = 0
    outlook: tuple[str, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether it can be sent."""
        return not self.problems


def form_state(
    values: Mapping[str, Any],
    *,
    foresee: Callable[[VideoRequest, int, bool], Prospect | None] = lambda *_: None,
    trouble: str = "",
    is_secret: Callable[[str], bool] = lambda _: False,
    picture: Picture = lambda *_: "",
) -> FormState:
    """What a form says.

    Args:
        values: What is filled in: the parameters of the catalog and `RUN`, by name; media as
            lines, or one by one; None where the default holds.
        foresee: What so many takes of a request, new ones or not, would come to.
        trouble: Why the settings allow no request at all.
        is_secret: Whether a text holds the API key.
        picture: Makes the small picture of a file.
    """
    given = {p.name: _read(p.kind, values.get(p.name, p.default)) for p in PARAMETERS}
    takes, fit, new = values.get("takes", 1), bool(values.get("fit")), bool(values.get("new"))
    ready, found = open_inputs({**given, "catalog": None}, fit=fit)
    found += problems_of(ready, Choice.of(ready))
    problems = _problems(given, found, takes, is_secret)
    if trouble:
        problems = {**problems, "": (trouble,)}
    request = None if problems else VideoRequest(**ready)
    prospect = foresee(request, takes, new) if request else None
    mode: Mode = given["model"] or inferred_mode(given)
    inputs = {name: _unless_secret(ready[name], is_secret) for name in MEDIA_FIELDS}
    fits = fit or any(_can_fit(name, items) for name, items in inputs.items())
    return FormState(
        request=request,
        takes=takes,
        new=new,
        mode=_mode(mode, str(given["tier"]), chosen=bool(given["model"])),
        ratio=given["aspect_ratio"] or DEFAULT_RATIO[mode],
        hints={**_hints(mode, given), "fit": say("form.fit.tip") if fits else ""},
        problems=problems,
        advice=_advice(request, mode, str(given["prompt"])),
        cards=input_cards(mode, inputs, picture),
        fits=fits,
        fitted=tuple(
            fitting.lines(one for items in inputs.values() for one in items if _is_file(one))
        ),
        summary=_ready(request, takes) if request else _why(problems),
        fresh=sum(prospect.fresh) if prospect else 0,
        outlook=_outlook(prospect, takes) if prospect else (),
    )


def _outlook(prospect: Prospect, takes: int) -> tuple[str, ...]:
    if not any(prospect.fresh) and prospect.refusal is None:
        return (say("dry.all.here"),)
    return tuple(prospect.lines(takes))


def values_of(request: VideoRequest) -> dict[str, Any]:
    """What to fill in, so that the form asks for this request; media one by one."""
    said = {"prompt": request.prompt, **differing(request)}
    values = {p.name: said.get(p.name, p.default) for p in PARAMETERS}
    return values | {name: said.get(name, ()) for name in MEDIA_FIELDS}


def _read(kind: str, value: Any) -> Any:
    """The value of a control as a request takes it."""
    if kind == "media" and isinstance(value, tuple):
        return value
    if kind == "media":
        return tuple(line.strip() for line in str(value or "").splitlines() if line.strip())
    if kind == "prompt":
        return str(value or "").strip("\n")  # as a cell does it
    if kind == "url":
        return str(value or "").strip() or None
    return None if value == "" else value


def _is_file(item: object) -> TypeGuard[Media]:
    return isinstance(item, Media)


def _can_fit(name: str, items: Sequence[object]) -> bool:
    """Whether one of these files breaks a limit in a way that can be mended."""
    share = fitting.shares(name, items)
    plans = (fitting.plan(name, item, share) for item in items if _is_file(item))
    return any(isinstance(plan, fitting.Plan) for plan in plans)


def _problems(
    given: Mapping[str, Any],
    problems: Sequence[Problem],
    takes: object,
    is_secret: Callable[[str], bool],
) -> dict[str, tuple[str, ...]]:
    found = _by_field(problems)
    if not given["prompt"].strip():
        found["prompt"] = (say("form.prompt.empty"),)
    for name, value in given.items():
        text = listed(map(_words, value)) if name in MEDIA_FIELDS else value
        if isinstance(text, str) and is_secret(text):
            found[name] = (say("form.secret"),)  # and nothing that quotes it
    if not isinstance(takes, int) or not 1 <= takes <= MOST_TAKES:
        values = {"field": "takes", "value": takes, "low": 1, "high": MOST_TAKES}
        found["takes"] = (say("problem.integer", **values),)
    return found


def _unless_secret(items: Sequence[Any], is_secret: Callable[[str], bool]) -> Sequence[Any]:
    return () if is_secret(listed(map(_words, items))) else items


def _words(item: object) -> str:
    """What was typed or is told of an input."""
    if isinstance(item, Mapping):
        return str(item.get("name", ""))
    return item.name if _is_file(item) else str(item)


def _by_field(problems: Sequence[Problem]) -> dict[str, tuple[str, ...]]:
    """What is said of each field; what is said of tags belongs to the prompt."""
    found: dict[str, tuple[str, ...]] = {}
    for one in problems:
        name = "prompt" if one.text_id.startswith("problem.tag.") else one.field
        found[name] = (*found.get(name, ()), one.text)
    return found


def _advice(request: VideoRequest | None, mode: Mode, prompt: str) -> dict[str, tuple[str, ...]]:
    said = request.warnings if request else ()
    found = _by_field([one for one in said if one.text_id != "problem.tag.mode"])
    used = tags.used(prompt)
    if used and mode != "reference":
        line = say("form.tags.reference", tags=listed(used))
        found["prompt"] = (*found.get("prompt", ()), line)
    return found


def _hints(mode: Mode, given: Mapping[str, Any]) -> dict[str, str]:
    ratio = given["aspect_ratio"]
    prompt = _length(given["prompt"])
    counts = {name: len(given[name]) for name in MEDIA_FIELDS}
    if mode == "reference" and any(counts.values()):
        prompt += " · " + say("form.tags", tags=" ".join(tags.tags_of(counts)))
    return {
        "prompt": prompt,
        "aspect_ratio": _pixels(ratio or DEFAULT_RATIO[mode], given["quality"], chosen=bool(ratio)),
    }


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
