"""`%seedance simulate`: bad days played on purpose, on the simulator alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb as sd
from seedance_nb.core import texts
from seedance_nb.runs import practice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def say(
    shell: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Iterator[Callable[[str], str]]:
    """What a line of a real shell on the simulator prints; its errors too."""
    session = sd.configure(backend="simulator", home=tmp_path / "runs", time_scale=0.002)
    shell.extension_manager.load_extension("seedance_nb")

    def line(source: str) -> str:
        shell.run_cell(source)
        return capsys.readouterr().out

    yield line
    shell.extension_manager.unload_extension("seedance_nb")
    session.close()
    sd.configure(backend=None, home=None, time_scale=None)


def test_a_scenario_is_played_until_it_is_ended(say: Callable[[str], str]) -> None:
    """What is asked after `simulate fail` fails on the service; after `normal` it does not."""
    assert "now plays: fail" in say("%seedance simulate fail")
    failed = sd.generate("a storm at sea", duration=4, quality="480p")
    assert isinstance(failed, sd.Job)
    with pytest.raises(sd.TaskFailed):
        failed.wait(timeout=30)

    assert "all goes well" in say("%seedance simulate normal")
    assert "completed" == failed.again().wait(timeout=30).status


def test_a_job_that_cannot_go_on_is_given_up(say: Callable[[str], str]) -> None:
    """`stop` ends an uncertain job and says so, instead of speaking of a task that runs on."""
    say("%seedance simulate lost-answer")
    lost = sd.generate("the keeper looks out to sea", duration=4, quality="480p")
    assert isinstance(lost, sd.Job)
    with pytest.raises(sd.SubmitUncertain):
        lost.wait(timeout=30)

    assert "is given up" in say(f"%seedance stop {lost.id}")
    assert "cancelled" == lost.status


def test_all_scenarios_are_listed(say: Callable[[str], str]) -> None:
    """Without a name it lists what there is, with a line about each."""
    listed = say("%seedance simulate")

    for words in ("all goes well", "lost-answer", "its answer never arrives", "rate-limit"):
        assert words in listed


@pytest.mark.parametrize(
    ("name", "mend"), [("fial", "did you mean fail"), ("zebra", "lost-answer"), ("fail:x", "fail")]
)
def test_an_unknown_scenario_changes_nothing(
    name: str, mend: str, say: Callable[[str], str]
) -> None:
    """A slip is met with the nearest scenario, anything else with the list."""
    assert mend in say(f"%seedance simulate {name}")
    assert "all goes well" in say("%seedance simulate")


def test_a_live_session_plays_nothing(
    say: Callable[[str], str], canary: str, tmp_path: Path
) -> None:
    """A live session refuses, and says how to practise."""
    live = sd.configure(
        backend="live", api_key=canary, base_url="http://127.0.0.1:9", home=tmp_path / "runs"
    )

    assert "played by the simulator only" in say("%seedance simulate fail")
    live.close()
    sd.configure(backend=None, api_key=None, base_url=None)


def test_scenarios_are_told_in_the_language_of_the_user() -> None:
    """Each scenario of the simulator has words of ours, in both languages."""
    spoken = {}
    for language in texts.LANGUAGES:
        texts.use(language)
        spoken[language] = practice.scenarios()

    assert spoken["en"].keys() == spoken["zh"].keys()
    assert "All goes well." == spoken["en"]["normal"]
    assert all(not line.isascii() for line in spoken["zh"].values())
