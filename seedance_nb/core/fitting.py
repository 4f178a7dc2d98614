"""What `--fit` does to a file: the smallest honest change that brings it within the limits.

Only the plan is made here, and what was done is put into words; `evolink.fit` does it. A picture
keeps its shape unless the service refuses the shape: then its two ends are cut off evenly, since
bars beside it would be seen in the video. A file that is within all limits is left as it is.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from seedance_nb.core import media as medias
from seedance_nb.core.catalog import FORMATS, LIMITS
from seedance_nb.core.errors import Problem
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from seedance_nb.core.catalog import Limits
    from seedance_nb.core.media import Media

__all__ = ["Plan", "lines", "notes", "plan", "shares"]

Sides = tuple[int, int]
MOST_CUT = 0.5  # of a picture; what loses more is another picture, and for its maker to choose
_LOSSY = {"HEIC": "jpeg", "AVIF": "jpeg", "jpeg": "jpeg", "webp": "webp"}
_NEAR = range(-2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to be done to a file; None stands for what stays as it is.

    Attributes:
        format: What it is to be, one of `catalog.FORMATS`.
        crop: Width and height in pixels of the middle that is kept, as displayed.
        sides: Width and height in pixels that it is scaled to.
        seconds: How much of its beginning is kept.
        fps: Frames a second.
        most_bytes: What it may have at most.
    """

    format: str
    crop: Sides | None = None
    sides: Sides | None = None
    seconds: float | None = None
    fps: int | None = None
    most_bytes: int


def shares(name: str, items: Sequence[object]) -> float | None:
    """Seconds that each file of a field may have, so that all together are within the limit.

    The longest are cut, all to the same length; shorter ones stay whole. None where there is no
    such limit, or where it is kept already.
    """
    limits = LIMITS[name]
    if limits.seconds is None or not any(medias.problems_together(name, items)):
        return None
    left, share = limits.seconds[1], limits.seconds[1]
    lengths = sorted(i.duration for i in items if isinstance(i, medias.Media) and i.duration)
    for index, seconds in enumerate(lengths):
        share = left / (len(lengths) - index)
        if seconds > share:
            break
        left -= seconds
    return max(limits.seconds[0], math.floor(share * 100) / 100)


def plan(name: str, media: Media, share: float | None = None) -> Plan | list[Problem] | None:
    """What is to be done to a file.

    Args:
        name: Field of the request: images, videos or audios.
        media: The file, with all that can be known of it.
        share: Seconds that it may have, where several files share the limit.

    Returns:
        The plan; None where nothing is to be done; what no honest change can mend.
    """
    limits = LIMITS[name]
    too_long = share is not None and (media.duration or 0) > share
    if not (too_long or any(medias.problems(name, media))):
        return None
    if media.format not in (*limits.formats, *limits.others):
        return list(medias.problems(name, media))
    taken = replace(media, format=_format(name, media))
    hopeless = _too_short(name, taken) + _too_narrow(name, taken)
    if hopeless:
        return hopeless
    crop = _crop(limits, media)
    width, height = crop or (media.width, media.height)
    even = name == "videos"  # H.264 in 4:2:0 has no odd sides
    sides = _sides(limits, width, height, even=even) if limits.sides and width and height else None
    return Plan(
        format=_format(name, media),
        crop=crop,
        sides=sides,
        seconds=_seconds(limits, media, share),
        fps=_fps(limits, media),
        most_bytes=limits.most_bytes,
    )


def _too_short(name: str, media: Media) -> list[Problem]:
    """Nothing makes a clip longer without making it another."""
    found = medias.problems(name, media)
    return [problem for problem in found if problem.text_id == "problem.file.seconds.short"]


def _too_narrow(name: str, media: Media) -> list[Problem]:
    crop = _crop(LIMITS[name], media)
    if crop is None:
        return []
    width, height = media.width or 0, media.height or 0
    lost = 1 - crop[0] * crop[1] / (width * height)
    if lost <= MOST_CUT:
        return []
    facts = {"width": width, "height": height, "percent": math.ceil(100 * lost)}
    return [Problem(name, "problem.fit.narrow", value=media.label, **facts)]


def _format(name: str, media: Media) -> str:
    if name == "images":
        return _LOSSY.get(media.format, "png")
    return "mp4" if name == "videos" else "wav"


def _crop(limits: Limits, media: Media) -> Sides | None:
    ratio, (narrow, wide) = media.ratio, limits.ratios
    if not limits.sides or ratio is None or narrow <= ratio <= wide:
        return None
    width, height = media.width or 0, media.height or 0
    if ratio > wide:
        return math.floor(height * wide), height
    return width, math.floor(width / narrow)


def _sides(limits: Limits, width: int, height: int, *, even: bool) -> Sides | None:
    """The allowed sides that are the nearest to these; None where these are allowed."""
    assert limits.sides is not None  # noqa: S101 - the caller looked
    (low, high), (few, many) = limits.sides, limits.area
    least = max(low / min(width, height), math.sqrt(few / (width * height)))
    most = high / max(width, height)
    most = min(most, math.sqrt(many / (width * height))) if many else most
    scale = min(max(1.0, least), most)
    step = 2 if even else 1
    near = [
        [step * (round(side * scale / step) + off) for off in _NEAR] for side in (width, height)
    ]

    def distance(sides: Sides) -> float:
        wide, tall = sides[0] / (width * scale), sides[1] / (height * scale)
        return abs(wide - 1) + abs(tall - 1) + abs(wide / tall - 1)

    allowed = [(w, h) for w, h in itertools.product(*near) if _is_allowed(limits, w, h)]
    best = min(allowed, key=distance)
    return best if best != (width, height) else None


def _is_allowed(limits: Limits, width: int, height: int) -> bool:
    assert limits.sides is not None  # noqa: S101 - the caller looked
    (low, high), (narrow, wide), (few, many) = limits.sides, limits.ratios, limits.area
    if not (low <= width <= high and low <= height <= high and narrow <= width / height <= wide):
        return False
    return not many or few <= width * height <= many


def _seconds(limits: Limits, media: Media, share: float | None) -> float | None:
    if limits.seconds is None or media.duration is None:
        return None
    if share is not None and media.duration > share:
        return share
    most = limits.seconds[1]
    return most if media.duration > most + medias.SLACK else None


def _fps(limits: Limits, media: Media) -> int | None:
    if limits.fps is None or media.fps is None:
        return None
    low, high = limits.fps
    if low - medias.SLACK <= media.fps <= high + medias.SLACK:
        return None
    return round(low if media.fps < low else high)


# --- what was done, written down and told --------------------------------------------------------


def notes(plan: Plan, before: Media, after: Media) -> tuple[str, ...]:
    """What was done, for the record: a word, the fact before and the fact after it, each."""
    known: list[tuple[str, object, object]] = []
    known.append(("format", _word(before.format), _word(after.format)))
    if after.width:
        whole, cropped = (before.width, before.height), plan.crop or (before.width, before.height)
        known.append(("crop", _pixels(whole), _pixels(cropped)))
        known.append(("scale", _pixels(cropped), _pixels((after.width, after.height))))
    if plan.seconds is not None:
        known.append(("cut", _short(before.duration), _short(after.duration)))
    if plan.fps is not None:
        known.append(("fps", _short(before.fps), _short(after.fps)))
    known.append(("size", before.size, after.size))
    return tuple(f"{kind} {old} {new}" for kind, old, new in known if old != new)


def _word(form: str) -> str:
    return (FORMATS[form][0] if form in FORMATS else form).replace(" ", "_")


def _pixels(sides: tuple[int | None, int | None]) -> str:
    return f"{sides[0]}x{sides[1]}"


def _short(number: float | None) -> str:
    return f"{number or 0:.2f}".rstrip("0").rstrip(".")


def lines(files: Iterable[Media]) -> list[str]:
    """What was done to each of these files, in the language of the session."""
    return [
        say("fit.line", name=media.label, steps=", ".join(_told(media.fitted)))
        for media in files
        if media.fitted
    ]


def _told(fitted: Iterable[str]) -> list[str]:
    return [told for note in fitted if (told := _tell(*note.split())) is not None]


def _tell(kind: str = "", old: str = "", new: str = "", *_: str) -> str | None:
    """A note in words; None for one that is not ours, since a record may come from anywhere."""
    if kind not in ("format", "crop", "scale", "cut", "fps", "size") or not new:
        return None
    if kind == "size":
        old, new = _amount(old), _amount(new)
    if kind in ("crop", "scale"):
        old, new = old.replace("x", " x "), new.replace("x", " x ")
    return say(f"fit.{kind}", old=old.replace("_", " "), new=new.replace("_", " "))


def _amount(size: str) -> str:
    """Bytes as people say them."""
    if not size.isdecimal() or not size.isascii():
        return size
    count = int(size[:18])
    return f"{count / 10**6:.1f} MB" if count >= 10**6 else f"{count / 10**3:.1f} kB"
