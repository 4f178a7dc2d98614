"""Colab and VS Code by what is known of them: what would be shown there, recorded."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb as sd
from seedance_nb.core import texts
from seedance_nb.notebook import board_live as boards
from seedance_nb.notebook.cells import front_end
from seedance_nb.notebook.gallery_live import make_gallery
from seedance_nb.notebook.stage import Panel, Stage
from seedance_nb.notebook.video import Budget
from seedance_nb.notebook.waiting import wait_for, wants_to_wait

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seedance_nb.notebook.cells import FrontEnd

WIDGET = "application/vnd.jupyter.widget-view+json"


def shell(*, allow_stdin: bool = True, names: dict[str, Any] | None = None) -> Any:
    """An IPython in a kernel."""
    parent = {"content": {"allow_stdin": allow_stdin}}
    return SimpleNamespace(kernel=object(), get_parent=lambda: parent, user_ns=names or {})


CASES = [
    pytest.param(shell(), {}, "lab", False, id="lab"),
    pytest.param(shell(allow_stdin=False), {}, "none", True, id="unseen"),
    pytest.param(shell(), {"google.colab": object()}, "colab", True, id="colab"),
    pytest.param(
        shell(names={"__vsc_ipynb_file__": "/w/a.ipynb"}), {}, "vscode", False, id="vscode"
    ),
    pytest.param(SimpleNamespace(), {}, "terminal", True, id="terminal"),
    pytest.param(None, {}, "script", False, id="script"),
]


@pytest.mark.parametrize(("at", "modules", "known", "waits"), CASES)
def test_one_function_says_where_we_are_and_cells_wait_where_nothing_moves(
    at: Any, modules: dict[str, object], known: FrontEnd, *, waits: bool
) -> None:
    """Each front end is told from the others, and `auto` waits where nobody could see it move."""
    found = front_end(at, modules=modules)

    assert known == found
    assert waits is wants_to_wait("auto", found, asked=None)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Any]:
    """A session on the simulator."""
    texts.use("en")
    made = sd.configure(backend="simulator", home=tmp_path / "runs", time_scale=0.005)
    yield made
    made.close()
    sd.configure(backend=None, home=None, time_scale=None)


class Recorder(list[tuple[bool, dict[str, Any]]]):
    """What a front end was sent: whether it replaces what was there, and the bundle."""

    def __call__(self, bundle: dict[str, Any], display_id: str, *, update: bool) -> None:
        """Take it in."""
        self.append((update, bundle))


def watch(session: Any, known: FrontEnd, tmp_path: Path, **given: Any) -> Recorder:
    """Show a job from its start to its end on the stage of a front end."""
    shown = Recorder()
    stage = Stage(
        front_end=known, now=session.now, cwd=tmp_path, budget=Budget(), publish=shown, **given
    )
    job = session.generate("a heron by the lake", duration=4, quality="480p")
    panel = Panel(job, stage, waiting=wants_to_wait("auto", known, asked=None))
    panel.show()
    paint = None if stage.has_widgets or known == "none" else panel.paint
    wait_for(sd.jobs(), timeout=30, now=session.now, paint=paint)
    return shown


def test_on_colab_the_waiting_cell_draws_and_the_video_is_inside(
    session: Any, tmp_path: Path
) -> None:
    """No widget moves there and no relative link works: HTML replaced by HTML, a data URI last."""
    shown = watch(session, "colab", tmp_path)

    assert not shown[0][0]
    assert all(update for update, _ in shown[1:])
    assert all({"text/html", "text/plain"} == bundle.keys() for _, bundle in shown)
    assert 'src="data:video/mp4;base64,' in shown[-1][1]["text/html"]


def test_in_vscode_a_widget_moves_and_video_and_path_are_in_the_end(
    session: Any, tmp_path: Path
) -> None:
    """Relative links lead nowhere there: a data URI, and the path for who wants the sound."""

    class Picture:
        model_id = "m0del"

        def __init__(self, act: object) -> None:
            self.act = act

        def paint(self, html: str, acts: object = ()) -> None:
            """Not looked at here."""

        def end(self, html: str) -> None:
            """Not looked at here."""

    shown = watch(session, "vscode", tmp_path, make_widget=Picture)
    html, text = shown[-1][1]["text/html"], shown[-1][1]["text/plain"]

    assert WIDGET in shown[0][1]
    assert WIDGET not in shown[-1][1]
    assert 'src="data:video/mp4;base64,' in html
    for told in (html, text):
        assert "runs/videos/" in told


@pytest.mark.parametrize(("known", "moves"), [("colab", False), ("vscode", True)])
def test_board_and_gallery_are_one_output_with_all_in_it(
    session: Any, tmp_path: Path, known: FrontEnd, *, moves: bool
) -> None:
    """A widget only where it moves; below it, in the same output, the table and the videos."""
    session.generate("a heron by the lake", duration=4, quality="480p").wait(30)
    shown = Recorder()
    stage = Stage(front_end=known, now=session.now, cwd=tmp_path, budget=Budget(), publish=shown)
    boards.show(sd.jobs(), session, stage)
    make_gallery(session, stage).show()
    board, gallery = (bundle for _, bundle in shown)

    assert [moves, moves] == [WIDGET in bundle for bundle in (board, gallery)]
    assert "a heron by the lake" in board["text/html"]
    assert 'src="data:video/mp4;base64,' in gallery["text/html"]
    assert "runs/videos/" in gallery["text/plain"]
