"""Every limit of an input, with real files at, just below and just above its bound.

Each row goes through our check and, over its own file API and a task, through the simulator, which
knows the limits from tables of its own: what one refuses the other refuses, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import makers
import pytest
from simulator.conftest import I2V, R2V, Client

from seedance_nb.core import media
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import inputs
from seedance_nb.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Maker = Callable[[Path], bytes]

MODELS = {"image": I2V, "reference": R2V}
WIRE = {"images": "image_urls", "videos": "video_urls", "audios": "audio_urls"}
MB = 1_000_000


@dataclass(frozen=True)
class Row:
    """Inputs by field, and what is wrong with them."""

    name: str
    given: dict[str, list[Maker]]
    wrong: tuple[str, ...] = ()
    mode: str = "reference"


# --- the files ------------------------------------------------------------------------------------


def picture(width: int, height: int, form: str = "PNG") -> Maker:
    """A picture of this size."""
    return lambda _: makers.picture((width, height), form)


def film(width: int = 640, height: int = 640, fps: int = 24, frames: int = 48) -> Maker:
    """A film of this size, rate and length."""
    return lambda folder: makers.film(
        folder / "a.mp4", size=(width, height), fps=fps, frames=frames
    ).read_bytes()


def mov(folder: Path) -> bytes:
    """A film in the other container."""
    return makers.film(folder / "a.mov").read_bytes()


def wav(seconds: float) -> Maker:
    """Silence of this length."""
    return lambda _: makers.wav(seconds)


def mp3(seconds: float) -> Maker:
    """Silence of this length, compressed."""
    return lambda folder: makers.mp3(folder / "a.mp3", seconds).read_bytes()


def grown(make: Maker, size: int) -> Maker:
    """The same with bytes behind it that nobody looks at."""
    return lambda folder: make(folder).ljust(size, b"\0")


def cut(make: Maker) -> Maker:
    """The first two thirds."""
    return lambda folder: (content := make(folder))[: len(content) * 2 // 3]


def others(name: str) -> Maker:
    """A film in a container that is not taken."""
    return lambda folder: makers.film(folder / f"a.{name}", frames=4).read_bytes()


PIC, FILM, WAV = picture(300, 300), film(), wav(2)
SIDES, RATIO, AREA = (f"problem.file.{name}" for name in ("sides", "ratio", "area"))
SIZE, SECONDS, FPS = (f"problem.file.{name}" for name in ("size", "seconds", "fps"))
SHORT, TOTAL, CUT = "problem.file.seconds.short", "problem.file.total", "problem.file.truncated"
FIT, COUNT, REFUSED = "problem.file.format.fit", "problem.media.count", "problem.media.refused"
ALONE = "problem.audio.alone"


def images(name: str, make: Maker, *wrong: str) -> list[Row]:
    """A picture as the first frame and as a reference: the limits are the same."""
    given = {"images": [make]}
    return [Row(f"{name}, {mode}", given, wrong, mode) for mode in MODELS]


def video(name: str, make: Maker, *wrong: str) -> Row:
    """A reference video."""
    return Row(name, {"videos": [make]}, wrong)


def audio(name: str, make: Maker, *wrong: str) -> Row:
    """A reference sound, with a picture, since it may not be alone."""
    return Row(name, {"images": [PIC], "audios": [make]}, wrong)


ROWS = [
    *images("side 300", picture(300, 300)),
    *images("side 301", picture(301, 301)),
    *images("width 299", picture(299, 300), SIDES),
    *images("height 299", picture(300, 299), SIDES),
    *images("width 6000", picture(6000, 2400)),
    *images("width 6001", picture(6001, 2401), SIDES),
    *images("height 6000", picture(2400, 6000)),
    *images("height 6001", picture(2401, 6001), SIDES),
    *images("ratio 2.5", picture(750, 300)),
    *images("ratio below 2.5", picture(749, 300)),
    *images("ratio above 2.5", picture(751, 300), RATIO),
    *images("ratio 0.4", picture(300, 750)),
    *images("ratio above 0.4", picture(300, 749)),
    *images("ratio below 0.4", picture(300, 751), RATIO),
    *images("too small and too wide", picture(800, 299), SIDES, RATIO),
    *images("30 MB", grown(PIC, 30 * MB)),
    *images("30 MB less a byte", grown(PIC, 30 * MB - 1)),
    *images("30 MB and a byte", grown(PIC, 30 * MB + 1), SIZE),
    *images("JPEG", picture(300, 300, "JPEG")),
    *images("WebP", picture(300, 300, "WEBP")),
    *images("GIF", picture(300, 300, "GIF"), FIT),
    *images("BMP", picture(300, 300, "BMP"), FIT),
    *images("TIFF", picture(300, 300, "TIFF"), FIT),
    *images("AVIF", picture(300, 300, "AVIF"), FIT),
    *images("a film", FILM, "problem.file.is.videos"),
    *images("a text", lambda _: b"no picture at all", "problem.file.unknown"),
    *images("cut", cut(picture(640, 640, "JPEG")), CUT),
    video("area 409600", film(640, 640)),
    video("area 408320", film(640, 638), AREA),
    video("area 410880", film(642, 640)),
    video("area 2086876", film(2206, 946)),
    video("area 2082464", film(2206, 944)),
    video("area 2091288", film(2206, 948), AREA),
    video("wide 2.5", film(1020, 408)),
    video("wide 2.51", film(1024, 408), RATIO),
    video("narrow 0.4", film(408, 1020)),
    video("narrow 0.398", film(408, 1024), RATIO),
    video("side 299", film(298, 640), SIDES, AREA),
    video("24 fps", film()),
    video("25 fps", film(fps=25, frames=50)),
    video("23 fps", film(fps=23, frames=46), FPS),
    video("60 fps", film(fps=60, frames=120)),
    video("59 fps", film(fps=59, frames=118)),
    video("61 fps", film(fps=61, frames=122), FPS),
    video("2 s", film(frames=48)),
    video("2.1 s", film(frames=50)),
    video("1.9 s", film(frames=46), SHORT),
    video("15 s", film(frames=360)),
    video("14.9 s", film(frames=358)),
    video("15.1 s", film(frames=363), SECONDS),
    video("50 MB", grown(FILM, 50 * MB)),
    video("50 MB less a byte", grown(FILM, 50 * MB - 1)),
    video("50 MB and a byte", grown(FILM, 50 * MB + 1), SIZE),
    video("MOV", mov),
    video("WebM", others("webm"), FIT),
    video("Matroska", others("mkv"), FIT),
    video("AVI", others("avi"), FIT),
    video("a picture", PIC, "problem.file.is.images"),
    video("film cut", cut(FILM), CUT),
    audio("WAV of 2 s", wav(2)),
    audio("WAV of 2.1 s", wav(2.1)),
    audio("WAV of 1.9 s", wav(1.9), SHORT),
    audio("WAV of 15 s", wav(15)),
    audio("WAV of 14.9 s", wav(14.9)),
    audio("WAV of 15.1 s", wav(15.1), SECONDS),
    audio("MP3 of 2 s", mp3(2)),
    audio("MP3 of 1.9 s", mp3(1.9), SHORT),
    audio("MP3 of 15 s", mp3(15)),
    audio("MP3 of 15.1 s", mp3(15.1), SECONDS),
    audio("15 MB", grown(WAV, 15 * MB)),
    audio("15 MB less a byte", grown(WAV, 15 * MB - 1)),
    audio("15 MB and a byte", grown(WAV, 15 * MB + 1), SIZE),
    audio("FLAC", lambda _: b"fLaC" + bytes(99), FIT),
    audio("OGG", lambda _: b"OggS" + bytes(99), FIT),
    Row("no image", {}, (COUNT,), "image"),
    Row("two images", {"images": [PIC] * 2}, (), "image"),
    Row("three images", {"images": [PIC] * 3}, (COUNT,), "image"),
    Row("image and video", {"images": [PIC], "videos": [FILM]}, (REFUSED,), "image"),
    Row("image and sound", {"images": [PIC], "audios": [WAV]}, (REFUSED,), "image"),
    Row("nine references", {"images": [PIC] * 9}),
    Row("ten references", {"images": [PIC] * 10}, (COUNT,)),
    Row("three videos", {"videos": [FILM] * 3}),
    Row("four videos", {"videos": [FILM] * 4}, (COUNT,)),
    Row("three sounds", {"images": [PIC], "audios": [WAV] * 3}),
    Row("four sounds", {"images": [PIC], "audios": [WAV] * 4}, (COUNT,)),
    Row("sound alone", {"audios": [WAV]}, (ALONE,)),
    Row("sound and video", {"videos": [FILM], "audios": [WAV]}),
    Row("videos of 15 s", {"videos": [film(frames=180)] * 2}),
    Row("videos of 15.1 s", {"videos": [film(frames=180), film(frames=183)]}, (TOTAL,)),
    Row("sounds of 15 s", {"images": [PIC], "audios": [wav(7.5)] * 2}),
    Row("sounds of 15.1 s", {"images": [PIC], "audios": [wav(7.5), wav(7.6)]}, (TOTAL,)),
]


# --- the two judges -------------------------------------------------------------------------------


@dataclass
class Judge:
    """The simulator, as a client sees it that checks nothing."""

    client: Client
    links: dict[int, str | None] = field(default_factory=dict)

    def refuses(self, row: Row, files: dict[str, list[bytes]]) -> bool:
        """Whether an upload, the request or the task is refused."""
        body: dict[str, object] = {"model": MODELS[row.mode]}
        for name, contents in files.items():
            links = [self.link(content) for content in contents]
            if None in links:
                return True
            body[WIRE[name]] = links
        made = self.client.create(**body)
        if made.status != 200:
            return True
        return bool("failed" == self.client.ended(made.json["id"])["status"])

    def link(self, content: bytes) -> str | None:
        """The address of an upload, each content once; None where it is refused."""
        name = hash(content)
        if name not in self.links:
            part = b'Content-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
            body = b"--x\r\n" + part + content + b"\r\n--x--\r\n"
            kind = "multipart/form-data; boundary=x"
            path = "/api/v1/files/upload/stream"
            answer = self.client.call("POST", path, body, Content_Type=kind)
            taken = 200 == answer.status and answer.json["success"]
            self.links[name] = answer.json["data"]["file_url"] if taken else None
        return self.links[name]


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Judge]:
    """A simulator that hands out ready-made clips at once."""
    with Simulator(tmp_path_factory.mktemp("sim"), time_scale=0, renderer=None) as simulator:
        yield Judge(Client(simulator))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Maker], bytes]:
    """Makes each file, and the small ones once."""
    folder = tmp_path_factory.mktemp("files")
    known: dict[Maker, bytes] = {}

    def make(maker: Maker) -> bytes:
        content = known.get(maker) or maker(folder)
        if len(content) < MB:
            known[maker] = content
        return content

    return make


@pytest.mark.parametrize("row", ROWS, ids=[row.name for row in ROWS])
def test_our_check_and_the_simulator_agree(
    row: Row, made: Callable[[Maker], bytes], judge: Judge
) -> None:
    """What is over a bound is named with every reason, what is on it is taken, by both."""
    media.use(inputs.opened)
    files = {name: [made(maker) for maker in row.given[name]] for name in row.given}
    given: dict[str, Any] = {"model": row.mode, **files}

    problems = VideoRequest.check("a fox", **given)

    assert list(row.wrong) == [problem.text_id for problem in problems]
    assert bool(row.wrong) == judge.refuses(row, files)
