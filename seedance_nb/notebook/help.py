"""The page that `%%seedance?` shows: built from the tables that the magic itself is built from."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING

from seedance_nb.core.catalog import PARAMETERS
from seedance_nb.core.options import RUN_OPTIONS
from seedance_nb.core.texts import say
from seedance_nb.core.words import columns

if TYPE_CHECKING:
    from collections.abc import Iterable

VERBS = (
    "jobs",
    "show",
    "wait",
    "stop",
    "again",
    "resume",
    "adopt",
    "gallery",
    "log",
    "export",
    "rerun",
    "cell",
    "form",
    "cost",
    "credits",
    "models",
    "simulate",
    "clean",
    "doctor",
    "login",
    "config",
    "help",
)
_WIDE = 96  # columns of a paragraph
_LEFT = 30  # columns of the left side of a list


def help_page() -> str:
    """Usage, examples, options and verbs, in the language of the session."""
    asked = [
        (_spelling(p.options, p.metavar), say(f"option.{p.name}")) for p in PARAMETERS if p.options
    ]
    run = [(_spelling(o.options, o.metavar or ""), say(f"option.{o.name}")) for o in RUN_OPTIONS]
    verbs = [(f"%seedance {verb}", say(f"verb.{verb}")) for verb in VERBS]
    parts = [
        say("magic.usage"),
        textwrap.fill(say("magic.about"), _WIDE),
        textwrap.fill(say("magic.name.about"), _WIDE),
        _section("magic.head.examples", _examples()),
        _section("magic.head.options", _listed(asked)),
        _section("magic.head.run", _listed(run)),
        _section("magic.head.verbs", _listed(verbs)),
    ]
    return "\n\n".join(parts)


def _examples() -> str:
    cells = (
        ("%%seedance dog -d 5 -q 720p", say("magic.example.dog")),
        (
            "%%seedance flower --image https://example.com/bud.jpg -a 9:16 --no-audio",
            say("magic.example.frames"),
        ),
        (
            "%%seedance -t fast --image {style} --video {walk} --takes 3 --wait",
            say("magic.example.style"),
        ),
        (
            "%%seedance boats --sweep duration=4,8 --sweep tier=standard,fast -y",
            say("magic.example.sweep"),
        ),
    )
    return "\n\n".join(_indented(f"{line}\n{prompt}") for line, prompt in cells)


def _section(head_id: str, text: str) -> str:
    head = say(head_id)
    return f"{head}\n{'-' * columns(head)}\n{text}"


def _listed(rows: Iterable[tuple[str, str]]) -> str:
    return "\n".join(_row(left, right) for left, right in rows)


def _row(left: str, right: str) -> str:
    gap = _LEFT - columns(left)
    return f"{left}{' ' * gap if gap > 1 else '  '}{right}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def _spelling(options: Iterable[str], value: str) -> str:
    return f"{', '.join(options)} {value}".rstrip()
