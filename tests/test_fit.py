"""`--fit` as it is seen: on the command line, in a script, in a cell and in its panel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image

from seedance_nb import cli
from seedance_nb.core import media, options, spelling, texts
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import fit, inputs
from seedance_nb.notebook.dryrun import dry_run
from seedance_nb.notebook.panel_state import panel_state
from seedance_nb.runs import current as sessions
from seedance_nb.runs.budget import Prospect
from seedance_nb.runs.estimate import Estimate
from seedance_nb.runs.record import JobState

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
TOLD = "cat.bmp was fitted: BMP to PNG, scaled from 200 x 100 to 600 x 300 pixels, 60.1 kB to"


@pytest.fixture(autouse=True)
def _opening() -> Iterator[None]:
    media.use(inputs.opened, fit.fit)
    yield
    texts.use("en")


@pytest.fixture
def cat(tmp_path: Path) -> Path:
    """A picture that is too small, in a format that the service does not take."""
    path = tmp_path / "cat.bmp"
    Image.new("RGB", (200, 100), "teal").save(path)
    return path


def test_a_dry_run_tells_it(cat: Path) -> None:
    """The dry run of a cell says what was done to a file, from what to what."""
    order = options.read_cell(f"--image {cat} --fit --dry-run", "a cat", {})

    prospect = Prospect(fresh=(1,), cost=Estimate(credits=None, source="unknown"))
    said = dry_run(order, base_url="https://example.com", automatic=False, prospect=prospect)

    assert TOLD in said


def test_a_panel_tells_it(cat: Path) -> None:
    """A panel says what was done to a file, of a job that is over and of a recorded one too."""
    request = VideoRequest.of("a cat", images=cat, fit=True)
    written = VideoRequest.from_fields(request.to_fields())

    for status in ("processing", "completed"):
        state = JobState(id="kite2345", request=written, backend="live", status=status)
        assert TOLD in " ".join(panel_state(state, 0.0, "Live").notes)


def test_the_spellings_name_the_original(cat: Path) -> None:
    """As a cell and as Python a fitted request names the original and asks for the same fitting."""
    request = VideoRequest.of("a cat", images=cat, fit=True)

    cell = spelling.as_cell(request)
    line, _, body = cell.partition("\n")
    again = options.read_cell(line.removeprefix("%%seedance"), body, {}).request

    assert "--fit" in line
    assert "cat.bmp" in line
    assert request.digest == again.digest
    assert "fit=True" in spelling.as_python(request)


def test_the_command_line_tells_it(
    cat: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`generate --fit` says on stderr what was done, and makes the video."""
    monkeypatch.setenv("SEEDANCE_NB_TIME_SCALE", "0")
    try:
        assert 2 == cli.main(["generate", "a cat", "--image", str(cat), "-d", "4"])
        assert "--fit" in capsys.readouterr().err

        assert 0 == cli.main(["generate", "a cat", "--image", str(cat), "-d", "4", "--fit"])
    finally:
        sessions.current().close()

    out, err = capsys.readouterr()
    assert TOLD in err
    assert Path(out.strip()).is_file()


def test_a_script_tells_it(cat: Path) -> None:
    """`sd.generate(fit=True)` and `sd.sweep` say on stderr what was done, each file once."""
    code = """if True:
        import seedance_nb as sd
        sd.generate("a cat", images="cat.bmp", fit=True, duration=4).wait(30)
        sd.sweep("a cat", images="cat.bmp", fit=True, duration=[4, 5]).wait(30)
    """
    env = {**os.environ, "PYTHONPATH": str(ROOT), "SEEDANCE_NB_TIME_SCALE": "0"}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=cat.parent, env=env, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    assert 2 == done.stderr.count(TOLD)
