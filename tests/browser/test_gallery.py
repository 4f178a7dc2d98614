from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from browser.axe import grave_problems
from browser.lab import from_a_stranger

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
VIDEOS = "[...seedanceTest.area(path, i).node.querySelectorAll('.seedance-alive video')]"


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
    for look in lab.looks(f"gallery-{language}", height=1200):
        assert "wide" in look or [] == grave_problems(lab.page, 2)

    book.click(2, "Play all" if language == "en" else "全部播放")
    book.until(f"{VIDEOS}.length === 6 && {VIDEOS}.every(v => v.currentTime > 0.3)", 2)
    lab.shoot(f"gallery-playing-{language}")
    assert "autoplay" not in json.dumps(book.save())
    book.click(2, "Stop all" if language == "en" else "全部停止")
    book.until(f"{VIDEOS}.length === 6 && {VIDEOS}.every(v => v.paused && !v.currentTime)", 2)


def test_play_all_works_on_a_page_that_was_reloaded(lab: Lab) -> None:
    """The kernel lives, so the button does; jobs that end after the reload fill in, too."""
    slow = "%config SeedanceMagics.time_scale = 0.15"
    takes = "%%seedance pair -d 4 -q 480p -t fast --takes 2\na kite"
    book = lab.new(slow, takes, "%seedance gallery pair")
    for index in (1, 2, 3):
        book.run(index)
    book.save()
    lab.page.reload()
    lab.await_app()
    book.until("seedanceTest.idle(path)")
    early = len(book.look(f"{VIDEOS}.map(v => v.src)", 3))
    book.until(f"{VIDEOS}.length === 2", 3)
    book.click(3, "Play all")
    book.until(f"{VIDEOS}.length === 2 && {VIDEOS}.every(v => v.currentTime > 0.3)", 3)
    lab.shoot("gallery-reloaded")

    assert early < 2


def test_saved_gallery_and_board_outlive_kernel_and_trust(lab: Lab) -> None:
    """Opened untrusted and without a kernel the videos play and the table is there."""
    takes = "%%seedance -d 4 -q 480p -t fast --takes 2 --wait\na kite"
    book = lab.new(takes, "%seedance gallery", "%seedance jobs")
    for index in (1, 2, 3):
        book.run(index)
    book.until(f"{VIDEOS}.length === 2", 2)
    book.click(2, "Play all")
    book.until(f"{VIDEOS}.every(v => v.currentTime > 0.3)", 2)
    saved = book.save()
    book.close()
    lab.end_kernels()
    copy = lab.open(from_a_stranger(book.path, saved), kernel=False)
    copy.until_shows(2, "video")
    copy.until_shows(3, "table")
    copy.look("seedanceTest.book(path).content.scrollToItem(2, 'start')")
    lab.shoot("gallery-untrusted")

    assert not copy.look("seedanceTest.cell(path, i).model.trusted", 2)
    assert [864, 864] == [copy.play(2, nth).width for nth in (0, 1)]
    assert "take 2" in copy.text(2)
    assert "%seedance gallery" in copy.text(2)
    assert "As of" in copy.text(3)
    assert "Completed" in copy.text(3)
    assert "autoplay" not in json.dumps(saved)
