from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

from seedance_nb.core.errors import ConfigError
from seedance_nb.evolink.mp4 import inspect
from seedance_nb.runs import demo

if TYPE_CHECKING:
    from collections.abc import Callable

    from peer import Peer

    Run: TypeAlias = Callable[..., Any]  # fixture `run` or `call`: words in, what was said out


@pytest.mark.notebooks
def test_demo_runs_the_quickstart(call: Run, canary: str, peer: Peer) -> None:
    """From nothing to a notebook, a page and playable videos; a key that is set is not used.

    A second run in the same folder shows what the first one made.
    """
    keys = {"EVOLINK_API_KEY": canary, "EVOLINK_BASE_URL": peer.url, "SEEDANCE_NB_HOME": "/nope"}

    first, second = call("demo", **keys), call("demo", **keys)

    assert (0, 0) == (first.code, second.code), first.err + second.err
    assert first.out == second.out
    notebook, page, *videos = map(Path, first.out.splitlines())
    assert len(videos) >= 3
    assert all(inspect(video).duration >= 4 for video in videos)
    assert all(video.with_suffix(".json").is_file() for video in videos)
    text = page.read_text("utf-8")
    assert all(f'src="{video.relative_to(page.parent).as_posix()}"' in text for video in videos)
    assert json.loads(notebook.read_text("utf-8"))["cells"]
    assert "[ 1/" in first.err
    assert "Simulator: no credits spent" in first.err
    assert "Traceback" not in first.err
    assert [] == peer.creates + peer.others


def test_demo_goes_live_only_with_a_yes(call: Run, to_peer: Peer) -> None:
    """Without the yes it says how many videos it would make, and the line to run; and fails."""
    server = {"EVOLINK_BASE_URL": to_peer.url, "EVOLINK_API_KEY": to_peer.key}

    said = call("demo", "--backend", "live", **server)

    assert (2, "") == (said.code, said.out)
    assert "5 videos" in said.err
    assert "demo --backend live --yes" in said.err
    assert [] == to_peer.creates
    assert not Path("seedance_demo").exists()


def test_every_video_of_a_lesson_is_counted(tmp_path: Path) -> None:
    """Takes and each combination of a sweep count, a dry run and what is asked twice do not."""
    cells = [
        "%%seedance --takes 2\na kite",
        "%%seedance\na kite",
        "%%seedance --sweep duration=4,8\na boat",
        "%%seedance --dry-run\na lamp",
        "print(1)",
    ]
    lesson = tmp_path / "lesson.ipynb"
    lesson.write_text(json.dumps({"cells": [{"source": [cell]} for cell in cells]}))

    assert 4 == demo.count_requests(lesson)


def test_the_kernel_gets_no_key() -> None:
    """On the simulator all settings are left out but language and pace; live keeps the key."""
    given = {
        "PATH": "p", "EVOLINK_API_KEY": "k", "SEEDANCE_NB_BACKEND": "live",
        "SEEDANCE_NB_HOME": "h", "SEEDANCE_NB_LANGUAGE": "zh",
    }  # fmt: skip

    practice = demo.environment(given, live=False)
    live = demo.environment(given, live=True)

    assert "EVOLINK_API_KEY" not in practice
    assert "SEEDANCE_NB_HOME" not in practice.keys() | live.keys()
    assert ("simulator", "zh") == (
        practice["SEEDANCE_NB_BACKEND"],
        practice["SEEDANCE_NB_LANGUAGE"],
    )
    assert ("live", "k") == (live["SEEDANCE_NB_BACKEND"], live["EVOLINK_API_KEY"])
    assert "p" == practice["PATH"]


def test_the_lesson_is_found_in_a_checkout_and_in_a_wheel(tmp_path: Path) -> None:
    """Beside the package, or inside it; where it is nowhere, that is said."""
    package = tmp_path / "seedance_nb"
    inside = package / "notebooks" / demo.LESSON
    with pytest.raises(ConfigError):
        demo.notebooks(package)
    inside.parent.mkdir(parents=True)
    inside.touch()
    installed = demo.notebooks(package)
    beside = tmp_path / "notebooks" / demo.LESSON
    beside.parent.mkdir()
    beside.touch()

    assert (inside.parent, False) == installed
    assert (beside.parent, True) == demo.notebooks(package)


def test_what_is_missing_is_named() -> None:
    """All missing packages in one message, with the line that installs them."""
    with pytest.raises(ConfigError) as caught:
        demo.require(("os", "no_such_thing", "nor_this"))

    assert "no_such_thing, nor_this" in caught.value.message
    assert "seedance-nb[lab]" in caught.value.message
    assert "os," not in caught.value.message
