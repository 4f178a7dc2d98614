"""A picture of a video, so that the next one can begin where it ended."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import makers
import pytest

from seedance_nb.core import media
from seedance_nb.core.errors import ConfigError
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import inputs
from seedance_nb.runs.library import Video

if TYPE_CHECKING:
    from pathlib import Path

FRAMES, FPS = 48, 24


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Video:
    """Two seconds that get brighter; each twelfth frame stands for itself."""
    path = makers.film(tmp_path_factory.mktemp("film") / "a.mp4", size=(320, 304), frames=FRAMES)
    return of(path)


def of(path: Path) -> Video:
    """A file as the video of a job."""
    return Video(path=path, sha256="0" * 64, size=1, duration=2.0, width=320, height=304)


@pytest.mark.parametrize(
    ("index", "number"),
    [
        *((0, 0), (5, 5), (47, 47), (-1, 47), (-2, 46), (-30, 18), (-48, 0)),
        *((0.0, 0), (1.0, 24), (1.02, 24), (2.0, 47), (-1.0, 24), (-0.01, 47)),
    ],
)
def test_a_frame_is_found_by_number_and_by_time(video: Video, index: float, number: int) -> None:
    """An int counts frames, a float is a time, and negative ones count from the end."""
    picture = video.frame(index)

    assert (320, 304) == picture.size
    grey = round(number * makers.STEP * 255 / 219)  # 16 is black and 235 is white in a video
    assert abs(picture.convert("L").getpixel((9, 9)) - grey) <= 2


@pytest.mark.parametrize("index", [48, -49, 2.5, -2.5, float("nan"), float("inf")])
def test_beyond_the_ends_there_is_no_frame(video: Video, index: float) -> None:
    """An index outside the video is an error that names it."""
    with pytest.raises(ConfigError, match=str(index)):
        video.frame(index)


@pytest.mark.parametrize("index", ["last", None, (1,)])
def test_other_things_name_no_frame(video: Video, index: Any) -> None:
    """What is neither number nor time is refused with both spellings."""
    with pytest.raises(ConfigError, match="-1 is the last"):
        video.frame(index)


def test_a_video_that_is_gone_or_damaged_is_told(tmp_path: Path) -> None:
    """A file that is missing, and one that is no video, have a line each."""
    (tmp_path / "a.mp4").write_bytes(b"no video")

    with pytest.raises(ConfigError, match="decoded"):
        of(tmp_path / "a.mp4").frame()
    with pytest.raises(ConfigError, match="no longer there"):
        of(tmp_path / "b.mp4").frame()


def test_without_the_extra_it_is_named(video: Video, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line says what to install."""
    monkeypatch.setitem(sys.modules, "av", None)

    with pytest.raises(ConfigError, match=r"seedance_nb\[media\]"):
        video.frame()


def test_the_last_frame_begins_the_next_video(video: Video) -> None:
    """A frame is an input as it is, the same one each time."""
    media.use(inputs.opened)

    first, again = (VideoRequest("on", images=[video.frame(-1)]) for _ in range(2))

    assert "image" == first.mode
    assert first.digest == again.digest != VideoRequest("on", images=[video.frame(0)]).digest
