"""IPython in a terminal, and a plain script."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    Terminal = Any
pexpect = pytest.importorskip("pexpect")

SMALL = "-d 4 -q 480p -t fast"
SCRIPT = """
import seedance_nb as sd
job = sd.generate("a heron by the lake", duration=4, quality="480p", model=None)
print(job)
print(job.wait(60).video.path)
job.show()
"""
SLACK = 1.0  # seconds that a busy machine may take to show it


@pytest.fixture
def terminal(tmp_path: Path, environ: dict[str, str]) -> Iterator[Terminal]:
    """An IPython in a terminal of 100 columns, with the extension loaded."""
    started = pexpect.spawn(
        sys.executable,
        ["-m", "IPython", "--simple-prompt", "--no-banner", "--no-confirm-exit"],
        cwd=str(tmp_path), env=environ, encoding="utf-8", timeout=40, dimensions=(40, 100),
    )  # fmt: skip
    try:
        started.expect(r"In \[1\]: ")
        started.sendline("%load_ext seedance_nb")
        started.expect(r"In \[2\]: ")
        yield started
    finally:
        end(started)


def end(terminal: Terminal) -> None:
    """Kill what runs in a terminal, and wait for it; pexpect itself waits a tenth of a second."""
    terminal.kill(signal.SIGKILL)
    terminal.wait()
    terminal.close()


def cell(line: str, prompt: str) -> str:
    """A cell, as one line that runs it."""
    return f"get_ipython().run_cell_magic('seedance', '{line}', '{prompt}')"


def test_a_cell_in_a_terminal_waits_and_ends_in_one_line(terminal: Terminal) -> None:
    """A terminal shows a line that moves, and at the end the path of the file."""
    terminal.sendline(cell(f"fox {SMALL}", "a fox in the snow"))
    terminal.expect(r"In \[3\]: ")
    told = terminal.before

    [last] = [line for line in told.split("\r") if "Completed" in line]
    assert re.search(r"seedance_runs/videos/\w+\.mp4 \(4\.0 s · 864 × 496", last)
    assert "<div" not in told
    terminal.sendline("print(fox.status)")
    terminal.expect("completed")


def test_interrupt_in_a_terminal_ends_the_waiting_in_half_a_second(
    terminal: Terminal, environ: dict[str, str]
) -> None:
    """Ctrl-C gives the prompt back at once, with the way to go on, and the job goes on."""
    terminal.sendline("%config SeedanceMagics.time_scale = 0.3")
    terminal.expect(r"In \[3\]: ")
    terminal.sendline(cell(f"owl {SMALL}", "an owl at night"))
    terminal.expect("In the making")
    began = time.monotonic()
    terminal.sendintr()
    terminal.expect("goes on")
    terminal.expect(r"In \[4\]: ")
    took = time.monotonic() - began
    terminal.sendline("print('active:', owl.active)")
    terminal.expect("active: True")

    assert took < 0.5 + SLACK


def test_a_script_prints_lines_and_the_path(tmp_path: Path, environ: dict[str, str]) -> None:
    """Without IPython nothing blocks but `wait`, and a job shows itself as a line."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=tmp_path, env=environ, text=True,
        capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (0, "") == (done.returncode, done.stderr)
    asked, path, shown = done.stdout.splitlines()

    assert re.fullmatch(r"<Job \w+ \w+>", asked)
    assert path.endswith(".mp4")
    assert "completed" in shown
    assert path in shown


def test_an_interrupted_script_says_what_goes_on(tmp_path: Path, environ: dict[str, str]) -> None:
    """Ctrl-C in a script is a KeyboardInterrupt that names the job and the way back."""
    told_each = "job.subscribe(lambda job: print(job.status, flush=True))"
    code = SCRIPT.replace("print(job)", told_each)
    terminal = pexpect.spawn(
        sys.executable, ["-c", code], cwd=str(tmp_path), encoding="utf-8", timeout=40,
        env={**environ, "SEEDANCE_NB_TIME_SCALE": "0.3"}, dimensions=(40, 200),
    )  # fmt: skip
    try:
        terminal.expect("processing")
        terminal.sendintr()
        terminal.expect(pexpect.EOF)
        told = terminal.before
    finally:
        end(terminal)

    assert "goes on" in told
    assert "resume" in told
