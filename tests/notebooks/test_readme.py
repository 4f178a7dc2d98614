from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from seedance_nb import cli
from seedance_nb.core import options
from seedance_nb.evolink.mp4 import inspect
from seedance_nb.runs import current as sessions
from seedance_nb.runs import settings

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "README.zh-CN.md")


def blocks(name: str) -> list[str]:
    """The blocks of code, in order."""
    text = (ROOT / name).read_text("utf-8")
    return re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", READMES)
def test_its_python_runs(name: str) -> None:
    """The lines of Python make the file that they name."""
    [code] = [block for block in blocks(name) if block.startswith("import")]

    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "SEEDANCE_NB_TIME_SCALE": "0"},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip

    assert (0, "") == (done.returncode, done.stderr)
    assert 4 == pytest.approx(inspect(Path("boat.mp4")).duration, abs=0.1)


@pytest.mark.parametrize("name", READMES)
def test_its_cells_and_commands_are_understood(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The magic and the command line take what it shows."""
    shown = "".join(blocks(name))
    cells = re.findall(r"^%%seedance (\w.*)\n(.+)$", shown, flags=re.MULTILINE)
    sessions.current()
    monkeypatch.chdir(tmp_path)
    night = Image.new("RGB", (640, 360), "navy")
    night.save("day.png")
    [(words, rest)] = re.findall(r'^seedance-nb generate "(.+)" (.+)$', shown, flags=re.MULTILINE)

    names = [options.read_cell(line, prompt, {"night": night}).name for line, prompt in cells]
    assert ["dog", "postcard"] == names
    assert 0 == cli.main(["generate", words, *rest.split(), "--dry-run"])
    assert words in capsys.readouterr().out


@pytest.mark.parametrize("name", READMES)
def test_its_links_lead_somewhere(name: str) -> None:
    """Every file that it links to is there."""
    links = re.findall(r"\]\(([^)#]+)\)", (ROOT / name).read_text("utf-8"))

    assert links
    assert [] == [link for link in links if not (ROOT / link).exists()]


@pytest.mark.parametrize("name", READMES)
def test_it_names_every_setting(name: str) -> None:
    """The table of settings has each of them and no other."""
    table = (ROOT / name).read_text("utf-8").partition("SEEDANCE_NB_CATALOG=latest")[2]
    rows = re.findall(r"^\| (`.+?) \|", table.partition("\n## ")[0], flags=re.MULTILINE)

    assert sorted(settings.NAMES) == sorted(re.findall(r"`(\w+)`", " ".join(rows)))


def test_both_say_the_same_commands() -> None:
    """What is typed is the same in both languages, but for quoted words and remarks."""

    def typed(name: str) -> list[str]:
        lines = (line.partition("#")[0].strip() for line in "".join(blocks(name)).splitlines())
        commands = ("pip", "seedance-nb", "export", "%", "import", "job")
        return [re.sub(r'"[^"]*"', '""', line) for line in lines if line.startswith(commands)]

    english, chinese = map(typed, READMES)

    assert english == chinese
