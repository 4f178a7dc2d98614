"""Files as inputs from end to end: kept, uploaded once, and never posted without an address."""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY as KEY

from seedance_nb.core.errors import ConfigError
from seedance_nb.evolink.inputs import opened
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peer import Peer


def png(path: Path, *, shade: int = 0, side: int = 320) -> Path:
    """A grey picture."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"".join(b"\0" + bytes([shade]) * side for _ in range(side)))
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", rows), chunk(b"IEND", b"")]
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """Makes sessions that share a folder."""
    made = []

    def session(url: str, **settings: Any) -> Session:
        given = {"api_key": KEY, "base_url": url, "home": tmp_path / "runs", **settings}
        made.append(Session(resolve(given, {}, {}, cwd=tmp_path)))
        return made[-1]

    yield session
    for one in made:
        one.close()


def test_a_file_without_an_address_is_never_posted(
    peer: Peer, make: Callable[..., Session], tmp_path: Path
) -> None:
    """Where an input was not uploaded nothing goes out."""
    job = make(peer.url).generate("it moves", images=[opened("images", png(tmp_path / "cat.png"))])

    assert isinstance(job, Job)
    with pytest.raises(ConfigError, match=r"cat\.png"):
        job.wait(10)
    assert [] == peer.creates
