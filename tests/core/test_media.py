"""A file as an input: named by its content, written down without it, judged by what is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from seedance_nb.core import media, texts
from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest

SHA = "5f" * 32


def film(**known: Any) -> Media:
    """A reference video that is taken."""
    facts = {
        "sha256": SHA, "size": 9, "name": "a.mp4", "format": "mp4",
        "width": 640, "height": 640, "duration": 2.0, "fps": 24.0,
    }  # fmt: skip
    return Media(**{**facts, **known})


def picture(width: int = 400, height: int = 400, **known: Any) -> Media:
    """A picture that is taken."""
    facts = {"sha256": SHA, "name": "a.png", "format": "png", "width": width, "height": height}
    return Media(**{**facts, **known})


def test_content_is_all_that_counts() -> None:
    """Name, place and what is known of it make no other input, nor another request."""
    one, other = picture(), picture(name="b.png", source=Path("/b.png"), size=7)

    assert one == other
    assert hash(one) == hash(other)
    assert VideoRequest("x", images=[one]).digest == VideoRequest("x", images=[other]).digest
    assert one != picture(sha256="60" * 32)


def test_what_is_written_down_loads_back_without_bytes() -> None:
    """Facts and no place: the record is plain JSON, and the request of it has the same digest."""
    whole = picture(size=7, fitted=("scale",), source=b"bytes")

    data = json.loads(json.dumps(whole.to_dict()))
    again = media.from_dict(data)

    assert again == whole
    assert again is not None
    assert (None, "a.png", 7, ("scale",)) == (again.source, again.name, again.size, again.fitted)
    digests = {VideoRequest("x", images=[one]).digest for one in (whole, data)}
    assert 1 == len(digests)


@pytest.mark.parametrize(
    "data",
    [{}, {"sha256": "5f"}, {"sha256": SHA.upper()}, {"sha256": SHA, "content": b""}, {"sha256": 5}],
)
def test_other_mappings_are_no_record(data: dict[str, Any]) -> None:
    """Only what this program wrote down is taken for it; an upload of a widget is not."""
    assert media.from_dict(data) is None


def test_strange_facts_in_a_record_are_left_out() -> None:
    """A record that was tampered with cannot smuggle in other kinds of values."""
    found = media.from_dict({"sha256": SHA, "width": "640", "name": 7, "duration": None})

    assert found is not None
    assert (None, "", None) == (found.width, found.name, found.duration)


@pytest.mark.parametrize(
    ("known", "ids"),
    [
        ({}, []),
        ({"width": None, "height": None}, ["unchecked"]),
        ({"duration": None}, ["unchecked"]),
        ({"fps": None}, ["unchecked"]),
        ({"width": 927, "height": 1000}, []),
        ({"width": 928, "height": 1000}, ["area.old"]),
    ],
)
def test_what_is_not_known_or_not_sure_is_told(known: dict[str, Any], ids: list[str]) -> None:
    """What was not checked, and a size that older pages refuse, are warnings, no refusals."""
    request = VideoRequest("x", videos=[film(**known)])

    assert [f"problem.file.{one}" for one in ids] == [one.text_id for one in request.warnings]
    assert all("a.mp4" in one.text for one in request.warnings)


def test_what_could_not_be_read_is_named() -> None:
    """The line tells which facts are missing, whether or not more could be installed."""
    [warning] = VideoRequest("x", videos=[film(width=None, height=None)]).warnings

    assert "width and height" in warning.text
    assert "pip install" not in warning.text


def test_frames_of_different_shape_are_told() -> None:
    """The last frame is cropped to the first: a warning, unless they differ by a pixel or so."""
    cases = {(400, 400): False, (402, 400): False, (500, 400): True}
    for (width, height), differ in cases.items():
        request = VideoRequest("x", images=[picture(), picture(width, height)])
        ids = [one.text_id for one in request.warnings]
        assert differ is ("problem.image.ratios" in ids), (width, height)


def test_each_problem_names_value_bounds_and_mend() -> None:
    """In both languages a refusal has the file, what it has, what it may have, and what to do."""
    items = [
        film(size=60 * 10**6, duration=20, fps=12, width=200, height=12000, name="my film.mp4")
    ]
    expected = ["60.0 MB", "50", "200 x 12000", "300", "6000", "0.4", "2.5", "2086876", "20", "12"]
    for language in ("en", "zh"):
        texts.use(language)
        try:
            words = [one.text for one in VideoRequest.check("x", videos=items)]
        finally:
            texts.use("en")
        assert 6 == len(words)
        assert all("my film.mp4" in text for text in words)
        assert all(value in " ".join(words) for value in expected)


def test_sums_need_all_lengths_only_as_far_as_known() -> None:
    """The lengths that are known are summed; one that is not is warned about by itself."""
    short = [film(duration=8, sha256=f"{n:064x}") for n in range(2)]

    assert "problem.file.total" in [one.text_id for one in VideoRequest.check("x", videos=short)]
    unknown = [short[0], film(duration=None)]
    assert [] == VideoRequest.check("x", videos=unknown)
