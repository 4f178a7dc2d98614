"""A board as HTML and as text: pure readings of a `BoardState`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from seedance_nb.core.texts import say
from seedance_nb.notebook.look import FAINT, code_in, colour, pill, safe
from seedance_nb.notebook.tables import table_text

if TYPE_CHECKING:
    from seedance_nb.notebook.board_state import BoardState, Row

_FONT = "font-family:system-ui,-apple-system,sans-serif;font-size:13px;line-height:1.45"
_SMALL = f"font-size:12px;{FAINT}"
_LINE = "1px solid rgba(128,128,128,.3)"
_CELL = "padding:6px 14px 6px 0;text-align:left;vertical-align:top"
_WHOLE = "white-space:nowrap"
_WRAP = "word-wrap:break-word;word-break:break-word"
_MONO = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px"


def board_html(board: BoardState, *, asof: str = "") -> str:
    """The board as HTML.

    Args:
        board: What to show.
        asof: When it was so, for one that stands still.
    """
    parts = [_summary(board), _table(board) if board.rows else _empty(board)]
    if board.found > len(board.rows):
        first = board.rows[0].number if board.rows else 0
        last = board.rows[-1].number if board.rows else 0
        line = say("board.range", first=first, last=last, found=board.found)
        parts.append(f'<div style="{_SMALL};margin:6px 0 0">{safe(line)}</div>')
    if asof:
        line = code_in(say("board.asof", time=asof))
        parts.append(f'<div style="{_SMALL};margin:6px 0 0">{line}</div>')
    return f'<div style="{_FONT};margin:4px 0;overflow-x:auto">{"".join(parts)}</div>'


def board_text(board: BoardState) -> str:
    """The rows as a table of plain text, without the columns that are empty."""
    names = ("job", "status", "prompt", "take", "apart", "asked", "where", "credits", "file")
    rows = [
        [r.job, r.word, r.prompt, r.take, r.apart, r.asked, r.where, r.credits, r.what]
        for r in board.rows
    ]
    filled = [index for index in range(len(names)) if any(row[index] for row in rows)]
    head = [say(f"magic.column.{names[index]}") for index in filled]
    return table_text(head, [[row[index] for index in filled] for row in rows])


def _summary(board: BoardState) -> str:
    counts = "".join(_count(*total) for total in board.totals)
    money = f'<span style="{FAINT}">{safe(board.money)}</span>' if board.money else ""
    style = "display:flex;flex-wrap:wrap;align-items:center;gap:4px 16px;margin:0 0 6px"
    return f'<div style="{style}">{counts}{money}</div>'


def _count(word: str, tone: str, count: int) -> str:
    dot = (
        "display:inline-block;width:8px;height:8px;border-radius:4px;margin-right:6px;"
        f"background:{colour(tone)}"
    )
    return (
        f'<span style="white-space:nowrap"><span style="{dot}"></span>'
        f"<b>{count}</b> {safe(word)}</span>"
    )


def _empty(board: BoardState) -> str:
    text = say("board.none" if board.count else "board.empty")
    return f'<div style="margin:10px 0">{safe(text)}</div>'


def _table(board: BoardState) -> str:
    widths = {"job": "20%", "status": "25%", "prompt": "55%"}
    head = "".join(
        f'<th scope="col" style="{_CELL};font-weight:600;width:{width}">'
        f"{safe(say(f'board.column.{name}'))}</th>"
        for name, width in widths.items()
    )
    several = len({row.where for row in board.rows}) > 1
    body = "".join(_row(row, several=several) for row in board.rows)
    return (
        '<table style="border-collapse:collapse;text-align:left;width:100%;margin:0">'
        f'<thead><tr style="border-bottom:{_LINE}">{head}</tr></thead><tbody>{body}</tbody></table>'
    )


def _row(row: Row, *, several: bool) -> str:
    """Few columns, so that it can be read at half width."""
    money = say("board.credits", credits=row.credits) if row.credits else ""
    facts = [row.facts, row.where if several else "", money]
    warning = f"<div><b>{safe(row.warning)}</b></div>" if row.warning else ""
    what = f"<div>{code_in(row.what)}</div>" if row.what else ""
    number = f'<span style="{FAINT}">{row.number}.</span>'
    name = f'<span style="{_MONO};{_WHOLE}">{safe(row.job)}</span>'
    prompt = f'<span dir="auto">{safe(row.prompt)}</span>'
    small = _sub(" · ".join(part for part in facts if part))
    cells = (
        f'<td style="{_CELL}">{number} {name}{_sub(row.asked, " ")}</td>',
        f'<td style="{_CELL}">{pill(row.word, row.tone)}{_sub(row.clock, " · ")}</td>',
        f'<td style="{_CELL};{_WRAP}">{prompt}{small}{warning}{what}</td>',
    )
    return f'<tr style="border-bottom:{_LINE}">{"".join(cells)}</tr>'


def _sub(text: str, between: str = "") -> str:
    """Small print; where a line is too short for it, it breaks between its parts."""
    parts = text.split(between) if between else [text]
    whole = between.join(f'<span style="{_WHOLE}">{safe(part)}</span>' for part in parts)
    return f'<div style="{_SMALL}">{whole if between else safe(text)}</div>' if text else ""
