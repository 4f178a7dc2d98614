"""A gallery as HTML and as text: pure readings of a `GalleryState`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedance_nb.core.texts import say
from seedance_nb.core.words import shortened
from seedance_nb.notebook.look import FAINT, code_in, colour, pill, plain, safe
from seedance_nb.notebook.video import file_html, file_text, video_html

if TYPE_CHECKING:
    from seedance_nb.notebook.gallery_state import GalleryState, Tile
    from seedance_nb.notebook.video import Clip

_FONT = "font-family:system-ui,-apple-system,sans-serif;font-size:13px;line-height:1.5"
_WRAP = "word-wrap:break-word;word-break:break-word;min-width:0"
_SMALL = f"font-size:12px;{FAINT}"
_GRID = "display:grid;grid-template-columns:repeat(auto-fill,minmax(210px,1fr));gap:12px"
_GRID += ";align-items:start"
_TILE = (
    f"{_WRAP};box-sizing:border-box;padding:9px;border:1px solid rgba(128,128,128,.32);"
    "border-radius:10px;background:rgba(128,128,128,.05)"
)
_QUOTE = f"margin:0 0 4px;font-size:14px;border-left:3px solid {colour('calm', 0.5)};"
_QUOTE += f"padding:0 0 0 10px;{_WRAP}"
_STILL = "display:block;max-width:100%;height:auto;border-radius:8px"


def gallery_html(gallery: GalleryState, *, playing: bool = False) -> str:
    """The grid as HTML.

    Args:
        gallery: What to show.
        playing: Whether all videos start by themselves, without sound.
    """
    prompt = f'<div style="{_QUOTE}" dir="auto">{safe(gallery.prompt)}</div>'
    shared = " · ".join(part for part in (gallery.shared, gallery.where) if part)
    parts = [prompt if gallery.prompt else ""]
    parts.append(f'<div style="{_SMALL};margin:0 0 8px">{safe(shared)}</div>' if shared else "")
    tiles = "".join(_tile(tile, playing=playing) for tile in gallery.tiles)
    parts.append(f'<div style="{_GRID}">{tiles}</div>')
    return f'<div style="{_FONT};margin:4px 0">{"".join(parts)}</div>'


def gallery_text(gallery: GalleryState) -> str:
    """A line for each job."""
    lines = [plain(shortened(gallery.prompt, 90))] if gallery.prompt else []
    lines += [_line(tile) for tile in gallery.tiles]
    return "\n".join(lines)


def _line(tile: Tile) -> str:
    files = ", ".join(file_text(clip) for clip in tile.clips)
    parts = [f"{tile.job} {tile.word}", tile.take, *(f"{n}: {v}" for n, v in tile.caption)]
    return plain(" · ".join(part for part in (*parts, files or tile.trouble) if part))


def _tile(tile: Tile, *, playing: bool) -> str:
    clips = zip(tile.clips, tile.posters, strict=True)
    parts = [_clip(clip, still, tile, playing=playing) for clip, still in clips]
    if not parts:
        clock = f' <span style="{_SMALL}">{safe(tile.clock)}</span>' if tile.clock else ""
        parts.append(f"<div>{pill(tile.word, tile.tone)}{clock}</div>")
    if tile.trouble:
        parts.append(f'<div style="margin:6px 0 0">{code_in(tile.trouble)}</div>')
    rows = [f"<b>{safe(tile.take)}</b>"] if tile.take else []
    rows += [
        f'<span style="{FAINT}">{safe(_label(name))}</span> <span dir="auto">{safe(value)}</span>'
        for name, value in tile.caption
    ]
    parts += [f'<div style="margin:5px 0 0">{row}</div>' for row in rows]
    files = "".join(f"<div>{file_html(clip, short=True)}</div>" for clip in tile.clips)
    parts.append(f'<div style="font-size:12px;margin:3px 0 0">{files or safe(tile.job)}</div>')
    return f'<div style="{_TILE}">{"".join(parts)}</div>'


def _label(name: str) -> str:
    """A field of the request in words."""
    return say("panel.row.model" if name == "model" else f"form.label.{name}")


def _clip(clip: Clip, still: str, tile: Tile, *, playing: bool) -> str:
    if clip.missing:
        return f"<div>{code_in(say('panel.clip.missing', job=tile.job))}</div>"
    if clip.src:
        return video_html(
            clip.width,
            clip.height,
            src=clip.src,
            poster=still,
            caption=tile.prompt,
            playing=playing,
        )
    picture = f'<img src="{safe(still)}" alt="{safe(tile.prompt)}" style="{_STILL}">'
    return (picture if still else "") + f"<div>{code_in(say('panel.clip.elsewhere'))}</div>"
