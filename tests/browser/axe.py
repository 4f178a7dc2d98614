"""What an automatic accessibility check finds in the output of a cell."""

from __future__ import annotations

import importlib
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
    axe = importlib.import_module("axe_playwright_python.sync_playwright").Axe()

    page.evaluate(
        """index => {
          document.querySelectorAll('[data-axe-here]').forEach(n => delete n.dataset.axeHere);
          const cell = document.querySelectorAll('.jp-CodeCell')[index];
          cell.querySelector('.jp-Cell-outputWrapper').dataset.axeHere = 'yes';
          // JupyterLab's body has no height, by which axe takes all text in it for hidden.
          document.body.style.height = '100vh';
        }""",
        index,
    )
    found = axe.run(page, context="[data-axe-here]")
    page.evaluate("() => { document.body.style.height = '' }")
    passes = {rule["id"] for rule in found.response["passes"]}
    violations = {rule["id"] for rule in found.response["violations"]}
    assert "color-contrast" in passes | violations, "axe saw no text"
    return [
        (problem["id"], json.dumps(node["html"])[:300])
        for problem in found.response["violations"]
        if problem["impact"] in GRAVE
        for node in problem["nodes"]
    ]
