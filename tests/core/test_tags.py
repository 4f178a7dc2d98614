"""`@image1` and its like in a prompt: which there are, which are used, and what is said of them."""

from __future__ import annotations

from typing import Any

import pytest

from seedance_nb.core import texts
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.tags import tags_of, used

PICTURE, FILM, SOUND = (f"https://example.org/a.{end}" for end in ("png", "mp4", "wav"))


def warnings(prompt: str, **given: Any) -> dict[str, str]:
    """What is said of the tags of a reference request: id and sentence."""
    found = VideoRequest(prompt, model="reference", **given).warnings
    return {one.text_id: one.text for one in found if one.text_id.startswith("problem.tag")}


def test_inputs_are_numbered_within_their_kind() -> None:
    """Each kind counts from one, in the order of the fields."""
    counts = {"audios": 1, "images": 2, "videos": 1}

    assert ["@image1", "@image2", "@video1", "@audio1"] == tags_of(counts)
    assert [] == tags_of({})


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("the fox of @image1 in @Image2, as in @VIDEO1", ["@image1", "@image2", "@video1"]),
        ("@image1 and @image1 and @image01", ["@image1"]),
        ("(@audio1)@image3.", ["@audio1", "@image3"]),
        ("让@image1的狐狸跳舞", ["@image1"]),
        ("@images1 @image @image1b image1 @sound1 @image1234", []),
    ],
)
def test_tags_are_found_without_regard_to_case(prompt: str, found: list[str]) -> None:
    """In any case, each once, in the order of the prompt, also between Chinese words."""
    assert found == used(prompt)


def test_a_tag_without_a_file_is_told() -> None:
    """A tag that no input has is a warning that names those there are."""
    found = warnings("the fox of @image2", images=[PICTURE])

    assert "@image2" in found["problem.tag.nofile"]
    assert "@image1" in found["problem.tag.nofile"]


def test_a_file_without_a_tag_is_told_where_there_are_tags() -> None:
    """An input that a prompt with tags leaves out is a warning; one without tags says nothing."""
    given = {"images": [PICTURE, PICTURE], "videos": [FILM], "audios": [SOUND]}

    found = warnings("the fox of @image1 to @AUDIO1", **given)

    assert ["problem.tag.unused"] == list(found)
    assert all(tag in found["problem.tag.unused"] for tag in ("@image2", "@video1"))
    assert {} == warnings("a fox", **given)
    assert {} == warnings("@image1 @image2 @video1 @audio1", **given)


def test_tags_are_sent_as_they_are_written() -> None:
    """The prompt is the user's: no tag in it is rewritten."""
    request = VideoRequest("the fox of @Image1", model="reference", images=[PICTURE])

    assert "the fox of @Image1" == request.to_wire()["prompt"]


def test_warnings_of_tags_are_said_in_chinese_too() -> None:
    """Both sentences exist in both languages."""
    try:
        texts.use("zh")
        found = warnings("@image2", images=[PICTURE])
    finally:
        texts.use("en")

    assert 2 == len(found)
    assert all("提示词" in text for text in found.values())


def test_tags_outside_of_reference_are_told() -> None:
    """With first and last frames a tag means nothing: a warning says with what it does."""
    found = VideoRequest("the fox of @image1", images=[PICTURE]).warnings

    assert ["problem.tag.mode"] == [one.text_id for one in found]
    assert "@image1" in found[0].text
    assert "-m reference" in found[0].text
