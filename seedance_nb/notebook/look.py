"""The looks that all views share: colours, boxes and words made safe for HTML.

Inline styles only, with plain values that read on white and on dark alike: a notebook that is not
trusted loses style sheets, variables and most attributes. Text keeps the colour of the page;
boxes and lines are translucent greys, colour is for accents.
"""

from __future__ import annotations

import html
import unicodedata

ACCENT: dict[str, tuple[int, int, int]] = {
    "calm": (128, 132, 140),
    "busy": (47, 128, 237),
    "good": (31, 157, 85),
    "warn": (214, 137, 16),
    "bad": (217, 65, 65),
}
WIDEST = 680  # pixels of a panel
_FONT = "font-family:system-ui,-apple-system,sans-serif;font-size:13px;line-height:1.55"
_WRAP = "word-wrap:break-word;word-break:break-word;min-width:0"
FAINT = "opacity:.74"
BOX = (
    f"{_FONT};{_WRAP};box-sizing:border-box;max-width:{WIDEST}px;margin:4px 0;padding:12px 14px;"
    "border:1px solid rgba(128,128,128,.32);border-radius:10px;background:rgba(128,128,128,.05)"
)
_GRID = "display:grid;grid-template-columns:max-content 1fr;gap:3px 14px;margin:8px 0 0"


def colour(tone: str, alpha: float = 1.0) -> str:
    """The accent of a tone."""
    red, green, blue = ACCENT[tone]
    return f"rgba({red},{green},{blue},{alpha:g})"


def safe(text: object) -> str:
    """Text for HTML: escaped, and without what would upset a document."""
    return html.escape(plain(text), quote=True)


def plain(text: object) -> str:
    """Text on one line, without control and direction characters."""
    return "".join(_calmed(sign) for sign in str(text))


def _calmed(sign: str) -> str:
    if sign in "\n\t\r":
        return " "
    kind = unicodedata.category(sign)
    overriding = sign in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
    return "\ufffd" if kind in ("Cc", "Cs") or overriding else sign


def code_in(text: str) -> str:
    """Escaped text in which what stands between back quotes is set as code."""
    parts = safe(text).split("`")
    if len(parts) % 2 == 0:
        return safe(text)
    style = "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:12px;padding:0 3px;"
    style += "border-radius:4px;background:rgba(128,128,128,.16)"
    return "".join(
        f'<code style="{style}">{part}</code>' if index % 2 else part
        for index, part in enumerate(parts)
    )


def pill(word: str, tone: str) -> str:
    """A status word with its coloured dot."""
    dot = (
        "display:inline-block;width:8px;height:8px;border-radius:4px;margin-right:7px;"
        f"background:{colour(tone)}"
    )
    box = (
        "display:inline-block;padding:1px 11px 1px 9px;border-radius:12px;font-size:12px;"
        f"font-weight:600;white-space:nowrap;background:{colour(tone, 0.16)};"
        f"border:1px solid {colour(tone, 0.5)}"
    )
    return f'<span style="{box}"><span style="{dot}"></span>{safe(word)}</span>'


def grid(rows: list[tuple[str, str]]) -> str:
    """Labels and what belongs to them (HTML), in two columns."""
    cells = "".join(
        f'<div style="{FAINT}">{safe(label)}</div><div style="{_WRAP}">{value}</div>'
        for label, value in rows
    )
    return f'<div style="{_GRID}">{cells}</div>' if rows else ""
