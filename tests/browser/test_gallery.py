from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from browser.axe import grave_problems

if TYPE_CHECKING:
    from browser.lab import Lab

pytestmark = pytest.mark.browser

SIX = """
import seedance_nb as sd
jobs = [sd.generate('a paper boat sails down a rainy street', duration=n, quality='480p')
        for n in (4, 5, 6)]
jobs += [sd.generate('a paper boat sails down a sunny street', duration=n, quality='480p')
         for n in (4, 5, 6)]
"""
VIDEOS = "[...seedanceTest.area(path, i).node.querySelectorAll('video')]"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_gallery_of_six_fills_in_and_plays_together(lab: Lab, language: str) -> None:
    """Six jobs fill in as they end, show posters, and really start together; saved as HTML."""
    book = lab.new(f"{SIX}sd.configure(language='{language}')", "sd.gallery(jobs)")
    book.run(1)
    lab.page.set_viewport_size({"width": 1300, "height": 1200})
    book.run(2)
    lab.shoot(f"gallery-early-{language}")
    book.until(f"{VIDEOS}.length === 6", 2)
    book.until(f"{VIDEOS}.every(v => v.poster.startsWith('data:image/jpeg') && v.paused)", 2)
    for theme in ("Light", "Dark"):
        lab.wear(theme)
        for name, width in (("wide", 1300), ("half", 800)):
            lab.page.set_viewport_size({"width": width, "height": 1200})
            lab.shoot(f"gallery-{language}-{theme.lower()}-{name}")
        assert [] == grave_problems(lab.page, 2)

    book.click(2, "Play all" if language == "en" else "全部播放")
    book.until(f"{VIDEOS}.length === 6 && {VIDEOS}.every(v => v.currentTime > 0.3)", 2)
    lab.shoot(f"gallery-playing-{language}")
    book.click(2, "Stop all" if language == "en" else "全部停止")
    book.until(f"{VIDEOS}.length === 6 && {VIDEOS}.every(v => v.paused && !v.currentTime)", 2)
