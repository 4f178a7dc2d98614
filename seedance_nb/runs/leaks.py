"""Keys and signed links in files that get shared: notebooks, logs, exports, pages.

What is found is told by its place and its kind; the secret itself is never repeated.
"""

from __future__ import annotations

import json
import re
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.texts import say
from seedance_nb.runs.recording import unsigned

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from seedance_nb.core.secret import Secret

Kind = Literal["own", "key", "link"]

READ = frozenset(
    f".{ending}"
    for row in (
        "ipynb json jsonl py md txt log html htm csv tsv",
        "yml yaml toml cfg ini env sh rst",
    )
    for ending in row.split()
)
LARGEST = 256 * 1024**2  # bytes of one file; more is no notebook and no log
SKIPPED = frozenset({".git", "node_modules", "__pycache__", ".venv", "venv"})
_URL = re.compile(r"https?://[^\s\"'<>\\)\]}]+")
_KEYS = (
    re.compile(r"(?i)\bbearer\s+([\w.~+/-]{16,}=*)"),
    re.compile(r"(?i)api[_-]?key[\\\"']*\s*[=:]\s*[\\\"']+([^\\\"'\s$<>{}]{12,})"),
    re.compile(r"(?i)api_key\s*=\s*([^\\\"'\s$<>{}()]{16,})\s*(?:$|\\n)"),
    re.compile(r"\b(sk-[\w-]{16,})"),
)
_EXAMPLE = re.compile(r"(?i)your|example|xxx|\.\.\.|\*\*\*|hidden|placeholder|simulator")


@dataclass(frozen=True, slots=True)
class Leak:
    """Something that should not be in a file.

    Attributes:
        path: The file; of a zip, with the member behind `!`.
        place: "line 12", or the cell of a notebook, in words.
        kind: "own" for the key in use, "key" for what looks like one, "link" for a signed link.
    """

    path: str
    place: str
    kind: Kind

    def __str__(self) -> str:
        """One line for a person."""
        return f"{self.path}, {self.place}: {say('leaks.' + self.kind)}"


def find(path: Path, secret: Secret) -> Iterator[Leak]:
    """Every key and signed link in a file, or in the files of a folder and of its zips.

    Args:
        path: File or folder; a folder is searched for texts and notebooks.
        secret: The key in use, known by its exact text.

    Raises:
        ConfigError: There is no such path, or the one file cannot be read.
    """
    if not path.exists():
        raise ConfigError("error.leaks.missing", path=path)
    for file in _files(path):
        try:
            yield from _in_file(file, secret)
        except (OSError, zipfile.BadZipFile) as error:
            if file == path:
                reason = getattr(error, "strerror", None) or str(error)
                raise ConfigError("error.leaks.unreadable", path=path, reason=reason) from None


def _files(path: Path) -> Iterator[Path]:
    if path.is_file():
        yield path
        return
    for each in sorted(path.rglob("*")):
        skipped = SKIPPED.intersection(each.relative_to(path).parts)
        wanted = each.suffix.lower() in READ | {".zip"} or each.name.startswith(".env")
        if wanted and not skipped and each.is_file():
            yield each


def _in_file(file: Path, secret: Secret) -> Iterator[Leak]:
    if file.suffix.lower() != ".zip":
        if file.stat().st_size <= LARGEST:
            yield from _in_bytes(str(file), file.read_bytes(), secret)
        return
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            known = Path(member.filename).suffix.lower() in READ
            if known and member.file_size <= LARGEST:
                name = f"{file}!{member.filename}"
                yield from _in_bytes(name, archive.read(member), secret)


def _in_bytes(name: str, content: bytes, secret: Secret) -> Iterator[Leak]:
    text = content.decode("utf-8", "replace")
    for place, part in _cells(text) if name.endswith(".ipynb") else _lines(text):
        yield from (Leak(name, place, kind) for kind in _kinds(part, secret))


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        yield say("leaks.line", number=number), line


def _cells(text: str) -> Iterable[tuple[str, str]]:
    """The cells of a notebook, source and outputs apart; lines where it is none."""
    try:
        book: Any = json.loads(text)
        cells = list(book["cells"])
        rest = {key: value for key, value in book.items() if key != "cells"}
        parts = [_cell(number, cell) for number, cell in enumerate(cells, 1)]
    except (ValueError, LookupError, TypeError, AttributeError):
        return _lines(text)
    found = [pair for part in parts for pair in part]
    return [*found, (say("leaks.metadata"), _flat(rest))]


def _cell(number: int, cell: dict[str, Any]) -> list[tuple[str, str]]:
    around = {k: v for k, v in cell.items() if k not in ("source", "outputs")}
    return [
        (say("leaks.source", number=number), _flat(cell.get("source"))),
        (say("leaks.output", number=number), _flat(cell.get("outputs", []))),
        (say("leaks.cell", number=number), _flat(around)),
    ]


def _flat(data: Any) -> str:
    """All texts of some JSON data; a list of lines as the text that it is."""
    if isinstance(data, str):
        return data
    if isinstance(data, list):
        glue = "" if all(isinstance(item, str) for item in data) else "\n"
        return glue.join(map(_flat, data))
    if isinstance(data, dict):
        return "\n".join(f'"{key}": "{_flat(value)}"' for key, value in data.items())
    return str(data)


def _kinds(text: str, secret: Secret) -> Iterator[Kind]:
    if secret.is_in(text):
        yield "own"
    rest = secret.redact(text)
    if any(_is_secret(match[1]) for key in _KEYS for match in key.finditer(rest)):
        yield "key"
    if any(unsigned(link[0]) != link[0] for link in _URL.finditer(rest)):
        yield "link"


def _is_secret(word: str) -> bool:
    return any(sign.isdigit() for sign in word) and not _EXAMPLE.search(word)
