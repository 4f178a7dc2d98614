"""No view has words of its own: where Chinese is spoken, all that a person reads is Chinese."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from pages import read

from seedance_nb.core import texts
from seedance_nb.core.errors import ConfigError, SubmitUncertain, TaskFailed, TransportError
from seedance_nb.core.request import VideoRequest
from seedance_nb.notebook.board import board_html
from seedance_nb.notebook.board_state import Entry, View, board_state
from seedance_nb.notebook.board_widgets import Controls
from seedance_nb.notebook.form import Form
from seedance_nb.notebook.gallery import gallery_html
from seedance_nb.notebook.gallery_state import gallery_state
from seedance_nb.notebook.panel import panel_html, snapshot_html
from seedance_nb.notebook.panel_state import panel_state
from seedance_nb.notebook.video import Clip

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seedance_nb.runs.record import JobState

NOON = 1_795_348_800.0
PROMPT = "一只金毛犬跑过草地"
# What is the same in every language: names, units, values of the service, what a user gave.
SAME = re.compile(
    r"seedance-2\.0[\w-]*|task-unified[\w-]*|sha256:\w*|kite2345|\w+\.mp4|\S+/\S*|%\S+|--\w+|@\w+|evolink\.ai|"
    r"\b(Seedance|EvoLink|Python|curl|standard|fast|adaptive|[kM]B|p|URL|token|callback_url)\b"
)
CLIP = Clip(path="/w/a.mp4", near="a.mp4", src="a.mp4", width=1280, height=720, duration=5.0)
ENDS: dict[str, Any] = {
    "failed": TaskFailed("error.task.content_policy_violation", detail="内容", retryable=False),
    "cancelled": TaskFailed("error.task.cancelled", code="request_cancelled"),
    "uncertain": SubmitUncertain(job="kite2345", detail="超时"),
    "downloading": ConfigError("error.disk.full", path="/w/a.mp4"),
}


@pytest.fixture(autouse=True)
def chinese() -> Iterator[None]:
    """Chinese is spoken; English afterwards."""
    texts.use("zh")
    yield
    texts.use("en")


def english(*shown: str) -> set[str]:
    """The English words in what is shown: HTML, or labels of widgets."""
    readers = [read(html) for html in shown]
    spoken = [
        value or ""
        for reader in readers
        for name, value in reader.attributes
        if name in ("title", "alt", "aria-label")
    ]
    lines = [*spoken, *(line for reader in readers for line in reader.texts)]
    return {
        word for line in lines for word in re.findall(r"[A-Za-z]{2,}|\b[smh]\b", SAME.sub("", line))
    }


def labels(widget: Any) -> Iterator[str]:
    """All that is written on a widget and on what is in it."""
    shown = () if hasattr(widget, "options") else ("value",)
    for name in ("description", "placeholder", "tooltip", *shown):
        text = getattr(widget, name, None)
        if isinstance(text, str):
            yield text
    yield from getattr(widget, "_options_labels", ())
    for child in getattr(widget, "children", ()):
        yield from labels(child)


def test_english_is_found() -> None:
    """What the other tests look for is noticed where it is."""
    assert {"Prompt", "Play"} == english("<p title='Play'>Prompt: 一只 720p · 5 秒</p>")
    assert {"s"} == english("<p>5 s</p>")


def states(make_state: Callable[..., JobState]) -> Iterator[JobState]:
    """A job in each of its states, live and simulated."""
    late = TransportError("error.transport.timeout", detail="30 秒")
    for backend, base_url in (("live", "https://api.evolink.ai"), ("simulator", "")):
        common = {"backend": backend, "base_url": base_url, "submitted_at": NOON - 70}
        for status in ("queued", "submitting", "pending", "processing", "completed"):
            yield make_state(PROMPT, status=status, estimated_time=165.0, trouble=late,
                             finished_at=NOON, credits_reserved=50.0, **common)  # fmt: skip
        for status, error in ENDS.items():
            yield make_state(PROMPT, status=status, error=error, following=False, **common)
        yield make_state(PROMPT, status="processing", following=False, **common)


def test_panels_have_no_words_of_their_own(make_state: Callable[..., JobState]) -> None:
    """In each state, while it waits in a queue, goes up, is joined and when it is saved."""
    cases: list[dict[str, Any]] = [{}, {"place": 3, "waiting": True, "origin": "joined"}]
    for state in states(make_state):
        for more in cases:
            clips = (CLIP, Clip(path="/w/b.mp4")) if state.status == "completed" else ()
            panel = panel_state(state, NOON, "模拟器", automatic=True, clips=clips, **more)
            shown = panel_html(panel, keep=True), snapshot_html(panel, "12:00")

            assert set() == english(*shown), state.status


def test_boards_have_no_words_of_their_own(make_state: Callable[..., JobState]) -> None:
    """The table with its warnings, and what stands on the controls above and below it."""
    entries = [
        Entry(state=state, watched=number % 2 == 0, missing=state.status == "completed")
        for number, state in enumerate(states(make_state))
    ]
    controls = Controls(print, print, print)
    controls.draw(board_state(entries, NOON, say_file=lambda _: "/w/a.mp4"), View())

    assert set() == english(board_html(board_state(entries, NOON), asof="12:00"))
    assert set() == english(*(text for part in vars(controls).values() for text in labels(part)))


def test_galleries_have_no_words_of_their_own(make_state: Callable[..., JobState]) -> None:
    """Captions too, whichever field sets the jobs apart."""
    other: dict[str, Any] = {
        "duration": 4, "quality": "480p", "tier": "fast", "aspect_ratio": "1:1",
        "generate_audio": False, "web_search": True, "content_filter": False,
    }  # fmt: skip
    for name, value in other.items():
        requests = (VideoRequest(PROMPT), VideoRequest(PROMPT, **{name: value}))
        made = [
            make_state(id=f"kite2345{n}", request=request, status=status, error=ENDS.get(status))
            for n, request in enumerate(requests)
            for status in ("completed", "processing", "failed")
        ]
        gallery = gallery_state(made, NOON, clips={state.id: (CLIP,) for state in made[:1]})

        assert set() == english(gallery_html(gallery)), name


def test_forms_have_no_words_of_their_own(sessions: Any, make_stage: Callable[..., Any]) -> None:
    """Empty, with problems and ready."""
    sessions.current().where = "模拟器"
    form = Form(sessions, stage=lambda _: make_stage("vscode"))
    empty = set(labels(form.widget))
    form.controls["images"].value = "/w/a.png"
    form.controls["callback_url"].value = "http://10.0.0.1"
    form.controls["duration"].value = 99
    wrong = set(labels(form.widget))
    form = Form(sessions, stage=lambda _: make_stage("vscode"))
    form.controls["prompt"].value = PROMPT
    form.controls["takes"].value = 3

    assert set() == english(*empty, *wrong, *labels(form.widget))
