"""The frame of the project: its version, its commands, its pins, and what no file may hold."""

from __future__ import annotations

import re
import subprocess
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import seedance_nb

ROOT = Path(__file__).parents[1]
COMMANDS = (
    "pip install 'nox[uv]' && nox -s demo",
    "pip install 'nox[uv]' && nox -s tests",
    "pip install -e '.[lab,media]' && seedance-nb lab",
)
# Put together here, so that this file may be searched like any other.
REGISTRIES = ("pypi" + ".org", "python" + "hosted", "npm" + "js.org", "deb.debian" + ".org")
MACHINE = ("/work" + "/main", "/root" + "/", "/opt" + "/pypi", "/tmp" + "/venv", str(ROOT))


def tracked() -> list[Path]:
    """The files that are in git; all of them where this is no clone."""
    if not (ROOT / ".git").exists():
        return [file for file in ROOT.rglob("*") if file.is_file() and ".nox" not in file.parts]
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def pins() -> dict[str, str]:
    """Name and version of each line of the constraints."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return {
        name: exact for line in lines for name, _, exact in [line.split(" ;")[0].partition("==")]
    }


def direct() -> set[str]:
    """All that the project itself asks for, for running, its extras and its development."""
    table = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    project = table["project"]
    asked = [project["dependencies"], *project["optional-dependencies"].values()]
    asked += table["dependency-groups"].values()
    return {Requirement(line).name.lower() for group in asked for line in group}


def test_the_version_is_said_once() -> None:
    """What is installed and `__version__` agree."""
    assert version("seedance-nb") == seedance_nb.__version__


def test_the_changelog_knows_the_version() -> None:
    """The newest entry of the changelog is about this version."""
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")

    assert seedance_nb.__version__ == re.findall(r"^## \[?(\d[\d.]*)", changes, re.MULTILINE)[0]


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_readme_gives_the_commands(name: str) -> None:
    """Both READMEs give the commands that are tested, to the letter."""
    text = (ROOT / name).read_text("utf-8")

    assert [] == [command for command in COMMANDS if command not in text]


def test_no_file_names_a_registry_or_this_machine() -> None:
    """A clone works anywhere: no file holds an address of a package or a path of one machine."""
    forbidden = [text.encode() for text in (*REGISTRIES, *MACHINE)]

    found = [
        (file.relative_to(ROOT).as_posix(), text.decode())
        for file in tracked()
        for text in forbidden
        if text in file.read_bytes()
    ]

    assert [] == found


def test_the_constraints_are_exact_and_whole() -> None:
    """Each line of the constraints is one name at one version, and nothing asked for is missing."""
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()

    assert [] == [line for line in lines if not re.fullmatch(r"[\w.-]+==[\w.+!]+( ; .+)?", line)]
    assert len(lines) == len(pins())
    assert set() == direct() - pins().keys()
