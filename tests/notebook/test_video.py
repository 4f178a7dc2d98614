"""How videos get into a notebook."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.notebook.video import (
    Budget,
    Clip,
    choose_source,
    make_clip,
    say_size,
    shown_width,
    video_html,
)

if TYPE_CHECKING:
    from pathlib import Path

    from seedance_nb.runs.library import Video

MB = 1_000_000
POLICY: list[tuple[int, int, str, Any, bool, str]] = [
    (1 * MB, 0, "auto", "lab", True, "link"),
    (90 * MB, 0, "auto", "none", True, "link"),
    (1 * MB, 0, "auto", "lab", False, "data"),
    (3 * MB, 0, "auto", "lab", False, "text"),
    (2 * MB, 18 * MB, "auto", "lab", False, "data"),
    (2 * MB, 18 * MB + 1, "auto", "lab", False, "text"),
    (8 * MB, 0, "auto", "colab", True, "data"),
    (8 * MB, 0, "auto", "vscode", True, "data"),
    (8 * MB + 1, 0, "auto", "vscode", True, "text"),
    (90 * MB, 90 * MB, "always", "lab", True, "data"),
    (1 * MB, 0, "never", "lab", True, "link"),
    (1 * MB, 0, "never", "lab", False, "text"),
    (1 * MB, 0, "never", "colab", True, "text"),
    (1 * MB, 0, "always", "terminal", True, "text"),
    (1 * MB, 0, "auto", "script", True, "text"),
]


@pytest.mark.parametrize(("size", "spent", "embed", "front_end", "below", "source"), POLICY)
def test_embed_policy(
    *, size: int, spent: int, embed: str, front_end: Any, below: bool, source: str
) -> None:
    """A link where it can be followed, else the file itself up to the limits, else words."""
    assert source == choose_source(size, spent, embed, front_end, home_below_cwd=below)


def test_a_link_is_relative_and_quoted(video: Video, tmp_path: Path) -> None:
    """A file below the notebook's folder is linked from there, and costs the notebook nothing."""
    budget = Budget()
    clip = make_clip(video, cwd=tmp_path, embed="auto", front_end="lab", budget=budget)

    assert ("runs/videos/kite2345.mp4", 0) == (clip.src, budget.spent)


def test_a_file_elsewhere_goes_into_the_notebook_and_is_counted(
    video: Video, tmp_path: Path
) -> None:
    """The whole file becomes an address, its bytes are counted once."""
    budget = Budget()
    cwd = tmp_path / "elsewhere"
    clip = make_clip(video, cwd=cwd, embed="auto", front_end="lab", budget=budget)

    head, _, data = clip.src.partition(",")
    assert "data:video/mp4;base64" == head
    assert video.path.read_bytes() == base64.b64decode(data)
    assert video.size == budget.spent
    assert "" == clip.near


def test_a_missing_file_is_noticed(video: Video, tmp_path: Path) -> None:
    """A file that was deleted gives no dead player."""
    video.path.unlink()
    clip = make_clip(video, cwd=tmp_path, embed="always", front_end="lab", budget=Budget())

    assert clip.missing
    assert "" == clip.src


def test_a_video_fits_into_a_panel() -> None:
    """Wide and tall videos are drawn within the panel, small ones as they are."""
    widths = [shown_width(1280, 720), shown_width(720, 1280), shown_width(300, 200)]

    assert [650, 236, 300] == widths


def test_the_tag_escapes_what_it_is_given() -> None:
    """Captions and addresses cannot leave their attributes."""
    html = video_html(640, 360, src='x"onerror="y', poster='p"', caption='"><script>')

    assert 'src="x&quot;onerror=&quot;y"' in html
    assert "<script>" not in html


def test_sizes_are_told_in_words() -> None:
    """Bytes as kB and MB."""
    assert ["1 kB", "314 kB", "1.2 MB"] == [say_size(9), say_size(314_159), say_size(1_234_567)]


def test_a_file_whose_name_is_no_utf8_has_an_address() -> None:
    """Linux knows such names; the link spells their bytes."""
    clip = Clip(path="/w/a\udcff.mp4", near="a\udcff.mp4")

    assert "a%FF.mp4" == clip.href
