from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from browser.axe import grave_problems
from browser.lab import VIEWPORT, from_a_stranger
from browser.test_look import ENDINGS, PROMPTS, TROUBLE

if TYPE_CHECKING:
    from browser.lab import Lab, Notebook

pytestmark = pytest.mark.browser

SMALL = "-d 4 -q 480p -t fast"
SLOW = "%config SeedanceMagics.time_scale = 0.08"  # long enough for a page to load meanwhile
HOSTILE = (
    "<script>window.pwned = 1</script>\"><img src=x onerror='window.pwned = 2'>"
    "\u202eright to left\u202c \u05e9\u05dc\u05d5\u05dd \U0001f680\U0001f469\u200d\U0001f52c \0 "
    "`code` {brace} $5 " + "W" * 10_000
)
# Panels of pure state, one below the other: `show_all(language, text)`.
STATES = """
import dataclasses
from IPython.display import HTML, display
from seedance_nb.core import texts
from seedance_nb.core.errors import ConfigError, SubmitUncertain, TaskFailed, TransportError
from seedance_nb.core.request import VideoRequest
from seedance_nb.notebook.panel import panel_html, snapshot_html
from seedance_nb.notebook.panel_state import panel_state
from seedance_nb.notebook.video import Clip
from seedance_nb.runs.record import JobState

NOON = 1_795_348_800.0
RAW = '{"error": {"code": "content_policy_violation", "message": "refused"}}'

def states(text):
    failed = TaskFailed("error.task.content_policy_violation", retryable=False, raw=RAW + text,
                        detail=text or "the picture shows a person", billed="no")
    late = TransportError("error.transport.timeout", retryable=True, detail="30 s")
    full = ConfigError("error.disk.full", path="/data/" + text + "kite2345.mp4")
    sent = {"task_id": "task-unified-1757165031-uyujaw3d" + text, "submitted_at": NOON - 70}
    yield {"status": "queued", "place": 4}
    yield {"status": "submitting", "asked_at": NOON - 2}
    yield {"status": "pending", **sent}
    yield {"status": "processing", **sent, "estimated_time": 165.0, "progress": 20.0,
           "credits_reserved": 50.0}
    yield {"status": "processing", **sent, "estimated_time": 60.0, "trouble": late}
    yield {"status": "downloading", **sent, "progress": 100.0}
    yield {"status": "completed", **sent, "finished_at": NOON, "credits_charged": 48.4}
    yield {"status": "failed", **sent, "error": failed, "finished_at": NOON}
    yield {"status": "cancelled", "error": TaskFailed("error.task.request_cancelled",
           detail="cancelled at your wish", code="request_cancelled", retryable=False), **sent}
    open_ = SubmitUncertain(job="kite2345", detail="timeout " + text)
    yield {"status": "uncertain", "error": open_}
    yield {"status": "processing", **sent, "following": False}
    yield {"status": "downloading", **sent, "following": False, "error": full}

def show_all(language, prompt, text=""):
    texts.use(language)
    for known in states(text):
        place = known.pop("place", None)
        request = VideoRequest(prompt, aspect_ratio="16:9")
        given = {"id": "kite2345", "digest": "sha256:" + "4f" * 32, "backend": "live",
                 "base_url": "https://api.evolink.ai", "asked_at": NOON - 75, "request": request}
        state = JobState(**{**given, **known})
        clip = Clip(path="/w/runs/" + text + "a.mp4", near="runs/" + text + "a.mp4",
                    width=1280, height=720, duration=5.0, size=1_234_567, expires_at=NOON + 86000)
        panel = panel_state(state, NOON, "Live" + text, automatic=not text, place=place,
                            clips=[clip] if state.status == "completed" else [])
        if text:
            panel = dataclasses.replace(panel, model=text, word=text[:80], notes=(text,))
        display(HTML(panel_html(panel)))
    display(HTML(snapshot_html(panel, "2026-11-22 18:40")))
"""
# How much of the height of its track each bar leaves empty.
EMPTY = """
[...seedanceTest.area(path, i).node.querySelectorAll('[role=progressbar] rect')].map(
  bar => bar.closest('div').getBoundingClientRect().height - bar.getBoundingClientRect().height)
"""
# What hostile text must not have done.
HARM = """
(area => [
  window.pwned ?? 0,
  area.querySelectorAll('script, img, iframe, object, [onerror], [onload]').length,
  area.scrollWidth > area.clientWidth + 1,
])(seedanceTest.area(path, i).node)
"""
COUNT = """
(() => {
  window.seedanceSent = [];
  const kernel = seedanceTest.book(path).context.sessionContext.session.kernel;
  kernel.iopubMessage.connect((_, message) => {
    if (message.header.msg_type.startsWith('comm') || message.header.msg_type.includes('display'))
      window.seedanceSent.push([Date.now(), JSON.stringify(message.content).length]);
  });
})()
"""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_state_reads_well(lab: Lab, language: str) -> None:
    """All states, from pure data: nothing sticks out or is faint, light and dark, wide and half."""
    book = lab.new(STATES, f"show_all({language!r}, {PROMPTS[language]!r})")
    book.run(1)
    book.run(2)
    lab.command("application:toggle-left-area")
    found: dict[str, Any] = {}
    for theme in ("Light", "Dark"):
        lab.wear(theme)
        for name, width in (("wide", 1000), ("half", 520)):
            lab.page.set_viewport_size({"width": width, "height": 4200})
            book.look("seedanceTest.book(path).content.scrollToItem(2, 'start')")
            lab.shoot(f"states-{language}-{theme.lower()}-{name}")
            empty = [round(pixels, 1) for pixels in book.look(EMPTY, 2) if pixels]
            found[f"{theme} {name}"] = [*book.look(TROUBLE, 2), *empty]
    serious = grave_problems(lab.page, 2)
    lab.command("application:toggle-left-area")

    assert [] == serious
    assert {look: [] for look in found} == found


def test_hostile_text_does_nothing_but_stand_there(lab: Lab) -> None:
    """In prompts, paths, answers, notes, models and errors: shown, not run; all stays whole."""
    book = lab.new(
        f"HOSTILE = {HOSTILE!a}",
        STATES,
        "show_all('en', HOSTILE[:9000].replace(chr(0), ''), HOSTILE)",
        f"%%seedance {SMALL}\n{{HOSTILE}}",
        "%seedance jobs",
        "get_ipython().run_line_magic('seedance', 'show ' + HOSTILE[:300])",
        "get_ipython().run_cell_magic('seedance', '-q ' + HOSTILE[:90].split()[0], 'x')",
    )
    for index in range(1, 8):
        book.run(index)
    for index in range(3, 8):
        book.look("seedanceTest.area(path, i).node.querySelectorAll('details')"
                  ".forEach(one => { one.open = true })", index)  # fmt: skip
    lab.shoot("hostile")
    harm = {index: book.look(HARM, index) for index in (3, 4, 6, 7)}
    failed = [i for i in range(8) if any("traceback" in output for output in book.outputs(i))]

    assert {index: [0, 0, False] for index in harm} == harm
    assert [0, 0] == book.look(HARM, 5)[:2]
    assert [6, 7] == failed
    assert not any("Traceback" in book.text(index) for index in range(8))
    assert "<script>window.pwned" in book.text(3)
    assert "<script>window.pwned" in book.text(4)


def test_traffic_is_small(lab: Lab) -> None:
    """A running panel sends at most five small messages a second, an idle one none."""
    book = lab.new("%config SeedanceMagics.time_scale = 0.15", f"%%seedance {SMALL}\na slow tide")
    book.run(1)
    book.run(2)
    book.until_shows(2, "[aria-valuenow]")
    book.look(COUNT)
    book.until("seedanceSent.length && Date.now() - seedanceSent[0][0] > 4000")
    sent = book.look("seedanceSent")
    book.until_static(2, seconds=60)
    book.look("(() => { window.seedanceSent.length = 0; window.seedanceIdle = Date.now() })()")
    book.until("Date.now() - window.seedanceIdle > 2000")
    idle = [size for _, size in book.look("seedanceSent")]

    seconds = (sent[-1][0] - sent[0][0]) / 1000
    assert len(sent) <= 5 * seconds + 5
    assert max(size for _, size in sent) < 8000
    assert [] == idle


def test_a_reloaded_page_has_buttons_for_what_ended(lab: Lab) -> None:
    """After a reload the end has its video, and Keep puts it into a new cell, to be saved."""
    book = lab.new(SLOW, f"%%seedance {SMALL}\na kite in the wind")
    book.run(1)
    book.run(2)
    book.until_shows(2, "[role=progressbar] rect")
    book.save()
    lab.page.reload()
    lab.await_app()
    book.until("seedanceTest.idle(path)")
    book.until_shows(2, "video", seconds=60)
    picture = book.play(2)
    lab.shoot("reloaded")
    book.click(2, "Keep")
    book.until("seedanceTest.cell(path, i)?.model.sharedModel.source.includes('show')", 3)
    book.until_static(3)
    [kept] = book.save()["cells"][3]["outputs"]

    assert 864 == picture.width
    assert {"text/html", "text/plain"} == set(kept["data"])


def test_new_take_makes_a_cell_of_its_own(lab: Lab) -> None:
    """The button below a video is reached by Tab and makes another one, in a small window too."""
    book = lab.new(f"%%seedance {SMALL}\na kite in the wind", "'the last cell'")
    book.run(1)
    book.until_static(1)
    lab.page.set_viewport_size({"width": 900, "height": 420})
    try:
        lab.page.locator(".jp-CodeCell").nth(1).get_by_role("link").focus()
        lab.page.keyboard.press("Tab")
        focused = lab.page.evaluate("document.activeElement.textContent")
        lab.page.keyboard.press("Enter")
        book.until("seedanceTest.cell(path, i)?.model.sharedModel.source.includes('again')", 2)
        book.until_static(2)
        lab.shoot("new-take")
    finally:
        lab.page.set_viewport_size(VIEWPORT)

    assert "New take" == focused
    assert "take 2" in book.text(2)


@pytest.mark.parametrize("end", ["restart", "shutdown"])
def test_what_is_saved_in_mid_run_reads_well_after_the_kernel_is_gone(lab: Lab, end: str) -> None:
    """Trusted, with a new kernel, a running panel and a board leave words, no dead widget."""
    book = lab.new(
        "%config SeedanceMagics.time_scale = 0.5",
        f"%%seedance {SMALL}\na slow glacier",
        "%seedance jobs",
    )
    for index in (1, 2, 3):
        book.run(index)
    book.until_shows(2, "[role=progressbar] rect")
    book.until_shows(3, ".widget-text")
    doubled = [seen(book, index, ".seedance-saved") for index in (2, 3)]
    book.save()
    if end == "restart":
        book.restart()
        saved = "seedanceTest.area(path, i).node.querySelector('.seedance-saved')"
        book.until(f"{saved}.checkVisibility()", 2)  # what moved is dead, and goes
        lab.page.reload()
        lab.await_app()
    else:
        book.close()
        lab.end_kernels()
        book = lab.open(book.path)
    book.until("seedanceTest.idle(path)")
    book.until_says(2, "model not found")  # what JupyterLab writes, and nobody must see
    book.until_says(3, "model not found")
    words = [book.look("seedanceTest.area(path, i).node.innerText", index) for index in (2, 3)]
    lab.shoot(f"gone-{end}")

    assert [False, False] == doubled
    assert [True, True] == [seen(book, index, ".seedance-saved") for index in (2, 3)]
    assert "a slow glacier" in words[0]
    assert "%seedance show" in words[0]
    assert "a slow glacier" in words[1]
    assert not any("model not found" in text for text in words)


def seen(book: Notebook, index: int, selector: str) -> bool:
    """Whether such an element is drawn in the output of a cell."""
    node = "seedanceTest.area(path, i).node.querySelector(more)"
    return bool(book.look(f"{node}.checkVisibility()", index, selector))


def test_the_text_to_copy_makes_the_same_request(lab: Lab) -> None:
    """As cell, As Python and As curl open in the saved panel; run anew, the cell joins the job."""
    book = lab.new(f"%%seedance {SMALL} -a 1:1\na quiet harbour\nat dawn", "")
    book.run(1)
    book.until_static(1)
    folded = lab.page.locator(".jp-CodeCell").nth(1).locator("details")
    texts = []
    for index, name in enumerate(("As cell", "As Python", "As curl")):
        folded.nth(index).locator("summary", has_text=name).click()
        texts.append(folded.nth(index).locator("div").inner_text())
    places = book.look(
        "[...seedanceTest.area(path, i).node.querySelectorAll('details > div')]"
        ".map(block => block.getBoundingClientRect()).map(box => [box.left, box.width])",
        1,
    )
    lab.shoot("spellings")
    book.look("seedanceTest.cell(path, i).model.sharedModel.setSource(more)", 2, texts[0])
    book.run(2)

    assert 1 == len({tuple(place) for place in places})
    assert texts[0].startswith("%%seedance ")
    assert "sd.generate(" in texts[1]
    assert "$EVOLINK_API_KEY" in texts[2]
    assert "Shown from disk" in book.text(2)


def test_videos_play_in_the_web_page_that_nbconvert_makes(lab: Lab) -> None:
    """`jupyter nbconvert --to html` on the saved notebook gives a page whose video plays."""
    book = lab.new(f"%%seedance {SMALL}\na lighthouse")
    book.run(1)
    book.until_static(1)
    book.save()
    command = (sys.executable, "-m", "jupyter", "nbconvert", "--to=html", book.path.name)
    subprocess.run(command, cwd=book.path.parent, check=True, capture_output=True, timeout=60)
    browser = lab.page.context.browser
    assert browser
    context = browser.new_context(offline=True)
    page = context.new_page()
    try:
        page.goto(book.path.with_suffix(".html").as_uri(), wait_until="domcontentloaded")
        page.wait_for_selector("video")
        page.evaluate("document.querySelector('video').play().then(() => true)")
        page.wait_for_function("document.querySelector('video').currentTime > 0.2")
        width = page.evaluate("document.querySelector('video').videoWidth")
        page.screenshot(path=lab.shots / "nbconvert.png")
    finally:
        context.close()

    assert 864 == width


def test_what_is_saved_in_mid_run_reads_well_without_kernel_and_trust(lab: Lab) -> None:
    """A stranger sees the video, the card or a line that says how to see it; no empty box."""
    book = lab.new(
        f"%%seedance {SMALL}\na small lighthouse",
        f"{ENDINGS}play('fail')\n"
        f"get_ipython().run_cell_magic('seedance', '{SMALL}', 'a forbidden thing')",
        "%config SeedanceMagics.time_scale = 0.5",
        f"%%seedance {SMALL}\na slow glacier",
        f"%%seedance halted {SMALL}\na second glacier",
        "halted.stop()",
    )
    book.run(1)
    book.until_static(1)
    book.run(2)
    book.until_shows(2, "[style*='217,65,65']")
    for index in (3, 4, 5):
        book.run(index)
    book.until_shows(4, "[role=progressbar] rect")
    book.until_shows(5, "[role=progressbar] rect")
    book.run(6)
    book.until_says(5, "Not followed")
    saved = book.save()
    book.close()
    lab.end_kernels()
    copy = lab.open(from_a_stranger(book.path, saved), kernel=False)
    copy.until_says(4, "%seedance show")
    found: dict[str, Any] = {}
    for theme in ("Light", "Dark"):
        lab.wear(theme)
        lab.shoot(f"reopened-{theme.lower()}")
        found[theme] = [copy.look(TROUBLE, index) for index in (1, 2, 4, 5)]

    assert {"Light": [[]] * 4, "Dark": [[]] * 4} == found
    assert 864 == copy.play(1).width
    assert "What happened" in copy.text(2)
    assert "a slow glacier" in copy.text(4)
    assert "Not followed" in copy.text(5)
    for index in (2, 4, 5):
        assert "idget" not in copy.text(index)
