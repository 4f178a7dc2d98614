"""What an automatic accessibility check finds in the output of a cell."""

from __future__ import annotations

import importlib.util
import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = ("serious", "critical")


def grave_problems(page: Page, index: int) -> list[tuple[str, str]]:
    """The serious and critical findings of axe in the output of a cell: rule and element."""
    if importlib.util.find_spec("axe_playwright_python") is None:
        pytest.skip("axe-playwright-python is not installed")
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - may not be installed

    page.evaluate(
        """index => {
          document.querySelectorAll('[data-axe-here]').forEach(n => delete n.dataset.axeHere);
          const cell = document.querySelectorAll('.jp-CodeCell')[index];
          cell.querySelector('.jp-Cell-outputWrapper').dataset.axeHere = 'yes';
        }""",
        index,
    )
    found = Axe().run(page, context="[data-axe-here]")
    assert found.response["passes"], "axe saw nothing"
    return [
        (problem["id"], json.dumps(node["html"])[:300])
        for problem in found.response["violations"]
        if problem["impact"] in GRAVE
        for node in problem["nodes"]
    ]
