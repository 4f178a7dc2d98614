"""Local files in cells, from the line to the simulator and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import makers
import pytest

from seedance_nb.core import media, spelling
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.evolink import inputs
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on the simulator."""
    media.use(inputs.opened)
    spelling.use(Path.cwd())
    given = {"backend": "simulator", "home": tmp_path / "runs", "time_scale": 0.001}
    made = Session(resolve(given, {}, {}, cwd=tmp_path))
    yield made
    made.close()


@pytest.fixture
def uploads(session: Session) -> Callable[[], int]:
    """Counts what the simulator was given."""
    folder = session.home / "simulator" / "uploads"
    return lambda: len(list(folder.glob("*.json")))


def test_a_cell_takes_a_local_picture(
    run: Callable[[str], Any], shell: Any, session: Session, uploads: Callable[[], int]
) -> None:
    """`--image PATH` checks, uploads and sends the file, and says so again as a cell."""
    Path("my cat.png").write_bytes(makers.picture())
    cell = "%%seedance cat -d 4 -q 480p --image 'my cat.png'\nit moves"

    assert run(cell).success
    cat: Job = shell.user_ns["cat"].wait(60)

    assert ("completed", "image", 1) == (cat.status, cat.request and cat.request.mode, uploads())
    assert cat.request is not None
    assert cell == spelling.as_cell(cat.request, name="cat")
    past = Session(session.settings).job(cat.id).request
    assert past is not None
    kept = f"runs/inputs/{cat.request.files[0].file}"
    assert cell.replace("'my cat.png'", kept) == spelling.as_cell(past, name="cat")
    assert cat.request.digest == past.digest


def test_bytes_are_spelt_by_their_copy(session: Session) -> None:
    """What came without a path can be asked for again by the copy that was kept."""
    job = session.generate("it moves", images=[makers.picture()], duration=4, quality="480p")
    assert isinstance(job, Job)
    request = job.wait(60).request

    assert request is not None
    assert f"--image runs/inputs/{request.files[0].file}" in spelling.as_cell(request)
    assert f'images=["runs/inputs/{request.files[0].file}"]' in spelling.as_python(request)


def test_a_dry_run_uploads_nothing(
    run: Callable[[str], Any],
    session: Session,
    uploads: Callable[[], int],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A dry run names the file where its address will stand, keeps and sends nothing."""
    Path("cat.png").write_bytes(makers.picture())

    assert run("%%seedance --dry-run --image cat.png\nit moves").success

    assert '"(address of cat.png, which is uploaded when' in capsys.readouterr().out
    assert (0, []) == (uploads(), list(session.jobs()))
    assert not (session.home / "inputs").exists()


def test_a_wrong_file_fails_the_cell(
    run: Callable[[str], Any], session: Session, uploads: Callable[[], int]
) -> None:
    """A file that breaks a limit fails its cell with the limit; nothing is kept or sent."""
    Path("cat.png").write_bytes(makers.picture((200, 200)))

    error = run("%%seedance --image cat.png\nit moves").error_in_exec

    assert isinstance(error, InvalidRequest)
    assert "cat.png" in str(error)
    assert (0, []) == (uploads(), list(session.jobs()))
    assert not (session.home / "inputs").exists()
