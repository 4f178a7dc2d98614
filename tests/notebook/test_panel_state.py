"""What a panel says in each state of a job, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core import task, texts
from seedance_nb.core.errors import (
    ConfigError,
    QuotaExceeded,
    SeedanceError,
    SubmitUncertain,
    TaskFailed,
    TransportError,
)
from seedance_nb.core.media import Media
from seedance_nb.evolink.answers import TASK_CODES
from seedance_nb.evolink.protocol import RULES
from seedance_nb.notebook.panel import panel_html
from seedance_nb.notebook.panel_state import TONES, panel_state
from seedance_nb.notebook.panel_words import say_seconds
from seedance_nb.notebook.video import Clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.library import Video
    from seedance_nb.runs.record import JobState

NOON = 1_795_348_800.0
SIMULATOR = "Simulator: no credits spent"
PRACTICE = f"{SIMULATOR} (the real service takes minutes)"
OPERATOR = "Not known: ask the operator of mine.example:8443."
UNCERTAIN = SubmitUncertain(job="kite2345")
FULL = ConfigError("error.disk.full", path="/x.mp4")


@dataclass(frozen=True)
class Case:
    """A state and what its panel has to say."""

    status: str
    look: str
    stop: str = ""
    settled: bool = False
    known: dict[str, Any] = field(default_factory=dict)


CASES = [
    Case("queued", "queued", stop="Stop"),
    Case("submitting", "submitting", stop="Stop following"),
    Case("pending", "pending", stop="Stop following"),
    Case("processing", "processing", stop="Stop following"),
    Case("downloading", "downloading", stop="Stop following"),
    Case("uncertain", "uncertain", settled=True, known={"error": UNCERTAIN, "following": False}),
    Case("completed", "completed", settled=True),
    Case("failed", "failed", settled=True, known={"error": TaskFailed(detail="no")}),
    Case("cancelled", "cancelled", settled=True),
    Case("processing", "stopped", settled=True, known={"following": False}),
    Case("queued", "stopped", settled=True, known={"following": False}),
    Case("downloading", "stuck", settled=True, known={"following": False, "error": FULL}),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.status}-{case.look}")
def test_every_status_has_its_look(case: Case, make_state: Callable[..., JobState]) -> None:
    """Each status has a word, a tone, the right button, and is settled or not."""
    state = make_state(status=case.status, submitted_at=NOON, **case.known)

    panel = panel_state(state, NOON + 5, SIMULATOR)

    assert (case.look, case.stop, case.settled) == (panel.look, panel.stop, panel.settled)
    assert TONES[case.look] == panel.tone
    assert panel.word
    assert bool(panel.stop) == bool(panel.tip)


def test_an_upload_is_shown_while_its_job_waits(make_state: Callable[..., JobState]) -> None:
    """A queued job whose input goes up names it and the share; it can be taken out as before."""
    state = make_state(status="queued")
    queued = panel_state(state, NOON, SIMULATOR, uploading=("<cat>.png", 0.4))
    sent = panel_state(make_state(status="pending"), NOON, SIMULATOR, uploading=("cat.png", 1.0))

    assert ("uploading", "Uploading <cat>.png, 40 %") == (queued.look, queued.word)
    assert ("Stop", True, False) == (queued.stop, queued.moving, queued.settled)
    assert "&lt;cat&gt;.png, 40 %" in panel_html(queued)
    assert "<cat>" not in panel_html(queued)
    assert "pending" == sent.look
    texts.use("zh")
    chinese = panel_state(state, NOON, SIMULATOR, uploading=("cat.png", 0.4))
    assert "正在上传 cat.png，40%" == chinese.word


def test_no_status_is_without_a_look() -> None:
    """A status that is added to the table of states must be given a tone."""
    assert set(task.STATUSES) <= TONES.keys()


def test_a_bar_moves_by_the_estimate_and_never_goes_back(
    make_state: Callable[..., JobState],
) -> None:
    """Time moves the bar between two looks at the task, and it keeps the most it has shown."""
    state = make_state(status="processing", submitted_at=NOON, estimated_time=100.0, progress=20.0)

    shares = [panel_state(state, NOON + t, SIMULATOR).percent for t in (10, 30, 60, 99, 1000)]
    later = panel_state(state, NOON + 10, SIMULATOR, was=70.0)

    assert shares == sorted(s for s in shares if s is not None)
    assert shares[0] == 20.0
    assert shares[-1] is not None
    assert shares[-1] < 100
    assert (later.was, later.percent) == (70.0, 70.0)


def test_a_bar_that_knows_nothing_says_so(make_state: Callable[..., JobState]) -> None:
    """Without estimate and progress there is a bar, and no number."""
    panel = panel_state(make_state(status="pending", submitted_at=NOON), NOON + 9, SIMULATOR)

    assert panel.bar
    assert panel.moving
    assert panel.percent is None
    assert "0:09" == panel.clock


def test_time_left_is_told_and_what_is_late_is_called_late(
    make_state: Callable[..., JobState],
) -> None:
    """The clock counts down by the estimate, and says when it has run out."""
    state = make_state(status="processing", submitted_at=NOON, estimated_time=165.0)

    assert "1:10 · about 2 min left" == panel_state(state, NOON + 70, SIMULATOR).clock
    assert "3:20 · longer than expected" == panel_state(state, NOON + 200, SIMULATOR).clock


@pytest.mark.parametrize(
    ("known", "cost"),
    [
        ({"backend": "simulator", "credits_reserved": 50.0}, PRACTICE),
        ({"backend": "live", "credits_reserved": 50.0}, "Live · 50 credits reserved"),
        ({"backend": "live", "credits_charged": 48.4}, "Live · 48.4 credits charged"),
        ({"backend": "live"}, "Live"),
    ],
)  # fmt: skip
def test_cost_is_told_in_words(
    known: dict[str, Any], cost: str, make_state: Callable[..., JobState]
) -> None:
    """Every panel says who made it and what it costs."""
    where = SIMULATOR if known["backend"] == "simulator" else "Live"
    panel = panel_state(make_state(status="processing", **known), NOON, where)

    assert cost == panel.cost


MONEY = [
    (TaskFailed(detail="x", billed="no"), "live", "", "No."),
    (TaskFailed(detail="x", billed="yes"), "live", "", "Yes."),
    (UNCERTAIN, "live", "", "Not known: look at evolink.ai/dashboard."),
    (UNCERTAIN, "live", "https://mine.example:8443", OPERATOR),
    (UNCERTAIN, "simulator", "", "No: the simulator takes none."),
]  # fmt: skip


@pytest.mark.parametrize(("error", "backend", "server", "money"), MONEY)
def test_a_card_says_whether_money_was_taken(
    error: SeedanceError, backend: str, server: str, money: str,
    make_state: Callable[..., JobState],
) -> None:  # fmt: skip
    """Yes, no or unknown, and whom to ask."""
    state = make_state(status="failed", error=error, backend=backend, base_url=server)
    card = panel_state(state, NOON, "-").card

    assert card is not None
    assert money == card.money


@pytest.mark.parametrize(
    ("status", "retryable", "word"),
    [
        ("failed", True, "Yes: `%seedance again kite2345`"),
        ("failed", False, "No: the same request would end the same way."),
        ("failed", None, "Perhaps, once: `%seedance again kite2345`"),
        ("uncertain", True, "Not blindly: it may have been accepted, and would be charged twice."),
        (
            "downloading",
            True,
            "Yes, at no cost: `%seedance resume` tries again; the video is made.",
        ),
        ("processing", True, "Yes: `%seedance resume` looks again; nothing is sent twice."),
    ],
)
def test_a_card_says_whether_to_try_again(
    *, status: str, retryable: bool | None, word: str, make_state: Callable[..., JobState]
) -> None:
    """What is worth it depends on the error, and on where the job stands."""
    error = SeedanceError("error.service", retryable=retryable)
    card = panel_state(make_state(status=status, error=error, following=False), NOON, "-").card

    assert card is not None
    assert word == card.again


def test_without_credits_it_is_worth_it_once_there_are_some(
    make_state: Callable[..., JobState],
) -> None:
    """An empty account says nothing against the request, and the button for it is there."""
    error = QuotaExceeded("error.quota.account", retryable=False, billed="no", detail="-")
    panel = panel_state(make_state(status="failed", error=error), NOON, "-")

    assert panel.card is not None
    assert "Yes, once there are credits: `%seedance again kite2345`" == panel.card.again
    assert "Again" == panel.again


def test_what_was_called_off_can_be_asked_again(make_state: Callable[..., JobState]) -> None:
    """A cancelled request has done nothing wrong, whatever word the service has for it."""
    error = TaskFailed(code="request_cancelled", retryable=TASK_CODES["request_cancelled"])
    panel = panel_state(make_state(status="cancelled", error=error), NOON, "-")

    assert panel.card is not None
    assert "Yes: `%seedance again kite2345`" == panel.card.again
    assert "Again" == panel.again


# How a job can end badly: codes of a task, rules for HTTP answers, and what goes wrong here.
ENDS = sorted(
    {f"error.task.{code}" for code in TASK_CODES}
    | {rule.text for rule in RULES}
    | {
        text_id
        for text_id in texts.TABLE
        if text_id.split(".")[1] in {"task", "uncertain", "transport", "protocol", "sent",
                                     "download", "link", "file", "disk", "results", "internal"}
        and not text_id.endswith(".hint")
    }
    | {"error.job.stopped", "error.job.norequest", "error.stale"}
)  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("text_id", ENDS)
def test_whatever_ends_a_job_has_a_whole_card(
    text_id: str, language: Any, make_state: Callable[..., JobState]
) -> None:
    """What happened, money, retry and what to do, in both languages; the raw answer is folded."""
    texts.use(language)
    values: dict[str, Any] = {
        "detail": "D",
        "job": "kite2345",
        "reason": "R",
        "seconds": 3.0,
        "hours": 24.0,
        "minutes": 5.0,
    }
    error = SeedanceError(text_id, raw='{"error": "<b>"}', **values)
    state = make_state(status="failed", error=error, submitted_at=NOON, backend="live")
    panel = panel_state(state, NOON + 9, "Live")
    card = panel.card

    assert card is not None
    assert all((card.happened, card.money, card.again, card.change))
    assert not any("{" in part for part in (card.happened, card.money, card.again, card.change))
    html = panel_html(panel)
    assert 1 == html.count("<details") - len(panel.spellings)
    assert "<b>" not in html


def test_a_paid_video_that_cannot_be_fetched_counts_as_paid(
    make_state: Callable[..., JobState],
) -> None:
    """A full disk after the making: money was taken, and trying again costs nothing."""
    state = make_state(status="downloading", error=FULL, following=False, backend="live")
    card = panel_state(state, NOON, "Live").card

    assert card is not None
    assert "Yes." == card.money
    assert "at no cost" in card.again


def test_a_file_other_than_asked_is_told(make_state: Callable[..., JobState], video: Video) -> None:
    """Length and size that differ from the request are told, an exact file is not remarked on."""
    exact = panel_state(make_state(status="completed", videos=(video,)), NOON, "-")
    fields = {"duration": 8, "quality": "480p"}
    other = panel_state(make_state(status="completed", videos=(video,), fields=fields), NOON, "-")

    assert () == exact.notes
    assert (
        "Asked for 8 s, the file has 5.0 s.",
        "Asked for 864 × 496 pixels, the file has 1280 × 720.",
    ) == other.notes


@pytest.mark.parametrize(
    ("origin", "note"),
    [
        ("shown", "Shown from disk; nothing was sent."),
        ("joined", "The same request is already on its way: joined; nothing was sent."),
    ],
)
def test_reuse_is_told(origin: str, note: str, make_state: Callable[..., JobState]) -> None:
    """Where nothing was sent, the panel says so."""
    panel = panel_state(make_state(status="completed"), NOON, "-", origin=origin)

    assert (note,) == panel.notes


def test_stopping_says_that_the_task_runs_on(make_state: Callable[..., JobState]) -> None:
    """On a live account a stopped job is still billed; one that was not sent is not."""
    live = make_state(status="processing", following=False, backend="live")
    unsent = make_state(status="queued", following=False, backend="live")

    assert "runs on and is billed" in panel_state(live, NOON, "Live").notes[0]
    assert "Nothing has been sent" in panel_state(unsent, NOON, "Live").notes[0]


def test_trouble_on_the_way_is_told_while_it_lasts(make_state: Callable[..., JobState]) -> None:
    """What makes a job late is said as a sentence, and that it goes on by itself."""
    trouble = TransportError("error.transport.timeout", detail="30 s")
    panel = panel_state(make_state(status="processing", trouble=trouble), NOON, "-")

    assert ("The server took too long: 30 s. It goes on by itself.",) == panel.notes
    assert panel.look == "processing"


def test_the_automatic_choice_of_model_is_told(make_state: Callable[..., JobState]) -> None:
    """A model that the inputs chose is named with the reason, one that was asked for is not."""
    state = make_state(status="pending")

    said = panel_state(state, NOON, "-", automatic=True).model
    assert "seedance-2.0-text-to-video (chosen by the input: text only)" == said
    assert "seedance-2.0-text-to-video" == panel_state(state, NOON, "-").model


def test_the_link_counts_down_on_live_jobs_only(
    make_state: Callable[..., JobState], video: Video
) -> None:
    """A live result says until when its link lives; the simulator has nothing to lose."""
    clip = Clip(path=str(video.path), expires_at=NOON + 3600)
    live = make_state(status="completed", videos=(video,), backend="live")
    simulated = make_state(status="completed", videos=(video,))

    rows = dict(panel_state(live, NOON, "Live", clips=[clip]).facts)
    gone = dict(panel_state(live, NOON + 4000, "Live", clips=[clip]).facts)

    assert "(1 h left when this was drawn)" in rows["Link"]
    assert gone["Link"].endswith("gone")
    assert "Link" not in dict(panel_state(simulated, NOON, "-", clips=[clip]).facts)


def test_a_task_made_elsewhere_has_a_panel(make_state: Callable[..., JobState]) -> None:
    """An adopted task shows without its request."""
    panel = panel_state(make_state(request=None, status="pending"), NOON, "Live")

    assert ("", "a task that was made elsewhere") == (panel.prompt, panel.asked)


@pytest.mark.parametrize(
    ("seconds", "words"), [(-3, "0 s"), (8.4, "8 s"), (90, "2 min"), (3600, "1 h"),
                           (85800, "23 h 50 min")],
)  # fmt: skip
def test_a_stretch_of_time_in_words(seconds: float, words: str) -> None:
    """Short times in seconds, long ones roughly."""
    assert words == say_seconds(seconds)


def test_inputs_are_seen_once_nothing_moves(make_state: Callable[..., JobState]) -> None:
    """A panel that stands still has the inputs with their tags; a moving one sends no pictures."""
    cat = Media(sha256="0" * 64, name="<cat>.png", format="png", width=400, height=300)
    fields = {"model": "reference", "images": ["https://example.org/a.png", cat]}
    done, moving = (make_state(status=status, fields=fields) for status in ("completed", "pending"))

    def picture(name: str, media: Media) -> str:
        return f"data:{name},{media.width}"

    seen = panel_state(done, NOON, "-", picture=picture).inputs
    html = panel_html(panel_state(done, NOON, "-", picture=picture))

    assert ["@image1", "@image2"] == [card.tag for card in seen]
    assert 'src="data:images,400"' in html
    assert "&lt;cat&gt;.png" in html
    assert () == panel_state(moving, NOON, "-", picture=picture).inputs
    assert () == panel_state(done, NOON, "-").inputs
