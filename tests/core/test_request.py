"""The request: every limit of the API's field matrix, the wire form, the digest."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core import catalog
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.request import VideoRequest, canonical_json

IMAGE = "https://example.org/a.png"
CLIP = "https://example.org/a.mp4"
SOUND = "https://example.org/a.mp3"

# One row a limit: what is given, the field that is at fault, words that the message must hold.
REFUSED: list[tuple[str, dict[str, Any], str, tuple[str, ...]]] = [
    ("empty", {"prompt": "  "}, "prompt", ("empty",)),
    ("no-text", {"prompt": 7}, "prompt", ("7", "text")),
    ("too-long", {"prompt": "word " * 10_001}, "prompt", ("10001", "10000")),
    ("bare-model", {"model": "seedance-2.0"}, "model", ("seedance-2.0-text-to-video", "full ID")),
    ("other-model", {"model": "sora"}, "model", ("'sora'",)),
    ("fast-in-front", {"model": "fast-seedance-2.0-text-to-video"}, "model",
     ("did you mean 'seedance-2.0-fast-text-to-video'",)),
    ("mini", {"tier": "mini"}, "tier", ("'mini'", "standard, fast")),
    ("tier-and-model", {"tier": "fast", "model": "seedance-2.0-text-to-video"}, "tier",
     ("leave one",)),
    ("image-in-text", {"images": [IMAGE], "model": "seedance-2.0-text-to-video"}, "images",
     ("seedance-2.0-image-to-video",)),
    ("image-in-fast-text", {"images": [IMAGE], "model": "seedance-2.0-fast-text-to-video"},
     "images", ("seedance-2.0-fast-image-to-video",)),
    ("clip-in-text", {"videos": [CLIP], "model": "text"}, "videos",
     ("seedance-2.0-reference-to-video",)),
    ("no-image", {"model": "image"}, "images", ("0 given", "1 to 2")),
    ("three-images", {"model": "image", "images": [IMAGE] * 3}, "images", ("3 given", "1 to 2")),
    ("clip-in-image", {"model": "image", "images": [IMAGE], "videos": [CLIP]}, "videos",
     ("seedance-2.0-reference-to-video",)),
    ("half-character", {"prompt": "a \ud83d face"}, "prompt", ("half a character",)),
    ("ten-images", {"images": [IMAGE] * 10}, "images", ("10 given", "0 to 9")),
    ("four-clips", {"videos": [CLIP] * 4}, "videos", ("4 given", "0 to 3")),
    ("four-sounds", {"images": [IMAGE], "audios": [SOUND] * 4}, "audios", ("4 given", "0 to 3")),
    ("sound-alone", {"audios": [SOUND]}, "audios", ("alone",)),
    ("path", {"images": ["cat.png"]}, "images", ("'cat.png'", "URL")),
    ("ftp", {"images": ["ftp://example.org/a.png"]}, "images", ("URL",)),
    ("short", {"duration": 3}, "duration", ("3", "4 to 15")),
    ("long", {"duration": 16}, "duration", ("16", "4 to 15")),
    ("automatic", {"duration": -1}, "duration", ("-1",)),
    ("text-duration", {"duration": "5"}, "duration", ("'5'",)),
    ("float-duration", {"duration": 5.0}, "duration", ("5.0",)),
    ("true-duration", {"duration": True}, "duration", ("True",)),
    ("1080p", {"quality": "1080p"}, "quality", ("'1080p'", "480p, 720p")),
    ("4k", {"quality": "4k"}, "quality", ("'4k'", "480p, 720p")),
    ("720P", {"quality": "720P"}, "quality", ("did you mean '720p'",)),
    ("ratio", {"aspect_ratio": "16x9"}, "aspect_ratio", ("did you mean '16:9'",)),
    ("odd-ratio", {"aspect_ratio": "2:1"}, "aspect_ratio", ("'2:1'", "adaptive")),
    ("audio-word", {"generate_audio": "no"}, "generate_audio", ("'no'", "True or False")),
    ("search-with-image", {"web_search": True, "images": [IMAGE]}, "web_search",
     ("text-to-video",)),
    ("search-unfiltered", {"web_search": True, "content_filter": False}, "web_search",
     ("cannot be combined",)),
    ("callback-http", {"callback_url": "http://example.org/x"}, "callback_url", ("https",)),
    ("callback-private", {"callback_url": "https://10.0.0.1/x"}, "callback_url", ("private",)),
    ("callback-lan", {"callback_url": "https://192.168.1.2/x"}, "callback_url", ("private",)),
    ("callback-172", {"callback_url": "https://172.16.0.1/x"}, "callback_url", ("private",)),
    ("callback-loopback", {"callback_url": "https://127.0.0.1/x"}, "callback_url", ("private",)),
    ("callback-long", {"callback_url": "https://example.org/" + "x" * 2048}, "callback_url",
     ("2068", "2048")),
    ("callback-word", {"callback_url": "hook"}, "callback_url", ("'hook'",)),
    ("seed", {"seed": 3}, "seed", ("not a parameter",)),
    ("typo", {"durations": 5}, "durations", ("did you mean `duration`",)),
    ("catalog", {"catalog": "2025"}, "catalog", ("'2025'", "quickstart")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "field", "words"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_each_limit_has_its_own_message(
    fields: dict[str, Any], field: str, words: tuple[str, ...]
) -> None:
    """A request beyond a limit has exactly one problem: the field, the value and the mend."""
    problems = VideoRequest.check(**{"prompt": "a dog", **fields})

    assert [field] == [problem.field for problem in problems]
    assert [] == [word for word in words if word not in problems[0].text]


def test_a_body_has_64_mb_at_most() -> None:
    """Prompt and addresses count together, to the byte; the longest addresses are named."""
    image, clip = "https://example.org/" + "x" * 10**6, "https://example.org/"
    rest = 64 * 10**6 - len(image) - len(clip) - len("ein Bär".encode())
    fits: dict[str, Any] = {"prompt": "ein Bär", "images": [image], "videos": [clip + "y" * rest]}

    assert [] == VideoRequest.check(**fits)
    [problem] = VideoRequest.check(**{**fits, "videos": [clip + "y" * (rest + 1)]})

    assert ("videos", "problem.body") == (problem.field, problem.text_id)
    assert all(word in problem.text for word in ("64.0 MB", "64 MB are allowed"))


ACCEPTED: list[dict[str, Any]] = [
    {"duration": 4},
    {"duration": 15},
    {"quality": "480p"},
    {"images": [IMAGE]},
    {"images": [IMAGE] * 2},
    {"images": [IMAGE] * 9},
    {"videos": [CLIP] * 3, "audios": [SOUND] * 3, "images": [IMAGE] * 9},
    {"model": "reference", "images": [IMAGE]},
    {"tier": "fast", "web_search": True},
    {"catalog": "2026-08", "quality": "4k"},
    {"catalog": "latest", "tier": "mini"},
    {"callback_url": "https://example.org/" + "x" * 2028},
    {"callback_url": "http://127.0.0.1:8080/hook"},
    *({"aspect_ratio": ratio} for ratio in catalog.RATIOS),
]


@pytest.mark.parametrize("fields", ACCEPTED, ids=str)
def test_what_lies_on_a_limit_is_taken(fields: dict[str, Any]) -> None:
    """A request on the bound of a limit is valid."""
    assert [] == VideoRequest.check("a dog", **fields)


def test_all_problems_come_at_once() -> None:
    """A request that is wrong in four ways is refused with four problems in one error."""
    with pytest.raises(InvalidRequest) as caught:
        VideoRequest("", duration=99, quality="1080p", aspect_ratio="round")

    assert {"prompt", "duration", "quality", "aspect_ratio"} == {
        problem.field for problem in caught.value.problems
    }
    assert "no" == caught.value.billed


@pytest.mark.parametrize(
    ("fields", "model"),
    [
        ({}, "seedance-2.0-text-to-video"),
        ({"images": [IMAGE]}, "seedance-2.0-image-to-video"),
        ({"images": IMAGE}, "seedance-2.0-image-to-video"),
        ({"images": [IMAGE] * 2, "tier": "fast"}, "seedance-2.0-fast-image-to-video"),
        ({"images": [IMAGE] * 3}, "seedance-2.0-reference-to-video"),
        ({"videos": [CLIP]}, "seedance-2.0-reference-to-video"),
        ({"images": [IMAGE], "audios": [SOUND]}, "seedance-2.0-reference-to-video"),
    ],
)
def test_the_model_follows_from_the_inputs(fields: dict[str, Any], model: str) -> None:
    """Without a model, the quickstart's table of inputs chooses it."""
    assert model == VideoRequest("a dog", **fields).model


def test_the_body_is_that_of_the_quickstart() -> None:
    """A plain request sends the five fields of the quickstart's example and no other."""
    request = VideoRequest("一只金毛巡回犬穿越阳光洒落的草地，电影级慢动作")

    assert {
        "model": "seedance-2.0-text-to-video",
        "prompt": "一只金毛巡回犬穿越阳光洒落的草地，电影级慢动作",
        "duration": 5,
        "quality": "720p",
        "aspect_ratio": "16:9",
    } == request.to_wire()


def test_the_body_holds_every_documented_field() -> None:
    """All that was asked for goes out under the API's names, search inside `model_params`."""
    request = VideoRequest(
        "a dog",
        images=[IMAGE],
        videos=[CLIP],
        audios=[SOUND],
        generate_audio=False,
        content_filter=False,
        callback_url="https://example.org/hook",
    )
    search = VideoRequest("a dog", web_search=True)

    body = request.to_wire({IMAGE: "https://files.example.org/1"})

    assert {
        "model", "prompt", "duration", "quality", "aspect_ratio", "image_urls", "video_urls",
        "audio_urls", "generate_audio", "content_filter", "callback_url",
    } == set(body)  # fmt: skip
    assert ["https://files.example.org/1"] == body["image_urls"]
    assert {"web_search": True} == search.to_wire()["model_params"]


def test_the_digest_never_changes() -> None:
    """A digest is part of the contract: this request has this name for ever."""
    request = VideoRequest("a dog", images=[IMAGE], callback_url="https://example.org/hook")

    assert request.digest == VideoRequest("a dog", images=[IMAGE]).digest
    assert VideoRequest("a dog").digest == GOLDEN


GOLDEN = "sha256:6833a58e6046a775c14a981067c69dbdb7feb221603429e4611b753b95e78ac5"


@given(
    st.fixed_dictionaries(
        {"prompt": st.text(min_size=1).filter(str.strip)},
        optional={
            "duration": st.integers(4, 15),
            "aspect_ratio": st.sampled_from(catalog.RATIOS),
            "quality": st.sampled_from(["480p", "720p"]),
            "images": st.lists(st.just(IMAGE), max_size=9),
            "generate_audio": st.booleans(),
        },
    )
)
def test_a_request_survives_being_written_down(fields: dict[str, Any]) -> None:
    """What is written into the record makes the same request again, with the same digest."""
    request = VideoRequest(**fields)

    again = VideoRequest(**json.loads(canonical_json(request.to_fields())))

    assert request == again
    assert request.digest == again.digest


@given(
    st.dictionaries(
        st.sampled_from([p.name for p in catalog.PARAMETERS]),
        st.none() | st.integers() | st.text() | st.lists(st.text() | st.none()) | st.floats(),
    ),
)
def test_a_check_never_raises(fields: dict[str, Any]) -> None:
    """Whatever is given, `check` answers with a list, and the list is empty for a valid one."""
    prompt = fields.pop("prompt", "a dog")

    problems = VideoRequest.check(prompt, **fields)

    assert all(problem.text for problem in problems)
    if not problems:
        assert VideoRequest(prompt, **fields).digest.startswith("sha256:")


def test_a_copy_chooses_its_model_anew() -> None:
    """Replacing the inputs replaces the model that followed from them, and the default ratio."""
    request = VideoRequest("a dog", images=[IMAGE])

    assert "seedance-2.0-text-to-video" == request.replace(images=()).model
    assert "16:9" == request.replace(images=()).aspect_ratio
    assert "seedance-2.0-fast-image-to-video" == request.replace(tier="fast").model
    with pytest.raises(InvalidRequest):
        request.replace(duration=1)


def test_a_long_prompt_is_warned_about() -> None:
    """Prompts beyond the advised length are valid, with a warning that names the count."""
    english, chinese = VideoRequest("word " * 1001), VideoRequest("狗" * 501)

    assert ["1001" in w.text for w in english.warnings] == [True]
    assert ["501" in w.text for w in chinese.warnings] == [True]
    assert () == VideoRequest("word " * 1000).warnings
