"""The same notebook on the kernels that people have, executed without a front end.

They differ in where output from a thread lands and in whether a thread may update a widget at all;
what stays in the saved notebook must be the same. The environments are made by `nox -s kernels`.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from queue import Empty
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

pytestmark = pytest.mark.kernels

VERSIONS = ("7.4.0", "6.31.0", "7.0.1")
WIDGET = "application/vnd.jupyter.widget-view+json"
LOAD, FIRST, SECOND, SLEEP, WAIT, AWAIT, AGAIN, GALLERY, BOARD, VERSION = range(10)
CELLS = (
    "%load_ext seedance_nb",
    "%%seedance kite --no-wait -d 4 -q 480p\na red kite over the dunes",
    "%%seedance boat --no-wait -d 4 -q 480p --no-audio\na paper boat in the rain",
    "import time\ntime.sleep(1.5)\nprint('slept')",
    "kite.wait()\nprint(kite.status, kite.video.path.is_file())",
    "await boat\nprint(boat.status, boat.video.path.is_file())",
    "%%seedance kite -d 4 -q 480p\na red kite over the dunes",
    "%seedance gallery kite boat",
    "%seedance jobs",
    "import ipykernel\nprint(ipykernel.__version__)",
)
# What somebody does who looks at it: there are widgets, and they move while the last cell blocks.
SEEN = (
    "%load_ext seedance_nb",
    "%%seedance kite -d 4 -q 480p\na red kite over the dunes",
    "%%seedance boat -d 4 -q 480p --no-audio\na paper boat in the rain",
    "%seedance gallery kite boat",
    "%seedance jobs",
    (
        "import time\nuntil = time.monotonic() + 60\n"
        "while {kite.status, boat.status} != {'completed'} and time.monotonic() < until:\n"
        "    time.sleep(0.1)\n"
        "time.sleep(4)"  # a board looks once a second, and less often where a look takes long
    ),
)
# What may differ from run to run: ids, times of day, ages, sizes, hashes, pictures, the port.
PASSING = (
    (re.compile(r'[^\s">]*/(?=seedance_runs/)'), ""),  # the folder
    (re.compile(r"data:[\w/]+;base64,[\w+/=]+"), "DATA"),
    (re.compile(r"task-unified-[\w-]+"), "TASK"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b20\d\d-\d\d-\d\d(T|\s)?"), "DAY "),  # what follows is a word of its own
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
    (re.compile(r"\b[\d.]+ (kB|MB|s|h|min)\b"), "AMOUNT"),
)


@pytest.fixture(scope="module")
def pythons() -> dict[str, str]:
    """The Python of each kernel."""
    if "KERNEL_PYTHONS" not in os.environ:
        pytest.skip("the environments are made by nox -s kernels")
    known: dict[str, str] = json.loads(os.environ["KERNEL_PYTHONS"])
    return known


@pytest.fixture(scope="module")
def notebooks(pythons: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The executed notebook of each kernel; they run at the same time."""
    return at_once(pythons, execute, tmp_path_factory)


@pytest.fixture(scope="module")
def messages(
    pythons: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[list[dict[str, Any]]]]:
    """What each kernel sends to somebody who looks, cell by cell."""
    return at_once(pythons, look_on, tmp_path_factory)


def at_once(
    pythons: dict[str, str],
    run: Callable[[str, Path], Awaitable[Any]],
    folders: pytest.TempPathFactory,
) -> dict[str, Any]:
    """What comes of a run by each kernel, in a folder of its own."""

    async def all_of_them() -> list[Any]:
        runs = [run(pythons[v], folders.mktemp(f"kernel-{v}-")) for v in pythons]
        return await asyncio.gather(*runs)

    return dict(zip(pythons, asyncio.run(all_of_them()), strict=True))


def manager_of(python: str, folder: Path) -> AsyncKernelManager:
    """Starts the kernel of this Python."""
    specs = folder / "kernels"
    (specs / "tried").mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "tried", "language": "python"}
    (specs / "tried" / "kernel.json").write_text(json.dumps(spec), "utf-8")
    return AsyncKernelManager(
        kernel_name="tried",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(specs)], ensure_native_kernel=False),
    )


def environ_of(folder: Path) -> dict[str, str]:
    """The environment of a kernel: tasks are quick, and nothing is left in the user's folders."""
    environ = {**os.environ, "SEEDANCE_NB_TIME_SCALE": "0.03", "IPYTHONDIR": str(folder / "ip")}
    environ.pop("JUPYTER_DATA_DIR", None)
    return environ


async def execute(python: str, folder: Path) -> Any:
    """Run the notebook in a folder, as nbclient does it."""
    manager = manager_of(python, folder)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, resources=where, timeout=90)
    await client.async_execute(env=environ_of(folder), cleanup_kc=True)
    return notebook


async def look_on(python: str, folder: Path) -> list[list[dict[str, Any]]]:
    """Run the cells as a front end does it, and collect what it would be sent during each."""
    try:
        return await _looked_on(python, folder)
    except Empty:
        # Before 7.4 a request may stay unread for good that comes while the kernel sends a reply
        # (github.com/ipython/ipykernel/pull/1529), whatever the cells do: so once more.
        (folder / "again").mkdir()
        return await _looked_on(python, folder / "again")


async def _looked_on(python: str, folder: Path) -> list[list[dict[str, Any]]]:
    manager = manager_of(python, folder)
    await manager.start_kernel(env=environ_of(folder), cwd=str(folder))
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=60)
        return [await _run(client, cell) for cell in SEEN]
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def _run(client: Any, cell: str) -> list[dict[str, Any]]:
    """What is sent until the cell is both idle and answered; raises Empty if it never is."""
    asked = client.execute(cell, allow_stdin=True)
    sent: list[dict[str, Any]] = []
    while not (sent and _is_end(sent[-1], asked)):
        sent.append(await client.get_iopub_msg(timeout=60))
    while asked != (await client.get_shell_msg(timeout=60))["parent_header"].get("msg_id"):
        pass
    return sent


def _is_end(message: dict[str, Any], asked: str) -> bool:
    ours: bool = message["parent_header"].get("msg_id") == asked
    return ours and message["content"].get("execution_state") == "idle"


def told(notebook: Any, cell: int) -> str:
    """All that a cell shows, as one text in which nothing depends on the run."""
    names = {}
    for index, name in ((FIRST, "kite"), (SECOND, "boat")):
        text = json.dumps(notebook.cells[index].outputs)
        for found in re.findall(r"videos/([\w-]+)\.mp4", text):
            names[found] = name.upper()
    text = "\n".join(
        json.dumps({key: output[key] for key in ("name", "text", "data") if key in output})
        for output in notebook.cells[cell].outputs
    )
    for pattern, word in PASSING:
        text = pattern.sub(word, text)
    for found, name in names.items():
        text = text.replace(found, name)
    return text


@pytest.mark.parametrize("version", VERSIONS)
def test_it_is_the_kernel_it_says_it_is(notebooks: dict[str, Any], version: str) -> None:
    """Each environment has the ipykernel that it stands for."""
    assert told(notebooks[version], VERSION) == told_print(version)


@pytest.mark.parametrize("version", VERSIONS)
def test_each_output_is_in_its_own_cell(notebooks: dict[str, Any], version: str) -> None:
    """A job's panel ends as its video in the cell that asked for it, and nowhere else."""
    notebook = notebooks[version]

    for cell, prompt in ((FIRST, "red kite"), (SECOND, "paper boat")):
        shown = [output.data for output in notebook.cells[cell].outputs if "data" in output]
        assert [1] == [data["text/html"].count("<video") for data in shown]
        assert all(WIDGET not in data for data in shown)
        assert prompt in told(notebook, cell)
    assert told_print("slept") == told(notebook, SLEEP)
    assert told_print("completed True") in told(notebook, WAIT)
    assert told_print("completed True") in told(notebook, AWAIT)


@pytest.mark.parametrize("version", VERSIONS[1:])
def test_all_kernels_tell_the_same(notebooks: dict[str, Any], version: str) -> None:
    """Ids and times apart, the saved notebook is the same whatever the kernel."""
    for cell in range(VERSION):
        assert told(notebooks[VERSIONS[0]], cell) == told(notebooks[version], cell), CELLS[cell]


@pytest.mark.parametrize("version", VERSIONS)
def test_board_and_gallery_move_on_every_kernel(
    messages: dict[str, list[list[dict[str, Any]]]], version: str
) -> None:
    """While a cell blocks they follow the jobs to their end; the gallery is saved with videos."""
    cells = messages[version]
    said = [m["content"] for cell in cells for m in cell if m["msg_type"] in ("error", "stream")]
    late = [message for cell in cells[4:] for message in cell]
    moved = [m["content"]["data"].get("state", {}) for m in late if m["msg_type"] == "comm_msg"]
    gallery = next(m["content"]["transient"]["display_id"] for m in cells[3] if _is_saved(m))
    saved = [
        m["content"]["data"]["text/html"]
        for m in late
        if m["content"].get("transient", {}).get("display_id") == gallery
    ]

    assert [] == said
    assert any("2</b> Completed" in str(state.get("value")) for state in moved)
    assert any(str(state.get("outputs")).count("<video") == 2 for state in moved)
    assert 2 == saved[-1].count("<video")


def _is_saved(message: dict[str, Any]) -> bool:
    """Whether it is what stays of a view in the notebook."""
    display_id: str = message["content"].get("transient", {}).get("display_id", "")
    return display_id.endswith("-saved")


def told_print(text: str) -> str:
    """What `told` gives for a printed line."""
    return json.dumps({"name": "stdout", "text": f"{text}\n"})
