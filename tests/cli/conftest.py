"""What the tests of the command line share."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from seedance_nb import cli
from seedance_nb.core import texts
from seedance_nb.runs import current as sessions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peer import Peer


@dataclass(frozen=True)
class Said:
    """What a command gave: its exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Said]]:
    """A command in this process, on a simulator that does not keep one waiting."""
    monkeypatch.setenv("SEEDANCE_NB_TIME_SCALE", "0.002")

    def main(*words: str) -> Said:
        code = cli.main(words)
        out, err = capsys.readouterr()
        return Said(code, out, err)

    yield main
    sessions.current().close()
    texts.use("en")


@pytest.fixture
def environ() -> dict[str, str]:
    """The environment of a command in a process of its own."""
    return {**os.environ, "SEEDANCE_NB_TIME_SCALE": "0.002", "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def call(environ: dict[str, str]) -> Callable[..., Said]:
    """A command in a process of its own, in the folder of the test."""

    def main(*words: str, **more: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "seedance_nb", *words],
            env={**environ, **more}, capture_output=True, text=True, timeout=240, check=False,
        )  # fmt: skip
        return Said(done.returncode, done.stdout, done.stderr)

    return main


@pytest.fixture
def to_peer(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> Peer:
    """The environment of somebody who uses another server."""
    monkeypatch.setenv("EVOLINK_BASE_URL", peer.url)
    monkeypatch.setenv("EVOLINK_API_KEY", peer.key)
    return peer
