"""What a gallery shows: jobs side by side, and of each only what the others do not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from seedance_nb.core.apart import differing
from seedance_nb.core.texts import say
from seedance_nb.core.words import shortened
from seedance_nb.notebook.panel_state import panel_state
from seedance_nb.runs.settings import say_where

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.record import JobState

LONGEST = 90  # characters of a shared prompt or trouble are a multiple of this


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """A job in the grid.

    Attributes:
        job: Its id.
        look: Its status, `stopped` or `stuck`.
        word: The same in words.
        tone: Its colour.
        clock: How long it takes.
        caption: Names and values that set it apart.
        take: "take 2"; empty where takes do not matter.
        clips: The videos.
        posters: Their first pictures, as far as there are some.
        prompt: What they show.
        trouble: What went wrong.
        settled: Whether it stays like this unless somebody does something.
    """

    job: str
    look: str
    word: str
    tone: str
    clock: str
    caption: tuple[tuple[str, str], ...]
    take: str
    clips: tuple[Clip, ...]
    posters: tuple[str, ...]
    prompt: str
    trouble: str
    settled: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class GalleryState:
    """All that a gallery shows.

    Attributes:
        tiles: The jobs, in order.
        prompt: The one that all share; empty where they differ.
        shared: Model, length and the like, as far as all share them.
        where: Who made them, in words.
    """

    tiles: tuple[Tile, ...]
    prompt: str = ""
    shared: str = ""
    where: str = ""

    @property
    def settled(self) -> bool:
        """Whether nothing moves by itself."""
        return all(tile.settled for tile in self.tiles)

    @property
    def looks(self) -> tuple[str, ...]:
        """What it looks like, in short: a new picture is due when this changes."""
        return tuple(tile.look for tile in self.tiles)


def gallery_state(
    states: Sequence[JobState],
    now: float,
    *,
    following: Sequence[bool] | None = None,
    clips: Mapping[str, Sequence[Clip]] | None = None,
    posters: Mapping[str, str] | None = None,
) -> GalleryState:
    """What to show of these jobs, side by side.

    Args:
        states: The jobs.
        now: Epoch seconds.
        following: Whether somebody looks after each; by default what the journal says.
        clips: The videos of each job, by its id.
        posters: First pictures, by the path of the video.
    """
    requests = [state.request for state in states]
    known = [request for request in requests if request is not None]
    captions = differing(requests)
    takes = len({state.take for state in states}) > 1
    tiles = tuple(
        _tile(
            state,
            now,
            following=None if following is None else following[index],
            caption=captions[index],
            take=say("panel.take", take=state.take) if takes else "",
            clips=tuple((clips or {}).get(state.id, ())),
            posters=posters or {},
        )
        for index, state in enumerate(states)
    )
    same = len({request.prompt for request in known}) == 1
    return GalleryState(
        tiles=tiles,
        prompt=shortened(known[0].prompt, 4 * LONGEST) if same else "",
        shared=_shared(known),
        where="; ".join(dict.fromkeys(say_where(s.backend, s.base_url) for s in states)),
    )


# --- inside ---------------------------------------------------------------------------------------


def _tile(  # noqa: PLR0913 - one keyword for each thing that a tile tells
    state: JobState,
    now: float,
    *,
    following: bool | None,
    caption: tuple[tuple[str, str], ...],
    take: str,
    clips: tuple[Clip, ...],
    posters: Mapping[str, str],
) -> Tile:
    panel = panel_state(state, now, "", following=following, clips=clips)
    return Tile(
        job=state.id,
        look=panel.look,
        word=panel.word,
        tone=panel.tone,
        clock="" if not panel.settled else panel.clock,
        caption=caption,
        take=take,
        clips=clips,
        posters=tuple(posters.get(clip.path, "") for clip in clips),
        prompt=panel.prompt,
        trouble=shortened(state.error.message, 2 * LONGEST) if state.error else "",
        settled=panel.settled,
    )


def _shared(requests: Sequence[VideoRequest]) -> str:
    if not requests:
        return ""
    first = requests[0]
    names = ("model", "duration", "quality", "aspect_ratio")
    same = {name for name in names if len({getattr(r, name) for r in requests}) == 1}
    words = {
        "model": first.model or "",
        "duration": say("panel.seconds", count=first.duration),
        "quality": first.quality,
        "aspect_ratio": first.aspect_ratio or "",
    }
    return " · ".join(words[name] for name in names if name in same and words[name])
