"""What a Binder link gets: the image that repo2docker would build, and the lesson run in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
LESSON = "01_quickstart.ipynb"
USER = ("--user-id=1000", "--user-name=jovyan")  # whoever runs the tests
RUN = """
import sys
from nbclient import execute
import nbformat
notebook = nbformat.read(sys.argv[1], as_version=4)
execute(notebook, timeout=120, kernel_name="python3")
nbformat.write(notebook, sys.argv[1])
"""


def pins() -> list[str]:
    """The lines of Binder's requirements that are no comments."""
    lines = (ROOT / "binder" / "requirements.txt").read_text("utf-8").splitlines()
    return [line for line in lines if not line.startswith("#")]


@pytest.fixture(scope="module")
def dockerfile(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The recipe of the image; rendering it needs no Docker."""
    clone = tmp_path_factory.mktemp("binder")
    shutil.copytree(ROOT / "binder", clone / "binder")
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "repo2docker", "--no-build", *USER, str(clone)],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr
    assert "python=3.12" in done.stderr
    return done.stdout


def test_the_image_has_the_project_before_it_installs_it(dockerfile: str) -> None:
    """The repository is copied before pip runs, which installs it in place."""
    copied = dockerfile.index("COPY --chown=1000:1000 src/ ${REPO_DIR}/")
    installed = dockerfile.index('pip install --no-cache-dir -r "binder/requirements.txt"')

    assert copied < installed
    assert "-e .[media,lab]" in pins()


def test_the_image_starts_on_the_simulator(dockerfile: str) -> None:
    """The image starts through our script, which sets the simulator and runs what it is given."""
    done = subprocess.run(
        ["bash", str(ROOT / "binder" / "start"), "printenv", "SEEDANCE_NB_BACKEND"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert 'R2D_ENTRYPOINT="${REPO_DIR}/binder/start"' in dockerfile
    assert "simulator\n" == done.stdout


def test_binder_gets_what_is_tested() -> None:
    """Binder's versions are those of the constraints, with a kernel that hears threads."""
    tested = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    exact = [line for line in pins() if not line.startswith("-e")]
    [kernel] = [line for line in exact if line.startswith("ipykernel==")]

    assert [] == [line for line in exact if line not in {pin.split(" ;")[0] for pin in tested}]
    assert [7, 4] <= [int(number) for number in re.findall(r"\d+", kernel)[:2]]


@pytest.mark.notebooks
def test_the_lesson_runs_with_binders_versions(tmp_path: Path) -> None:
    """In an environment with Binder's packages alone the quickstart ends with its videos."""
    python = os.environ.get("BINDER_PYTHON")
    if not python:
        pytest.skip("nox -s notebooks makes the environment for this")
    lesson = Path(shutil.copy(ROOT / "notebooks" / LESSON, tmp_path))
    environ = {
        **os.environ,
        "PATH": os.pathsep.join((str(Path(python).parent), os.environ["PATH"])),
        "SEEDANCE_NB_BACKEND": "simulator",
        "SEEDANCE_NB_TIME_SCALE": "0.01",
    }

    done = subprocess.run(
        [python, "-c", RUN, str(lesson)],
        cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    assert 0 == done.returncode, done.stderr
    assert len(list((tmp_path / "seedance_runs" / "videos").glob("*.mp4"))) >= 3
    assert [] == unexpected_errors(json.loads(lesson.read_text("utf-8")))


def unexpected_errors(notebook: dict[str, Any]) -> list[str]:
    """The errors in cells that do not fail on purpose."""
    return [
        output["ename"]
        for cell in notebook["cells"]
        if "raises-exception" not in cell["metadata"].get("tags", [])
        for output in cell.get("outputs", [])
        if "error" == output["output_type"]
    ]
