"""Interrupt while a cell waits: every form of waiting, on a real kernel."""

from __future__ import annotations

import math
import queue
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.kernels
SETUP = """
%load_ext seedance_nb
import asyncio
import seedance_nb as sd
sd.configure(time_scale=1)
job = sd.generate("a snail on a leaf", duration=4, quality="480p")
other = sd.generate("a second snail", duration=4, quality="480p")
"""
WAITS = {
    "job.wait": "job.wait()",
    "jobs.wait": "sd.jobs().wait()",
    "await-job": "await job",
    "await-jobs": "await sd.jobs()",
    "gather": "await asyncio.gather(job, other)",
    "magic": "%seedance wait job",
    "cell": "%%seedance --wait -d 4 -q 480p\na third snail",
}
AT_MOST = 0.5  # seconds
SLACK = 1.0  # that a busy machine may take besides, and what it takes to end any cell at all


@dataclass
class Kernel:
    """A kernel, and the conversation with it."""

    manager: Any
    client: Any

    def run(self, code: str, *, interrupt_after: float = math.inf) -> tuple[str, str, float]:
        """Run a cell: what it printed, how it failed, and how long that took after Interrupt."""
        asked = self.client.execute(code, allow_stdin=True)
        began = time.monotonic()
        due, interrupted = math.inf, None
        printed, failed = "", ""
        while True:
            now = time.monotonic()
            if interrupted is None and now > due:
                interrupted = now
                self.manager.interrupt_kernel()
            assert now - began < 60
            message = self._next()
            if message.get("parent_header", {}).get("msg_id") != asked:
                continue
            content = message["content"]
            printed += content.get("text", "")
            failed += "\n".join(content.get("traceback", ()))
            if content.get("execution_state") == "busy":
                due = time.monotonic() + interrupt_after
            if content.get("execution_state") == "idle":
                return printed, failed, time.monotonic() - (interrupted or began)

    def _next(self) -> dict[str, Any]:
        try:
            message: dict[str, Any] = self.client.get_iopub_msg(timeout=0.05)
        except queue.Empty:
            return {}
        return message


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the kernel works."""
    return tmp_path_factory.mktemp("interrupt")


@pytest.fixture
def kernel(place: Path, environ: dict[str, str]) -> Iterator[Kernel]:
    """A kernel with two jobs that take a long while."""
    manager, client = start_new_kernel(kernel_name="python3", env=environ, cwd=str(place))
    try:
        started = Kernel(manager, client)
        _, failed, _ = started.run(SETUP)
        assert "" == failed
        yield started
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def test_interrupt_ends_every_form_of_waiting_and_no_job(kernel: Kernel) -> None:
    """Half a second more than any cell, one honest line, no traceback, and the jobs go on."""
    _, _, plain = kernel.run("import time\ntime.sleep(60)", interrupt_after=1.0)
    told = {name: kernel.run(code, interrupt_after=1.0) for name, code in WAITS.items()}
    alive, _, _ = kernel.run("print(job.active, other.active)")

    most = plain + AT_MOST + SLACK
    assert {} == {name: took for name, (_, _, took) in told.items() if took > most}
    for name, (_, failed, _) in told.items():
        assert "goes on" in failed, name
        assert "%seedance wait" in failed, name
        assert 1 == len(failed.splitlines()), name
    assert "True True" in alive


def test_interrupts_stay_keyboard_interrupts(kernel: Kernel) -> None:
    """Code that catches KeyboardInterrupt or CancelledError goes on to do so."""
    code = """
try:
    {wait}
except {kind}:
    print("caught")
"""
    plain = code.format(wait="job.wait()", kind="KeyboardInterrupt")
    waiting = code.format(wait="await job", kind="asyncio.CancelledError")
    told = [kernel.run(each, interrupt_after=1.0) for each in (plain, waiting)]

    assert ["caught\n", "caught\n"] == [printed for printed, _, _ in told]
