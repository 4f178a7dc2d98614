"""Files as inputs in the record: by name and hash, kept, checked, handed on, never believed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from canary import CANARY
from makers import picture as pictured

from seedance_nb.core import media
from seedance_nb.core.errors import ConfigError
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import inputs
from seedance_nb.runs import log
from seedance_nb.runs.job import Job
from seedance_nb.runs.journal import Journal
from seedance_nb.runs.replay import ReplaySession, opened
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peer import Peer

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def opener() -> None:
    """Files are opened as `generate` opens them."""
    media.use(inputs.opened)


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A picture of the user's."""
    path = tmp_path / "my cat.png"
    path.write_bytes(pictured())
    return path


@pytest.fixture
def session(tmp_path: Path, peer: Peer, picture: Path) -> Iterator[Session]:
    """A session that made one video from a picture."""
    peer.polls = 1
    urls = {"base_url": peer.url, "files_url": peer.files_url}
    given = {"api_key": CANARY, **urls, "home": tmp_path / "runs"}
    made = Session(resolve(given, {}, {}, cwd=tmp_path))
    job = made.generate("a cat runs", images=[picture], duration=4)
    job.wait(20)
    yield made
    made.close()


def kept(session: Session) -> Path:
    """The copy that the folder keeps."""
    [path] = (session.home / "inputs").iterdir()
    return path


def found(session: Session) -> list[str]:
    """What disagrees."""
    return [item.text_id for item in log.read(session).verify()]


def test_the_log_names_the_file(session: Session) -> None:
    """The log has name and hash of an input, in the table as in the documented lines."""
    record = log.read(session)
    sha256 = kept(session).stem
    [row] = record.to_rows()
    line = json.loads(record.to_lines()[1])
    schema = json.loads(Path(log.__file__).with_name("request_log.schema.json").read_text("utf-8"))

    assert f"my cat.png ({sha256[:8]})" in row
    assert [("my cat.png", sha256)] == [(i["name"], i["sha256"]) for i in line["request"]["images"]]
    assert VideoRequest.from_fields(line["request"]).digest == line["digest"]
    assert [] == list(jsonschema.Draft202012Validator(schema).iter_errors(line))


def test_kept_copies_are_hashed_again(session: Session, tmp_path: Path) -> None:
    """A copy that is altered, gone or a mere link elsewhere is noticed; the original may go."""
    (tmp_path / "my cat.png").unlink()
    assert [] == found(session)
    copy = kept(session)
    data = copy.read_bytes()
    copy.write_bytes(data[:-1] + b"x")
    assert ["verify.input.altered"] == found(session)
    (tmp_path / "elsewhere.png").write_bytes(data)
    copy.unlink()
    assert ["verify.input.missing"] == found(session)
    copy.symlink_to(tmp_path / "elsewhere.png")
    assert ["verify.input.missing"] == found(session)


def test_a_zip_is_complete(session: Session, picture: Path, tmp_path: Path) -> None:
    """The zip holds the input: it replays by digest, under any name, and it verifies itself."""
    record = log.read(session)
    path = record.export(tmp_path / "a.zip")
    other = picture.rename(tmp_path / "other.png")

    replay = ReplaySession(resolve({"backend": "replay", "home": path}, {}, {}, cwd=tmp_path))
    job = replay.generate("a cat runs", images=[str(other)], duration=4)

    assert isinstance(job, Job)
    assert record[0].job == job.id
    assert [] == found(replay)
    assert kept(session).read_bytes() == kept(replay).read_bytes()
    assert path.read_bytes() == record.export(tmp_path / "b.zip").read_bytes()
    replay.close()


@pytest.mark.parametrize("form", [".py", ".ipynb"])
def test_exports_name_the_kept_copy(form: str, session: Session, tmp_path: Path) -> None:
    """An exported script or notebook names the copy by a path from where it stands."""
    path = log.read(session).export(tmp_path / "elsewhere" / f"again{form}")

    text = path.read_text("utf-8")

    assert f"../runs/inputs/{kept(session).name}" in text
    assert str(tmp_path) not in text


@pytest.mark.parametrize("form", [".py", ".ipynb"])
def test_exports_say_what_the_files_were(form: str, session: Session, tmp_path: Path) -> None:
    """An export tells the user's name of a file, and which folder it needs beside it."""
    path = log.read(session).export(tmp_path / f"again{form}")

    text = path.read_text("utf-8")

    assert "# The inputs are read from runs/inputs: take that folder along" in text
    assert re.search(r"# .*my cat\.png", text)


def test_a_script_without_its_inputs_says_so(session: Session, tmp_path: Path) -> None:
    """Moved without the folder of the inputs, an exported script ends in one clear message."""
    path = log.read(session).export(tmp_path / "away" / "again.py")
    moved = path.rename(tmp_path / "again.py")
    environ = {"SEEDANCE_NB_BACKEND": "simulator", "SEEDANCE_NB_HOME": str(tmp_path / "new")}

    done = subprocess.run(
        [sys.executable, str(moved)], capture_output=True, check=False, text=True, timeout=60,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environ},
    )  # fmt: skip

    assert 1 == done.returncode
    assert kept(session).name in done.stderr
    assert "Traceback" not in done.stderr


def hostile(item: Any) -> Callable[[Path], None]:
    """Writes the journal of a stranger, whose input is not what we would write."""

    def write(home: Path) -> None:
        fields = {"prompt": "a cat runs", "images": [item]}
        book = Journal(home, "stranger", now=lambda: 0.0)
        book.append("asked", job="abcd2345", request=fields, digest="x", backend="simulator")
        book.close(final=False)

    return write


@pytest.mark.parametrize(
    "make_item",
    [
        str,
        lambda path: path.as_uri(),
        lambda path: {"sha256": "../" + path.name, "format": "png"},
        lambda path: {"content": path.read_bytes().hex(), "name": "a.png", "type": "image/png"},
        lambda path: [str(path)],
        lambda _: "data:image/png;base64,iVBORw0KGgo=",
    ],
    ids=["path", "file URL", "no hash", "content", "list", "data URL"],
)
def test_a_journal_opens_no_file(
    make_item: Callable[[Path], Any], picture: Path, tmp_path: Path
) -> None:
    """Whatever a stranger's journal or sidecar gives as an input, no file of mine is read."""
    home = tmp_path / "theirs"
    hostile(make_item(picture))(home)
    looked: list[object] = []
    media.use(lambda field, item: looked.append(item) or inputs.opened(field, item))  # type: ignore[func-returns-value]

    session = Session(resolve({"home": home}, {}, {}, cwd=tmp_path))
    [job] = session.jobs()

    assert job.request is None
    beside = tmp_path / "theirs.json"
    beside.write_text(json.dumps({"request": {"prompt": "x", "images": [make_item(picture)]}}))
    with pytest.raises(ConfigError):
        VideoRequest.from_file(beside)
    assert [] == looked
    session.close()


def test_a_zip_of_a_stranger_puts_inputs_nowhere_else(tmp_path: Path) -> None:
    """Inputs with other places or endings are left in the zip."""
    path = tmp_path / "hostile.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("inputs/../../a.png", "inputs/a.py", "inputs/b/c.png", "inputs/..\\d.png"):
            archive.writestr(name, "x")
        archive.writestr("inputs/good.png", "x")

    folder = opened(path)

    assert ["good.png"] == [p.name for p in folder.rglob("*") if p.is_file()]
    assert [path] == [p for p in tmp_path.rglob("*") if p.is_file()]
