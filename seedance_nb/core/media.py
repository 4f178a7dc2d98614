"""An input that is a file: named by its content, judged by what is known of it.

Reading a file is somebody else's work: whoever opens inputs is handed in by `use`.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seedance_nb.core.catalog import FORMATS, LIMITS, OLD_AREA
from seedance_nb.core.errors import Problem
from seedance_nb.core.texts import say
from seedance_nb.core.words import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    Opener = Callable[[str, object], "Media | list[Problem]"]
    Fitter = Callable[[str, "Media", float | None], "Media | list[Problem]"]

_HASH = re.compile(r"[0-9a-f]{64}")
SLACK = 0.05  # seconds by which containers round the length of what is in them


@dataclass(frozen=True, slots=True, kw_only=True)
class Media:
    """A file as an input; two are equal when their content is.

    What could not be read without the `media` extra is None.

    Attributes:
        sha256: Hash of the content, 64 hex digits.
        size: Bytes.
        name: What the file was called; shown, and no part of what is asked for.
        format: One of `catalog.FORMATS`, or another word for what the service does not take.
        width: Pixels, as displayed.
        height: Pixels, as displayed.
        duration: Seconds.
        fps: Frames a second.
        fitted: What `--fit` did to it, see `fitting.notes`; empty for a file as it was.
        original: Where the file lies that a fitted one was made of in this session.
        source: Where its bytes are; None where only the record speaks of it.
    """

    sha256: str
    size: int = field(default=0, compare=False)
    name: str = field(default="", compare=False)
    format: str = field(default="", compare=False)
    width: int | None = field(default=None, compare=False)
    height: int | None = field(default=None, compare=False)
    duration: float | None = field(default=None, compare=False)
    fps: float | None = field(default=None, compare=False)
    fitted: tuple[str, ...] = field(default=(), compare=False)
    original: Path | None = field(default=None, compare=False, repr=False)
    source: Path | bytes | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        """Its name in a canonical request."""
        return f"sha256:{self.sha256}"

    @property
    def file(self) -> str:
        """The name of a file that holds exactly this content."""
        return f"{self.sha256}{FORMATS[self.format][1] if self.format in FORMATS else ''}"

    @property
    def label(self) -> str:
        """What people call it; the name of its content where it came without a name."""
        return self.name or self.file

    @property
    def ratio(self) -> float | None:
        """Width by height."""
        return self.width / self.height if self.width and self.height else None

    def to_dict(self) -> dict[str, Any]:
        """What is written down of it: facts, no bytes and no path."""
        facts = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        del facts["source"], facts["original"]
        facts["fitted"] = list(self.fitted)
        return {name: value for name, value in facts.items() if value not in (None, "", [])}


def from_dict(data: Mapping[str, Any]) -> Media | None:
    """The input that `Media.to_dict` wrote down, without its bytes; None for anything else."""
    if not _HASH.fullmatch(str(data.get("sha256"))) or "content" in data:
        return None
    numbers = ("size", "width", "height", "duration", "fps")
    facts = {n: data[n] for n in numbers if isinstance(data.get(n), int | float)}
    words = {n: data[n] for n in ("sha256", "name", "format") if isinstance(data.get(n), str)}
    fitted = tuple(str(word) for word in data.get("fitted") or ())
    return Media(**words, **facts, fitted=fitted)


def _closed(name: str, item: object) -> Media | list[Problem]:
    return [Problem(name, "problem.media.url", value=item)]


def _unfitted(_: str, media: Media, __: float | None) -> Media | list[Problem]:
    return media


_open: list[Opener] = [_closed]
_fit: list[Fitter] = [_unfitted]


def use(opener: Opener, fitter: Fitter = _unfitted) -> None:
    """Open inputs with this from now on, and fit them to the limits with that.

    Args:
        opener: Field and item in, a `Media` or its problems out.
        fitter: Field, file and the seconds that it may have (None: as the limits say) in, the file
            or one within the limits out, or why that cannot be.
    """
    _open[0], _fit[0] = opener, fitter


def opened(name: str, item: object) -> Media | list[Problem]:
    """The input behind a path, bytes, a picture or whatever else the opener takes."""
    if isinstance(item, Media):
        return item
    written = from_dict(item) if isinstance(item, Mapping) else None
    return written or _open[0](name, item)


def fitted(name: str, media: Media, share: float | None = None) -> Media | list[Problem]:
    """The file itself where it is within the limits, else one made of it that is."""
    return _fit[0](name, media, share)


def problems(name: str, media: Media) -> Iterator[Problem]:
    """Every limit of the service that a file breaks.

    Args:
        name: Field of the request: images, videos or audios.
        media: The file.
    """
    limits, shown = LIMITS[name], media.label
    if media.format not in limits.formats:
        yield _format(name, media)
        return
    if media.size > limits.most_bytes:
        size, most = f"{media.size / 10**6:.1f}", limits.most_bytes // 10**6
        yield Problem(name, "problem.file.size", value=shown, size=size, limit=most)
    yield from _sides(name, media)
    yield from _time(name, media)


def _format(name: str, media: Media) -> Problem:
    """What it is instead, and where it would be taken."""
    limits, form = LIMITS[name], media.format
    other = next((field for field, row in LIMITS.items() if form in row.formats), "")
    kind = f"is.{other}" if other else "format" if form else "unknown"
    kind = "format.fit" if form in limits.others else kind
    taken = listed([FORMATS[one][0] for one in limits.formats])
    found = FORMATS[form][0] if form in FORMATS else form
    value = media.label
    return Problem(name, f"problem.file.{kind}", value=value, found=found, choices=taken)


def _sides(name: str, media: Media) -> Iterator[Problem]:
    limits, width, height, ratio = LIMITS[name], media.width, media.height, media.ratio
    if not (width and height and ratio and limits.sides):
        return
    facts = {"value": media.label, "width": width, "height": height}
    low, high = limits.sides
    if not (low <= width <= high and low <= height <= high):
        yield Problem(name, "problem.file.sides", low=low, high=high, **facts)
    narrow, wide = limits.ratios
    if not narrow <= ratio <= wide:
        yield Problem(name, "problem.file.ratio", low=narrow, high=wide, **facts)
    if limits.area[1] and not limits.area[0] <= width * height <= limits.area[1]:
        few, many = limits.area
        area = width * height
        yield Problem(name, "problem.file.area", low=few, high=many, area=area, **facts)


def _time(name: str, media: Media) -> Iterator[Problem]:
    limits, shown = LIMITS[name], media.label
    if limits.seconds and media.duration is not None:
        low, high = limits.seconds
        if not low - SLACK <= media.duration <= high + SLACK:
            facts = {"value": shown, "seconds": round(media.duration, 2)}
            short = ".short" if media.duration < low else ""
            yield Problem(name, f"problem.file.seconds{short}", low=low, high=high, **facts)
    if limits.fps and media.fps is not None:
        low, high = limits.fps
        if not low - SLACK <= media.fps <= high + SLACK:
            facts = {"value": shown, "fps": round(media.fps, 2)}
            yield Problem(name, "problem.file.fps", low=low, high=high, **facts)


def problems_together(name: str, items: Sequence[object]) -> Iterator[Problem]:
    """What is wrong with the files of a field taken together: their length in all."""
    limits = LIMITS[name]
    each = [item.duration for item in items if isinstance(item, Media)]
    total = sum(seconds for seconds in each if seconds is not None)
    if limits.seconds and len(each) > 1 and total > limits.seconds[1] + SLACK:
        yield Problem(name, "problem.file.total", seconds=round(total, 2), high=limits.seconds[1])


def warnings(name: str, items: Sequence[object]) -> Iterator[Problem]:
    """What was not checked, and where the sources disagree."""
    files = [item for item in items if isinstance(item, Media)]
    for media in files:
        shown = media.label
        area = (media.width or 0) * (media.height or 0)
        if name == "videos" and OLD_AREA < area <= LIMITS[name].area[1]:
            yield Problem(name, "problem.file.area.old", value=shown, area=area, limit=OLD_AREA)
        unread = [fact for fact in LIMITS[name].facts if getattr(media, fact) is None]
        if unread:
            facts = listed(say(f"fact.{fact}") for fact in unread)
            yield Problem(name, "problem.file.unchecked", value=shown, facts=facts)


def ratios_differ(items: Sequence[object]) -> bool:
    """Whether the first and the last frame have different shapes, so that the last is cropped."""
    ratios = [item.ratio for item in items if isinstance(item, Media) and item.ratio]
    return len(ratios) > 1 and abs(ratios[0] / ratios[1] - 1) > 0.01  # noqa: PLR2004 - a pixel or so
