"""Inputs of every kind in real sessions: what is recorded of them, and results as inputs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import makers
import pytest
from canary import CANARY as KEY
from PIL import Image

from seedance_nb.core import media
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.evolink import inputs
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from peer import Peer

PNG = makers.picture((640, 480))


@pytest.fixture
def session(tmp_path: Path, peer: Peer) -> Iterator[Session]:
    """A session on the other server."""
    media.use(inputs.opened)
    urls = {"base_url": peer.url, "files_url": peer.files_url}
    given = {"api_key": KEY, **urls, "home": tmp_path / "runs"}
    made = Session(resolve(given, {}, {}, cwd=tmp_path))
    yield made
    made.close()


def asked(session: Session, prompt: str, **given: Any) -> Job:
    """A job, as a cell asks for it."""
    job = session.generate(prompt, **given)
    assert isinstance(job, Job)
    return job


def test_no_bytes_get_into_the_record(session: Session, tmp_path: Path) -> None:
    """Of a picture in a variable the journal holds hashes and facts, and nothing of its content."""
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    upload = {"name": "cat.png", "size": len(PNG), "content": PNG}
    kinds = (PNG, bytearray(PNG), memoryview(PNG), path, Image.open(path), [PNG], upload)
    for number, given in enumerate(kinds):
        cell = {"kind": "cell", "number": number, "variables": {"given": given}}
        asked(session, f"cat {number}", images=given, cell=cell).wait(20)

    files = [*session.home.rglob("*.jsonl"), *session.home.rglob("*.json")]
    text = "".join(file.read_text("utf-8") for file in files)

    assert "IHDR" not in text
    assert "x89PNG" not in text
    assert "iVBOR" not in text
    assert len(text) < 5_000 * len(kinds)
    [first, *_] = [json.loads(line) for line in text.splitlines() if '"variables"' in line]
    facts = first["cell"]["variables"]["given"]
    assert {"type": "bytes", "sha256": str(media.Media(sha256=_hash()))} == facts


def _hash() -> str:
    found = inputs.opened("images", PNG)
    assert isinstance(found, media.Media)
    return found.sha256


def test_a_job_is_an_input_once_it_is_completed(session: Session) -> None:
    """A job, its video and the file are the same input; before that, the line says to wait."""
    job = asked(session, "a fox")
    with pytest.raises(InvalidRequest, match=job.id):
        session.generate("more", videos=[job])
    job.wait(20)
    assert job.video is not None

    found = [inputs.opened("videos", one) for one in (job, job.video, job.video.path)]

    assert found[0] == found[1] == found[2]
    assert isinstance(found[0], media.Media)
    assert job.video.sha256 == found[0].sha256
