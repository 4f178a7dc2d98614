"""The panel as HTML and as a line."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pytest
from pages import HOSTILE, read

from seedance_nb.core import texts
from seedance_nb.core.errors import SeedanceError, SubmitUncertain, TaskFailed
from seedance_nb.notebook.panel import panel_html, panel_state, panel_text, snapshot_html
from seedance_nb.notebook.video import Clip

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.record import JobState

NOON = 1_795_348_800.0
STATUSES = ["queued", "submitting", "pending", "processing", "downloading", "completed",
            "failed", "cancelled", "uncertain"]  # fmt: skip


def hostile_panel(status: str, make_state: Callable[..., JobState]) -> str:
    """A panel in which every text is hostile."""
    error = TaskFailed(detail=HOSTILE, raw=HOSTILE)
    state = make_state(
        HOSTILE,
        status=status,
        error=error,
        task_id=HOSTILE,
        submitted_at=NOON,
        backend="live",
        base_url=f"https://h/{HOSTILE}",
    )
    clip = Clip(path=HOSTILE, near=HOSTILE, src=HOSTILE, width=864, height=496)
    panel = panel_state(state, NOON + 3, HOSTILE, clips=[clip], copies=[HOSTILE])
    return panel_html(panel)


@pytest.mark.parametrize("status", STATUSES)
def test_hostile_text_stays_text(status: str, make_state: Callable[..., JobState]) -> None:
    """Whatever stands in prompts, paths, answers and names: no tag and no attribute comes of it."""
    html = hostile_panel(status, make_state)
    reader = read(html)

    assert reader.tags <= {"div", "span", "svg", "rect", "animate", "video", "a", "br", "code",
                           "details", "summary", "button", "style"}  # fmt: skip
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert "\0" not in html
    assert "\u202e" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("status", STATUSES)
def test_styles_survive_a_notebook_that_is_not_trusted(
    status: str, make_state: Callable[..., JobState]
) -> None:
    """All but the buttons, which are dead there, has plain inline styles; no colour on text."""
    state = make_state(status=status, submitted_at=NOON, error=TaskFailed(detail="x", raw="{}"))
    reader = read(panel_html(panel_state(state, NOON + 3, "-")))
    styles = ";".join(value or "" for name, value in reader.attributes if name == "style")

    assert not re.search(r"var\(|currentcolor|inherit|aspect-ratio|transition", styles.lower())
    assert not re.search(r"(^|;)\s*color\s*:", styles)
    assert ("style" in reader.tags) is ("button" in reader.tags)
    assert '"' not in styles


def test_a_video_carries_its_address_on_the_tag(make_state: Callable[..., JobState]) -> None:
    """The address stands on the tag itself, with controls, looped and muted, and a link beside."""
    clip = Clip(path="/w/runs/a b.mp4", near="runs/a b.mp4", src="runs/a%20b.mp4", width=1280,
                height=720, duration=5, size=1_234_567)  # fmt: skip
    panel = panel_state(make_state(status="completed"), NOON, "-", clips=[clip])
    html = panel_html(panel)

    assert '<video src="runs/a%20b.mp4" controls loop muted preload="metadata"' in html
    assert "<source" not in html
    assert '<a href="runs/a%20b.mp4" title="/w/runs/a b.mp4">runs/a b.mp4</a>' in html
    assert "/w/runs/a b.mp4" in html
    assert "5.0 s · 1280 × 720 · 1.2 MB" in html


def test_a_video_that_is_gone_or_too_large_leaves_a_sentence(
    make_state: Callable[..., JobState],
) -> None:
    """Never an empty box: a sentence says what to do."""
    state = make_state(status="completed")
    gone = panel_html(panel_state(state, NOON, "-", clips=[Clip(path="/x.mp4", missing=True)]))
    large = panel_html(panel_state(state, NOON, "-", clips=[Clip(path="/x.mp4")]))

    assert "<video" not in gone + large
    assert "fetch()" in gone
    assert "/x.mp4" in large


def test_a_failure_folds_the_raw_answer_away(make_state: Callable[..., JobState]) -> None:
    """The card says what happened first; the answer as it came is there for who wants it."""
    error = TaskFailed(detail="unsafe", raw='{"code": "content_policy_violation"}', retryable=False)
    html = panel_html(panel_state(make_state(status="failed", error=error), NOON, "-"))

    assert html.index("unsafe") < html.index("<details") < html.index("content_policy_violation")
    assert "open" not in html.partition("<details")[2].partition(">")[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_way_out_of_a_doubt_has_its_line(
    language: Literal["en", "zh"], make_state: Callable[..., JobState]
) -> None:
    """What can be done about an uncertain request is read line by line."""
    texts.use(language)
    error = SubmitUncertain(job="kite2345", detail="-")
    html = panel_html(panel_state(make_state(status="uncertain", error=error), NOON, "-"))

    first, *ways = html.partition("<details")[0].split("<br>")
    assert 3 == len(ways)
    assert "seedance show" not in first
    assert all("%seedance" in way or "resend()" in way for way in ways)


def test_a_bar_glides_from_where_it_was(make_state: Callable[..., JobState]) -> None:
    """The picture starts at the last percentage and ends at the new one; a reader hears it too."""
    state = make_state(status="processing", submitted_at=NOON, estimated_time=100.0)
    html = panel_html(panel_state(state, NOON + 50, "-", was=40.0))

    assert 'from="400" to="450"' in html
    assert 'aria-valuenow="45"' in html


@pytest.mark.parametrize(
    ("status", "backend", "retryable", "label", "ends"),
    [
        ("completed", "simulator", None, "New take", "notebook:run-cell"),
        ("completed", "live", None, "New take", "notebook:replace-selection"),
        ("failed", "live", True, "Again", "notebook:replace-selection"),
        ("failed", "simulator", False, "", ""),
    ],
)
def test_a_button_puts_one_more_into_a_new_cell(
    make_state: Callable[..., JobState],
    status: str,
    backend: str,
    retryable: bool | None,  # noqa: FBT001
    label: str,
    ends: str,
) -> None:
    """Hidden where it would be dead; a paid one is not run by the click, a hopeless one is none."""
    error = TaskFailed(detail="x", retryable=retryable) if status == "failed" else None
    state = make_state(status=status, backend=backend, error=error, finished_at=NOON)
    html = panel_html(panel_state(state, NOON, "-"))
    attributes = read(html).attributes
    given = [json.loads(value or "") for name, value in attributes if name.endswith("linker-args")]

    assert [label] * bool(label) == re.findall(r"([^>]*)</button>", html)
    assert [{"text": "%seedance again kite2345"}] * bool(label) == [one["args"] for one in given]
    assert [ends] * bool(label) == [one["commands"][-1] for one in given]
    assert bool(label) is (("style", "display:none") in attributes)


def test_a_line_of_text_says_it_all(make_state: Callable[..., JobState]) -> None:
    """Terminals and saved notebooks get one tidy line."""
    running = make_state(status="processing", submitted_at=NOON, estimated_time=20.0)
    done = make_state(status="completed", submitted_at=NOON, finished_at=NOON + 11)
    clip = Clip(path="/w/runs/a.mp4", near="runs/a.mp4", width=1280, height=720, duration=5,
                size=1_234_567)  # fmt: skip
    where = "Simulator: no credits spent"

    assert (
        "kite2345 In the making 45 % · 0:10 · about 10 s left · Simulator: no credits spent "
        "(the real service takes minutes) · a lighthouse in a storm"
    ) == panel_text(panel_state(running, NOON + 10, where))
    assert (
        "kite2345 Completed · took 11 s · runs/a.mp4 (5.0 s · 1280 × 720 · 1.2 MB) · "
        "Simulator: no credits spent"
    ) == panel_text(panel_state(done, NOON + 10, where, clips=[clip]))


def test_a_line_says_where_the_copy_went(make_state: Callable[..., JobState]) -> None:
    """A terminal has only the line, so `-o` is answered in it."""
    panel = panel_state(make_state(status="completed"), NOON, "-", copies=["/w/mine.mp4"])

    assert "Copy: /w/mine.mp4" in panel_text(panel)


def test_a_line_fits_the_terminal(make_state: Callable[..., JobState]) -> None:
    """A line is cut to the width it may take and has no line breaks."""
    state = make_state("many\nwords " * 50, status="failed", error=SeedanceError())
    line = panel_text(panel_state(state, NOON, "-"), width=60)

    assert len(line) <= 60
    assert "\n" not in line


def test_the_snapshot_is_true_at_any_time(make_state: Callable[..., JobState]) -> None:
    """What is saved of a running panel names the job and the way to see it, and no status."""
    panel = panel_state(make_state(status="processing", progress=42.0), NOON, "-")
    html = snapshot_html(panel, "2026-11-22 19:03")

    assert "%seedance show kite2345" in html
    assert "42" not in html
    assert panel.word not in html


def test_every_text_that_is_used_exists_in_both_languages() -> None:
    """Each id that stands in the notebook layer is in the table, with two different texts."""
    folder = Path(panel_html.__code__.co_filename).parent
    sources = "".join(path.read_text("utf-8") for path in folder.glob("*.py"))
    used = set(re.findall(r'"((?:panel|magic|verb|option|error|session)\.[a-z_.]+)"', sources))
    used -= {word for word in used if word.endswith(".py")}

    assert len(used) > 40
    assert [] == sorted(used - texts.TABLE.keys())


def test_every_family_of_texts_is_complete() -> None:
    """Ids that are put together while running exist for every word they can be made of."""
    families = {
        "panel.word": [*STATUSES, "stopped", "stuck"],
        "panel.again": ["yes", "no", "unknown", "danger", "fetch", "resume"],
        "panel.money": ["yes", "no", "unknown", "server", "simulator", "yes.credits"],
        "panel.input": ["text", "image", "reference"],
        "magic.input": ["text", "image", "reference"],
        "magic.takes": ["none", "maybe", "one", "task", "login"],
        "magic.credits": ["key", "account"],
        "panel.stop": ["tip", "following", "following.tip"],
    }
    wanted = {f"{family}.{word}" for family, words in families.items() for word in words}

    assert [] == sorted(wanted - texts.TABLE.keys())


def test_nothing_of_a_panel_stays_english_in_chinese(make_state: Callable[..., JobState]) -> None:
    """With the language changed, the words of the panel are Chinese."""
    texts.use("zh")
    html = panel_html(
        panel_state(make_state("灯塔", status="completed"), NOON, "模拟器：不消耗额度")
    )

    assert "已完成" in html
    assert not re.search(r">(Video|File|Model|Cost|Job|Asked)<", html)
