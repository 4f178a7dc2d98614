"""Plain tables, as HTML and as text."""

from __future__ import annotations

import re
from itertools import zip_longest
from typing import TYPE_CHECKING

from seedance_nb.core.words import aligned
from seedance_nb.notebook.look import FAINT, code_in, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

_BOX = (
    "font-family:system-ui,-apple-system,sans-serif;font-size:12px;line-height:1.5;overflow-x:auto"
)
_TABLE = "border-collapse:collapse;margin:4px 0;text-align:left"
_CELL = "padding:4px 14px 4px 0;border-bottom:1px solid rgba(128,128,128,.3)"
_CELL += ";vertical-align:top;min-width:0;max-width:340px;word-wrap:break-word"
_SHORT = 20  # signs that stay on one line
_NUMBER = re.compile(r"-?[\d,]+(\.\d+)?|-")


def table_html(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; every text is escaped, back quotes mark code, and numbers stand below each other."""
    sides = ["right" if _counts(column) else "left" for column in zip_longest(*rows, fillvalue="")]
    top = "".join(
        f'<th scope="col" style="{_CELL};font-weight:600;white-space:nowrap;text-align:{side}">'
        f"{code_in(name)}</th>"
        for name, side in zip_longest(head, sides[: len(head)], fillvalue="left")
    )
    body = "".join("<tr>" + "".join(map(_cell, row, sides[: len(row)])) + "</tr>" for row in rows)
    return (
        f'<div style="{_BOX}"><table style="{_TABLE}"><thead><tr style="{FAINT}">{top}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _counts(column: Sequence[str]) -> bool:
    return any(value != "-" for value in column) and all(map(_NUMBER.fullmatch, column))


def _cell(value: str, side: str) -> str:
    whole = ";white-space:nowrap" if len(value) <= _SHORT else ""
    return f'<td style="{_CELL}{whole};text-align:{side}">{code_in(value)}</td>'


def table_text(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """The same in columns of plain text; Chinese signs count for two."""
    return "\n".join(aligned([[plain(value) for value in row] for row in (head, *rows)]))
