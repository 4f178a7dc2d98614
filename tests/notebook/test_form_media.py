"""Inputs in a form: paths and their completion, uploads, small pictures, tags, fitting."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import makers
import pytest

from seedance_nb.core import media, spelling
from seedance_nb.core.errors import BudgetExceeded
from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import fit, inputs
from seedance_nb.notebook.form import Form
from seedance_nb.notebook.form_media import MOST_UPLOADED
from seedance_nb.notebook.form_paths import MOST, line_typed, offers
from seedance_nb.notebook.input_cards import cards_html, input_cards
from seedance_nb.notebook.thumbnails import thumbnail
from seedance_nb.runs.budget import Prospect
from seedance_nb.runs.estimate import Estimate
from seedance_nb.runs.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Callable

URL = "https://example.org/a.png"
PNG = makers.picture()


@pytest.fixture
def form(session: Any, sessions: Any, make_stage: Callable[..., Any]) -> Form:
    """A form with a prompt, in an empty folder."""
    media.use(inputs.opened, fit.fit)
    spelling.use(Path.cwd())
    session.inputs = Inputs(session.home)
    made = Form(sessions, stage=lambda _: make_stage("vscode"))
    made.controls["prompt"].value = "a dog"
    return made


def upload(form: Form, field: str, *files: tuple[str, bytes]) -> None:
    """What a browser does after files were chosen."""
    moment = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    form.inputs[field].upload.value = tuple(
        {"name": name, "type": "", "size": len(content), "content": memoryview(content),
         "last_modified": moment}
        for name, content in files
    )  # fmt: skip


def chips(form: Form, field: str) -> list[Any]:
    """The buttons that take uploaded files away again."""
    return list(form.inputs[field].shelf.children[2:])


def names(form: Form, field: str) -> list[str]:
    """The inputs that would be sent."""
    request = form.state.request
    return [getattr(item, "name", item) for item in getattr(request, field)] if request else []


def note(form: Form, field: str) -> str:
    """What is said under a field."""
    return str(form.notes[field].value)


def test_a_problem_under_its_field_is_a_whole_sentence(form: Form) -> None:
    """Without the name of the field in front it begins with a capital."""
    Path("lamp.png").write_bytes(PNG)
    form.controls["images"].value = "lamb.png"

    assert ">There is no file" in note(form, "images")


def test_a_fact_under_a_picture_is_not_torn_apart(form: Form) -> None:
    """Between facts a line may break, between a number and its unit it may not."""
    Path("lamp.png").write_bytes(PNG)
    form.controls["images"].value = "lamp.png"

    assert f"· {len(PNG) / 1000:.0f}\N{NO-BREAK SPACE}kB<" in note(form, "images")


# --- uploads --------------------------------------------------------------------------------------


def test_uploads_stay_come_after_the_lines_and_can_be_removed(form: Form) -> None:
    """They outlast changes of the form and further uploads, each until it is taken away."""
    upload(form, "images", ("one.png", PNG), ("two.png", makers.picture((500, 300))))
    form.controls["prompt"].value = "a cat"
    upload(form, "images", ("three.png", makers.picture((300, 500))))
    form.controls["images"].value = URL
    all_of_them = names(form, "images")
    chips(form, "images")[0].click()

    assert [URL, "one.png", "two.png", "three.png"] == all_of_them
    assert [URL, "two.png", "three.png"] == names(form, "images")
    assert ["two.png", "three.png"] == [chip.description for chip in chips(form, "images")]
    assert 2 == len(form.inputs["images"].upload.value)
    html = note(form, "images")
    assert html.index("a.png") < html.index("two.png") < html.index("three.png")


def test_uploads_are_limited_in_all(form: Form) -> None:
    """What would exceed the limit of all kinds together is refused; its path is asked for."""
    upload(form, "audios", ("rain.wav", makers.wav(2) + bytes(MOST_UPLOADED // 2)))
    upload(form, "images", ("big.png", PNG + bytes(MOST_UPLOADED // 2)), ("ok.png", PNG))
    said = note(form, "images")
    chips(form, "audios")[0].click()
    both = PNG + bytes(MOST_UPLOADED // 2)
    upload(form, "images", ("big.png", both), ("second.png", both))

    assert "big.png" in said
    assert "8 MB in all. Give its path instead" in said
    assert "second.png" in note(form, "images")
    assert ["ok.png", "big.png"] == [chip.description for chip in chips(form, "images")]


def test_an_upload_that_is_no_picture_is_a_problem_until_it_goes(form: Form) -> None:
    """It is named under its field and can be removed."""
    upload(form, "images", ("cut.png", PNG[:60]), ("notes.txt", b"hello"))
    said = note(form, "images")
    for _ in range(2):
        chips(form, "images")[0].click()

    assert "cut.png" in said
    assert "notes.txt" in said
    assert form.state.is_ready


def test_a_name_with_the_key_in_it_is_refused(form: Form, canary: str) -> None:
    """The key must not go into a request, not as a file name either, and no widget keeps it."""
    upload(form, "images", (f"{canary}.png", PNG))
    (chip,) = chips(form, "images")

    assert not form.state.is_ready
    assert "API key" in form.state.problems["images"][0]
    button = form.inputs["images"].upload
    kept = (chip.description, chip.tooltip, button.value, note(form, "images"))
    assert canary not in repr(kept)


# --- spelling and sending -------------------------------------------------------------------------


def test_what_is_sent_has_the_files(form: Form, session: Any) -> None:
    """Generate asks with the content of path and upload."""
    Path("cat.png").write_bytes(PNG)
    form.controls["images"].value = "cat.png"
    other = makers.picture((500, 300))
    upload(form, "images", ("dog.png", other))
    form.generate.click()

    (asked,) = session.asked
    assert VideoRequest("a dog", images=["cat.png", other]).digest == asked["request"].digest


def test_paths_are_spelt_as_paths_and_uploads_by_their_copies(form: Form, session: Any) -> None:
    """What stands in the text can be run: the copy of an upload is kept by then."""
    Path("my cat.png").write_bytes(PNG)
    form.controls["images"].value = "my cat.png"
    upload(form, "images", ("dog.png", makers.picture((500, 300))))
    form.spellings.buttons["cell"].click()
    cell = form.spellings.text.value
    form.spellings.buttons["curl"].click()

    assert form.state.request is not None
    copy = f"runs/inputs/{form.state.request.files[1].file}"
    assert f"%%seedance --image 'my cat.png' --image {copy}\na dog" == cell
    assert Path(copy).is_file()
    assert "address of dog.png" in form.spellings.text.value


def test_a_form_is_filled_with_the_files_of_a_request(form: Form, session: Any) -> None:
    """Paths as lines, everything else as held files with their copies; order and digest stay."""
    Path("cat.png").write_bytes(PNG)
    Path("gone.png").write_bytes(makers.picture((600, 300)))
    items = [URL, "cat.png", makers.picture((500, 300)), "gone.png", "https://example.org/b.png"]
    request = session.inputs.kept(VideoRequest("a dog", images=items))
    Path("gone.png").unlink()
    past = session.inputs.located(VideoRequest.from_fields(request.to_fields()))
    for source, lines in ((request, f"{URL}\ncat.png"), (past, URL)):
        form.fill(source)
        assert form.state.request is not None
        assert (request.digest, lines) == (form.state.request.digest, form.controls["images"].value)
        assert 3 == note(form, "images").count('src="data:image/')
    form.fill(VideoRequest("a dog"))

    assert [] == chips(form, "images")


# --- completion -----------------------------------------------------------------------------------


@pytest.fixture
def folder() -> None:
    """Some files."""
    for name in ("cat.png", "CAT2.JPG", "cat.mp4", "cat.txt", ".cat.png", "bobcat.webp"):
        Path(name).touch()
    Path("cats").mkdir()
    Path("cats", "tom.png").touch()
    Path("cats", "a\nb.png").touch()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("cat", ["CAT2.JPG", "cat.png", "cats/", "bobcat.webp"]),
        ("./ca", ["./CAT2.JPG", "./cat.png", "./cats/", "./bobcat.webp"]),
        ("cats/", ["cats/tom.png"]),
        (".cat", [".cat.png"]),
        ("cat.png", []),
        ("", []),
        ("nowhere/c", []),
        ("https://c", []),
        ("c\0", []),
    ],
)
def test_names_of_the_folder_are_offered(typed: str, offered: list[str]) -> None:
    """Folders and files of the kind, those that begin so first; never what no line can hold."""
    assert offered == offers(typed, "images")


def test_few_are_offered() -> None:
    """A folder of many files gives no wall of buttons."""
    for number in range(20):
        Path(f"a{number}.wav").touch()

    assert MOST == len(offers("a", "audios"))


def test_the_line_that_is_typed_is_the_one_that_changed() -> None:
    """A line that came or went is none that is being typed."""
    assert [0, 1, 2, None, None] == [
        line_typed(*pair)
        for pair in [("", "a"), ("a\nb\nc", "a\nbx\nc"), ("a\nb", "a\nb\nc"), ("a\nb", "a"),
                     ("a", "x\ny")]
    ]  # fmt: skip


@pytest.mark.usefixtures("folder")
def test_an_offer_goes_into_its_line(form: Form) -> None:
    """A folder is looked into at once, a file ends the offers."""
    area, row = form.controls["images"], form.inputs["images"].offers
    area.value = f"{URL}\n"
    area.value += "cats"
    (shown,) = [button for button in row.children[1:] if button.layout.display is None]
    tip = shown.tooltip
    shown.click()
    within = [button.description for button in row.children[1:] if button.layout.display is None]
    next(button for button in row.children if "cats/tom.png" == button.description).click()

    assert "Put cats/ into the line" == tip
    assert ["cats/tom.png"] == within
    assert f"{URL}\ncats/tom.png" == area.value
    assert "none" == row.layout.display


# --- pictures and tags ----------------------------------------------------------------------------


def test_inputs_are_seen_with_their_tags(form: Form, tmp_path: Path) -> None:
    """Small pictures of image, clip and sound; an address is a card and never fetched."""
    Path("cat.png").write_bytes(PNG)
    makers.film(tmp_path / "clip.mp4", frames=48)
    upload(form, "audios", ("rain.wav", makers.wav(3)))
    form.controls["images"].value = f"cat.png\n{URL}"
    form.controls["videos"].value = str(tmp_path / "clip.mp4")

    for field, facts in {
        "images": ("@image1", "@image2", "400 × 300", "example.org"),
        "videos": ("@video1", "clip.mp4", "640 × 640", "2.0 s"),
        "audios": ("@audio1", "rain.wav", "3.0 s"),
    }.items():
        html = note(form, field)
        assert 1 == html.count("<img") == html.count('src="data:image/')
        assert [] == [fact for fact in facts if fact not in html]
    assert "refer to: @image1 @image2 @video1 @audio1" in note(form, "prompt")


def test_frames_are_called_what_they_are(form: Form) -> None:
    """One or two images are first and last frame; that tags mean nothing then is said."""
    form.controls["images"].value = f"{URL}\n{URL}"
    form.controls["prompt"].value = "@image1 runs"

    html = note(form, "images")
    assert html.index("First frame") < html.index("Last frame")
    assert "@image1 refers to a file only where the input is Reference" in note(form, "prompt")


def test_tags_and_files_that_do_not_meet_are_said_under_the_prompt(form: Form) -> None:
    """A tag without a file and a file without a tag, as one types."""
    form.controls["model"].value = "reference"
    form.controls["images"].value = f"{URL}\n{URL}"
    form.controls["prompt"].value = "@image1 and @video1"

    assert "mentions @video1" in note(form, "prompt")
    assert "does not mention @image2" in note(form, "prompt")
    assert form.state.is_ready


def test_hostile_names_are_only_text() -> None:
    """Nothing of a file name or an address becomes markup."""
    hostile = '"><img src=x onerror=y>\u202e'
    cards = input_cards(
        "reference", {"images": [Media(sha256="0" * 64, name=hostile), f"https://x/{hostile}"]}
    )
    html = cards_html(cards["images"])

    assert "<img" not in html
    assert "\u202e" not in html
    assert 2 <= html.count("&lt;img src=x onerror=y&gt;")


@pytest.mark.parametrize("gone", ["PIL", "av"])
def test_without_the_extra_a_file_is_a_plain_card(
    form: Form, gone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Name and format instead of a picture, and everything else works."""
    content = makers.picture((417, 300 + len(gone)))
    monkeypatch.setitem(sys.modules, gone, None)
    upload(form, "images", ("cat.png", content))

    assert "<img" not in note(form, "images")
    assert ">PNG</span>" in note(form, "images")
    assert form.state.is_ready


def test_a_picture_is_small_and_made_once() -> None:
    """A few kilobytes, remembered by content; what cannot be read has none."""
    big = inputs.opened("images", makers.picture((3000, 2000)))
    assert isinstance(big, Media)
    first = thumbnail("images", big)
    broken = Media(sha256="1" * 64, size=3, name="x.png", format="png", source=b"abc")

    assert 0 < len(first) < 20_000
    assert first is thumbnail("images", Media(sha256=big.sha256))
    assert "" == thumbnail("images", broken)


# --- fitting --------------------------------------------------------------------------------------


def test_what_breaks_a_limit_can_be_fitted(form: Form) -> None:
    """The switch is there when it helps, and says what was before and is after; files stay."""
    small = makers.picture((200, 150))
    Path("small.png").write_bytes(small)
    switch = form.controls["fit"]
    before = switch.layout.display
    form.controls["images"].value = "small.png"
    offered, problem = switch.layout.display, note(form, "images")
    switch.value = True
    form.spellings.buttons["cell"].click()

    assert ("none", None) == (before, offered)
    assert "200 x 150" in problem
    assert "--fit" in problem
    assert "--fit" in switch.description  # so that one finds what the problem speaks of
    assert form.state.request is not None
    assert (400, 300) == (form.state.request.images[0].width, form.state.request.images[0].height)
    assert "scaled from 200 x 150 to 400 x 300 pixels" in note(form, "fit")
    assert "400 × 300" in note(form, "images")
    assert "%%seedance --image small.png --fit\na dog" == form.spellings.text.value
    assert small == Path("small.png").read_bytes()


def test_what_cannot_be_mended_offers_no_switch(form: Form) -> None:
    """A file of another kind is only a problem."""
    Path("notes.txt").write_text("hello")
    form.controls["images"].value = "notes.txt"

    assert "none" == form.controls["fit"].layout.display
    assert not form.state.is_ready


# --- money ----------------------------------------------------------------------------------------


def test_what_wants_a_yes_wants_a_second_click(form: Form, session: Any) -> None:
    """The first click says what it costs; a change of the form takes the question back."""
    session.refusal = BudgetExceeded("error.yes", count=5, where="live", cost="90", line="...")
    form.controls["takes"].value = 5
    form.generate.click()
    asked, said = form.generate.description, form.message.value
    form.controls["takes"].value = 6
    taken_back = form.generate.description
    form.generate.click()
    session.refusal = None
    form.generate.click()

    assert ("Yes, make 5 videos", "Generate") == (asked, taken_back)
    assert "Cost: 90" in said
    assert [True] == [each["consent"].yes for each in session.asked]
    assert "Generate" == form.generate.description


def test_a_click_counts_what_is_not_here_yet(form: Form, session: Any) -> None:
    """The yes is to as many videos as would be made; after it the form says that they are here."""
    free = Estimate(credits=0.0, source="simulator")
    session.refusal = BudgetExceeded("error.yes", count=2, where="live", cost="90", line="...")
    session.foresee = lambda *_, **__: Prospect(fresh=(0 if session.asked else 2,), cost=free)
    form.controls["takes"].value = 5
    form.generate.click()
    asked, before = form.generate.description, form.summary.value
    session.refusal = None
    form.generate.click()

    assert "Yes, make 2 videos" == asked
    assert "3 of 5" in before
    assert "nothing is sent" in form.summary.value
    assert "3 of 5" not in form.summary.value


def test_the_estimate_never_waits(form: Form, session: Any) -> None:
    """As one types nobody waits for the price list."""
    form.controls["takes"].value = 3

    assert {"takes": 3, "new": False, "patience": 0} == session.foreseen[-1]
    assert "Estimate: 0 credits (simulator)." in form.summary.value
