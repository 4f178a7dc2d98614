"""What a test does in JupyterLab: open notebooks, run their cells, look at what they show.

Everything waits for a condition, nothing for a fixed time. Commands of JupyterLab are started, not
awaited: one that runs a cell ends with the cell.
"""

from __future__ import annotations

import json
from base64 import b64decode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Page, ViewportSize

SECOND = 1000.0  # in Playwright's milliseconds
MARGIN = 8  # pixels around a picture of cells
VIEWPORT: ViewportSize = {"width": 1300, "height": 1500}

# What the page knows: `book` is the notebook on show, `cell` one of its cells, `area` its output.
_TOOLS = """
window.seedanceTest = {
  book: path => [...jupyterapp.shell.widgets('main')].find(w => w.context?.path === path),
  cell: (path, i) => seedanceTest.book(path).content.widgets[i],
  area: (path, i) => seedanceTest.cell(path, i).outputArea,
  prompt: (path, i) => seedanceTest.cell(path, i).promptNode.textContent,
  idle: path => seedanceTest.book(path)?.context.sessionContext.session?.kernel?.status === 'idle',
  watch: (path, i) => {
    const seen = window.seedanceSeen = [];
    const look = () => {
      const bar = seedanceTest.area(path, i).node.querySelector('[role=progressbar] rect');
      seen.push([seedanceTest.prompt(path, i + 1), bar?.getAttribute('width') ?? '']);
    };
    new MutationObserver(look).observe(
      seedanceTest.area(path, i).node, {childList: true, subtree: true, characterData: true});
  },
  play: async (area, nth) => {
    const video = area.node.querySelectorAll('video')[nth];
    video.muted = true;
    await video.play();
    const from = video.currentTime;
    for (let turn = 0; turn < 3000; turn++) {
      if (video.currentTime > from + 0.2)
        return [video.videoWidth, video.videoHeight, video.duration];
      await new Promise(done => setTimeout(done, 10));
    }
    return [0, 0, 0];
  },
};
"""


def from_a_stranger(path: Path, saved: dict[str, Any]) -> Path:
    """The same notebook with another signature, that wants a kernel which is not installed."""
    kernel = {"name": "not-here", "display_name": "Not here", "language": "python"}
    copy = path.with_name("copy.ipynb")
    copy.write_text(json.dumps({**saved, "metadata": {"kernelspec": kernel}}), "utf-8")
    return copy


@dataclass(frozen=True, slots=True)
class Picture:
    """What a video turned out to be once it was seen playing; zeros if it stood still."""

    width: int
    height: int
    duration: float


@dataclass
class Lab:
    """JupyterLab as one test uses it.

    Attributes:
        page: The page it runs in.
        url: Its address.
        token: What opens it.
        root: The folder that it shows.
        folder: The part of that for this test.
        shots: Where screenshots go.
    """

    page: Page
    url: str
    token: str
    root: Path
    folder: Path
    shots: Path

    def write(self, *sources: str, name: str = "work", kernel: str = "python3") -> Path:
        """A new notebook of these code cells."""
        cells: list[dict[str, Any]] = [
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
            for number, source in enumerate(sources)
        ]
        shown = "Python 3 (ipykernel)" if kernel == "python3" else kernel
        spec = {"name": kernel, "display_name": shown, "language": "python"}
        notebook = {
            "cells": cells,
            "metadata": {"kernelspec": spec},
            "nbformat": 4,
            "nbformat_minor": 5,
        }
        path = self.folder / f"{name}.ipynb"
        path.write_text(json.dumps(notebook), "utf-8")
        return path

    def open(self, path: Path, *, kernel: bool = True) -> Notebook:
        """Open a notebook; without a kernel, if so wanted."""
        book = Notebook(self, path)
        self.await_app()
        self.page.evaluate(
            "path => { jupyterapp.commands.execute('docmanager:open', {path}) }", book.name
        )
        if kernel:
            book.until("seedanceTest.idle(path)")
        else:
            self.page.locator(".jp-Dialog").get_by_role("button", name="No Kernel").click()
            book.until("seedanceTest.book(path)?.context.isReady")
        return book

    def new(self, *sources: str, kernel: str = "python3") -> Notebook:
        """A new notebook of these code cells, opened, with the extension loaded in cell 0."""
        book = self.open(self.write("%load_ext seedance_nb", *sources, kernel=kernel))
        book.run(0)
        return book

    def await_app(self) -> None:
        """Wait until JupyterLab has started in the page."""
        self.page.wait_for_function("() => window.jupyterapp?.started")
        self.page.evaluate("() => jupyterapp.restored.then(() => true)")
        self.page.evaluate(_TOOLS)

    def command(self, name: str) -> None:
        """Start a command of JupyterLab."""
        self.page.evaluate("name => { jupyterapp.commands.execute(name) }", name)

    def shoot(self, name: str) -> None:
        """Take a screenshot."""
        self.shots.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=self.shots / f"{name}.png")

    def wear(self, theme: str) -> None:
        """Change the theme: "Light" or "Dark"."""
        self.page.evaluate(
            "theme => { jupyterapp.commands.execute('apputils:change-theme', {theme}) }",
            f"JupyterLab {theme}",
        )
        self.page.wait_for_function(
            "light => document.body.dataset.jpThemeLight === light",
            arg=str(theme == "Light").lower(),
        )
        self.page.wait_for_function("() => !document.getElementById('jupyterlab-splash')")

    def looks(self, name: str, *, height: int) -> Iterator[str]:
        """Wear both themes in both widths, and take a screenshot of each; which one it is."""
        for theme in ("Light", "Dark"):
            self.wear(theme)
            for size, width in (("wide", 1300), ("half", 800)):
                self.page.set_viewport_size({"width": width, "height": height})
                self.shoot(f"{name}-{theme.lower()}-{size}")
                yield f"{theme} {size}"

    def photograph(self, path: Path, last: int, *, width: int) -> None:
        """Take a picture of the cells up to this one, so many pixels wide."""
        cells = self.page.locator(".jp-CodeCell")
        top, bottom = cells.first.bounding_box(), cells.nth(last).bounding_box()
        assert top
        assert bottom
        area = {
            "x": top["x"],
            "y": top["y"] - MARGIN,
            "width": top["width"] + MARGIN,
            "height": bottom["y"] + bottom["height"] - top["y"] + 2 * MARGIN,
            "scale": width / (top["width"] + MARGIN),
        }
        tools = self.page.context.new_cdp_session(self.page)
        path.write_bytes(b64decode(tools.send("Page.captureScreenshot", {"clip": area})["data"]))
        tools.detach()

    def end_kernels(self) -> None:
        """Shut down all kernels."""
        for session in json.loads(self.ask("GET", "/api/sessions")):
            self.ask("DELETE", f"/api/sessions/{session['id']}")

    def tidy_up(self) -> None:
        """End all kernels and close all notebooks, without a question."""
        self.end_kernels()
        self.wear("Light")
        self.page.set_viewport_size(VIEWPORT)
        self.page.evaluate(
            """() => {
              for (const w of [...jupyterapp.shell.widgets('main')]) w.dispose();
              document.querySelectorAll('.jp-Dialog .jp-mod-reject').forEach(b => b.click());
            }"""
        )

    def ask(self, method: str, path: str) -> bytes:
        """A call of Jupyter's own API."""
        call = Request(
            self.url + path, method=method, headers={"Authorization": f"token {self.token}"}
        )
        with build_opener(ProxyHandler({})).open(call, timeout=20) as answer:
            content: bytes = answer.read()
            return content


class Notebook:
    """An open notebook.

    Args:
        lab: Where.
        path: Its file.
    """

    def __init__(self, lab: Lab, path: Path) -> None:
        self._lab = lab
        self.path = path
        self.name = path.relative_to(lab.root).as_posix()

    # --- doing ----------------------------------------------------------------------------------

    def start(self, index: int) -> None:
        """Run a cell; returns while it runs or waits for its turn."""
        self._lab.page.evaluate(
            """([path, i]) => {
              seedanceTest.book(path).content.activeCellIndex = i;
              jupyterapp.commands.execute('notebook:run-cell');
            }""",
            [self.name, index],
        )

    def run(self, index: int, *, seconds: float = 60) -> str:
        """Run a cell to its end; the text that it shows."""
        before = self.prompt(index)
        self.start(index)
        self.until(
            r"/\[\d+\]/.test(seedanceTest.prompt(path, i)) && seedanceTest.prompt(path, i) !== old",
            index,
            seconds=seconds,
            old=before,
        )
        self.until("seedanceTest.idle(path)")  # the last output is in the page now
        return self.text(index)

    def run_all(self) -> None:
        """Run all cells; returns while they run."""
        self._lab.command("notebook:run-all-cells")

    def until_ran(self, index: int, *, seconds: float = 60) -> None:
        """Wait until a cell has run to its end."""
        self.until(r"/\[\d+\]/.test(seedanceTest.prompt(path, i))", index, seconds=seconds)

    def until_shows(self, index: int, selector: str, *, seconds: float = 60) -> None:
        """Wait until the output of a cell has such an element."""
        condition = "seedanceTest.area(path, i).node.querySelector(more)"
        self.until(condition, index, seconds=seconds, more=selector)

    def until_says(self, index: int, words: str, *, seconds: float = 60) -> None:
        """Wait until the output of a cell has these words."""
        condition = "seedanceTest.area(path, i).node.textContent.includes(more)"
        self.until(condition, index, seconds=seconds, more=words)

    def until_static(self, index: int, *, seconds: float = 60) -> None:
        """Wait until a cell shows a video without any widget."""
        condition = (
            "seedanceTest.area(path, i).node.querySelector('video') && "
            "!seedanceTest.area(path, i).node.querySelector('.widget-vbox, .jupyter-widgets')"
        )
        self.until(condition, index, seconds=seconds)

    def until(
        self, condition: str, index: int = 0, *, seconds: float = 60, old: str = "", more: str = ""
    ) -> None:
        """Wait for a condition in JavaScript over `path`, `i`, `old` and `more`."""
        self._lab.page.wait_for_function(
            f"([path, i, old, more]) => {condition}",
            arg=[self.name, index, old, more],
            timeout=seconds * SECOND,
            polling=50,
        )

    def save(self) -> dict[str, Any]:
        """Save; what the file holds then."""
        self._lab.page.evaluate(
            "path => seedanceTest.book(path).context.save().then(() => true)", self.name
        )
        saved: dict[str, Any] = json.loads(self.path.read_text("utf-8"))
        return saved

    def restart(self) -> None:
        """Restart its kernel."""
        kernel = "seedanceTest.book(path).context.sessionContext.session.kernel"
        self.look(f"{kernel}.restart().then(() => true)")

    def close(self) -> None:
        """Close it; its kernel goes on."""
        self._lab.page.evaluate("path => seedanceTest.book(path).dispose()", self.name)

    # --- looking --------------------------------------------------------------------------------

    def look(self, condition: str, index: int = 0, more: Any = None) -> Any:
        """The value of an expression in JavaScript over `path`, `i` and `more`."""
        return self._lab.page.evaluate(
            f"([path, i, more]) => {condition}", [self.name, index, more]
        )

    def prompt(self, index: int) -> str:
        """What stands before a cell: `[3]:`, `[*]:` while it runs."""
        return str(self.look("seedanceTest.prompt(path, i)", index))

    def text(self, index: int) -> str:
        """The text that a cell shows."""
        return str(self.look("seedanceTest.area(path, i).node.textContent", index))

    def outputs(self, index: int) -> list[dict[str, Any]]:
        """The outputs of a cell, as they would be saved."""
        found: list[dict[str, Any]] = self.look("seedanceTest.area(path, i).model.toJSON()", index)
        return found

    def play(self, index: int, nth: int = 0) -> Picture:
        """Play a video of a cell until it moves."""
        width, height, duration = self.look(
            "seedanceTest.play(seedanceTest.area(path, i), more)", index, nth
        )
        return Picture(int(width), int(height), float(duration))

    def click(self, index: int, label: str) -> None:
        """Click on a button in the output of a cell."""
        button = self._lab.page.locator(".jp-CodeCell").nth(index).get_by_role("button", name=label)
        button.click()
