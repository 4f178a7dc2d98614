"""The nets under the tests hold: each is shown to fail a run that it should fail."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).parent


@pytest.fixture
def elsewhere() -> Iterator[Path]:
    """A folder outside those that are searched for the key."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def run(folder: Path, test: str, *options: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run one test under the project's own conftest."""
    (folder / "data").mkdir()
    shutil.copy(TESTS / "data" / "clip.mp4", folder / "data")
    for name in ("conftest.py", "canary.py", "peer.py"):
        shutil.copy(TESTS / name, folder)
    (folder / "test_it.py").write_text(test, "utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\npythonpath = .\n", "utf-8")
    inner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--basetemp=temp"]
    inner += options
    return subprocess.run(
        inner, cwd=folder, env=environ, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(
    ("leak", "place"),
    [
        ("(tmp_path / 'journal.jsonl').write_text(canary.CANARY)", "journal.jsonl"),
        ("print('Bearer', canary.CANARY)", "test_it"),
        ("import logging; logging.getLogger('x').warning('%s', canary.CANARY)", "test_it"),
    ],
    ids=["file", "output", "log"],
)
@pytest.mark.parametrize("processes", ["-n0", "-n1"])
def test_a_leaked_key_fails_the_run(elsewhere: Path, leak: str, place: str, processes: str) -> None:
    """A key in a file, an output or a log fails the run, although its test passed."""
    done = run(elsewhere, f"import canary\ndef test_it(tmp_path):\n    {leak}\n", processes)

    assert 1 == done.returncode
    assert "1 passed" in done.stdout
    assert "API key of the tests was found" in done.stdout
    assert place in done.stdout.partition("was found in:")[2]


def test_a_kept_key_is_fine(elsewhere: Path) -> None:
    """A key that is only held in memory fails nothing."""
    done = run(elsewhere, "import canary\ndef test_it():\n    assert canary.CANARY\n")

    assert 0 == done.returncode, done.stdout


@pytest.mark.parametrize(
    "reach", ["create_connection(('192.0.2.1', 443), 1)", "getaddrinfo('example.com', 443)"]
)
def test_a_call_out_fails_its_test(elsewhere: Path, reach: str) -> None:
    """Reaching for another machine fails the test, also when the refusal is swallowed."""
    test = (
        "import contextlib, socket\n"
        f"def test_it():\n    with contextlib.suppress(OSError):\n        socket.{reach}\n"
    )

    done = run(elsewhere, test)

    assert 1 == done.returncode
    assert "reached for" in done.stdout


@pytest.mark.parametrize(("ci", "code"), [("true", 1), ("", 0)], ids=["ci", "at-home"])
def test_a_browser_test_may_not_be_skipped_in_ci(elsewhere: Path, ci: str, code: int) -> None:
    """In continuous integration a skipped browser test has failed; elsewhere it is skipped."""
    test = "import pytest\n@pytest.mark.browser\ndef test_it():\n    pytest.skip('no Chromium')\n"

    assert code == run(elsewhere, test, CI=ci).returncode


def test_nobodys_settings_count(elsewhere: Path) -> None:
    """Keys, settings and proxies of whoever runs the tests are out of their environment."""
    test = (
        "import os\ndef test_it():\n"
        "    names = {'EVOLINK_API_KEY', 'https_proxy', 'SEEDANCE_NB_HOME'}\n"
        "    assert not names & set(os.environ)\n"
    )

    done = run(elsewhere, test, EVOLINK_API_KEY="k", https_proxy="http://x", SEEDANCE_NB_HOME="h")

    assert 0 == done.returncode, done.stdout


def test_ctrl_c_is_heard_in_the_background(elsewhere: Path) -> None:
    """What a test starts hears Ctrl-C, also where whoever runs the tests ignores it."""
    test = (
        "import signal, subprocess, sys\n"
        "CODE = 'import signal; signal.raise_signal(signal.SIGINT)'\n"
        "def test_it():\n"
        "    done = subprocess.run([sys.executable, '-c', CODE], capture_output=True)\n"
        "    assert b'KeyboardInterrupt' in done.stderr\n"
    )
    heard = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        done = run(elsewhere, test)
    finally:
        signal.signal(signal.SIGINT, heard)

    assert 0 == done.returncode, done.stdout
