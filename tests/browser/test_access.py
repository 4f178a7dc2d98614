from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.axe import grave_problems

if TYPE_CHECKING:
    from browser.lab import Lab

pytestmark = pytest.mark.browser

SCENARIO = """
from seedance_nb.runs import current
current.current().simulator.scenario = "{name}"
"""
SMALL = "-d 4 -q 480p -t fast"


def test_axe_sees_what_is_wrong(lab: Lab) -> None:
    """A field without a label and text that is too faint are found, so silence means something."""
    book = lab.new(
        "from IPython.display import HTML\n"
        "HTML('<input type=text><p style=\"color:#ccc;background:#fff\">faint</p>')"
    )
    book.run(1)

    assert {"label", "color-contrast"} <= {rule for rule, _ in grave_problems(lab.page, 1)}


def test_panels_are_accessible(lab: Lab) -> None:
    """Axe finds nothing serious in a panel that is done, runs or has failed, light and dark."""
    book = lab.new(
        f"%%seedance {SMALL} --wait\na kite",
        SCENARIO.format(name="fail"),
        f"%%seedance {SMALL}\na boat",
        SCENARIO.format(name="stall"),
        f"%%seedance {SMALL}\na cloud",
    )
    for index in (1, 2, 3):
        book.run(index)
    book.until_says(3, "Failed")
    book.run(4)
    book.run(5)
    book.until_shows(5, "[role=progressbar] rect")
    lab.page.set_viewport_size({"width": 1300, "height": 2800})  # all of them in sight
    book.look("seedanceTest.book(path).content.scrollToItem(0, 'start')")
    found = {}
    for theme in ("Light", "Dark"):
        lab.wear(theme)
        found[theme] = [grave_problems(lab.page, index) for index in (1, 3, 5)]

    assert {"Light": [[], [], []], "Dark": [[], [], []]} == found
