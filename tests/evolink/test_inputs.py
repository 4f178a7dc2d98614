"""Local files as inputs: each limit of the quickstart's last trap, before anything is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from seedance_nb.core import media
from seedance_nb.evolink import inputs

if TYPE_CHECKING:
    from pathlib import Path

    from seedance_nb.core.errors import Problem

FORMATS = ["PNG", "JPEG", "WEBP"]


def problems(field: str, item: object) -> list[Problem]:
    """What is wrong with an input, however that is found out."""
    found = inputs.opened(field, item)
    return found if isinstance(found, list) else list(media.problems(field, found))


def picture(folder: Path, size: tuple[int, int], form: str = "PNG", **more: object) -> str:
    """A file with a picture of this size."""
    path = folder / f"picture.{form.lower()}"
    Image.new("RGB", size, "teal").save(path, form, **more)
    return str(path)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("size", [(300, 300), (6000, 2400), (750, 300), (300, 750)])
def test_what_lies_on_a_limit_is_taken(form: str, size: tuple[int, int], tmp_path: Path) -> None:
    """Pictures on the bounds of side and ratio have no problem, in every format."""
    assert [] == problems("images", picture(tmp_path, size, form))


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    ("size", "ids"),
    [
        ((299, 400), ["problem.file.sides"]),
        ((6001, 3000), ["problem.file.sides"]),
        ((1000, 399), ["problem.file.ratio"]),
        ((399, 1000), ["problem.file.ratio"]),
        ((6001, 300), ["problem.file.sides", "problem.file.ratio"]),
    ],
)
def test_what_lies_beyond_is_named(
    form: str, size: tuple[int, int], ids: list[str], tmp_path: Path
) -> None:
    """A side or ratio beyond its bound is a problem with the size in pixels and the bounds."""
    found = problems("images", picture(tmp_path, size, form))

    assert ids == [problem.text_id for problem in found]
    assert all(f"{size[0]} x {size[1]}" in problem.text for problem in found)


def test_lossless_webp_is_measured_too(tmp_path: Path) -> None:
    """The three kinds of WebP tell their size in three ways."""
    for more in ({"lossless": True}, {"exif": b"Exif\0\0"}):
        found = problems("images", picture(tmp_path, (6001, 3000), "WEBP", **more))
        assert ["problem.file.sides"] == [problem.text_id for problem in found]


def test_a_large_file_is_named_with_its_size(tmp_path: Path) -> None:
    """A picture above 30 MB is refused with its size, a byte less is not."""
    path = picture(tmp_path, (400, 400))
    with open(path, "r+b") as file:  # noqa: PTH123 - grown in place
        file.truncate(30_000_000)
    assert [] == problems("images", path)
    with open(path, "r+b") as file:  # noqa: PTH123
        file.truncate(31_000_000)

    [problem] = problems("images", path)

    assert "31.0 MB" in problem.text
    assert "30 MB" in problem.text


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    """A text called .png, and a GIF, are no pictures that the service takes."""
    (tmp_path / "a.png").write_text("no picture")
    Image.new("RGB", (400, 400)).save(tmp_path / "b.png", "GIF")

    for name in ("a.png", "b.png"):
        [problem] = problems("images", str(tmp_path / name))
        assert "problem.file.format" == problem.text_id


def test_what_is_no_file_is_said(tmp_path: Path) -> None:
    """A folder, a name without a file and a strange value are no inputs, each named."""
    for item in (str(tmp_path), str(tmp_path / "no.png"), 7, "a\0b"):
        [problem] = problems("images", item)
        assert "problem.media.url" == problem.text_id


BEGINNINGS = (b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF0000WEBPVP8X", b"RIFF0000WEBPVP8L")


@given(st.binary(max_size=200), st.sampled_from(BEGINNINGS))
def test_any_bytes_are_measured_or_not(tail: bytes, head: bytes) -> None:
    """Whatever a file begins with, the answer is a size or None."""
    sides = inputs.dimensions(head + tail)

    assert sides is None or min(sides) >= 0
