"""What is wrong with a request: every rule of the API, all problems at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, ValuesView
from collections.abc import Set as AbstractSet
from itertools import islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core import catalog as catalogs
from seedance_nb.core import fitting, media
from seedance_nb.core.addresses import is_loopback, is_private, is_url
from seedance_nb.core.catalog import BY_NAME, MEDIA, MEDIA_FIELDS, MODES, PARAMETERS
from seedance_nb.core.errors import Problem
from seedance_nb.core.words import has_half_characters, listed, nearest, tokens_at_least

if TYPE_CHECKING:
    from collections.abc import Mapping

    from seedance_nb.core.catalog import Catalog, Mode, Model

LONGEST_CALLBACK = 2048
MOST_TOKENS = 10_000
_MANY = 1000  # of something without an end; far more than may be
MOST_BODY = 64 * 10**6  # bytes of the whole request


class Choice:
    """Which catalog and model the inputs lead to, and what is wrong with that choice."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.model: Model | None = None
        self.problems: list[Problem] = []

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Choice:
        """What these arguments lead to."""
        name = given["catalog"] or catalogs.in_use()
        resolved = catalogs.resolve(name) if isinstance(name, str) else None
        choice = cls(catalogs.CATALOGS[resolved or catalogs.in_use()])
        if resolved is None:
            known = [*catalogs.CATALOGS, *catalogs.ALIASES]
            choice.problems.append(not_among("catalog", name, known))
        choice._pick(given["model"], given["tier"], inferred_mode(given))
        return choice

    def _pick(self, model: object, tier: object, inferred: Mode) -> None:
        if tier not in self.catalog.tiers:
            self.problems.append(self._no_tier(tier))
            tier = "standard"
        if model is None or model in MODES:
            self.model = self.catalog.pick(model or inferred, str(tier))
            return
        self.model = self.catalog.find(model) if isinstance(model, str) else None
        if self.model is None:
            self._unknown_model(model)
        elif tier not in ("standard", self.model.tier):
            self.problems.append(
                Problem("tier", "problem.tier.conflict", value=tier, model=self.model.id)
            )

    def _no_tier(self, tier: object) -> Problem:
        tiers = self.catalog.tiers
        if tier not in catalogs.TIERS:
            return not_among("tier", tier, tiers)
        name = self.catalog.name
        return Problem(
            "tier", "problem.tier.catalog", value=tier, catalog=name, choices=listed(tiers)
        )

    def _unknown_model(self, model: object) -> None:
        ids = [m.id for m in self.catalog.models]
        if model == "seedance-2.0":
            self.problems.append(
                Problem("model", "problem.model.bare", value=model, choices=listed(ids[:3]))
            )
        else:
            self.problems.append(not_among("model", model, [*MODES, *ids]))


def inferred_mode(given: Mapping[str, Any]) -> Mode:
    """The quickstart's table: words only, one or two images, or anything else."""
    counts = {name: len(as_tuple(given[name])) for name in MEDIA_FIELDS}
    if counts["videos"] or counts["audios"] or counts["images"] > MEDIA["image"]["images"][1]:
        return "reference"
    return "image" if counts["images"] else "text"


def _check_prompt(given: Mapping[str, Any], _: Choice) -> list[Problem]:
    prompt = given["prompt"]
    if not isinstance(prompt, str):
        return [Problem("prompt", "problem.prompt.type", value=prompt)]
    if not prompt.strip():
        return [Problem("prompt", "problem.prompt.empty")]
    if has_half_characters(prompt):
        return [Problem("prompt", "problem.prompt.half")]
    tokens = tokens_at_least(prompt)
    if tokens > MOST_TOKENS:
        return [Problem("prompt", "problem.prompt.tokens", count=tokens, limit=MOST_TOKENS)]
    return []


def _check_values(given: Mapping[str, Any], choice: Choice) -> list[Problem]:
    """Type and range of the parameters that are alike for all models."""
    problems = []
    for parameter in PARAMETERS:
        name, value = parameter.name, given[parameter.name]
        if parameter.kind == "integer":
            problems += integer_problems(name, value, parameter.minimum, parameter.maximum)
        if parameter.kind == "flag" and not isinstance(value, bool):
            problems.append(Problem(name, "problem.flag", value=value))
    ratio = given["aspect_ratio"]
    if ratio is not None and ratio not in BY_NAME["aspect_ratio"].choices:
        problems.append(not_among("aspect_ratio", ratio, BY_NAME["aspect_ratio"].choices))
    qualities = choice.model.qualities if choice.model else BY_NAME["quality"].choices
    if given["quality"] not in qualities:
        problems.append(_quality_problem(given["quality"], qualities, choice))
    return problems


def _quality_problem(value: object, qualities: Sequence[str], choice: Choice) -> Problem:
    if value in BY_NAME["quality"].choices and choice.model:
        offered = listed(qualities)
        model, name = choice.model.id, choice.catalog.name
        return Problem(
            "quality", "problem.quality", value=value, model=model, choices=offered, catalog=name
        )
    return not_among("quality", value, qualities)


def open_inputs(
    given: Mapping[str, Any], *, fit: bool = False
) -> tuple[dict[str, Any], list[Problem]]:
    """The arguments with every file opened, and what is wrong with files and addresses.

    Args:
        given: The arguments.
        fit: Whether files that break a limit are replaced by ones made of them that do not.
    """
    found: list[Problem] = []
    ready = dict(given)
    for name in MEDIA_FIELDS:
        kept: list[Any] = []
        items = _flat(given[name])
        if not items and given[name] not in (None, (), []):
            found.append(Problem(name, "problem.media.nothing"))
        results = [item if is_url(item) else media.opened(name, item) for item in items]
        for item, result in zip(items, _fitted(name, results) if fit else results, strict=True):
            if isinstance(result, list):
                found += result
                kept.append(item)
                continue
            kept.append(result)
            if isinstance(result, media.Media):
                found += media.problems(name, result)
        found += media.problems_together(name, kept)
        ready[name] = tuple(kept)
    return ready, found


def _fitted(name: str, results: Sequence[Any]) -> list[Any]:
    """The opened files of a field, each brought within the limits as far as that can be done."""

    def fitted(share: float | None) -> list[Any]:
        return [
            media.fitted(name, result, share) if isinstance(result, media.Media) else result
            for result in results
        ]

    made = fitted(fitting.shares(name, results))
    share = fitting.shares(name, made)  # where a length is known only now
    return made if share is None else fitted(share)


def _check_media(given: Mapping[str, Any], choice: Choice) -> list[Problem]:
    if choice.model is None:
        return []
    problems = []
    counts = {name: len(as_tuple(given[name])) for name in MEDIA_FIELDS}
    for name, (low, high) in MEDIA[choice.model.mode].items():
        if not low <= counts[name] <= high:
            problems.append(_count_problem(name, counts, choice, low=low, high=high))
    if counts["audios"] and not (counts["images"] or counts["videos"]):
        problems.append(Problem("audios", "problem.audio.alone"))
    return problems


def _count_problem(
    name: str, counts: Mapping[str, int], choice: Choice, *, low: int, high: int
) -> Problem:
    assert choice.model is not None  # noqa: S101 - the caller looked
    model, count = choice.model, counts[name]
    if high:
        return Problem(name, "problem.media.count", value=count, low=low, high=high, model=model.id)
    only_images = not (counts["videos"] or counts["audios"])
    fitting = only_images and counts["images"] <= MEDIA["image"]["images"][1]
    other = choice.catalog.pick("image" if fitting else "reference", model.tier)
    return Problem(
        name, "problem.media.refused", value=count, model=model.id, other=other.id if other else ""
    )


def _check_combinations(given: Mapping[str, Any], choice: Choice) -> list[Problem]:
    problems = []
    if given["web_search"] is True and choice.model and not choice.model.web_search:
        problems.append(Problem("web_search", "problem.search.model", model=choice.model.id))
    if given["web_search"] is True and given["content_filter"] is False:
        problems.append(Problem("web_search", "problem.search.filter"))
    return problems


def _check_callback(given: Mapping[str, Any], _: Choice) -> list[Problem]:
    url = given["callback_url"]
    if url is None:
        return []
    if not is_url(url):
        return [Problem("callback_url", "problem.callback.url", value=url)]
    problems = []
    host = urlsplit(url).hostname or ""
    # Plain http to this very machine is what a server on this machine can call, the simulator too;
    # whether the configured server is one is checked when the request is made.
    local = url.startswith("http://") and is_loopback(host)
    if not local and not url.startswith("https://"):
        problems.append(Problem("callback_url", "problem.callback.https", value=url))
    if not local and is_private(host):
        problems.append(Problem("callback_url", "problem.callback.private", value=url))
    if len(url) > LONGEST_CALLBACK:
        problems.append(
            Problem("callback_url", "problem.callback.long", value=len(url), high=LONGEST_CALLBACK)
        )
    return problems


def _check_body(given: Mapping[str, Any], _: Choice) -> list[Problem]:
    """Files go up by themselves, so that only addresses can make a request too large."""
    sizes = {name: sum(map(_weight, as_tuple(given[name]))) for name in MEDIA_FIELDS}
    size = _weight(given["prompt"]) + sum(sizes.values())
    if size <= MOST_BODY:
        return []
    name = max(MEDIA_FIELDS, key=sizes.__getitem__)
    facts = {"size": f"{size / 10**6:.1f}", "limit": MOST_BODY // 10**6}
    return [Problem(name, "problem.body", **facts)]


def _weight(item: object) -> int:
    return len(item.encode("utf-8", "replace")) if isinstance(item, str) else 0


_CHECKS = (
    _check_prompt, _check_values, _check_media, _check_combinations, _check_callback, _check_body,
)  # fmt: skip


def problems_of(given: Mapping[str, Any], choice: Choice) -> list[Problem]:
    """Every problem of arguments whose files are opened."""
    found = list(choice.problems)
    for check in _CHECKS:
        found += check(given, choice)
    return found


def integer_problems(name: str, value: object, low: int, high: int) -> list[Problem]:
    """That a value is no integer from `low` to `high`."""
    if isinstance(value, int) and not isinstance(value, bool) and low <= value <= high:
        return []
    return [Problem(name, "problem.integer", value=value, low=low, high=high)]


def as_tuple(value: Any) -> tuple[Any, ...]:
    """What was given for a field of several: one thing, or a sequence of things.

    An array, an open file and a mapping are one thing, though one can walk through them.
    """
    if value is None or type(value) in (tuple, list):
        return tuple(value or ())
    single = isinstance(value, str | bytes | bytearray | memoryview)
    if isinstance(value, Iterator) and not hasattr(value, "read"):  # such as `folder.glob()`
        return tuple(islice(value, _MANY))
    several = isinstance(value, Sequence | AbstractSet | ValuesView)
    return tuple(value) if several and not single else (value,)


def _flat(value: Any) -> list[Any]:
    """Each thing that was given: those of a list in a list, and the files of a `FileUpload`."""
    found: list[Any] = []
    for item in as_tuple(value):
        inner = item
        if type(item).__name__ == "FileUpload":
            inner = item.value
            inner = list(inner.values()) if isinstance(inner, dict) else inner  # ipywidgets 7
        parts = (None,) if inner is None else as_tuple(inner)
        single = len(parts) == 1 and parts[0] is item
        found += [item] if single else _flat(parts)
    return found


def not_among(name: str, value: object, choices: Sequence[str]) -> Problem:
    """That a value is none of the choices, and the nearest of them."""
    close = nearest(value, choices)
    text_id = "problem.choice.close" if close else "problem.choice"
    return Problem(name, text_id, value=value, choices=listed(choices), close=close)


def unknown_field(name: str, known: set[str]) -> Problem:
    """That a request has no such field, and the nearest that it has."""
    close = nearest(name, sorted(known))
    return Problem(name, "problem.field.close" if close else "problem.field", close=close)
