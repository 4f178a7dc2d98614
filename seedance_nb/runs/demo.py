"""The quickstart notebook, found and run from end to end without a front end."""

from __future__ import annotations

import importlib
import json
import os
import shutil
from dataclasses import dataclass
from importlib import util
from pathlib import Path
from typing import TYPE_CHECKING, Any

from seedance_nb.core import options
from seedance_nb.core.errors import ConfigError, InvalidRequest
from seedance_nb.core.texts import say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

LESSON = "01_quickstart.ipynb"
NEEDS = ("nbclient", "nbconvert", "ipykernel")
PATIENCE = 300  # seconds that a cell may take on the simulator
WIDTH = 56
_PACKAGE = Path(__file__).parent.parent
_OURS = ("EVOLINK_", "SEEDANCE_NB_")
_KEPT = ("SEEDANCE_NB_LANGUAGE", "SEEDANCE_NB_TIME_SCALE")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a run made.

    Attributes:
        notebook: The executed notebook.
        page: The same as HTML; its videos play from the folder beside it.
        videos: The files.
        trouble: Why it stopped; empty when it came to its end.
    """

    notebook: Path
    page: Path
    videos: tuple[Path, ...]
    trouble: str = ""


def notebooks(package: Path = _PACKAGE) -> tuple[Path, bool]:
    """The folder of the lessons, and whether it is that of a source checkout.

    Raises:
        ConfigError: This installation has none.
    """
    places = ((package.parent / "notebooks", True), (package / "notebooks", False))
    for folder, is_checkout in places:
        if (folder / LESSON).is_file():
            return folder, is_checkout
    raise ConfigError("cli.lesson.missing")


def require(names: Iterable[str] = NEEDS) -> None:
    """Check that what runs notebooks is installed.

    Raises:
        ConfigError: With all that is missing.
    """
    missing = [name for name in names if util.find_spec(name) is None]
    if missing:
        raise ConfigError("cli.missing", names=", ".join(missing))


def count_requests(lesson: Path) -> int:
    """How many different videos the `%%seedance` cells of a notebook ask for."""
    cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
    return len({one for cell in cells for one in _requests("".join(cell["source"]))})


def _requests(source: str) -> list[tuple[str, int]]:
    """Digest and take of each video that a cell asks for."""
    first, _, body = source.partition("\n")
    if not first.startswith("%%seedance"):
        return []
    try:
        order = options.read_cell(first.removeprefix("%%seedance"), body, {})
    except InvalidRequest:
        return []
    takes = range(0 if order.dry_run else order.takes)
    return [(request.digest, take) for request in order.requests for take in takes]


def environment(environ: Mapping[str, str], *, live: bool) -> dict[str, str]:
    """The environment of the kernel: without any key, unless it is to be live.

    The journal always goes beside the notebook, so that its HTML finds the videos.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name in _KEPT or not name.startswith(_OURS) or (live and name != "SEEDANCE_NB_HOME")
    }
    kept["SEEDANCE_NB_BACKEND"] = "live" if live else "simulator"
    root = _PACKAGE.parent
    if root.name not in ("site-packages", "dist-packages"):  # a checkout that is not installed
        paths = [str(root), environ.get("PYTHONPATH", "")]
        kept["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    return kept


def play(
    lesson: Path,
    folder: Path,
    *,
    environ: Mapping[str, str],
    write: Callable[[str], object],
    stopwatch: Callable[[], float],
) -> Outcome:
    """Run a notebook in a folder; the executed notebook and its HTML are written there.

    Args:
        lesson: The notebook, which is not changed.
        folder: Where it runs; made if need be.
        environ: Environment of the kernel.
        write: Gets the progress, cell by cell.
        stopwatch: Seconds that never go back.
    """
    nbformat = importlib.import_module("nbformat")
    folder.mkdir(parents=True, exist_ok=True)
    book = nbformat.read(lesson, as_version=4)
    trouble = _execute(book, folder, environ, _Progress(book, write, stopwatch))
    page = folder / lesson.with_suffix(".html").name
    nbformat.write(book, folder / lesson.name)
    page.write_text(_html(book, lesson.stem), encoding="utf-8")
    videos = sorted((folder / "seedance_runs" / "videos").glob("*.mp4"))
    return Outcome(notebook=folder / lesson.name, page=page, videos=tuple(videos), trouble=trouble)


def _execute(book: Any, folder: Path, environ: Mapping[str, str], progress: _Progress) -> str:
    """Run all cells with this very Python; why it stopped, or nothing."""
    nbclient = importlib.import_module("nbclient")
    trouble = importlib.import_module("nbclient.exceptions")
    manager = importlib.import_module("jupyter_client.manager").AsyncKernelManager
    specs = importlib.import_module("jupyter_client.kernelspec").KernelSpecManager
    is_live = environ["SEEDANCE_NB_BACKEND"] == "live"
    client = nbclient.NotebookClient(
        book,
        # Without folders to search, "python3" is the interpreter that runs this.
        km=manager(kernel_name="python3", kernel_spec_manager=specs(kernel_dirs=[])),
        timeout=None if is_live else PATIENCE,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],  # a word on encryption, and it stays on this machine
        on_cell_execute=progress.start,
        on_cell_executed=progress.end,
    )
    try:
        client.execute(env=dict(environ), cleanup_kc=True)
    except (trouble.CellControlSignal, trouble.DeadKernelError) as error:
        return str(error).strip().splitlines()[-1]
    return ""


class _Progress:
    """One line for each cell: its beginning, and how long it took."""

    def __init__(
        self, book: Any, write: Callable[[str], object], stopwatch: Callable[[], float]
    ) -> None:
        self._numbers = [n for n, cell in enumerate(book.cells) if cell.cell_type == "code"]
        self._write = write
        self._stopwatch = stopwatch
        self._begun = 0.0

    def start(self, *, cell: Any, cell_index: int) -> None:
        """A cell begins."""
        if cell.cell_type != "code":
            return
        self._begun = self._stopwatch()
        title = cell.source.partition("\n")[0]
        title = title if len(title) <= WIDTH else title[: WIDTH - 1] + "…"
        count = len(self._numbers)
        number = f"{self._numbers.index(cell_index) + 1:>{len(str(count))}}"
        self._write(say("cli.demo.cell", number=number, count=count, title=f"{title:<{WIDTH}}"))

    def end(self, *, cell: Any, execute_reply: Any, **_: Any) -> None:
        """A cell has ended."""
        word = say("cli.demo.took", seconds=self._stopwatch() - self._begun)
        if execute_reply["content"]["status"] == "error":
            is_meant = "raises-exception" in cell.metadata.get("tags", ())
            word = say("cli.demo.refused") if is_meant else say("cli.demo.error")
        self._write(f" {word}\n")


def _html(book: Any, name: str) -> str:
    exporter = importlib.import_module("nbconvert.exporters.html").HTMLExporter()
    page, _ = exporter.from_notebook_node(book, resources={"metadata": {"name": name}})
    return str(page)


def copies(folder: Path) -> Path:
    """The lessons as files of one's own, in `seedance_notebooks/`; never overwritten."""
    own = Path("seedance_notebooks")
    own.mkdir(exist_ok=True)
    for lesson in folder.glob("*.ipynb"):
        if not (own / lesson.name).exists():
            shutil.copyfile(lesson, own / lesson.name)
    return own
