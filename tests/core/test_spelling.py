"""The three spellings of a request: each one, read back, asks for the same."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from IPython.core.inputtransformer2 import TransformerManager

from seedance_nb.core import media, options, spelling
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.spelling import as_cell, as_curl, as_python
from seedance_nb.evolink import inputs

PICTURE = (Path(__file__).parents[1] / "data" / "picture.png").read_bytes()

URL = "https://example.org/it's a.png?x={x}&y=$HOME".replace(" ", "%20")
SERVER = "https://api.evolink.ai"
HOSTILE = [
    "a dog",
    "two\nlines",
    "\n\nempty lines first",
    "empty lines last\n\n",
    "   leading spaces",
    "\t",
    "it's \"quoted\" with `ticks` and \\ backslashes",
    "braces {x} {{y}} {{{z}}} {a{b}} {} {{}} { x } {day|night} {x}{y}",
    "100 % of %s and %%seedance and $5 and !ls",
    "%%seedance -d 9\na dog",
    "emoji \U0001f415\u200d\U0001f9ba and \u4e2d\u6587 and \u202eright to left",
    ">>> pasted",
    "... and then a dog",
    "In [1]: pasted",
    "NUL \0 and \x1b and \x0c",
    "carriage\r\nreturn",
    "-d 15",
    "a question?",
]  # fmt: skip


def picture(path: Path) -> Path:
    """A picture in a file."""
    path.write_bytes(PICTURE)
    return path


def back_from_cell(cell: str) -> tuple[VideoRequest, int]:
    """What a cell asks for, read as IPython hands it to the magic; Python is evaluated."""
    if cell.startswith("import "):
        return back_from_python(cell)
    handed: list[Any] = []
    shell = SimpleNamespace(run_cell_magic=lambda *given: handed.extend(given))
    manager: Any = TransformerManager
    exec(manager().transform_cell(cell), {"get_ipython": lambda: shell})
    _, line, body = handed
    order = options.read_cell(line, body, {"x": "wrong", "y": "wrong"})
    assert order.request
    return order.request, order.takes


def back_from_python(code: str) -> tuple[VideoRequest, int]:
    """What the call asks for."""
    import_line, _, call = code.partition("\n")
    asked: list[tuple[VideoRequest, int]] = []

    def generate(prompt: str, *, takes: int = 1, **fields: Any) -> None:
        asked.append((VideoRequest(prompt, **fields), takes))

    assert "import seedance_nb as sd" == import_line
    exec(call, {"sd": SimpleNamespace(generate=generate)})
    (found,) = asked
    return found


@st.composite
def requests(draw: st.DrawFn) -> VideoRequest:
    """Any valid request of the quickstart's catalog."""
    letters = st.sampled_from([*"ab {}%$'\"\\\n\t", "{x}", "{{x}}", "\U0001f415", "\u4e2d", ">>> "])
    text = st.lists(letters, max_size=12).map("".join)
    prompt = draw(st.one_of(st.sampled_from(HOSTILE), text))
    links = st.lists(st.just(URL), max_size=3)
    fields: dict[str, Any] = {
        "model": draw(st.sampled_from([None, "text", "image", "reference"])),
        "tier": draw(st.sampled_from(["standard", "fast"])),
        "duration": draw(st.integers(4, 15)),
        "quality": draw(st.sampled_from(["480p", "720p"])),
        "aspect_ratio": draw(st.sampled_from([None, "16:9", "9:16", "adaptive"])),
        "images": draw(links),
        "videos": draw(links),
        "audios": draw(links),
        "generate_audio": draw(st.booleans()),
        "web_search": draw(st.booleans()),
        "content_filter": draw(st.booleans()),
        "callback_url": draw(st.sampled_from([None, "https://example.org/hook?a='b'"])),
    }
    try:
        return VideoRequest(prompt, **fields)
    except InvalidRequest:
        assume(condition=False)
        raise


@given(request=requests(), takes=st.integers(1, 3), name=st.sampled_from([None, "dog"]))
def test_every_spelling_asks_for_the_same(
    request: VideoRequest, takes: int, name: str | None
) -> None:
    """A cell and a call, read back, make the very same request, callback and all."""
    cell, call = (spell(request, name=name, takes=takes) for spell in (as_cell, as_python))

    assert (request, takes) == back_from_cell(cell)
    assert (request, takes) == back_from_python(call)


@pytest.mark.parametrize("prompt", [text for text in HOSTILE if text.strip()])
def test_a_hostile_prompt_survives(prompt: str) -> None:
    """What would end a cell, a string or a shell word early comes back as it was."""
    request = VideoRequest(prompt)
    words = shlex.split(as_curl(request, SERVER))

    assert request.digest == back_from_cell(as_cell(request))[0].digest
    assert request.digest == back_from_python(as_python(request))[0].digest
    assert request.to_wire() == json.loads(words[-1])


def test_a_cell_says_only_what_differs() -> None:
    """Defaults and what follows from the inputs are left out."""
    plain = VideoRequest("a dog", model="text", aspect_ratio="16:9")
    other = VideoRequest(
        "a dog", images=["https://example.org/a.png"], model="reference", tier="fast", duration=8,
        generate_audio=False,
    )  # fmt: skip

    assert "%%seedance\na dog" == as_cell(plain)
    assert (
        "%%seedance dog -m reference -t fast -d 8 --image https://example.org/a.png --no-audio "
        "--takes 2\na dog" == as_cell(other, name="dog", takes=2)
    )


def test_python_reads_well() -> None:
    """A short call stands on one line, a long one has a line for each thing that it says."""
    assert 'import seedance_nb as sd\n\njob = sd.generate("a dog")' == as_python(
        VideoRequest("a dog")
    )
    assert (
        "import seedance_nb as sd\n\n"
        "jobs = sd.generate(\n"
        '    "a dog\\n"\n'
        '    "barks",\n'
        "    duration=8,\n"
        '    images=["https://example.org/a.png"],\n'
        "    takes=2,\n"
        ")"
    ) == as_python(
        VideoRequest("a dog\nbarks", duration=8, images=["https://example.org/a.png"]), takes=2
    )


def test_a_request_of_another_catalog_names_it() -> None:
    """What the catalog in use does not offer can still be asked for from Python."""
    request = VideoRequest("a dog", tier="mini", catalog="2026-08")

    assert (request, 1) == back_from_python(as_python(request))


@pytest.mark.parametrize("fields", [{"tier": "mini"}, {"quality": "1080p"}])
def test_no_cell_asks_for_what_the_catalog_lacks(fields: dict[str, Any]) -> None:
    """Where a cell would be refused, Python names the catalog; where it has it, it is a cell."""
    request = VideoRequest("a dog", **fields, catalog="2026-08")
    plain = VideoRequest("a dog", duration=8, catalog="2026-08")

    assert (request, 1) == back_from_cell(as_cell(request))
    assert "%%seedance -d 8\na dog" == as_cell(plain)
    assert plain.digest == back_from_cell(as_cell(plain))[0].digest


def test_a_command_line_takes_the_key_from_the_environment() -> None:
    """The header names the variable, in quotes that the shell looks into."""
    line = as_curl(VideoRequest("a dog"), SERVER)

    assert f"curl {SERVER}/v1/videos/generations \\\n" in line
    assert '-H "Authorization: Bearer $EVOLINK_API_KEY"' in line


NAMES = ["cat.png", 'it\'s a "cat".png', "-x.png", "~x.png", "{x}.png", "图 片.png", "$HOME.png"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("absolute", [False, True])
def test_a_file_is_spelt_by_its_path(name: str, absolute: bool) -> None:  # noqa: FBT001
    """A path comes back as the same file, relative where it lies below the working folder."""
    media.use(inputs.opened)
    spelling.use(Path.cwd())
    picture(Path(name))
    request = VideoRequest("it moves", images=[Path.cwd() / name if absolute else Path(name)])
    cell, call = as_cell(request), as_python(request)

    assert str(Path.cwd()) not in cell + call
    assert (request, 1) == back_from_cell(cell)
    assert (request, 1) == back_from_python(call)


def test_a_file_elsewhere_is_spelt_in_full(tmp_path: Path) -> None:
    """A file that is not below the working folder keeps its whole path."""
    media.use(inputs.opened)
    spelling.use(tmp_path / "notebooks")
    request = VideoRequest("it moves", images=[picture(tmp_path / "cat.png")])

    assert f"%%seedance --image {tmp_path}/cat.png\nit moves" == as_cell(request)


def test_what_is_not_uploaded_yet_is_said(tmp_path: Path) -> None:
    """A command line says plainly which address is missing, in a form that a shell leaves alone."""
    media.use(inputs.opened)
    request = VideoRequest("it moves", images=[picture(tmp_path / "it's a cat.png"), URL])
    body = json.loads(shlex.split(as_curl(request, SERVER))[-1])

    told = "(address of it's a cat.png, which is uploaded when the request is sent)"
    assert [told, URL] == body["image_urls"]


def test_a_line_of_blanks_is_kept() -> None:
    """A prompt with such a line is spelt in Python, since a cell may lose the blanks."""
    assert "%%seedance" not in as_cell(VideoRequest("a\n \nb"))
    assert "%%seedance" in as_cell(VideoRequest("a\n\nb"))
