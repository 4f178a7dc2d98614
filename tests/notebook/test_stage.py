"""Panels on show: what is published when, and what is not."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core.errors import TaskFailed
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


def test_a_running_panel_is_a_widget_over_a_lasting_text(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any
) -> None:
    """Live there is a widget; what is saved names the job and the way to see it."""
    Panel(make_job(status="processing"), make_stage()).show()

    (output,) = shown
    assert {WIDGET, "text/html", "text/plain"} == output.bundle.keys()
    assert "m0del" == output.bundle[WIDGET]["model_id"]
    assert "%seedance show kite2345" in output.plain
    assert "%" not in output.plain.replace("%seedance", "")


def test_a_panel_ends_as_static_html_in_widget_and_cell(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, video: Video
) -> None:
    """The end replaces the widget in the saved cell, and is in the widget for a reloaded page."""
    job = make_job(status="processing")
    panel = Panel(job, make_stage())
    panel.show()
    complete(job, video)

    assert [False, True] == [output.update for output in shown]
    assert shown[0].id == shown[1].id
    assert {"text/html", "text/plain"} == shown[1].bundle.keys()
    assert 'src="runs/videos/kite2345.mp4"' in shown[1].html
    html, buttons = picture(panel).painted[-1]
    assert 'src="data:video/mp4;base64,' in html
    assert ["Keep", "New take"] == buttons


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

    assert [True, False, True] == [WIDGET in output.bundle for output in shown]
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
    assert "copy-2.mp4" in shown[-1].html
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


@pytest.mark.parametrize("embed", ["never", "auto"])
def test_embed_never_keeps_the_video_out_of_the_widget_too(
    embed: str,
    make_job: Callable[..., Job],
    make_stage: Callable[..., Stage],
    video: Video,
) -> None:
    """Nothing of the file goes into the page when it was not to."""
    job = make_job(status="processing")
    panel = Panel(job, make_stage(embed=embed))
    panel.show()
    complete(job, dataclasses.replace(video))

    assert ("base64" in picture(panel).painted[-1][0]) is (embed == "auto")


def ended_live(make_job: Callable[..., Job], make_stage: Callable[..., Stage], **known: Any) -> Any:
    """The panel of a live job that has just failed, as a page shows it that was reloaded."""
    job = make_job(status="processing", backend="live")
    panel = Panel(job, make_stage(**known))
    panel.show()
    error = TaskFailed(code="service_error", retryable=True)
    job.become(job.state.with_(status="failed", error=error))
    return panel


def test_a_paid_again_wants_a_second_click(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any, keeper: Any
) -> None:
    """The first click on a live backend only asks; the second sends, and shows what was sent."""
    keeper.made = make_job(status="processing", id="next2345")
    panel = ended_live(make_job, make_stage)
    before = picture(panel).painted[-1][1]
    picture(panel).act("again")
    asked = picture(panel).painted[-1][1]
    below = list(picture(panel).below)
    published = len(shown)
    picture(panel).act("again")

    assert ["Keep", "Again"] == before == picture(panel).painted[-1][1]
    assert ["Keep", "Yes, make and pay for another"] == asked
    assert [] == below
    [new] = picture(panel).below
    assert ["Stop following"] == new.painted[0][1]
    assert published == len(shown)


def test_a_question_that_nobody_answers_is_taken_back(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any
) -> None:
    """Some seconds later a click is a first click again."""
    ticks: list[Callable[[], bool]] = []
    panel = ended_live(make_job, make_stage, tick=lambda _, tick: ticks.append(tick))
    picture(panel).act("again")
    still = [ticks[0]()]
    keeper.time += 10
    still.append(ticks[0]())
    label = picture(panel).painted[-1][1]
    picture(panel).act("again")

    assert [True, False] == still
    assert ["Keep", "Again"] == label
    assert [] == picture(panel).below


def test_on_the_simulator_one_click_is_enough(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], keeper: Any, video: Video
) -> None:
    """What costs nothing is not asked about."""
    keeper.made = make_job(status="processing", id="next2345", take=2)
    job = make_job(status="processing")
    panel = Panel(job, make_stage())
    panel.show()
    complete(job, video)
    picture(panel).act("again")

    assert 1 == len(picture(panel).below)


def test_keep_writes_the_static_end_and_tells_the_line_to_run(
    make_job: Callable[..., Job], make_stage: Callable[..., Stage], shown: Any
) -> None:
    """After a reload no button reaches the cell, so Keep also says what does."""
    panel = ended_live(make_job, make_stage)
    picture(panel).act("keep")

    assert shown[-1].update
    assert WIDGET not in shown[-1].bundle
    assert "%seedance show kite2345" in picture(panel).painted[-1][0]


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
