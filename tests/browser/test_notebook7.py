"""Notebook 7 in the browser: the same machinery as JupyterLab, in its own dress."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING

import pytest
from browser.lab import Notebook

if TYPE_CHECKING:
    from browser.lab import Lab

pytestmark = pytest.mark.browser
SMALL = "-d 4 -q 480p -t fast"


def test_a_cell_runs_moves_and_ends_in_notebook_7(lab: Lab) -> None:
    """Run, moving bar, static video that plays; saved as HTML and text; New take makes another."""
    if importlib.util.find_spec("notebook") is None:
        pytest.skip("notebook is not installed")
    path = lab.write(
        "%load_ext seedance_nb\n%config SeedanceMagics.time_scale = 0.045",
        f"%%seedance {SMALL}\na slow river",
    )
    book = Notebook(lab, path)
    try:
        lab.page.goto(f"{lab.url}/notebooks/{book.name}?token={lab.token}")
        lab.await_app()
        book.until("seedanceTest.idle(path)")
        book.run(0)
        book.run(1)
        book.until_shows(1, "[aria-valuenow] rect")
        lab.shoot("notebook7-running")
        book.until_static(1)
        picture = book.play(1)
        lab.shoot("notebook7")
        saved = json.dumps(book.save())
        book.click(1, "New take")
        book.until("seedanceTest.cell(path, i)?.model.sharedModel.source.includes('again')", 2)
        book.until_static(2)
    finally:
        lab.page.goto(f"{lab.url}/lab?token={lab.token}&reset")
        lab.await_app()

    assert (864, 496) == (picture.width, picture.height)
    assert "widget-view" not in saved
