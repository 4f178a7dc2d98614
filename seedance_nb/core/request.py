"""A request for a video: everything that can be said, checked all at once, named by a digest."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core import catalog as catalogs
from seedance_nb.core import media, tags
from seedance_nb.core.addresses import is_url
from seedance_nb.core.catalog import DEFAULT_RATIO, MEDIA_FIELDS, PARAMETERS
from seedance_nb.core.checking import Choice, open_inputs, problems_of, unknown_field
from seedance_nb.core.errors import ConfigError, InvalidRequest, Problem
from seedance_nb.core.media import Media
from seedance_nb.core.words import choices, length_of, listed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from os import PathLike

    from seedance_nb.core.catalog import Mode


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
        images: 1-2 for image-to-video (first and last frame), 0-9 as references. Each a URL, or
            anything that holds a file: a path, bytes, an open file, a Pillow image, a NumPy array,
            a figure, the video or a frame of another job. In the finished request each is its URL
            or a `Media`.
        videos: 0-3, only as references.
        audios: 0-3, only as references and never alone.
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
    images: Sequence[Any] = field(default=(), kw_only=True)
    videos: Sequence[Any] = field(default=(), kw_only=True)
    audios: Sequence[Any] = field(default=(), kw_only=True)
    generate_audio: bool = field(default=True, kw_only=True)
    web_search: bool = field(default=False, kw_only=True)
    content_filter: bool = field(default=True, kw_only=True)
    callback_url: str | None = field(default=None, kw_only=True)
    catalog: str | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        given: dict[str, Any] = {name: getattr(self, name) for name in self.__slots__}
        given, problems = open_inputs(given)
        choice = Choice.of(given)
        problems += problems_of(given, choice)
        if problems:
            raise InvalidRequest(problems=problems)
        for name in MEDIA_FIELDS:
            object.__setattr__(self, name, given[name])
        assert choice.model is not None  # noqa: S101 - the checks found one
        object.__setattr__(self, "catalog", choice.catalog.name)
        object.__setattr__(self, "model", choice.model.id)
        object.__setattr__(self, "tier", choice.model.tier)
        object.__setattr__(
            self, "aspect_ratio", self.aspect_ratio or DEFAULT_RATIO[choice.model.mode]
        )

    @classmethod
    def of(cls, prompt: Any, *, fit: bool = False, **fields: Any) -> VideoRequest:
        """The request of these arguments.

        Args:
            prompt: What the video shows.
            fit: Whether files that break a limit are scaled, cut or converted; the originals stay
                as they are, and `Media.fitted` of the new ones says what was done.
            fields: The other fields.

        Raises:
            InvalidRequest: With every problem, names that are no field among them.
        """
        known = {f.name for f in dataclasses.fields(cls)}
        if fields.keys() <= known and not fit:
            return cls(prompt, **fields)
        ready, problems = cls._judged({**fields, "prompt": prompt}, fit=fit)
        if problems:
            raise InvalidRequest(problems=problems)
        return cls(**ready)

    @classmethod
    def from_fields(cls, fields: Mapping[str, Any]) -> VideoRequest:
        """The request that `to_fields` wrote down, its files without their bytes.

        What is written down is no reason to open a file: an input is an address or a hash.

        Raises:
            InvalidRequest: It is no valid request.
            TypeError: There are fields that no request has, or something else than JSON.
        """
        items = [item for name in MEDIA_FIELDS for item in fields.get(name, ())]
        written = [isinstance(item, dict) and media.from_dict(item) for item in items]
        if not all(one or is_url(item) for one, item in zip(written, items, strict=True)):
            raise InvalidRequest(problems=[Problem("images", "problem.media.url", value=items)])
        return cls(**fields)

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
            return cls.from_fields(known)
        except (OSError, ValueError, LookupError, TypeError, RecursionError, InvalidRequest):
            raise ConfigError("error.file.request", path=beside) from None

    @classmethod
    def check(cls, prompt: object, *, fit: bool = False, **fields: object) -> list[Problem]:
        """Every problem that `of` would raise; never raises."""
        return cls._judged({**fields, "prompt": prompt}, fit=fit)[1]

    @classmethod
    def _judged(
        cls, fields: Mapping[str, Any], *, fit: bool
    ) -> tuple[dict[str, Any], list[Problem]]:
        """All arguments with their files opened, and every problem."""
        known = {f.name for f in dataclasses.fields(cls)}
        unknown = [unknown_field(name, {*known, "fit"}) for name in fields if name not in known]
        given = {f.name: f.default for f in dataclasses.fields(cls)}
        given |= {name: value for name, value in fields.items() if name in known}
        ready, problems = open_inputs(given, fit=fit)
        return ready, [*unknown, *problems, *problems_of(ready, Choice.of(ready))]

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
        if open_ := choices(self.prompt):
            found.append(Problem("prompt", "problem.prompt.choice", value=listed(open_)))
        if self.mode == "reference" and not (self.images or self.videos):
            found.append(Problem("images", "problem.reference.empty"))
        if self.mode == "image" and media.ratios_differ(self.images):
            found.append(Problem("images", "problem.image.ratios"))
        counts = {name: len(getattr(self, name)) for name in MEDIA_FIELDS}
        if self.mode == "reference":
            found += tags.warnings(self.prompt, counts)
        elif said := tags.used(self.prompt):
            found.append(Problem("prompt", "problem.tag.mode", tags=listed(said)))
        for name in MEDIA_FIELDS:
            found += media.warnings(name, getattr(self, name))
        return tuple(found)

    @property
    def files(self) -> tuple[Media, ...]:
        """The inputs that are files, each once, in their order."""
        items = [item for name in MEDIA_FIELDS for item in getattr(self, name)]
        return tuple(dict.fromkeys(item for item in items if isinstance(item, Media)))

    @property
    def canonical(self) -> dict[str, Any]:
        """Every parameter that decides what is made, defaults written out; no callback URL.

        A file stands there as the hash of its content, however it is called and wherever it is.
        """
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
            urls: Uploaded address of each file, by `str(media)`; without one its hash.
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
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        for name in MEDIA_FIELDS:
            items = values[name]
            values[name] = [i.to_dict() if isinstance(i, Media) else i for i in items]
        del values["callback_url"]
        return values

    def replace(self, **fields: Any) -> VideoRequest:
        """A changed copy; what followed from the inputs is chosen anew."""
        given: dict[str, Any] = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        automatic = Choice.of({**given, "model": None}).model
        if automatic is not None and automatic.id == self.model:
            given["model"] = None
        if self.aspect_ratio == DEFAULT_RATIO[self.mode]:
            given["aspect_ratio"] = None
        return VideoRequest.of(**{**given, **fields})


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [str(item) for item in value]
    return value
