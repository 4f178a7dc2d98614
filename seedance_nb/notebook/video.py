"""How a video is shown: by a link to the file, inside the notebook, or by its path alone."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

from seedance_nb.core import texts
from seedance_nb.notebook.cells import WITH_LINES_ONLY
from seedance_nb.notebook.look import FAINT, WIDEST, plain, safe

if TYPE_CHECKING:
    from pathlib import Path

    from seedance_nb.notebook.cells import FrontEnd
    from seedance_nb.runs.library import Video

Source = Literal["link", "data", "text"]
MEGABYTE = 1_000_000
SESSION_LIMIT = 20 * MEGABYTE
TALLEST = 420  # pixels that a video takes at most, so that it fits on a screen with its facts
_FOLLOWS_LINKS = ("lab", "none")


def choose_source(
    size: int, spent: int, embed: str, front_end: FrontEnd, *, home_below_cwd: bool
) -> Source:
    """How a video gets into the output.

    Args:
        size: Bytes of the file.
        spent: Bytes that this session has put into notebooks before.
        embed: The setting: "auto", "always" or "never".
        front_end: Who shows it.
        home_below_cwd: Whether a link relative to the notebook's folder can reach the file.
    """
    if front_end in WITH_LINES_ONLY:
        return "text"
    if embed == "always":
        return "data"
    if front_end in _FOLLOWS_LINKS and home_below_cwd:
        return "link"
    fits = size <= data_limit(front_end) and spent + size <= SESSION_LIMIT
    return "data" if embed == "auto" and fits else "text"


def data_limit(front_end: FrontEnd) -> int:
    """Bytes up to which a single video is put into the notebook by itself."""
    return (8 if front_end in ("colab", "vscode") else 2) * MEGABYTE


@dataclass(slots=True)
class Budget:
    """Counts the bytes that a session has put into notebooks."""

    spent: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A video as a view needs it: words and numbers.

    Attributes:
        path: The file, absolute.
        near: The same from the notebook's folder, if it lies below it; else empty.
        src: What the video tag plays; empty where only words can be shown.
        width: In pixels.
        height: In pixels.
        duration: In seconds.
        size: In bytes.
        missing: Whether the file is gone.
        expires_at: When the link at the service dies, in epoch seconds.
    """

    path: str
    near: str = ""
    src: str = ""
    width: int = 0
    height: int = 0
    duration: float = 0.0
    size: int = 0
    missing: bool = False
    expires_at: float | None = None

    @property
    def href(self) -> str:
        """Relative address of the file, quoted; empty where there is none."""
        return quote(self.near, errors="surrogateescape")

    @property
    def facts(self) -> str:
        """Length, pixels and size, in words."""
        return texts.say(
            "panel.clip.facts",
            duration=f"{self.duration:.1f}",
            width=self.width,
            height=self.height,
            size=say_size(self.size),
        )


def make_clip(video: Video, *, cwd: Path, embed: str, front_end: FrontEnd, budget: Budget) -> Clip:
    """The clip of a verified file; what goes into the notebook is counted in `budget`."""
    near = near_path(video.path, cwd)
    source = choose_source(video.size, budget.spent, embed, front_end, home_below_cwd=bool(near))
    missing = not video.path.is_file()
    src = ""
    if source == "link" and not missing:
        src = quote(near, errors="surrogateescape")
    elif source == "data" and not missing:
        src = data_uri(video.path)
        budget.spent += video.size
    return Clip(
        path=str(video.path),
        near=near,
        src=src,
        width=video.width,
        height=video.height,
        duration=video.duration,
        size=video.size,
        missing=missing,
        expires_at=video.expires_at,
    )


def near_path(path: Path, cwd: Path) -> str:
    """The path from `cwd` with forward slashes; empty where it does not lie below it."""
    for folder in (cwd, cwd.resolve()):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return ""


def data_uri(path: Path) -> str:
    """The whole file as an address."""
    return "data:video/mp4;base64," + base64.b64encode(path.read_bytes()).decode("ascii")


def say_size(size: int) -> str:
    """Bytes in words: `1.2 MB`."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1000))} kB"
    return f"{size / MEGABYTE:.1f} MB"


def video_html(
    width: int,
    height: int,
    *,
    src: str,
    poster: str | None = None,
    caption: str = "",
    playing: bool = False,
) -> str:
    """The video tag: its address stands on the tag itself, which survives an untrusted notebook.

    Args:
        width: Of the video, in pixels; what is shown is fitted into the panel.
        height: In pixels.
        src: A relative, quoted address or a data URI.
        poster: A picture until it plays.
        caption: What the video shows, for those who cannot see it.
        playing: Whether it starts by itself, without sound.
    """
    how = 'autoplay preload="auto"' if playing else 'preload="metadata"'
    still = f' poster="{safe(poster)}"' if poster else ""
    style = "display:block;max-width:100%;height:auto;border-radius:8px"
    style += ";background:rgba(128,128,128,.2)"
    return (
        f'<video src="{safe(src)}" controls loop muted {how}{still} '
        f'width="{shown_width(width, height)}" title="{safe(caption)}" style="{style}"></video>'
    )


def shown_width(width: int, height: int) -> int:
    """Pixels that a video of this size is drawn wide: fitted into a panel, never enlarged."""
    if width <= 0 or height <= 0:
        return WIDEST - 30
    return max(120, min(width, WIDEST - 30, round(TALLEST * width / height)))


def file_html(clip: Clip, *, short: bool = False) -> str:
    """Where the file is: a link that front ends can follow, or else its full path.

    Args:
        clip: The video.
        short: Whether the link is named by the file alone.
    """
    if not clip.near:
        return f'<span style="{FAINT};font-size:12px">{safe(clip.path)}</span>'
    name = clip.near.rpartition("/")[2] if short else clip.near
    return f'<a href="{safe(clip.href)}" title="{safe(clip.path)}">{safe(name)}</a>'


def file_text(clip: Clip) -> str:
    """Where the file is, as short as it can be said."""
    return plain(clip.near or clip.path)
