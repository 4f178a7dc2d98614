"""A request for a video: everything that can be said, checked all at once, named by a digest."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core import catalog as catalogs
from seedance_nb.core.addresses import is_loopback, is_private, is_url
from seedance_nb.core.catalog import BY_NAME, DEFAULT_RATIO, MEDIA, MEDIA_FIELDS, MODES, PARAMETERS
from seedance_nb.core.errors import ConfigError, InvalidRequest, Problem
from seedance_nb.core.words import has_half_characters, length_of, listed, nearest, tokens_at_least

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from seedance_nb.core.catalog import Catalog, Mode, Model

LONGEST_CALLBACK = 2048
MOST_TOKENS = 10_000


def canonical_json(data: object) -> str:
    """The one text of some JSON data: sorted keys, no spaces, non-ASCII kept.

    Digests are made of it, so it is part of the contract.
    """
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest_of(data: object) -> str:
    """`sha256:` and 64 hex digits of the canonical JSON."""
    return "sha256:" + hashlib.sha256(canonical_json(data).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class VideoRequest:
    """What to ask for; only a valid one can be made.

    Attributes:
        prompt: The text; about 500 Chinese characters or 1000 English words are advised.
        model: A model ID, or "text", "image" or "reference"; by default chosen from the inputs.
            In the finished request it is the full ID.
        tier: "standard", "fast" or (catalog 2026-08) "mini".
        duration: Whole seconds, 4 to 15.
        quality: "480p" or "720p"; with catalog 2026-08 also "1080p" and "4k" on standard.
        aspect_ratio: One of the seven ratios; by default 16:9 for text, else adaptive.
        images: URLs; 1-2 for image-to-video (first and last frame), 0-9 as references.
        videos: URLs; 0-3, only as references.
        audios: URLs; 0-3, only as references and never alone.
        generate_audio: Whether the video has sound.
        web_search: Whether the model may search the web (text, standard and fast).
        content_filter: False relaxes the check of the content, at 1.1 times the price.
        callback_url: Called by the service at the end; public HTTPS, at most 2048 characters.
        catalog: What the service offers; by default the catalog of the session.

    Raises:
        InvalidRequest: With every problem there is; nothing was sent.
    """

    prompt: str
    model: str | None = field(default=None, kw_only=True)
    tier: str = field(default="standard", kw_only=True)
    duration: int = field(default=5, kw_only=True)
    quality: str = field(default="720p", kw_only=True)
    aspect_ratio: str | None = field(default=None, kw_only=True)
    images: Sequence[str] = field(default=(), kw_only=True)
    videos: Sequence[str] = field(default=(), kw_only=True)
    audios: Sequence[str] = field(default=(), kw_only=True)
    generate_audio: bool = field(default=True, kw_only=True)
    web_search: bool = field(default=False, kw_only=True)
    content_filter: bool = field(default=True, kw_only=True)
    callback_url: str | None = field(default=None, kw_only=True)
    catalog: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        given = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        problems = VideoRequest.check(**given)
        if problems:
            raise InvalidRequest(problems=problems)
        for name in MEDIA_FIELDS:
            object.__setattr__(self, name, _as_tuple(given[name]))
        choice = _Choice.of(given)
        assert choice.model is not None  # noqa: S101 - `check` found one
        object.__setattr__(self, "catalog", choice.catalog.name)
        object.__setattr__(self, "model", choice.model.id)
        object.__setattr__(self, "tier", choice.model.tier)
        object.__setattr__(
            self, "aspect_ratio", self.aspect_ratio or DEFAULT_RATIO[choice.model.mode]
        )

    @classmethod
    def from_file(
        cls, path: str | PathLike[str], *, read: Callable[[Path], bytes] = Path.read_bytes
    ) -> VideoRequest:
        """The request that made a video.

        Args:
            path: The video, or the `.json` beside it.
            read: Reads a file.

        Raises:
            ConfigError: There is no such file, or it does not say what was asked.
        """
        beside = Path(path).expanduser().with_suffix(".json")
        try:
            asked = json.loads(read(beside))["request"]
            known = {f.name: asked[f.name] for f in dataclasses.fields(cls) if f.name in asked}
            return cls(**known)
        except (OSError, ValueError, LookupError, TypeError, InvalidRequest):
            raise ConfigError("error.file.request", path=beside) from None

    @classmethod
    def check(cls, prompt: object, **fields: object) -> list[Problem]:
        """Every problem that this request would have; never raises."""
        known = {f.name for f in dataclasses.fields(cls)}
        problems = [_unknown_field(name, known) for name in fields if name not in known]
        given = {f.name: f.default for f in dataclasses.fields(cls)}
        given |= {name: value for name, value in fields.items() if name in known}
        given["prompt"] = prompt
        choice = _Choice.of(given)
        problems += choice.problems
        for check in _CHECKS:
            problems += check(given, choice)
        return problems

    @property
    def mode(self) -> Mode:
        """What is put in: "text", "image" or "reference"."""
        found = catalogs.CATALOGS[str(self.catalog)].find(str(self.model))
        assert found is not None  # noqa: S101 - only a valid request can be made
        return found.mode

    @property
    def warnings(self) -> tuple[Problem, ...]:
        """What the service will probably take but the documentation advises against."""
        found = []
        count, unit, limit = length_of(self.prompt)
        if count > limit:
            found.append(Problem("prompt", f"problem.prompt.long.{unit}", count=count, limit=limit))
        if self.mode == "reference" and not (self.images or self.videos):
            found.append(Problem("images", "problem.reference.empty"))
        return tuple(found)

    @property
    def canonical(self) -> dict[str, Any]:
        """Every parameter that decides what is made, defaults written out; no callback URL."""
        values = {p.wire: _plain(getattr(self, p.name)) for p in PARAMETERS if p.wire}
        del values["callback_url"]
        return values

    @property
    def digest(self) -> str:
        """Name of what is asked for: `sha256:` and 64 hex digits of the canonical JSON."""
        return digest_of(self.canonical)

    def to_wire(self, urls: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON body of `POST /v1/videos/generations`: documented fields only.

        Duration, quality and ratio are always sent, since their defaults have changed with time;
        other parameters only where they differ from the default.

        Args:
            urls: Uploaded address of each input that is not a URL itself.
        """
        body: dict[str, Any] = {}
        always = ("model", "prompt", "duration", "quality", "aspect_ratio")
        for parameter in PARAMETERS:
            value = _plain(getattr(self, parameter.name))
            default = [] if parameter.kind == "media" else parameter.default
            if not parameter.wire or (parameter.name not in always and value == default):
                continue
            if parameter.kind == "media" and urls:
                value = [urls.get(item, item) for item in value]
            *path, last = parameter.wire.split(".")
            target = body
            for step in path:
                target = target.setdefault(step, {})
            target[last] = value
        return body

    def to_fields(self) -> dict[str, Any]:
        """The arguments that make this request again, as plain JSON; no callback URL."""
        values = {f.name: _plain(getattr(self, f.name)) for f in dataclasses.fields(self)}
        del values["callback_url"]
        return values

    def replace(self, **fields: Any) -> VideoRequest:
        """A changed copy; what followed from the inputs is chosen anew."""
        given: dict[str, Any] = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        automatic = _Choice.of({**given, "model": None}).model
        if automatic is not None and automatic.id == self.model:
            given["model"] = None
        if self.aspect_ratio == DEFAULT_RATIO[self.mode]:
            given["aspect_ratio"] = None
        problems = VideoRequest.check(**{**given, **fields})
        if problems:
            raise InvalidRequest(problems=problems)
        return VideoRequest(**{**given, **fields})


class _Choice:
    """Which catalog and model the inputs lead to, and what is wrong with that choice."""

    def __init__(self, catalog: Catalog) -> None:
        self.catalog = catalog
        self.model: Model | None = None
        self.problems: list[Problem] = []

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> _Choice:
        name = given["catalog"] or catalogs.in_use()
        resolved = catalogs.resolve(name) if isinstance(name, str) else None
        choice = cls(catalogs.CATALOGS[resolved or catalogs.in_use()])
        if resolved is None:
            known = [*catalogs.CATALOGS, *catalogs.ALIASES]
            choice.problems.append(_not_among("catalog", name, known))
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
            return _not_among("tier", tier, tiers)
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
            self.problems.append(_not_among("model", model, [*MODES, *ids]))


def inferred_mode(given: Mapping[str, Any]) -> Mode:
    """The quickstart's table: words only, one or two images, or anything else."""
    counts = {name: len(_as_tuple(given[name])) for name in MEDIA_FIELDS}
    if counts["videos"] or counts["audios"] or counts["images"] > MEDIA["image"]["images"][1]:
        return "reference"
    return "image" if counts["images"] else "text"


def _check_prompt(given: Mapping[str, Any], _: _Choice) -> list[Problem]:
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


def _check_values(given: Mapping[str, Any], choice: _Choice) -> list[Problem]:
    """Type and range of the parameters that are alike for all models."""
    problems = []
    for parameter in PARAMETERS:
        name, value = parameter.name, given[parameter.name]
        if parameter.kind == "integer" and not _is_between(
            value, parameter.minimum, parameter.maximum
        ):
            low, high = parameter.minimum, parameter.maximum
            problems.append(Problem(name, "problem.integer", value=value, low=low, high=high))
        if parameter.kind == "flag" and not isinstance(value, bool):
            problems.append(Problem(name, "problem.flag", value=value))
    ratio = given["aspect_ratio"]
    if ratio is not None and ratio not in BY_NAME["aspect_ratio"].choices:
        problems.append(_not_among("aspect_ratio", ratio, BY_NAME["aspect_ratio"].choices))
    qualities = choice.model.qualities if choice.model else BY_NAME["quality"].choices
    if given["quality"] not in qualities:
        problems.append(_quality_problem(given["quality"], qualities, choice))
    return problems


def _quality_problem(value: object, qualities: Sequence[str], choice: _Choice) -> Problem:
    if value in BY_NAME["quality"].choices and choice.model:
        offered = listed(qualities)
        model, name = choice.model.id, choice.catalog.name
        return Problem(
            "quality", "problem.quality", value=value, model=model, choices=offered, catalog=name
        )
    return _not_among("quality", value, qualities)


def _check_media(given: Mapping[str, Any], choice: _Choice) -> list[Problem]:
    problems = [
        Problem(name, "problem.media.url", value=item)
        for name in MEDIA_FIELDS
        for item in _as_tuple(given[name])
        if not is_url(item)
    ]
    if choice.model is None:
        return problems
    counts = {name: len(_as_tuple(given[name])) for name in MEDIA_FIELDS}
    for name, (low, high) in MEDIA[choice.model.mode].items():
        if not low <= counts[name] <= high:
            problems.append(_count_problem(name, counts, choice, low=low, high=high))
    if counts["audios"] and not (counts["images"] or counts["videos"]):
        problems.append(Problem("audios", "problem.audio.alone"))
    return problems


def _count_problem(
    name: str, counts: Mapping[str, int], choice: _Choice, *, low: int, high: int
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


def _check_combinations(given: Mapping[str, Any], choice: _Choice) -> list[Problem]:
    problems = []
    if given["web_search"] is True and choice.model and not choice.model.web_search:
        problems.append(Problem("web_search", "problem.search.model", model=choice.model.id))
    if given["web_search"] is True and given["content_filter"] is False:
        problems.append(Problem("web_search", "problem.search.filter"))
    return problems


def _check_callback(given: Mapping[str, Any], _: _Choice) -> list[Problem]:
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


_CHECKS = (_check_prompt, _check_values, _check_media, _check_combinations, _check_callback)


def _is_between(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _as_tuple(value: Any) -> tuple[Any, ...]:
    if value is None:
        return ()
    if isinstance(value, str | bytes) or not hasattr(value, "__iter__"):
        return (value,)
    return tuple(value)


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _not_among(name: str, value: object, choices: Sequence[str]) -> Problem:
    close = nearest(value, choices)
    text_id = "problem.choice.close" if close else "problem.choice"
    return Problem(name, text_id, value=value, choices=listed(choices), close=close)


def _unknown_field(name: str, known: set[str]) -> Problem:
    close = nearest(name, sorted(known))
    return Problem(name, "problem.field.close" if close else "problem.field", close=close)
