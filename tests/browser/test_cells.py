from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from browser.lab import Lab

pytestmark = pytest.mark.browser

SMALL = "-d 4 -q 480p -t fast"
SLOW = "%config SeedanceMagics.time_scale = 0.08"  # eight seconds a task
SLOWER = "%config SeedanceMagics.time_scale = 0.15"  # long enough for a page to load meanwhile
BLOCK = "import pathlib, time\nwhile not pathlib.Path('{}').exists():\n    time.sleep(0.05)"


def test_bar_moves_while_other_cells_run(lab: Lab) -> None:
    """The bar moves while the kernel is blocked, and the result comes while a third cell runs."""
    book = lab.new(
        SLOW, f"%%seedance {SMALL}\na slow river", BLOCK.format("on"), BLOCK.format("go")
    )
    book.run(1)
    book.run(2)
    book.look("seedanceTest.watch(path, i)", 2)

    book.start(3)
    book.until(
        "new Set(seedanceSeen.filter(s => s[0] === '[*]:').map(s => s[1])).size >= 6", seconds=15
    )
    widths = [float(bar.rstrip("%")) for prompt, bar in book.look("seedanceSeen") if "%" in bar]
    book.start(4)
    (lab.folder / "on").touch()
    book.until_ran(3)
    book.until_static(2)

    assert sorted(widths) == widths
    assert "[*]:" == book.prompt(4)
    assert "a slow river" in book.text(2)
    (lab.folder / "go").touch()
    book.until_ran(4)


def test_reloaded_page_goes_on_to_the_result(lab: Lab) -> None:
    """A page that is reloaded in mid run shows the moving panel again, and then the video."""
    book = lab.new(SLOWER, f"%%seedance job {SMALL}\na kite in the wind")
    book.run(1)
    book.run(2)
    book.until_shows(2, "[role=progressbar] rect")

    book.save()
    lab.page.reload()
    lab.await_app()
    book.until("seedanceTest.idle(path)")
    book.until_shows(2, "[role=progressbar] rect")
    book.until_shows(2, "video")

    assert 864 == book.play(2).width
    assert "Completed" in book.text(2)


def test_stop_button_ends_the_following_and_resume_takes_it_up(lab: Lab) -> None:
    """The Stop button says honestly what it does, and `%seedance resume` brings the video."""
    book = lab.new(SLOW, f"%%seedance {SMALL}\na sleeping cat", "%seedance resume")
    book.run(1)
    book.run(2)
    book.until_shows(2, "[role=progressbar] rect")

    book.click(2, "Stop following")
    book.until_says(2, "Not followed")
    stopped = book.text(2)
    lab.shoot("stopped")
    book.run(3)
    book.until_static(3)

    assert "runs on" in stopped
    assert "%seedance resume" in stopped
    assert 864 == book.play(3).width


def test_interrupt_ends_the_waiting_and_not_the_job(lab: Lab) -> None:
    """Interrupt ends `--wait` at once and says that the job goes on; `wait` sees it through."""
    snail = f"%%seedance late --wait {SMALL}\na snail on a leaf"
    book = lab.new(SLOW, snail, "%seedance wait", "'a cell'")
    book.run(1)
    began = time.monotonic()
    book.run(4)
    any_cell = time.monotonic() - began
    book.start(2)
    book.until_shows(2, "[role=progressbar] rect")

    began = time.monotonic()
    lab.command("notebook:interrupt-kernel")
    book.until_ran(2)
    took = time.monotonic() - began
    said = book.text(2)
    book.run(3)
    book.until_static(3)

    assert took < any_cell + 2
    assert "goes on" in said
    assert "Traceback" not in said
    assert not any(output["output_type"] == "error" for output in book.outputs(3))


def test_run_all_with_waits_in_between_never_hangs(lab: Lab) -> None:
    """`await job`, `--wait` and `job.wait()` in the middle of a Run All leave no cell behind."""
    book = lab.new(
        f"%%seedance one {SMALL}\na first wave",
        "await one\nprint('awaited:', one.status)",
        f"%%seedance two --wait {SMALL}\na second wave",
        f"%%seedance three {SMALL}\na third wave",
        "three.wait()\nprint('all:', one.status, two.status, three.status)",
    )

    book.run_all()
    book.until_ran(5)

    assert "awaited: completed" in book.text(2)
    assert "all: completed completed completed" in book.text(5)
    for index in (1, 3, 4):
        book.until_static(index)


@pytest.mark.parametrize(
    ("line", "mend"),
    [
        pytest.param("-q 1080p", "720p", id="1080p"),
        pytest.param("-m text --image https://example.com/a.png", "image", id="image-for-text"),
    ],
)
def test_refused_request_stops_run_all(lab: Lab, line: str, mend: str) -> None:
    """A refused request shows a short message, stops Run All and takes its name away."""
    book = lab.new(
        "shot = 'stale'",
        f"%%seedance shot {line}\na boat",
        "print('went on')",
        "print('shot' in globals())",
    )

    book.run_all()
    book.until_ran(2)
    book.until("seedanceTest.idle(path) && !seedanceTest.prompt(path, i).includes('*')", 4)
    [refusal] = book.outputs(2)

    assert "error" == refusal["output_type"]
    assert mend in book.text(2)
    assert "Traceback" not in book.text(2)
    assert len(book.text(2).splitlines()) <= 8
    assert "" == book.text(3)
    assert "False" in book.run(4)
    assert not (lab.folder / "seedance_runs" / "journal").exists()
