"""The form as widgets, without a browser: what can be filled in, and what a click does."""

from __future__ import annotations

import dataclasses
import json
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.core import catalog
from seedance_nb.core.catalog import PARAMETERS
from seedance_nb.core.errors import ConfigError, QuotaExceeded
from seedance_nb.core.request import VideoRequest
from seedance_nb.notebook.form import ROWS, Form
from seedance_nb.notebook.form_state import RUN
from seedance_nb.runs.job import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from seedance_nb.notebook.stage import Stage
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.library import Video

WIDGET = "application/vnd.jupyter.widget-view+json"
IMAGE = "https://example.org/a.png"


@pytest.fixture
def make_form(sessions: Any, make_stage: Callable[..., Stage]) -> Callable[..., Form]:
    """Makes forms whose panels are real widgets."""

    def stage(_: object) -> Stage:
        return dataclasses.replace(make_stage("vscode"), make_widget=None)

    return lambda source=None, **how: Form(sessions, source, stage=stage, **how)


@pytest.fixture
def form(make_form: Callable[..., Form]) -> Form:
    """An empty form."""
    return make_form()


@pytest.fixture
def newer_catalog() -> Iterator[None]:
    """The catalog with nine models."""
    catalog.use("latest")
    yield
    catalog.use("quickstart")


def note(form: Form, name: str) -> str:
    """What is said under a field."""
    shown = form.notes[name]
    return "" if "none" == shown.layout.display else str(shown.value)


def pictures(form: Form) -> list[str]:
    """The panels below the form."""
    shown = (panel.children for panel in form.panels.children)
    return [
        picture.value or end.outputs[0]["data"]["text/html"] for picture, _buttons, end in shown
    ]


def test_the_controls_are_the_table(form: Form) -> None:
    """One control for each parameter, with its default."""
    names = {parameter.name for parameter in PARAMETERS} | set(RUN)

    assert names == form.controls.keys() == form.notes.keys()
    assert names == {name for row in ROWS for name in row}
    for parameter in PARAMETERS:
        control = form.controls[parameter.name]
        default = {"media": "", "choice": "", "prompt": "", "url": ""}.get(parameter.kind)
        wanted = parameter.default if parameter.default is not None else default
        assert control.value == (None if "aspect_ratio" == parameter.name else wanted)


@pytest.mark.parametrize(
    ("name", "choices"),
    [
        ("model", ["", "text", "image", "reference"]),
        ("tier", ["standard", "fast"]),
        ("quality", ["480p", "720p"]),
    ],
)
def test_choices_are_those_of_the_catalog(form: Form, name: str, choices: list[str]) -> None:
    """What the catalog in use lacks is not offered."""
    assert choices == [value for _, value in form.controls[name].options]


@pytest.mark.usefixtures("newer_catalog")
def test_a_newer_catalog_offers_more(make_form: Callable[..., Form]) -> None:
    """Tiers and qualities come from the catalog of the session."""
    controls = make_form().controls

    assert "mini" in [value for _, value in controls["tier"].options]
    assert ["480p", "720p", "1080p", "4k"] == [value for _, value in controls["quality"].options]


def test_every_control_has_a_label(form: Form) -> None:
    """A description of its own, or a label beside it."""
    beside = [row.children for row in form.widget.children[0].children if hasattr(row, "children")]
    labelled = {id(control) for head, *rest in beside if hasattr(head, "value") for control in rest}

    for control in form.controls.values():
        assert getattr(control, "description", "") or id(control) in labelled


def test_ratios_have_their_shapes(form: Form) -> None:
    """Each button is as wide and high as the picture would be, roughly."""
    for ratio, button in form.controls["aspect_ratio"].buttons.items():
        width, height = (int(getattr(button.layout, side)[:-2]) for side in ("width", "height"))
        if ":" in ratio:
            across, down = map(int, ratio.split(":"))
            assert abs(width / height - across / down) < 0.05
        assert ratio == button.description


def test_a_ratio_is_chosen_and_given_back(form: Form) -> None:
    """A click chooses, a second one leaves it to the input again."""
    shapes = form.controls["aspect_ratio"]
    form.controls["prompt"].value = "a dog"
    form.controls["images"].value = IMAGE
    pressed = [ratio for ratio, button in shapes.buttons.items() if button.value]
    shapes.buttons["9:16"].value = True
    chosen = form.state.request
    shapes.buttons["9:16"].value = False

    assert ["adaptive"] == pressed
    assert chosen
    assert "9:16" == chosen.aspect_ratio
    assert form.state.request
    assert "adaptive" == form.state.request.aspect_ratio
    assert shapes.buttons["adaptive"].value


def test_problems_come_and_go_as_one_types(form: Form) -> None:
    """Under its own field, without the field's name; Generate waits until there are none."""
    form.controls["prompt"].value = "a dog"
    form.controls["images"].value = "cat.png"
    wrong, blocked = note(form, "images"), form.generate.disabled
    form.controls["images"].value = IMAGE

    assert "not a URL" in wrong
    assert "images" not in wrong
    assert blocked
    assert "not a URL" not in note(form, "images")
    assert "example.org" in note(form, "images")
    assert "<img" not in note(form, "images")
    assert not form.generate.disabled
    assert "Ready" in form.summary.value


def test_an_empty_form_says_what_is_missing(form: Form) -> None:
    """Nothing can be sent yet, and the form says why; not in red, nobody did anything wrong."""
    assert form.generate.disabled
    assert "Say what the video shows." in note(form, "prompt")
    assert "217,65,65" not in note(form, "prompt")
    assert "Not ready yet: Prompt" in form.summary.value
    assert all(button.disabled for button in form.spellings.buttons.values())


def test_generate_asks_and_shows_the_job_below(form: Form, session: Any) -> None:
    """A click sends what is filled in, as a form; its panel lives below and ends there."""
    form.controls["prompt"].value = "a dog"
    form.controls["duration"].value = 8
    form.controls["new"].value = True
    form.generate.click()

    (asked,) = session.asked
    assert VideoRequest("a dog", duration=8) == asked["request"]
    assert (1, True, "form") == (asked["takes"], asked["new"], asked["cell"]["kind"])
    (picture,) = pictures(form)
    assert "a dog" in picture
    assert not form.generate.disabled


def test_the_newest_panel_is_on_top(form: Form) -> None:
    """Each click adds its panels above those that are there; takes stay in order."""
    form.controls["prompt"].value = "one"
    form.generate.click()
    form.controls["prompt"].value = "two"
    form.controls["takes"].value = 2
    form.generate.click()

    two, also_two, one = pictures(form)
    assert "two" in two
    assert "take 2" in also_two
    assert "one" in one


def test_a_job_has_one_panel_in_a_form(
    form: Form, session: Any, make_job: Callable[..., Job]
) -> None:
    """Asked for once more it comes to the top again, with a word that nothing was sent."""
    first, second = make_job("one", id="kite2345"), make_job("two", id="lamp2345")
    answers = iter([first, second, first])
    session.generate = lambda *_, **__: next(answers)
    form.controls["prompt"].value = "one"
    for _ in range(3):
        first.origin = "joined" if form.panels.children else "sent"
        form.generate.click()

    assert ["one" in picture for picture in pictures(form)] == [True, False]
    assert "nothing was sent" in form.message.value


def test_a_click_that_sends_for_some_says_how_many_were_here(
    form: Form, session: Any, make_job: Callable[..., Job]
) -> None:
    """With one take here and two on their way nobody reads that nothing was sent."""
    takes = [make_job("one", id=f"kite234{take}", take=take) for take in (1, 2, 3)]
    answers = iter([takes[0], Jobs(takes)])
    session.generate = lambda *_, **__: next(answers)
    takes[1].origin = takes[2].origin = "sent"
    form.controls["prompt"].value = "one"
    for _ in range(2):
        takes[0].origin = "shown" if form.panels.children else "sent"
        form.generate.click()

    assert "1 of 3" in form.message.value
    assert "nothing was sent" not in form.message.value


def test_many_takes_get_some_panels_and_a_line(form: Form) -> None:
    """A click makes no hundred panels."""
    form.controls["prompt"].value = "a dog"
    form.controls["takes"].value = 100
    form.generate.click()

    assert 12 == len(pictures(form))
    assert "88 more" in form.message.value


def test_where_links_lead_nowhere_the_video_is_in_the_form(
    form: Form, session: Any, make_job: Callable[..., Job], video: Video
) -> None:
    """VS Code follows no relative link, so the video itself goes in."""
    done = make_job(status="completed", videos=(video,), backend="simulator")
    session.generate = lambda *_, **__: done
    form.controls["prompt"].value = "a dog"
    form.generate.click()

    (picture,) = pictures(form)
    assert 'src="data:video/mp4;base64,' in picture


def test_a_refusal_is_said_in_the_form(form: Form, session: Any) -> None:
    """An error is shown below the buttons and goes with the next click."""
    session.refusal = QuotaExceeded()
    form.controls["prompt"].value = "a dog"
    form.generate.click()
    said = form.message.value
    session.refusal = None
    form.generate.click()

    assert "no credits left" in said
    assert "" == form.message.value
    assert 1 == len(pictures(form))
    assert not form.generate.disabled


@pytest.mark.parametrize(
    ("how", "beginning"),
    [
        ("cell", "%%seedance -d 8\na dog"),
        ("python", "import seedance_nb as sd\n"),
        ("curl", "curl https://api.evolink.ai/v1/videos/generations \\\n"),
    ],
)
def test_spellings_open_follow_and_close(form: Form, how: str, beginning: str) -> None:
    """The text is ready to copy, changes with the form, and closes at the second click."""
    form.controls["prompt"].value = "a dog"
    form.controls["duration"].value = 8
    form.spellings.buttons[how].click()
    opened, shown = form.spellings.text.value, form.spellings.text.layout.display
    form.controls["prompt"].value = "a cat"
    followed = form.spellings.text.value
    form.spellings.buttons[how].click()

    assert opened.startswith(beginning)
    assert shown is None
    assert "a cat" in followed
    assert "none" == form.spellings.text.layout.display


def test_a_form_is_filled_from_what_made_a_video(
    make_form: Callable[..., Form],
    session: Any,
    make_job: Callable[..., Job],
    video: Video,
) -> None:
    """A request, a job, its id, a digest, a video's path and its sidecar fill in the same."""
    request = VideoRequest("a dog", images=[IMAGE], tier="fast", generate_audio=False)
    job = make_job(request=request, digest=request.digest)
    session.kept = Jobs([make_job(id="lamp2345"), job])
    sidecar = video.path.with_suffix(".json")
    sidecar.write_text(json.dumps({"v": 1, "request": {**request.to_fields(), "later": 1}}))
    sources = [
        request, job, job.id, request.digest, request.digest[7:19], str(video.path), sidecar,
    ]  # fmt: skip

    assert [request] * len(sources) == [make_form(source).state.request for source in sources]


def test_a_job_of_another_catalog_keeps_its_choice(make_form: Callable[..., Form]) -> None:
    """What this catalog does not offer is shown, with the problem that it is."""
    form = make_form(VideoRequest("a dog", tier="mini", catalog="2026-08"))

    assert "mini" == form.controls["tier"].value
    assert "mini" in note(form, "tier")


@pytest.mark.parametrize("content", [None, "{", "[]", '{"request": {"prompt": ""}}', "{}"])
def test_a_file_that_says_nothing_is_refused(
    make_form: Callable[..., Form], tmp_path: Any, content: str | None
) -> None:
    """No form is opened that asks for something else."""
    path = tmp_path / "clip.json"
    if content is not None:
        path.write_text(content)

    with pytest.raises(ConfigError, match=r"clip\.json does not say what made a video"):
        make_form(str(path))


def test_an_unknown_keyword_is_an_error(sessions: Any) -> None:
    """A misspelt argument is not ignored."""
    with pytest.raises(TypeError, match="sorce"):
        Form(sessions, sorce="x")  # type: ignore[call-arg]


def test_a_number_out_of_range_is_a_problem_and_stays(form: Form) -> None:
    """Nothing is corrected in silence: 60 seconds stay 60, with the valid range under them."""
    form.controls["prompt"].value = "a dog"
    form.controls["duration"].value = 60
    form.controls["takes"].value = 0

    assert 60 == form.controls["duration"].value
    assert "15" in note(form, "duration")
    assert "100" in note(form, "takes")
    assert form.generate.disabled


def test_the_chosen_ratio_is_told_to_screen_readers(form: Form) -> None:
    """Only the button of the ratio that would be sent says so."""
    form.controls["aspect_ratio"].buttons["9:16"].value = True
    buttons = form.controls["aspect_ratio"].buttons

    assert ["9:16, chosen"] == [b.tooltip for b in buttons.values() if b.tooltip != b.description]


def test_what_is_saved_says_how_to_open_it_again(
    make_form: Callable[..., Form], session: Any, make_job: Callable[..., Job], shown: Any
) -> None:
    """A notebook without a kernel shows a line, never an empty box."""
    session.kept = Jobs([make_job()])
    make_form("kite2345", named="kite2345", front_end="lab").show()
    live, saved = shown

    assert {WIDGET, "text/html", "text/plain"} == live.bundle.keys()
    assert ("", "") == (live.html, live.plain)
    assert {"text/html", "text/plain"} == saved.bundle.keys()
    assert "`%seedance form kite2345` opens it again" in saved.plain
    assert "%seedance form kite2345</code>" in saved.html


def test_the_panels_of_a_form_are_saved_with_it(
    make_form: Callable[..., Form], session: Any, make_job: Callable[..., Job], shown: Any,
    video: Video,
) -> None:  # fmt: skip
    """Below the line: what became of each job, the newest first, and nothing of the widget."""
    first, second = make_job("one", id="kite2345"), make_job("two", id="lamp2345")
    answers = iter([first, second])
    session.generate = lambda *_, **__: next(answers)
    form = make_form(front_end="lab")
    form.show()
    form.controls["prompt"].value = "one"
    form.generate.click()
    form.generate.click()
    ids = {output.id for output in shown[1:]}
    running = shown[-1]
    first.become(first.state.with_(status="completed", videos=(video,)))
    saved = shown[-1]

    assert 1 == len(ids)
    assert running.update
    assert "%seedance show kite2345" in running.html
    assert saved.html.index("opens it again") < saved.html.index("two") < saved.html.index("<video")
    assert "%seedance show kite2345" not in saved.html


@pytest.mark.parametrize(("front_end", "words"), [("none", "opens it again"), ("script", "cells")])
def test_where_there_are_no_widgets_a_form_is_a_line(
    make_form: Callable[..., Form],
    front_end: str,
    words: str,
    shown: Any,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Runs without a front end and scripts are told what to do instead."""
    make_form(front_end=front_end).show()

    assert not any(WIDGET in output.bundle for output in shown)
    assert words in "".join(output.plain for output in shown) + capsys.readouterr().out


def test_the_verb_says_in_a_terminal_what_to_do_instead(
    run: Callable[[str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    """`%seedance form` needs a notebook."""
    run("%seedance form")

    assert "A form needs a notebook" in capsys.readouterr().out


def test_a_cell_is_put_below(
    run: Callable[[str], Any], shell: Any, session: Any, make_job: Callable[..., Job]
) -> None:
    """`%seedance cell ID` makes the job's cell the next one."""
    asked: list[tuple[str, bool]] = []
    shell.set_next_input = lambda text, replace: asked.append((text, replace))
    session.kept = Jobs([make_job(request=VideoRequest("a {dog}", duration=8))])
    run("%seedance cell kite2345")
    session.kept = Jobs([make_job(request=None)])
    strange = run("%seedance cell")

    assert isinstance(strange.error_in_exec, ConfigError)
    assert [("%%seedance -d 8\na {{dog}}", False)] == asked
