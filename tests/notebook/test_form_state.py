"""What a form says, from its values alone."""

from __future__ import annotations

from typing import Any

import pytest

from seedance_nb.core import texts
from seedance_nb.core.request import VideoRequest
from seedance_nb.notebook.form_controls import note_html
from seedance_nb.notebook.form_state import form_state, values_of
from seedance_nb.runs.budget import Prospect
from seedance_nb.runs.estimate import Estimate

IMAGE = "https://example.org/a.png"
OTHER = "https://example.org/b.png"
CLIP = "https://example.org/a.mp4"
TEXT, FAST = "seedance-2.0-text-to-video", "seedance-2.0-fast-text-to-video"
FRAMES, REFERENCE = "seedance-2.0-image-to-video", "seedance-2.0-reference-to-video"

# What is filled in, the model and the ratio that this leads to, a word of the reason.
MODES: list[tuple[dict[str, Any], str, str, str]] = [
    ({}, TEXT, "16:9", "text only"),
    ({"tier": "fast"}, FAST, "16:9", "text only"),
    ({"images": f"{IMAGE}\n\n  {OTHER} "}, FRAMES, "adaptive", "one or two images"),
    ({"images": "\n".join([IMAGE] * 3)}, REFERENCE, "adaptive", "reference media"),
    ({"videos": CLIP}, REFERENCE, "adaptive", "reference media"),
    ({"images": IMAGE, "model": "reference"}, REFERENCE, "adaptive", "as chosen"),
    ({"images": IMAGE, "aspect_ratio": "9:16"}, FRAMES, "9:16", "one or two images"),
]

# What is filled in, and the fields that have something wrong.
WRONG: list[tuple[dict[str, Any], set[str]]] = [
    ({"prompt": ""}, {"prompt"}),
    ({"prompt": " \n "}, {"prompt"}),
    ({"images": "cat.png"}, {"images"}),
    ({"images": "\n".join([IMAGE] * 10)}, {"images"}),
    ({"images": IMAGE, "model": "text"}, {"images"}),
    ({"audios": "https://example.org/a.mp3"}, {"audios"}),
    ({"web_search": True, "images": IMAGE}, {"web_search"}),
    ({"web_search": True, "content_filter": False}, {"web_search"}),
    ({"callback_url": "http://example.org"}, {"callback_url"}),
    ({"takes": 0}, {"takes"}),
    ({"prompt": "", "images": "x", "takes": 101}, {"prompt", "images", "takes"}),
]


def filled(**values: Any) -> dict[str, Any]:
    """The values of a form in which only these were touched."""
    return {"prompt": "a dog", "model": "", "callback_url": "", **values}


@pytest.mark.parametrize(("values", "model", "ratio", "reason"), MODES)
def test_the_mode_follows_the_inputs_and_is_said(
    values: dict[str, Any], model: str, ratio: str, reason: str
) -> None:
    """The model, why this one, and the ratio that goes with it."""
    state = form_state(filled(**values))

    assert state.request
    assert (model, ratio) == (state.request.model, state.request.aspect_ratio)
    assert ratio == state.ratio
    assert model in state.mode
    assert reason in state.mode


@pytest.mark.parametrize(("values", "fields"), WRONG)
def test_problems_stand_with_their_fields(values: dict[str, Any], fields: set[str]) -> None:
    """Each field has its own problems; the last line names them, and nothing can be sent."""
    state = form_state(filled(**values))

    assert fields == state.problems.keys()
    assert not state.is_ready
    assert state.request is None
    assert all(texts.say(f"form.label.{field}") in state.summary for field in fields)


@pytest.mark.parametrize(
    ("prompt", "hint"),
    [
        ("", "0 of about 1000 words"),
        ("a golden retriever", "3 of about 1000 words"),
        ("一只金毛犬", "5 of about 500 Chinese characters"),
        ("一只金毛犬 runs", "5 of about 500 Chinese characters"),
    ],
)
def test_the_length_is_counted_as_the_service_counts_it(prompt: str, hint: str) -> None:
    """Chinese in characters, all else in words."""
    assert hint == form_state(filled(prompt=prompt)).hints["prompt"]


def test_a_long_prompt_is_advised_against_and_can_be_sent() -> None:
    """What the service takes is no problem."""
    state = form_state(filled(prompt="word " * 1001))

    assert state.is_ready
    assert "1001 words" in state.advice["prompt"][0]


@pytest.mark.parametrize(
    ("fresh", "told"),
    [
        (3, ["Estimate: about 30 credits"]),
        (2, ["Already here or on its way: 1 of 3", "Estimate: about 20 credits"]),
        (0, ["This is already here"]),
    ],
)
def test_what_is_here_already_costs_nothing(fresh: int, told: list[str]) -> None:
    """The estimate is of the takes that would be made, and of the others it says that they are."""

    def foresee(_: Any, takes: int, new: bool) -> Prospect:  # noqa: FBT001
        assert (3, False) == (takes, new)
        return Prospect(fresh=(fresh,), cost=Estimate(credits=10.0 * fresh, source="price list"))

    state = form_state(filled(takes=3), foresee=foresee)

    assert (fresh, len(told)) == (state.fresh, len(state.outlook))
    assert all(line.startswith(start) for line, start in zip(state.outlook, told, strict=True))
    assert () == form_state(filled(prompt=""), foresee=foresee).outlook


def test_what_will_be_asked_is_summed_up() -> None:
    """Everything that matters, in a line."""
    state = form_state(filled(takes=3, generate_audio=False, content_filter=False, duration=8))

    assert (
        f"Ready: 3 videos · {TEXT} · 8 s · 720p · 16:9 · no sound · filter relaxed" == state.summary
    )


def test_without_usable_settings_nothing_can_be_sent() -> None:
    """The reason is the settings' own."""
    state = form_state(filled(), trouble="No key for this server.")

    assert not state.is_ready
    assert "No key for this server." == state.summary


@pytest.mark.parametrize("field", ["prompt", "images", "callback_url"])
def test_the_key_is_refused_and_never_repeated(field: str, canary: str) -> None:
    """A text that holds the API key is a problem that does not quote it."""
    state = form_state(filled(**{field: f"x {canary}"}), is_secret=lambda text: canary in text)

    assert "API key" in state.problems[field][0]
    assert not state.is_ready
    assert canary not in repr(state)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"model": "reference", "images": [IMAGE], "videos": [CLIP], "tier": "fast"},
        {"model": "reference", "images": [IMAGE, OTHER], "duration": 9, "aspect_ratio": "1:1"},
        {"generate_audio": False, "content_filter": False, "quality": "480p"},
        {"web_search": True, "callback_url": "https://example.org/hook"},
    ],
)
def test_a_form_filled_from_a_request_asks_for_the_same(fields: dict[str, Any]) -> None:
    """Request to form to request changes nothing."""
    request = VideoRequest("a {dog} barks:\n'woof'", **fields)

    assert request == form_state(values_of(request)).request


def test_hostile_text_is_only_text() -> None:
    """Nothing that is typed becomes markup."""
    link = 'https://example.org/"><img src=x onerror="x'
    state = form_state(filled(images=f"<script>\n{link}", callback_url="<img src=x onerror=y>"))
    html = "".join(note_html(state, field) for field in ("images", "callback_url"))

    assert "<script" not in html
    assert "<img src=x" not in html
    assert '"onerror' not in html
    assert "&lt;script&gt;" in html


def test_everything_is_said_in_chinese_too() -> None:
    """The words are those of the language in use."""
    texts.use("zh")
    state = form_state(filled(images="x"))

    assert "图生视频" in state.mode
    assert "图片" in state.summary
    assert "不是网址" in state.problems["images"][0]
