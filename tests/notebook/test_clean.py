"""`%seedance clean` removes what nobody needs, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import seedance_nb as sd

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def session(shell: Any, tmp_path: Path) -> Iterator[Any]:
    """A session on the simulator, with the magics loaded."""
    made = sd.configure(backend="simulator", home=tmp_path / "runs", time_scale=0.002)
    shell.extension_manager.load_extension("seedance_nb")
    yield made
    shell.extension_manager.unload_extension("seedance_nb")
    made.close()
    sd.configure(backend=None, home=None, time_scale=None)


def test_it_removes_only_what_can_be_made_anew(
    session: Any, shell: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without -y it only tells; with -y clips, half downloads and stray inputs go, videos stay."""
    job = sd.generate("a storm at sea", duration=4, quality="480p").wait(timeout=30)
    assert isinstance(job, sd.Job)
    assert job.video
    home = session.home
    stray = home / "inputs" / ("4f" * 32 + ".png")
    stray.parent.mkdir(exist_ok=True)
    for path in (stray, home / "videos" / ".kite2345.1-1.part"):
        path.write_bytes(b"half")
    waste = [stray, home / "videos" / ".kite2345.1-1.part", *home.glob("simulator/media/*.mp4")]
    kept = set(home.rglob("*")) - set(waste)

    shell.run_cell("%seedance clean")
    assert f"{len(waste)} files" in capsys.readouterr().out
    assert all(path.exists() for path in waste)

    shell.run_cell("%seedance clean -y")
    assert f"{len(waste)} files removed" in capsys.readouterr().out
    assert not any(path.exists() for path in waste)
    assert kept == set(home.rglob("*"))
    assert job.video.path.exists()

    shell.run_cell("%seedance clean")
    assert "Nothing to remove" in capsys.readouterr().out
