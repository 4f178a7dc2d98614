"""Anything that holds a file as an input: the same however it is given, or one clear reason."""

from __future__ import annotations

import base64
import codecs
import datetime as dt
import io
import itertools
import os
import sys
import tempfile
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, BinaryIO

import IPython.display
import ipywidgets
import makers
import numpy as np
import pytest
from PIL import Image

from seedance_nb.core import media
from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import inputs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, ValuesView

    from seedance_nb.core.errors import Problem

PNG = makers.picture()
ROOT, NOBODY = 0, 65_534  # users
ANY = Path(__file__).parent.parent / "data" / "clip.mp4"


def opened(item: object, field: str = "images") -> Media:
    """An input that is taken."""
    found = inputs.opened(field, item)
    assert isinstance(found, Media), found
    return found


def refused(item: object, field: str = "images", **more: Any) -> Problem:
    """The one thing that is wrong with an input."""
    found = inputs.opened(field, item, **more)
    assert isinstance(found, list), found
    [problem] = found
    return problem


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A picture on disk."""
    made = tmp_path / "cat.png"
    made.write_bytes(PNG)
    return made


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


shown_image: Any = IPython.display.Image

# --- identity -------------------------------------------------------------------------------------


def upload(path: Path) -> dict[str, object]:
    """What ipywidgets 8 makes of a file."""
    return {"name": path.name, "size": len(PNG), "content": memoryview(path.read_bytes())}


def upload_7(path: Path) -> dict[str, object]:
    """What ipywidgets 7 made of it."""
    return {"metadata": {"name": path.name, "size": len(PNG)}, "content": path.read_bytes()}


def job(path: Path) -> SimpleNamespace:
    """A job that is completed, as far as an input goes."""
    return SimpleNamespace(id="kite2345", status="completed", video=video(path))


def video(path: Path) -> SimpleNamespace:
    """The video of a job."""
    return SimpleNamespace(path=path, sha256="0" * 64)


def renamed(path: Path) -> Path:
    """The same content under another name that says something else."""
    return Path(path).rename(path.with_name("dog.jpg"))


def linked(path: Path) -> Path:
    """A symbolic link to it."""
    link = path.with_name("link.png")
    link.symlink_to(path)
    return link


WAYS: dict[str, Callable[[Path], object]] = {
    "Path": lambda path: path,
    "str": str,
    "another name": renamed,
    "a link": linked,
    "bytes": Path.read_bytes,
    "bytearray": lambda path: bytearray(path.read_bytes()),
    "memoryview": lambda path: memoryview(path.read_bytes()),
    "BytesIO": lambda path: io.BytesIO(path.read_bytes()),
    "data URL": lambda path: (
        "data:image/png;base64," + base64.b64encode(path.read_bytes()).decode()
    ),
    "relative": lambda path: path.name,
    "relative with a dot": lambda path: f"./{path.name}",
    "of the user": lambda path: f"~/{path.name}",
    "IPython Image": lambda path: shown_image(path.read_bytes()),
    "IPython Image of a file": lambda path: shown_image(filename=str(path)),
    "upload": upload,
    "upload of ipywidgets 7": upload_7,
    "job": job,
    "video of a job": video,
}


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_the_same_content_is_the_same_input(way: Callable[[Path], object], path: Path) -> None:
    """A file is named by its content: another way of giving it, or another name, is no other."""
    expected = VideoRequest("fox", images=[opened(PNG)]).digest

    found = opened(way(path))

    assert "png" == found.format
    assert (400, 300, len(PNG)) == (found.width, found.height, found.size)
    assert expected == VideoRequest("fox", images=[found]).digest


@pytest.mark.usefixtures("here")
def test_a_picture_is_its_file_until_it_is_edited(path: Path) -> None:
    """A Pillow picture opened from a file is that file; edited, moved on or gone it is its own."""
    picture = Image.open(path)
    assert opened(path) == opened(picture)
    picture.load()
    assert "cat.png" == opened(picture).name

    edited = Image.open(path.name)
    edited.putpixel((0, 0), (1, 2, 3))
    assert opened(path) != opened(edited)
    Image.new("RGB", (400, 300), "crimson").save(path)
    assert opened(path) != opened(picture)
    path.unlink()
    assert "png" == opened(picture).format


@pytest.mark.parametrize("mode", ["rb", "r+b"])
def test_an_open_file_is_read_whole_and_left_where_it_was(path: Path, mode: str) -> None:
    """From the middle of an open file the whole counts, and the position stays."""
    with path.open(mode) as file:
        file.seek(7)

        found = opened(file)

        assert 7 == file.tell()
    assert (opened(path), "cat.png") == (found, found.name)


def test_a_temporary_file_that_was_not_flushed_counts_as_written() -> None:
    """What is still in the buffer of an open file is part of it."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(PNG)

        assert opened(PNG) == opened(file)


def test_a_path_survives_a_change_of_folder(here: Path, path: Path) -> None:
    """A relative path is that of the moment, however the folder changes later."""
    found = opened(path.name)
    os.chdir(here.parent)

    assert path == found.source


def test_a_name_of_any_signs_can_be_written_down(tmp_path: Path) -> None:
    """A file name that is no valid text is shown as one."""
    path = os.fsencode(tmp_path) + b"/a\xff.png"
    try:
        Path(os.fsdecode(path)).write_bytes(PNG)
    except OSError:
        pytest.skip("no such names here")

    assert opened(os.fsdecode(path)).name.encode().startswith(b"a")


# --- pictures of a notebook -----------------------------------------------------------------------


def _bytes(found: Media) -> bytes:
    assert isinstance(found.source, bytes)
    return found.source


def pixels(found: Media) -> Image.Image:
    """The picture in an input."""
    return Image.open(io.BytesIO(_bytes(found))).convert("RGB")


@pytest.mark.parametrize(
    "mode", ["1", "L", "LA", "P", "PA", "RGB", "RGBA", "CMYK", "YCbCr", "HSV", "I", "I;16", "F"]
)
def test_pictures_of_any_mode_become_a_png(mode: str) -> None:
    """Ink, palette, grey of any depth: what comes out is a PNG of the same size."""
    picture = Image.new("L", (320, 300), 1).convert("I" if mode == "I;16" else mode)

    found = opened(picture.convert(mode))

    assert ("png", 320, 300) == (found.format, found.width, found.height)
    assert pixels(found).size == (320, 300)


def test_colours_stay() -> None:
    """A picture in inks, and one with sixteen bits of grey, look in the PNG as they did."""
    for colour in ((255, 0, 0), (0, 153, 51)):
        picture = Image.new("RGB", (320, 300), colour)
        for mode in ("RGB", "CMYK", "RGBA", "P"):
            assert colour == pixels(opened(picture.convert(mode))).getpixel((9, 9))
    inks = Image.new("CMYK", (320, 300))
    inks.info["icc_profile"] = b"of inks"
    assert "icc_profile" not in Image.open(io.BytesIO(_bytes(opened(inks)))).info
    deep = Image.new("I;16", (320, 300), 0x8000)
    assert (128, 128, 128) == pixels(opened(deep)).getpixel((9, 9))


def test_a_picture_is_turned_as_its_camera_was() -> None:
    """The orientation in a photo is applied, and is not applied again."""
    photo = Image.open(io.BytesIO(makers.picture((400, 300), "JPEG", exif=makers.exif(6))))

    found = opened(photo)

    assert (300, 400) == (found.width, found.height)


class Array:
    """As much of a NumPy array as is needed; the real one is tried where it is installed."""

    def __init__(self, shape: tuple[int, ...], dtype: str = "uint8", value: float = 0) -> None:
        self.shape, self.dtype, self.value = shape, dtype, value

    def tobytes(self) -> bytes:
        """All values."""
        count = 1
        for side in self.shape:
            count *= side
        return bytes([int(self.value)]) * count

    def min(self) -> float:
        """The smallest."""
        return self.value

    def max(self) -> float:
        """The largest."""
        return self.value

    def __mul__(self, by: float) -> Array:
        """Each value times this."""
        return Array(self.shape, self.dtype, self.value * by)

    def __add__(self, more: float) -> Array:
        """Each value plus this."""
        return Array(self.shape, self.dtype, self.value + more)

    def astype(self, dtype: str) -> Array:
        """As another type."""
        return Array(self.shape, dtype, self.value)


@pytest.mark.parametrize("shape", [(300, 320), (300, 320, 3), (300, 320, 4)])
@pytest.mark.parametrize(("dtype", "value"), [("uint8", 128), ("float32", 0.5), ("float64", 0.5)])
def test_arrays_become_pictures(shape: tuple[int, ...], dtype: str, value: float) -> None:
    """Rows by columns, grey or with three or four colours, in bytes or from 0 to 1."""
    found = opened(Array(shape, dtype, value))

    assert (320, 300, "array.png") == (found.width, found.height, found.name)
    assert isinstance(found.source, bytes)
    picture = Image.open(io.BytesIO(found.source))
    assert 128 == picture.convert("L").getpixel((9, 9)) or "RGBA" == picture.mode


@pytest.mark.parametrize(
    ("shape", "dtype", "value"),
    [
        ((300,), "uint8", 1),
        ((3, 300, 320), "uint8", 1),
        ((2, 300, 320, 3), "uint8", 1),
        ((0, 320, 3), "uint8", 1),
        ((300, 320), "int64", 1),
        ((300, 320), "bool", 1),
        ((300, 320), "float32", 255),
        ((300, 320), "float32", -0.1),
        ((300, 320), "float32", float("nan")),
    ],
)
def test_other_arrays_are_refused(shape: tuple[int, ...], dtype: str, value: float) -> None:
    """An array of another shape, type or range is named with both."""
    problem = refused(Array(shape, dtype, value))

    assert "problem.file.array" == problem.text_id
    assert dtype in problem.text
    assert " x ".join(map(str, shape)) in problem.text


def test_a_real_array(tmp_path: Path) -> None:
    """NumPy's own arrays, views that are not in one piece among them, give their pixels."""
    array = np.zeros((320, 300, 3), "uint8")
    array[..., 0] = 255
    expected = tmp_path / "red.png"
    Image.new("RGB", (300, 320), "red").save(expected)

    for one in (array, array[::-1], array / 255, (array / 255).astype("float16")):
        assert (255, 0, 0) == pixels(opened(one)).getpixel((9, 9))
    assert (320, 300) == pixels(opened(array.transpose(1, 0, 2))).size


def test_a_figure_is_saved_as_a_png() -> None:
    """A Matplotlib figure is what it saves."""

    class Figure:
        def savefig(self, file: BinaryIO, format: str) -> None:  # noqa: A002 - its own word
            assert "png" == format
            file.write(PNG)

    found = opened(Figure())

    assert (opened(PNG), "figure.png") == (found, found.name)


def test_a_figure_that_cannot_be_drawn_says_why() -> None:
    """What the library says of a broken figure is in the line."""

    class Figure:
        def savefig(self, *_: object, **__: object) -> None:
            raise ValueError("no such formula")

    assert "no such formula" in refused(Figure()).text


def test_without_pillow_an_array_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a PNG cannot be made, the line names the extra that makes it."""
    monkeypatch.setitem(sys.modules, "PIL", None)

    problem = refused(Array((300, 300)))

    assert "seedance_nb[media]" in problem.text


# --- several --------------------------------------------------------------------------------------


def _generated(items: list[Path]) -> Iterator[Path]:
    yield from items


def _values(items: list[Path]) -> ValuesView[Path]:
    return dict(enumerate(items)).values()


def test_a_widget_is_what_was_uploaded_into_it(path: Path) -> None:
    """A `FileUpload`, its value, one entry and a list with any of them are the files in it."""
    widget = ipywidgets.FileUpload()
    widget.value = ({**upload(path), "type": "image/png", "last_modified": _long_ago()},)
    expected = (opened(PNG),)

    for given in (widget, widget.value, widget.value[0], [widget], [[path]], (str(path),)):
        assert expected == requested(given)


@pytest.mark.parametrize(
    "several", [tuple, set, iter, lambda one: map(Path, one), _generated, _values]
)
def test_whatever_yields_inputs_is_several(several: Callable[[Any], Any], path: Path) -> None:
    """A set, a generator, a map and the values of a dictionary are the inputs in them."""
    assert (opened(PNG),) == VideoRequest("fox", images=several([path])).images


def test_inputs_without_an_end_are_too_many() -> None:
    """Something that yields for ever is refused, and nobody waits for its end."""
    problems = VideoRequest.check("fox", images=itertools.repeat("https://x.example/a.png"))

    assert ["problem.media.count"] == [problem.text_id for problem in problems]


@pytest.mark.parametrize(
    "given", [ipywidgets.FileUpload(), [ipywidgets.FileUpload()], [()], [[]], iter(()), {}.values()]
)
def test_a_widget_without_a_file_is_not_passed_over(given: Any) -> None:
    """Where a picture was meant and none is there, no video of words alone is paid for."""
    assert ["problem.media.nothing"] == [
        one.text_id for one in VideoRequest.check("x", images=given)
    ]
    assert () == requested([]) == requested(()) == requested(None)


def _long_ago() -> Any:
    return dt.datetime(2026, 1, 1, tzinfo=dt.UTC)


def requested(images: Any) -> tuple[object, ...]:
    """The images of a request, and no others than its check finds."""
    assert [] == VideoRequest.check("fox", images=images)
    return tuple(VideoRequest("fox", images=images).images)


@pytest.fixture(autouse=True)
def _opener() -> None:
    media.use(inputs.opened)


def test_an_upload_that_did_not_arrive_names_the_size_that_does(path: Path) -> None:
    """Of an upload cut short, the line tells how much a browser sends and the other way."""
    for content in (b"", PNG[:-1]):
        problem = refused({**upload(path), "content": content})
        assert "problem.file.upload" == problem.text_id
        assert "8 MB" in problem.text


# --- what is no input -----------------------------------------------------------------------------


@pytest.mark.parametrize("item", [7, True, None, object(), {}, 1.5, print])
def test_other_things_are_refused_by_their_kind(item: object) -> None:
    """What can be no file is named, with what can be one."""
    problem = refused(item)

    assert "problem.file.kind" == problem.text_id


def test_a_file_open_as_text_says_how_to_open_it(path: Path) -> None:
    """A text-mode file, on disk or in memory, is refused before it is read."""
    with path.open(encoding="latin-1") as file:
        assert "'rb'" in refused(file).text
    assert "'rb'" in refused(io.StringIO("x")).text


def test_a_text_file_in_a_wrapper_says_how_to_open_it(path: Path) -> None:
    """Of a temporary file or an old codec's, only what is read tells that it is open as text."""
    with (
        tempfile.NamedTemporaryFile("w+") as temporary,
        codecs.open(str(path), "r", "latin-1") as old,
    ):
        temporary.write("x")
        assert "'rb'" in refused(temporary).text
        assert "'rb'" in refused(old).text


def test_a_file_that_cannot_be_read_again_is_refused(path: Path) -> None:
    """A closed file, one open for writing only and a pipe are named with the reason."""
    closed = path.open("rb")
    closed.close()
    ends = os.pipe()
    try:
        with path.with_name("new").open("wb") as written, open(ends[0], "rb") as piped:  # noqa: PTH123
            for file in (closed, written, piped):
                assert "problem.file.unreadable" == refused(file).text_id
    finally:
        os.close(ends[1])


def test_a_job_without_a_video_says_to_wait() -> None:
    """The id and state of the job are named, and what to call."""
    waiting = SimpleNamespace(id="kite2345", status="processing", video=None)

    problem = refused(waiting)

    assert "In the making" in problem.text
    assert "problem.job.unfinished" == problem.text_id
    assert all(word in problem.text for word in ("kite2345", "wait()"))


@pytest.mark.parametrize("address", ["ftp://a/b.png", "file:///b.png", "s3://b/c.png", "FTP://a"])
def test_only_web_addresses_are_taken(address: str) -> None:
    """An address of another kind is refused by its scheme, not as a missing file."""
    problem = refused(address)

    assert "problem.url.scheme" == problem.text_id
    assert "http(s)" in problem.text


@pytest.mark.parametrize("address", ["http://", "https:///a.png", "https://a b/c.png", "HTTPS://"])
def test_an_incomplete_address_is_no_missing_file(address: str) -> None:
    """What begins as a web address is judged as one."""
    assert "problem.url.broken" == refused(address).text_id


@pytest.mark.parametrize("address", ["data:image/png;base64,@@", "data:", "data:image/png;base64"])
def test_a_damaged_data_address_is_named_shortly(address: str) -> None:
    """It is refused as such, and shown in part only."""
    assert "problem.url.data" == refused(address + "%" * 10_000).text_id
    assert len(refused(address + "%" * 10_000).text) < 400


def test_a_shown_address_is_to_be_given_itself() -> None:
    """An `IPython.display` object that only points elsewhere tells where."""
    address = "https://example.org/a.png"

    problem = refused(shown_image(url=address))

    assert "problem.url.display" == problem.text_id
    assert address in problem.text


def test_a_film_is_no_picture_but_a_frame_of_it_is() -> None:
    """A video among the images is told from a wrong format: where it belongs, and how it helps."""
    [problem] = VideoRequest.check("fox", images=[ANY])

    assert "problem.file.is.videos" == problem.text_id
    assert "frame(-1)" in problem.text


# --- hostile files --------------------------------------------------------------------------------


def test_a_near_miss_of_a_name_is_offered(here: Path, path: Path) -> None:
    """A file that is not there, beside one with a like name, is a question for that."""
    assert f"'{path}'" in refused(path.with_name("cta.png")).text
    assert "'cat.png'" in refused("cat.jpg").text
    assert "'./cat.png'" in refused("./Cat.png").text
    assert "problem.media.url" == refused(here / "zebra.png").text_id
    assert "problem.media.url" == refused(here / "no" / "cat.png").text_id
    assert "problem.media.url" == refused(path / "below.png").text_id
    for ending in (".bmp", ".jpg", ".mp4", ".txt"):  # whatever the order of the folder
        path.with_suffix(ending).touch()
    assert "'cat.jpg'" in refused(" cat.jpg").text
    assert "'cat.png'" in refused("cat.pgn").text


@pytest.mark.parametrize("item", ["", " ", "a\0b", "\ud800", "x" * 100_000])
def test_strange_names_are_no_files(item: str) -> None:
    """Blank, endless and impossible names get an answer, and a short one."""
    problem = refused(item)

    assert problem.text_id in {"problem.media.url", "problem.file.unreadable"}
    assert len(problem.text) < 400


def test_folders_and_empty_files_are_named_as_such(tmp_path: Path) -> None:
    """A directory, a file without a byte and bytes without any are three clear answers."""
    (tmp_path / "empty.png").touch()

    assert "problem.file.folder" == refused(tmp_path).text_id
    assert "problem.file.empty" == refused(tmp_path / "empty.png").text_id
    assert "problem.file.empty" == refused(b"").text_id


def test_pipes_and_devices_are_never_opened(tmp_path: Path) -> None:
    """A FIFO that nobody writes to, a device without end and a socket answer at once."""
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "pipe", "/dev/zero", "/dev/null"):
        assert "problem.file.special" == refused(path).text_id


def test_links_without_an_end_are_named(tmp_path: Path) -> None:
    """A link to nothing and a link to itself are no missing files."""
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "self").symlink_to(tmp_path / "self")

    for name in ("gone", "self"):
        assert "problem.file.link" == refused(tmp_path / name).text_id


@pytest.mark.skipif(sys.platform == "win32", reason="there, owners may read all their files")
def test_an_unreadable_file_says_why(path: Path) -> None:
    """The reason of the system is in the line."""
    path.chmod(0)
    user = os.geteuid()
    if user == ROOT:  # who may read everything
        os.seteuid(NOBODY)
    try:
        problem = refused(path)
    finally:
        os.seteuid(user)

    assert "problem.file.unreadable" == problem.text_id
    assert "denied" in problem.text


def test_a_name_too_long_for_the_disk_says_why(tmp_path: Path) -> None:
    """What the system refuses for another reason is told with that reason."""
    problem = refused(tmp_path / ("x" * 300))

    assert "problem.file.unreadable" == problem.text_id
    assert "long" in problem.text


def unread(_: BinaryIO) -> str:
    """Nothing shall hash this."""
    raise AssertionError


def test_an_enormous_file_is_refused_unread(tmp_path: Path) -> None:
    """Ten gigabytes are weighed, not hashed, on disk and open."""
    path = tmp_path / "film.mp4"
    with path.open("wb") as file:
        file.write(ANY.read_bytes())
        file.truncate(10 * 10**9)

    problem = refused(path, "videos", digest=unread)

    assert "10000.0 MB" in problem.text
    with path.open("rb") as large:
        assert "problem.file.size" == refused(large, "videos").text_id


def test_a_file_that_changes_while_it_is_read_is_refused(path: Path) -> None:
    """Neither what was there before nor what comes after is taken for the file."""

    def grown(file: BinaryIO) -> str:
        sha = inputs.sha256(file)
        with path.open("ab") as more:
            more.write(b"more")
        return sha

    def replaced(file: BinaryIO) -> str:
        new = path.with_name("new")
        new.write_bytes(PNG)
        new.replace(path)
        return inputs.sha256(file)

    for change in (grown, replaced):
        assert "problem.file.growing" == refused(path, digest=change).text_id


def test_a_file_is_hashed_once_until_it_changes(path: Path) -> None:
    """A form that checks at each key reads a file once; another content is another input."""
    hashed = []

    def digest(file: BinaryIO) -> str:
        hashed.append(path)
        return inputs.sha256(file)

    first = [inputs.opened("images", path, digest=digest) for _ in range(3)]
    path.write_bytes(makers.picture((500, 500)))
    second = inputs.opened("images", path, digest=digest)

    assert 2 == len(hashed)
    assert first[0] == first[2] != second


def test_many_threads_may_open_many_files(tmp_path: Path) -> None:
    """The memory of what was read is safe to share, and bounded."""
    paths = [tmp_path / f"{number}.png" for number in range(100)]
    for number, path in enumerate(paths):
        path.write_bytes(makers.picture((300 + number, 300)))
    wrong: list[object] = []

    def work() -> None:
        wrong.extend(p for n, p in enumerate(paths) if opened(p).width != 300 + n)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [] == wrong
    # A hundred others came after the first one: it is read again.
    with pytest.raises(AssertionError):
        inputs.opened("images", paths[0], digest=unread)
