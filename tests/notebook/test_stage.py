"""Panels on show: what is published when, and what is not."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.notebook.stage import Copier, Panel
from seedance_nb.runs.interrupt import waiting_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from seedance_nb.notebook.stage import Stage
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.library import Video

WIDGET = "application/vnd.jupyter.widget-view+json"


def in_background(function: Callable[[], object]) -> None:
    """Run it on another thread, as the tracker does."""
    thread = threading.Thread(target=function)
    thread.start()
    thread.join()


def picture(panel: Panel) -> Any:
    """The widget of a panel."""
    return panel._live


def complete(job: Job, video: Video) -> None:
    """The job ends well, in the background."""
    state = job.state.with_(status="completed", videos=(video,), finished_at=job.state.asked_at)
    in_background(lambda: job.become(state))


def test_a_running_panel_is_a_widget_above_a_lasting_text(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any
) -> None:
    """Live there is a widget; what is saved below it names the job and the way to see it."""
    Panel(make_job(status="processing"), make_stage()).show()
    live, saved = shown

    assert "m0del" == live.bundle[WIDGET]["model_id"]
    assert ("", "") == (live.html, live.plain)
    assert {"text/html", "text/plain"} == saved.bundle.keys()
    assert "%seedance show kite2345" in saved.plain
    assert "%" not in saved.plain.replace("%seedance", "")


def test_in_vs_code_a_panel_is_one_output(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """Where style sheets cannot choose between two, the text is in the widget's own output."""
    job = make_job(status="processing")
    Panel(job, make_stage("vscode")).show()
    complete(job, video)

    assert 1 == len({output.id for output in shown})
    assert {WIDGET, "text/html", "text/plain"} == shown[0].bundle.keys()
    assert "%seedance show kite2345" in shown[0].plain
    assert WIDGET not in shown[-1].bundle


def test_a_panel_ends_as_static_html_in_widget_and_cell(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """The end replaces the widget in the saved cell, and is in the widget for a reloaded page."""
    job = make_job(status="processing")
    panel = Panel(job, make_stage())
    panel.show()
    complete(job, video)
    end, blank = shown[2:]

    assert [False, False, True, True] == [output.update for output in shown]
    assert [output.id for output in shown[:2]] == [end.id, blank.id]
    assert {"text/html", "text/plain"} == end.bundle.keys()
    assert ("", "") == (blank.html, blank.plain)
    assert 'src="runs/videos/kite2345.mp4"' in end.html
    assert 'src="runs/videos/kite2345.mp4"' in picture(panel).ended
    assert [False, True] == [">Keep<" in html for html in (end.html, picture(panel).ended)]
    assert [True, True] == [">New take<" in html for html in (end.html, picture(panel).ended)]


def test_an_end_is_published_once_more_by_a_cell_that_waits(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """Runs without a front end keep only what the running cell itself publishes."""
    job = make_job(status="processing")
    Panel(job, make_stage("none")).show()
    complete(job, video)
    job.flow.over = True  # type: ignore[union-attr]
    job.wait()
    job.wait()

    assert [False, True, True] == [output.update for output in shown]
    assert shown[1].html == shown[2].html


def test_without_a_front_end_no_widget_is_made(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any
) -> None:
    """What nobody looks at is plain HTML and text from the beginning."""
    panel = Panel(make_job(status="processing"), make_stage("none"))
    panel.show()

    assert picture(panel) is None
    assert WIDGET not in shown[0].bundle


def test_an_ended_job_is_shown_without_widget_and_without_listening(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """A job that is final is static at once."""
    job = make_job(status="completed", videos=(video,))
    panel = Panel(job, make_stage())
    panel.show()
    job.beat()

    assert 1 == len(shown)
    assert picture(panel) is None


def test_pictures_are_few(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """However often the job calls, a panel draws at most five pictures a second."""
    job = make_job(status="processing", submitted_at=keeper.time, estimated_time=60.0)
    panel = Panel(job, make_stage())
    panel.show()
    for _ in range(100):
        keeper.time += 0.01
        in_background(job.beat)

    assert 2 <= len(picture(panel).painted) <= 5


def test_a_change_of_status_is_shown_at_the_next_call(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """What happens is not held back as long as the mere passing of time."""
    job = make_job(status="queued")
    panel = Panel(job, make_stage())
    panel.show()
    keeper.time += 0.25
    job.become(job.state.with_(status="processing"))

    assert [["Stop"], ["Stop following"]] == [acts for _, acts in picture(panel).painted]


def test_the_button_stops_the_job(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """A click reaches the job."""
    panel = Panel(make_job(status="processing"), make_stage())
    panel.show()
    picture(panel).act("stop")

    assert ["kite2345"] == keeper.halted


def test_a_stopped_panel_comes_back_to_life_when_the_job_is_followed_again(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, keeper: Any
) -> None:
    """After `resume()` the old cell moves again."""
    job = make_job(status="processing")
    panel = Panel(job, make_stage())
    panel.show()
    job.become(job.state.with_(following=False))
    keeper.time += 1
    job.become(job.state.with_(following=True))

    first = [output for output in shown if output.id == shown[0].id]
    assert [True, False, True] == [WIDGET in output.bundle for output in first]
    assert "%seedance show" in shown[-1].html
    assert ["Stop following"] == picture(panel).painted[-1][1]


def test_a_panel_that_is_waited_for_says_how_to_end_that_and_no_longer(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage]
) -> None:
    """While the cell waits the panel speaks of Interrupt; afterwards it does not."""
    panel = Panel(make_job(status="processing"), make_stage(), waiting=True)
    panel.show()
    panel.rest()

    assert ["Interrupt" in html for html, _ in picture(panel).painted] == [True, False]


def test_a_panel_says_so_too_while_another_cell_waits(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """`job.wait()` and `await job` in a later cell are ended by Interrupt as well."""
    job = make_job(status="processing")
    panel = Panel(job, make_stage())
    panel.show()

    def wait() -> None:
        with waiting_for([job]):
            keeper.time += 1
            job.beat()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match="kite2345 goes on"):
        wait()
    keeper.time += 1
    job.beat()

    assert [False, True, False] == ["Interrupt" in html for html, _ in picture(panel).painted]


def test_where_nothing_moves_by_itself_the_waiting_cell_draws(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, keeper: Any
) -> None:
    """On Colab each picture replaces the one before it, in the same place, without a widget."""
    job = make_job(status="processing", submitted_at=keeper.time, estimated_time=60.0)
    panel = Panel(job, make_stage("colab"), waiting=True)
    panel.show()
    panel.paint()

    assert [False, True] == [output.update for output in shown]
    assert 1 == len({output.id for output in shown})
    assert "progressbar" in shown[1].html
    assert WIDGET not in shown[0].bundle


def test_in_a_terminal_a_job_is_one_line(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """Where there are only lines, nothing is displayed and one line is printed."""
    lines: list[str] = []
    job = make_job(status="completed", videos=(video,))
    Panel(job, make_stage("terminal", write=lines.append)).show()

    assert [] == shown
    assert 1 == len(lines)
    assert "runs/videos/kite2345.mp4" in lines[0]


def test_a_copy_is_made_once_and_its_place_is_told(
    make_job: Callable[..., Job],
    make_stage: Callable[..., Stage],
    shown: Any,
    video: Video,
    tmp_path: Path,
) -> None:
    """`-o` copies the file when it is there, never over another, and the panel says where."""
    target = tmp_path / "copy.mp4"
    target.write_bytes(b"mine")
    job = make_job(status="processing")
    copier = Copier(str(target))
    job.subscribe(copier)
    Panel(job, make_stage(), copier=copier).show()
    complete(job, video)
    in_background(job.beat)

    assert b"mine" == target.read_bytes()
    assert [str(tmp_path / "copy-2.mp4")] == copier.paths
    assert any("copy-2.mp4" in output.html for output in shown)
    assert not (tmp_path / "copy-3.mp4").exists()


def test_a_copy_that_cannot_be_written_is_told(
    make_job: Callable[..., Job],
    make_stage: Callable[..., Stage],
    shown: Any,
    video: Video,
    tmp_path: Path,
) -> None:
    """The video is there all the same; the panel says what became of the copy."""
    (tmp_path / "file").write_text("no folder")
    job = make_job(status="completed", videos=(video,))
    copier = Copier(str(tmp_path / "file" / "copy.mp4"))
    copier(job)
    Panel(job, make_stage(), copier=copier).show()

    assert "The copy could not be written" in shown[0].html
    assert "<video" in shown[0].html


def test_a_queued_panel_tells_its_place(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """How many go first is said, and said anew when that changes."""
    job = make_job(status="queued")
    job.find_place = lambda: 4
    panel = Panel(job, make_stage())
    panel.show()
    job.find_place = lambda: 3
    keeper.time += 1
    job.beat()

    assert ["Number 4" in html for html, _ in picture(panel).painted] == [True, False]
    assert "Number 3 in the queue" in picture(panel).painted[-1][0]


def test_unseen_a_later_cell_puts_the_end_in_place(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """Where only the running cell's own outputs are kept, the next cell to end shows it again."""
    steps: list[Callable[[], bool]] = []
    job = make_job(status="processing")
    Panel(job, make_stage("none", later=steps.append)).show()
    [step] = steps

    assert not step()
    complete(job, video)
    shown.clear()

    assert step()
    assert [True] == [output.update for output in shown]
    assert "Completed" in shown[0].plain
    assert "kernel" not in shown[0].plain
