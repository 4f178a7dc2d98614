"""`--image {name}`: whatever a variable holds, a cell asks for what a call asks for."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import ipywidgets
import makers
import pytest
from PIL import Image

from seedance_nb.core import media
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import inputs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PNG = makers.picture()


@pytest.fixture(autouse=True)
def opener() -> None:
    """Files are opened as `generate` opens them."""
    media.use(inputs.opened)


KINDS: dict[str, Callable[[Path], Any]] = {
    "path": lambda path: path,
    "text": str,
    "bytes": lambda path: path.read_bytes(),
    "open file": lambda path: io.BytesIO(path.read_bytes()),
    "picture": Image.open,
    "list": lambda path: [path, path.read_bytes()],
    "upload": lambda path: {"name": "cat.png", "size": len(PNG), "content": path.read_bytes()},
    "value of a widget": lambda path: ({"name": "cat.png", "content": path.read_bytes()},),
    "empty widget beside a file": lambda path: [ipywidgets.FileUpload(), path],
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_cell_takes_what_a_call_takes(
    kind: str, run: Callable[[str], Any], shell: Any, session: Any, tmp_path: Path
) -> None:
    """The request of a cell with a variable is that of a call with its value."""
    path = tmp_path / "cat.png"
    path.write_bytes(PNG)
    given = KINDS[kind](path)
    shell.user_ns["given"] = given

    result = run("%%seedance -d 4 --image {given}\na cat")

    (asked,) = session.asked
    assert result.success
    assert VideoRequest("a cat", duration=4, images=given).digest == asked["request"].digest
    assert [] == VideoRequest.check("a cat", duration=4, images=given)


def test_a_cell_refuses_what_a_call_refuses(
    run: Callable[[str], Any], shell: Any, session: Any, tmp_path: Path
) -> None:
    """All problems of all variables come at once, in the same words."""
    (tmp_path / "small.png").write_bytes(makers.picture((200, 200)))
    shell.user_ns |= {"small": tmp_path / "small.png", "nothing": 7}

    error = run("%%seedance -d 99 --image {small} --image {nothing}\na cat").error_in_exec

    assert isinstance(error, InvalidRequest)
    words = {problem.text for problem in error.problems}
    images = [tmp_path / "small.png", 7]
    assert words == {one.text for one in VideoRequest.check("a cat", duration=99, images=images)}
    assert 3 == len(words)
    assert [] == session.asked


def test_an_empty_variable_makes_no_video_of_words(
    run: Callable[[str], Any], shell: Any, session: Any
) -> None:
    """A list without a member, and a widget in which nobody chose a file, stop the cell."""
    given: tuple[Any, ...] = ([], (), ipywidgets.FileUpload(), ipywidgets.FileUpload().value)
    for empty in given:
        shell.user_ns["given"] = empty
        error = run("%%seedance --image {given}\na cat").error_in_exec
        assert isinstance(error, InvalidRequest)
        assert ["problem.media.nothing"] == [problem.text_id for problem in error.problems]
    assert [] == session.asked


def test_bytes_with_the_key_in_them_are_refused(
    run: Callable[[str], Any], shell: Any, session: Any, canary: str
) -> None:
    """A variable that holds the key is refused, be it text or bytes or one of several."""
    for given in (canary, canary.encode(), [b"x", canary.encode()]):
        shell.user_ns["given"] = given
        error = run("%%seedance --image {given}\na cat").error_in_exec
        assert isinstance(error, InvalidRequest)
        assert "problem.variable.secret" in [problem.text_id for problem in error.problems]
        assert canary not in str(error)
    shell.user_ns["given"] = None
    assert [] == session.asked
