from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from browser.axe import grave_problems

from seedance_nb.core.errors import QuotaExceeded, SubmitUncertain, TaskFailed
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs.journal import Journal

if TYPE_CHECKING:
    from pathlib import Path

    from browser.lab import Lab

pytestmark = pytest.mark.browser

HOSTILE = ("<script>document.title='hit'</script>", '"><img src=x onerror="document.title=1">',
           "W" * 10_000, "שלום \u202eabc", "🦊" * 40, "nul\0nul")  # fmt: skip
PROMPTS = (
    "a golden retriever runs across a sunlit meadow, cinematic slow motion",
    "一只金毛犬跑过阳光下的草地，电影感慢镜头",
    "a paper boat sails down a rainy street",
)
SMALL = "-d 4 -q 480p -t fast"
NORMAL = """
from seedance_nb.runs import current
current.current().simulator.scenario = "normal"
"""
FAIL = NORMAL.replace("normal", "fail")
ROWS = "seedanceTest.area(path, i).node.querySelectorAll('.seedance-alive tbody tr')"
LOST = SubmitUncertain(job="old", detail="timeout").to_dict()
FAILED = TaskFailed("error.task.service_error", detail=HOSTILE[0]).to_dict()
FULL = QuotaExceeded().to_dict()
LIVE = {"backend": "live", "base_url": "https://api.evolink.ai"}


def write_jobs(home: Path, count: int, now: float) -> None:
    """A folder in which an earlier kernel asked for so many jobs, of every state."""
    journal = Journal(home, "20261122-100000-abcd", now=lambda: now)
    ends: list[list[dict[str, Any]]] = [
        [{"event": "status", "word": "completed", "credits_charged": 24.5}],
        [{"event": "status", "word": "failed", "error": FAILED}],
        [{"event": "uncertain", "error": LOST}],
        [{"event": "status", "word": "processing", "progress": 40, "credits_reserved": 24.5}],
        [{"event": "refused", "error": FULL}],
    ]
    for number in range(count):
        job = f"old{number:05d}"
        prompt = HOSTILE[number // 7 % 6] if number % 7 == 0 else PROMPTS[number % 3]
        request = VideoRequest(prompt, duration=4 + number % 12)
        place = LIVE if number % 4 == 0 else {"backend": "simulator", "base_url": ""}
        asked: dict[str, Any] = {
            "digest": request.digest,
            "take": 1,
            "request": request.to_fields(),
            **place,
        }
        journal.append("asked", job=job, **asked)
        journal.append("submitting", job=job)
        if number % 5 not in (2, 4):
            task = f"task-unified-{number}"
            journal.append("accepted", job=job, task_id=task, word="pending", estimated_time=120)
        for end in ends[number % 5]:
            journal.append(job=job, **end)
    journal.close(final=True)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_board_of_two_hundred_jobs(lab: Lab, language: str) -> None:
    """Two hundred jobs of another kernel: pages, totals, filters; hostile words stay words."""
    now = time.time()
    write_jobs(lab.folder / "seedance_runs", 200, now - 3600)
    book = lab.new(f"%config SeedanceMagics.language = '{language}'", "%seedance jobs")
    lab.page.set_viewport_size({"width": 1300, "height": 1800})
    book.run(1)
    book.run(2)
    book.until(f"{ROWS}.length === 20", 2)
    for look in lab.looks(f"board-{language}", height=1800):
        assert "wide" in look or [] == grave_problems(lab.page, 2)
    assert "200" in book.text(2)
    assert "<script>document.title" in book.text(2)
    assert lab.page.title() not in ("hit", "1")

    book.look("seedanceTest.book(path).content.scrollToItem(2, 'end')")
    cell = lab.page.locator(".jp-CodeCell").nth(2)
    cell.get_by_label("Find" if language == "en" else "查找", exact=True).fill("old00003")
    book.until(f"{ROWS}.length === 1", 2)
    cell.get_by_label("Job" if language == "en" else "任务", exact=True).select_option(index=1)
    lab.page.set_viewport_size({"width": 1300, "height": 1000})
    book.until_says(2, "%seedance show old00003")
    lab.shoot(f"board-chosen-{language}")


def test_board_moves_acts_and_outlives_a_reload(lab: Lab) -> None:
    """A running job is seen to end; a failed one is sent again by a click, after a reload too."""
    book = lab.new(
        f"%%seedance {SMALL} --wait\na boat",
        FAIL,
        f"%%seedance {SMALL}\na kite",
        "%seedance jobs",
        NORMAL,
    )
    for index in (1, 2, 3, 4):
        book.run(index)
    book.until_says(4, "1 Failed")
    book.until_says(4, "1 Completed")

    book.run(5)
    book.save()
    lab.page.reload()
    lab.await_app()
    book.until("seedanceTest.idle(path)")
    book.look("seedanceTest.book(path).content.scrollToItem(4, 'start')")
    cell = lab.page.locator(".jp-CodeCell").nth(4)
    cell.get_by_label("Show").select_option(label="Failed or cancelled")
    book.until(f"{ROWS}.length === 1", 4)
    cell.get_by_label("Job", exact=True).select_option(index=1)
    book.click(4, "Again")
    book.until_says(4, "Sent again")
    book.until_says(4, "2 Completed")


def test_the_keyboard_alone_works_a_board(lab: Lab) -> None:
    """Tab, Space, arrows and Enter filter a board, choose a job and do what can be done with it."""
    failing, normal = "%seedance simulate fail", "%seedance simulate normal"
    book = lab.new(failing, f"%%seedance {SMALL}\na kite", normal, "%seedance jobs")
    book.run(1)
    book.run(2)
    book.until_says(2, "Failed")
    book.run(3)
    book.run(4)
    book.until(f"{ROWS}.length === 1", 4)
    keys = lab.page.keyboard
    lab.page.locator(".jp-CodeCell").nth(4).get_by_label("Show").focus()

    for key in ("Space", "End", "ArrowUp", "Enter"):  # the last but one: failed or cancelled
        keys.press(key)
    shown = "document.activeElement.selectedOptions[0].textContent.startsWith(more)"
    book.until(shown, more="Failed")
    for _ in range(4):  # past the other filters
        keys.press("Tab")
    for key in ("Space", "ArrowDown", "Enter"):
        keys.press(key)
    book.until_says(4, "What happened")
    keys.press("Tab")
    keys.press("Enter")

    book.until_says(4, "Sent again")
    book.until_says(4, "1 Completed")
