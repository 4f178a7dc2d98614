"""The form in JupyterLab: how it looks, that the keyboard is enough, what it leaves behind."""

from __future__ import annotations

import hashlib
import io
from typing import TYPE_CHECKING, Any

import makers
import pytest
from browser.axe import grave_problems
from browser.lab import from_a_stranger
from PIL import Image, ImageOps

if TYPE_CHECKING:
    from browser.lab import Lab, Notebook

pytestmark = pytest.mark.browser

PROMPTS = {
    "en": "a golden retriever runs across a sunlit meadow, cinematic slow motion",
    "zh": "一只金毛犬跑过阳光下的草地，电影感慢镜头",
}
HOSTILE = '<script>window.hit=1</script>"><img src=y onerror=window.hit=1> \u202e' + "w" * 2000
ASKED = "from seedance_nb.runs import current; print(current.current().job().request.images)"
WORDS = {
    "en": ("Prompt", "Images", "Videos", "Sounds", "Upload images", "Generate"),
    "zh": ("提示词", "图片", "视频", "音频", "上传图片", "生成"),
}
# What is wider than the output that it is in.
STICKING_OUT = """(area => {
  const edge = area.getBoundingClientRect().right + 1;
  return [...area.querySelectorAll('*')]
    .filter(node => !node.childElementCount && node.getBoundingClientRect().right > edge)
    .map(node => node.outerHTML.slice(0, 120));
})(seedanceTest.area(path, i).node)"""
# The label by which the focused control goes, as a screen reader would say it.
FOCUSED = """() => {
  const at = document.activeElement;
  const label = at.labels?.[0]?.textContent || at.textContent;
  return [at.tagName.toLowerCase(), label.trim()];
}"""


def painted(size: tuple[int, int]) -> bytes:
    """A picture in which one sees what was done to it."""
    kept = io.BytesIO()
    grey = Image.radial_gradient("L").resize(size)
    ImageOps.colorize(grey, "gold", "navy", "teal").save(kept, "PNG")
    return kept.getvalue()


def look_at(lab: Lab, book: Notebook, name: str) -> dict[str, Any]:
    """What is wrong with a form in both themes and widths; a screenshot of each."""
    found: dict[str, Any] = {}
    for theme in ("Light", "Dark"):
        lab.wear(theme)
        lab.page.wait_for_selector("#jupyterlab-splash", state="detached")
        for size, width in (("wide", 1300), ("half", 800)):
            lab.page.set_viewport_size({"width": width, "height": 2200})
            lab.shoot(f"form-{name}-{theme.lower()}-{size}")
            found[f"{theme} {size}"] = book.look(STICKING_OUT, 2)
        found[f"{theme} axe"] = grave_problems(lab.page, 2)
    return {where: problems for where, problems in found.items() if problems}


def type_into(lab: Lab, label: str, text: str) -> None:
    """Fill in a field, and leave it."""
    lab.page.get_by_role("textbox", name=label, exact=True).fill(text)
    lab.page.keyboard.press("Tab")


def tab_to(lab: Lab, label: str, *, most: int = 60) -> None:
    """Press Tab until the control of this label has the focus."""
    for _ in range(most):
        if label == lab.page.evaluate(FOCUSED)[1]:
            return
        lab.page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {label}")


def opened(lab: Lab, *sources: str, language: str = "en") -> Notebook:
    """A notebook with a form in cell 2."""
    chosen = f"%config SeedanceMagics.language = '{language}'"
    book = lab.new(chosen, "%seedance form", *sources)
    book.run(1)
    book.run(2)
    book.until_shows(2, "textarea")
    return book


def test_the_keyboard_alone_fills_in_a_form_and_starts_a_job(lab: Lab) -> None:
    """Tab, letters, arrows and Space are enough, from the prompt to the playing video."""
    book = opened(lab)
    keys = lab.page.keyboard

    tab_to(lab, "Prompt")
    keys.type(PROMPTS["en"])
    tab_to(lab, "fast")
    keys.press("Space")
    tab_to(lab, "Seconds")
    keys.press("Control+A")
    keys.type("4")
    tab_to(lab, "480p")
    keys.press("Space")
    tab_to(lab, "9:16")
    keys.press("Space")
    tab_to(lab, "Sound")
    keys.press("Space")
    book.until_says(2, "fast-text-to-video · 4 s · 480p · 9:16 · no sound")
    tab_to(lab, "Generate")
    keys.press("Enter")
    book.until_shows(2, "video")
    picture = book.play(2)

    assert (496, 864) == (picture.width, picture.height)
    assert 4 == round(picture.duration)
    lab.shoot("form-finished")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_form_with_problems_reads_well(lab: Lab, language: str) -> None:
    """Problems and thumbnails stay inside, and axe finds nothing serious."""
    book = opened(lab, language=language)
    labels = {"en": ("Prompt", "Images", "Callback"), "zh": ("提示词", "图片", "回调地址")}[
        language
    ]
    (lab.folder / "small.png").write_bytes(makers.picture((200, 150)))
    images = "https://example.org/fox.png\nsmall.png\ncat.png"
    for label, text in zip(labels, (PROMPTS[language], images, "http://10.0.0.1"), strict=True):
        type_into(lab, label, text)
    book.until_says(2, "10.0.0.1")
    book.until("seedanceTest.area(path, i).node.querySelector('img')?.naturalWidth > 0", 2)

    assert {} == look_at(lab, book, f"problems-{language}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_form_that_is_ready_reads_well(lab: Lab, language: str) -> None:
    """So do the estimate, an open spelling and a finished job below."""
    book = opened(lab, language=language)
    words = {"en": ("As Python", "Generate"), "zh": ("转为 Python", "生成")}[language]
    type_into(lab, {"en": "Prompt", "zh": "提示词"}[language], PROMPTS[language])
    for word in words:
        lab.page.get_by_role("button", name=word, exact=True).click()
    book.until_shows(2, "video")

    assert {} == look_at(lab, book, f"ready-{language}")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_files_are_completed_uploaded_seen_and_sent(lab: Lab, language: str) -> None:
    """Paths completed by keys, and uploads: seen with their tags, and the job has their content."""
    book = opened(lab, ASKED, language=language)
    prompt, images, videos, sounds, upload, generate = WORDS[language]
    (lab.folder / "lake.png").write_bytes(painted((640, 360)))
    makers.film(lab.folder / "drift.mp4")
    (lab.folder / "rain.wav").write_bytes(makers.wav(3))
    cat = painted((300, 400))
    type_into(lab, prompt, PROMPTS[language] + ", @image2, @video1")
    type_into(lab, videos, "drift.mp4")
    type_into(lab, sounds, "rain.wav")
    lab.page.get_by_role("textbox", name=images, exact=True).fill("la")
    book.until_says(2, "lake.png")
    tab_to(lab, "lake.png")
    lab.page.keyboard.press("Enter")
    with lab.page.expect_file_chooser() as chooser:
        lab.page.get_by_role("button", name=upload).click()
    chooser.value.set_files({"name": "<b>cat.png", "mimeType": "image/png", "buffer": cat})
    book.until_says(2, "<b>cat.png")
    book.until("seedanceTest.area(path, i).node.querySelectorAll('img').length >= 4", 2)
    wrong = look_at(lab, book, f"inputs-{language}")
    lab.page.get_by_role("button", name=generate, exact=True).click()
    book.until_shows(2, "video")
    book.until("seedanceTest.area(path, i).node.querySelectorAll('img').length >= 8", 2)
    lab.shoot(f"form-inputs-{language}-done")

    assert {} == wrong
    assert hashlib.sha256(cat).hexdigest() in book.run(3)


def test_hostile_text_in_a_form_is_only_text(lab: Lab) -> None:
    """Nothing that is typed is executed, and the layout stays whole."""
    book = opened(lab)
    type_into(lab, "Prompt", HOSTILE)
    type_into(lab, "Images", f'https://example.invalid/"onerror="window.hit=1\n{HOSTILE}')
    book.until_says(2, "is not a URL")
    problems = book.look(STICKING_OUT, 2)
    type_into(lab, "Images", "")
    lab.page.get_by_role("button", name="Generate", exact=True).click()
    book.until_shows(2, "video")

    assert [] == problems
    assert [] == book.look(STICKING_OUT, 2)
    assert not lab.page.evaluate("window.hit")


@pytest.mark.parametrize("trusted", [False, True], ids=["untrusted", "trusted"])
def test_a_saved_form_keeps_its_videos_and_says_how_to_open_it(lab: Lab, *, trusted: bool) -> None:
    """Reopened by a stranger or with a new kernel: a line, the videos and what went into them."""
    book = opened(lab)
    (lab.folder / "lake.png").write_bytes(painted((640, 360)))
    type_into(lab, "Prompt", PROMPTS["en"])
    type_into(lab, "Images", "lake.png")
    lab.page.get_by_role("button", name="Generate", exact=True).click()
    book.until_shows(2, ".seedance-alive video")
    seen = "seedanceTest.area(path, i).node.querySelector('.seedance-saved').checkVisibility()"
    book.until("seedanceTest.area(path, i).node.querySelector('.seedance-saved video')", 2)
    doubled = book.look(seen, 2)
    saved = book.save()
    book.close()
    lab.end_kernels()
    path = book.path if trusted else from_a_stranger(book.path, saved)
    again = lab.open(path, kernel=trusted)
    again.until_shows(2, "video")
    again.until("seedanceTest.area(path, i).node.querySelector('img')?.naturalWidth > 0", 2)
    words = again.look("seedanceTest.area(path, i).node.innerText", 2)
    lab.shoot(f"form-reopened-{'trusted' if trusted else 'untrusted'}")

    assert not doubled
    assert "First frame" in words
    assert trusted is again.look("seedanceTest.cell(path, i).model.trusted", 2)
    assert words.startswith("A form for a video. %seedance form opens it again")
    assert "model not found" not in words
    assert 1280 == again.play(2).width


def test_a_job_becomes_the_cell_below(lab: Lab) -> None:
    """`%seedance cell` puts the cell of the latest job below, ready to run."""
    book = opened(lab, "%seedance cell")
    type_into(lab, "Prompt", "a {dog} barks")
    lab.page.get_by_role("button", name="Generate", exact=True).click()
    book.until_shows(2, "video")
    book.run(3)
    cell = "seedanceTest.cell(path, i)?.model.sharedModel.source"
    book.until(f"{cell}?.startsWith('%%seedance')", 4)

    assert "%%seedance\na {{dog}} barks" == book.look(cell, 4)
