"""The panel of a job as HTML and as a line of text: pure readings of a `PanelState`."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from seedance_nb.core.texts import say
from seedance_nb.core.words import columns, shortened
from seedance_nb.notebook.buttons import STYLE, button_html
from seedance_nb.notebook.input_cards import cards_html
from seedance_nb.notebook.look import (
    BOX,
    FAINT,
    WIDEST,
    code_in,
    colour,
    grid,
    pill,
    plain,
    safe,
)
from seedance_nb.notebook.panel_state import PanelState, panel_state
from seedance_nb.notebook.video import file_html, file_text, video_html

if TYPE_CHECKING:
    from seedance_nb.notebook.panel_card import Card
    from seedance_nb.notebook.video import Clip
    from seedance_nb.runs.job import Job, Jobs

__all__ = ["PanelState", "panel_html", "panel_state", "panel_text", "show", "snapshot_html"]

PROMPT, LEAST = 60, 8  # columns of a prompt in a line: at most, and below which it is left out
BEAT = 0.5  # seconds in which a bar glides from one look to the next
_SWEEP = 1.6  # seconds that a bar of unknown length takes to cross its track
_THIN = 5  # pixels
_ROW = "display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;gap:4px 12px"
_SMALL = "font-size:12px"
# As wide as a panel at least, so that what is opened has a line to itself.
_BLOCK = (
    f"box-sizing:border-box;width:{WIDEST}px;max-width:100%;"
    "margin:6px 0 0;padding:8px 10px;border-radius:6px;max-height:220px;overflow:auto;"
    "background:rgba(128,128,128,.12);font-family:ui-monospace,Menlo,Consolas,monospace;"
    "font-size:12px;white-space:pre-wrap;word-wrap:break-word;word-break:break-word;"
    "user-select:all"
)
_QUOTE = (
    f"margin:9px 0 0;font-size:14px;line-height:1.45;border-left:3px solid {colour('calm', 0.5)};"
)
_QUOTE += "padding:0 0 0 10px"


def panel_html(panel: PanelState, *, button: bool = False, keep: bool = False) -> str:
    """The panel as HTML.

    Args:
        panel: What to show.
        button: Whether a button follows below, so that room is left for it.
        keep: Whether this is nowhere in the saved notebook, and a button is to put it there.
    """
    head = pill(panel.word, panel.tone)
    clock = f'<span style="{FAINT};{_SMALL}">{safe(_timing(panel))}</span>'
    parts = [f'<div style="{_ROW}">{head}{clock}</div>']
    parts += [_bar(panel)] if panel.bar else []
    parts += [_clip(clip, panel) for clip in panel.clips]
    parts += (
        [f'<div style="{_QUOTE}" dir="auto">{safe(panel.prompt)}</div>'] if panel.prompt else []
    )
    parts.append(cards_html(panel.inputs))
    parts += [_card(panel.card)] if panel.card else []
    parts += [_note(note) for note in panel.notes]
    parts.append(_small_print(panel))
    parts += [_tools(panel, keep=keep)] if panel.settled else []
    room = ";padding-bottom:48px" if button else ""
    return f'<div style="{BOX}{room}">{"".join(parts)}</div>'


def panel_text(panel: PanelState, *, width: int = 0, apart: str = "") -> str:
    """The panel as one line.

    Args:
        panel: What to say.
        width: Columns that the line may take; 0 for as many as it needs. The prompt gives way.
        apart: What sets it apart from those beside it.
    """
    parts = [f"{panel.job} {panel.word}"]
    if panel.moving and panel.percent is not None:
        parts[0] += f" {panel.percent:.0f} %"
    parts += [apart] if apart else []
    parts += [panel.clock] if panel.clock else []
    parts += [f"{file_text(clip)} ({clip.facts})" for clip in panel.clips]
    parts += [f"{say('panel.row.copy')}: {path}" for path in panel.copies]
    parts += [panel.card.happened] if panel.card else []
    parts += list(panel.notes)
    parts.append(panel.cost)
    line = plain(" · ".join(part for part in parts if part))
    room = width - columns(line) - len(" · ") if width else PROMPT
    if panel.prompt and not panel.clips and room >= LEAST:
        most = PROMPT if not width else room if panel.prompt.isascii() else room // 2
        line += plain(" · " + shortened(panel.prompt, min(most, PROMPT)))
    return shortened(line, width) if width else line


def show(what: Job | Jobs) -> None:
    """Display a job, or a board of several, in the running cell, in the way of the front end."""
    kind = {"Jobs": "board_live", "RequestLog": "log_view"}.get(type(what).__name__, "stage")
    importlib.import_module(f"seedance_nb.notebook.{kind}").show(what)


def snapshot_html(panel: PanelState, asked: str) -> str:
    """What the saved cell says while the job runs: true now and true for ever."""
    line = say("panel.snapshot", job=panel.job, time=asked)
    parts = [f"<div>{code_in(line)}</div>"]
    parts += (
        [f'<div style="{_QUOTE}" dir="auto">{safe(panel.prompt)}</div>'] if panel.prompt else []
    )
    return f'<div style="{BOX}">{"".join(parts)}</div>'


def _timing(panel: PanelState) -> str:
    known = panel.moving and panel.percent is not None
    share = f"{panel.percent:.0f} %" if known else ""
    return " · ".join(part for part in (share, panel.clock) if part)


def _bar(panel: PanelState) -> str:
    track = (
        f"height:{_THIN}px;border-radius:{_THIN}px;margin:11px 0 0;overflow:hidden;"
        "background:rgba(128,128,128,.25)"
    )
    value = "" if panel.percent is None else f' aria-valuenow="{panel.percent:.0f}"'
    return (
        f'<div role="progressbar" aria-label="{safe(panel.word)}" aria-valuemin="0" '
        f'aria-valuemax="100"{value} style="{track}">{_filling(panel)}</div>'
    )


def _filling(panel: PanelState) -> str:
    """The moving part: it glides from where it was, and sweeps where nothing is known.

    Such a picture is drawn in running kernels only; what is saved has no bar. Its units are
    tenths of a percent: animated percentages stay at nothing in Chromium when they are inserted.
    """
    if not panel.moving:
        return ""
    if panel.percent is None:
        begin = f"-{panel.at % _SWEEP:.2f}s"  # goes on where the picture before this one was
        shape = 'x="-350" width="350"'
        motion = (
            f'attributeName="x" from="-350" to="1000" dur="{_SWEEP}s" begin="{begin}" '
            'repeatCount="indefinite"'
        )
    else:
        was, now = round(10 * panel.was), round(10 * panel.percent)
        shape = f'width="{now}"'
        motion = f'attributeName="width" from="{was}" to="{now}" dur="{BEAT}s" fill="freeze"'
    return (
        f'<svg viewBox="0 0 1000 {_THIN}" preserveAspectRatio="none" aria-hidden="true" '
        f'style="display:block;width:100%;height:{_THIN}px"><rect {shape} height="{_THIN}" '
        f'fill="{colour(panel.tone)}"><animate {motion}/></rect></svg>'
    )


def _clip(clip: Clip, panel: PanelState) -> str:
    if clip.missing:
        return _note(say("panel.clip.missing", job=panel.job))
    if not clip.src:
        return _note(say("panel.clip.elsewhere"))
    tag = video_html(clip.width, clip.height, src=clip.src, caption=panel.prompt)
    return f'<div style="margin:10px 0 0">{tag}</div>'


def _note(note: str) -> str:
    return f'<div style="margin:8px 0 0">{code_in(note)}</div>'


def _card(card: Card) -> str:
    rows = [
        (say("panel.card.happened"), code_in(card.happened)),
        (say("panel.card.money"), code_in(card.money)),
        (say("panel.card.again"), code_in(card.again)),
    ]
    change = "<br>".join(map(code_in, card.change.splitlines()))  # each way out on its line
    rows += [(say("panel.card.change"), change)] if change else []
    return grid(rows) + (_raw(card.raw) if card.raw else "")


def _raw(raw: str) -> str:
    return f'<div style="margin:8px 0 0">{_folded(say("panel.card.raw"), safe(raw))}</div>'


def _folded(head: str, inside: str) -> str:
    """Something to open: it works in every notebook, also without kernel and trust."""
    summary = f'<summary style="cursor:pointer;{_SMALL}">{safe(head)}</summary>'
    block = f'<div style="{_BLOCK}">{inside}</div>'
    return f'<details style="min-width:0;max-width:100%">{summary}{block}</details>'


def _tools(panel: PanelState, *, keep: bool) -> str:
    """What can be done, and the request in each spelling; one click marks all of that."""
    parts = [_keep(panel)] if keep else []
    parts += [_again(panel)] if panel.again else []
    parts += [STYLE] if parts else []
    parts += [
        _folded(head, "<br>".join(map(safe, text.split("\n")))) for head, text in panel.spellings
    ]
    row = "display:flex;flex-wrap:wrap;align-items:baseline;gap:6px 14px;margin:9px 0 0"
    return f'<div style="{row}">{"".join(parts)}</div>' if parts else ""


def _keep(panel: PanelState) -> str:
    line = f"%seedance show {panel.job}"
    return button_html(say("panel.keep"), line, tip=say("panel.keep.tip"), run=True)


def _again(panel: PanelState) -> str:
    """One more: at once where that is free; where it is paid the new cell waits to be run."""
    tip = say("panel.again.tip.paid" if panel.pays else "panel.again.tip")
    return button_html(panel.again, f"%seedance again {panel.job}", tip=tip, run=not panel.pays)


def _small_print(panel: PanelState) -> str:
    """What was asked, what made it, what it cost, and where it is."""
    if not panel.facts:
        lines = [" · ".join(part for part in (panel.model, panel.asked) if part), panel.cost]
        inside = "".join(f"<div>{safe(line)}</div>" for line in lines if line)
        return f'<div style="margin:9px 0 0;{FAINT};{_SMALL}">{inside}</div>'
    rows = []
    for clip in panel.clips:
        rows.append((say("panel.row.video"), safe(clip.facts)))
        rows.append((say("panel.row.file"), file_html(clip)))
    rows += [(say("panel.row.model"), safe(panel.model))] if panel.model else []
    rows.append((say("panel.row.asked"), safe(panel.asked)))
    rows.append((say("panel.row.cost"), safe(panel.cost)))
    rows += [(label, code_in(value)) for label, value in panel.facts]
    return f'<div style="{_SMALL}">{grid(rows)}</div>'
