"""The same notebook on the kernels that people have, executed without a front end.

They differ in where output from a thread lands and in whether a thread may update a widget at all;
what stays in the saved notebook must be the same. The environments are made by `nox -s kernels`.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.kernels

VERSIONS = ("7.4.0", "6.31.0", "7.0.1")
WIDGET = "application/vnd.jupyter.widget-view+json"
LOAD, FIRST, SECOND, SLEEP, WAIT, AWAIT, AGAIN, VERSION = range(8)
CELLS = (
    "%load_ext seedance_nb",
    "%%seedance kite --no-wait -d 4 -q 480p\na red kite over the dunes",
    "%%seedance boat --no-wait -d 4 -q 480p --no-audio\na paper boat in the rain",
    "import time\ntime.sleep(1.5)\nprint('slept')",
    "kite.wait()\nprint(kite.status, kite.video.path.is_file())",
    "await boat\nprint(boat.status, boat.video.path.is_file())",
    "%%seedance kite -d 4 -q 480p\na red kite over the dunes",
    "import ipykernel\nprint(ipykernel.__version__)",
)
# What may differ from run to run: ids, times of day, ages, sizes, hashes, pictures, the port.
PASSING = (
    (re.compile(r'[^\s">]*/(?=seedance_runs/)'), ""),  # the folder
    (re.compile(r"data:[\w/]+;base64,[\w+/=]+"), "DATA"),
    (re.compile(r"task-unified-[\w-]+"), "TASK"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "HASH"),
    (re.compile(r"\b20\d\d-\d\d-\d\d(T|\s)?"), "DAY"),
    (re.compile(r"\b\d\d:\d\d(:\d\d)?\b"), "TIME"),
    (re.compile(r"\b[\d.]+ (kB|MB|s|h|min)\b"), "AMOUNT"),
)


@pytest.fixture(scope="module")
def notebooks(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The executed notebook of each kernel; they run at the same time."""
    if "KERNEL_PYTHONS" not in os.environ:
        pytest.skip("the environments are made by nox -s kernels")
    pythons: dict[str, str] = json.loads(os.environ["KERNEL_PYTHONS"])
    folders = {version: tmp_path_factory.mktemp(f"kernel-{version}-") for version in pythons}

    async def all_of_them() -> list[Any]:
        runs = (execute(python, folders[version]) for version, python in pythons.items())
        return await asyncio.gather(*runs)

    return dict(zip(pythons, asyncio.run(all_of_them()), strict=True))


async def execute(python: str, folder: Path) -> Any:
    """Run the notebook in a folder, by a Python that has a kernel."""
    specs = folder / "kernels"
    (specs / "tried").mkdir(parents=True)
    argv = [python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    spec = {"argv": argv, "display_name": "tried", "language": "python"}
    (specs / "tried" / "kernel.json").write_text(json.dumps(spec), "utf-8")
    manager = AsyncKernelManager(
        kernel_name="tried",
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[str(specs)], ensure_native_kernel=False),
    )
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    where = {"metadata": {"path": str(folder)}}
    client = NotebookClient(notebook, km=manager, resources=where, timeout=90)
    environ = {**os.environ, "SEEDANCE_NB_TIME_SCALE": "0.03", "IPYTHONDIR": str(folder / "ip")}
    environ.pop("JUPYTER_DATA_DIR", None)
    await client.async_execute(env=environ, cleanup_kc=True)
    return notebook


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


def told_print(text: str) -> str:
    """What `told` gives for a printed line."""
    return json.dumps({"name": "stdout", "text": f"{text}\n"})
