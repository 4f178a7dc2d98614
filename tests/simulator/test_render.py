"""Tests of the rendered clips, as PyAV reads them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from seedance_nb.simulator.chance import Chance
from seedance_nb.simulator.checks import SIZES
from seedance_nb.simulator.studio import Shot, ready_made

av = pytest.importorskip("av")
pytest.importorskip("PIL")

from PIL import Image, ImageChops, ImageStat  # noqa: E402

from seedance_nb.simulator.lettering import Lettering  # noqa: E402
from seedance_nb.simulator.palette import choose  # noqa: E402
from seedance_nb.simulator.render import render  # noqa: E402
from seedance_nb.simulator.soundtrack import RATE, tune  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.conftest import Client

SMALL = (640, 640)


@dataclass
class Film:
    """What is in a file: container seconds, sizes, codecs, and a picture a second."""

    seconds: float
    size: tuple[int, int]
    codecs: dict[str, str]
    pix_fmt: str
    frames: int
    pictures: list[Image.Image]


def watch(path: Path) -> Film:
    """Decodes the whole file."""
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        codecs = {each.type: each.codec_context.name for each in container.streams}
        pictures, frames = [], 0
        for frame in container.decode(video):
            if frames % 24 == 0:
                pictures.append(frame.to_image())
            frames += 1
        context = video.codec_context
        size = (context.width, context.height)
        seconds = container.duration / av.time_base
        return Film(seconds, size, codecs, context.pix_fmt, frames, pictures)


def shot(prompt: str = "a red kite", size: tuple[int, int] = SMALL, **fields: object) -> Shot:
    """A shot of one second."""
    width, height = size
    base: dict[str, object] = {"kind": "text", "duration": 1, "audio": False, "seed": 0}
    return Shot(prompt=prompt, width=width, height=height, **{**base, **fields})  # type: ignore[arg-type]


def make(folder: Path, what: Shot) -> Path:
    """Renders a shot."""
    path = folder / f"{what.key}.mp4"
    render(what, path, lambda: False)
    return path


def difference(one: Image.Image, other: Image.Image) -> float:
    """Mean difference of two pictures, 0-255."""
    means = ImageStat.Stat(ImageChops.difference(one, other)).mean
    return float(sum(means) / len(means))


CASES = [*((ratio, "480p", 4) for ratio in SIZES["480p"]), ("3:4", "720p", 5)]


@pytest.mark.parametrize(("ratio", "quality", "seconds"), CASES)
def test_length_and_size_are_exactly_as_asked(
    tmp_path: Path, ratio: str, quality: str, seconds: int
) -> None:
    """H.264 in yuv420p and AAC, of the asked duration, ratio and pixel size."""
    size = SIZES[quality][ratio]

    film = watch(make(tmp_path, shot(size=size, duration=seconds, audio=True)))

    assert film.seconds == pytest.approx(seconds, abs=0.05)
    assert film.size == size
    assert film.frames == 24 * seconds
    assert film.codecs == {"video": "h264", "audio": "aac"}
    assert film.pix_fmt == "yuv420p"


def test_without_sound_there_is_no_sound_track(tmp_path: Path) -> None:
    """A silent clip has a video stream and nothing else."""
    assert watch(make(tmp_path, shot())).codecs == {"video": "h264"}


def test_the_index_comes_first(tmp_path: Path) -> None:
    """A browser can start before it has the whole file."""
    content = make(tmp_path, shot()).read_bytes()

    assert content.index(b"moov") < content.index(b"mdat")


def test_the_same_shot_is_the_same_file(tmp_path: Path) -> None:
    """A seed makes a clip repeatable to the byte."""
    (tmp_path / "again").mkdir()
    what = shot(audio=True)

    assert make(tmp_path, what).read_bytes() == make(tmp_path / "again", what).read_bytes()


def test_prompts_seeds_and_kinds_look_different(tmp_path: Path) -> None:
    """Any two of them differ clearly at the start, even with the words of one mood."""
    shots = [
        shot("a cat on a roof"),
        shot("a dog on a roof"),
        shot("a cat on a roof", seed=1),
        shot("a cat on a roof", kind="image"),
        shot("snow at night"),
    ]
    first = [watch(make(tmp_path, each)).pictures[0] for each in shots]

    for number, one in enumerate(first):
        for other in first[number + 1 :]:
            assert difference(one, other) > 8


def test_the_picture_moves(tmp_path: Path) -> None:
    """From second to second the picture changes all the time."""
    pictures = watch(make(tmp_path, shot(duration=3))).pictures

    assert len(pictures) == 3
    for one, other in pairwise(pictures):
        assert difference(one, other) > 1


def test_rendering_stops_when_told(tmp_path: Path) -> None:
    """After the third frame's question nothing more is rendered."""
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) == 3

    render(shot(), tmp_path / "x.mp4", stopped)

    assert len(asked) == 3


@pytest.mark.parametrize("text", ["a red kite", "\U0010fffd\u0378", "", "  \n "])
def test_only_what_has_glyphs_is_written(text: str) -> None:
    """There is a caption exactly where a character can be drawn; never a box in its place."""
    caption = Lettering(SMALL, text).caption()

    assert (caption is not None) is (text == "a red kite")


def test_glyphs_that_are_missing_are_left_out_of_a_line() -> None:
    """A caption with unassigned characters in it is that without them."""
    plain = Lettering(SMALL, "a red kite").caption()
    odd = Lettering(SMALL, "a red\U0010fffd kite").caption()

    assert plain is not None
    assert odd is not None
    assert plain.planes[0].tobytes() == odd.planes[0].tobytes()


@pytest.mark.parametrize("size", [(496, 864), (1280, 720), (992, 432)])
def test_a_long_prompt_stays_in_the_picture(size: tuple[int, int]) -> None:
    """At most three lines, at most nine tenths of the width, also for a word without end."""
    for text in ("word " * 300, "x" * 500):
        caption = Lettering(size, text).caption()

        assert caption is not None
        assert caption.stencil.full.width < size[0] * 0.9
        assert caption.stencil.full.height < size[1] * 0.4


@pytest.mark.parametrize(
    ("prompt", "land"),
    [
        ("A whale in the OCEAN", "sea"),
        ("沙漠里的骆驼", "dunes"),
        ("two trees", "forest"),
        ("neon rain", "city"),
    ],
)
def test_words_choose_the_land(prompt: str, land: str) -> None:
    """Whatever the seed, a word that names a land leads there."""
    assert {choose(prompt, Chance(seed))[1] for seed in range(5)} == {land}


def test_a_word_is_not_found_inside_another() -> None:
    """A "season" is no sea."""
    lands = {choose("season of seals", Chance(seed))[1] for seed in range(40)}

    assert len(lands) > 1


def test_the_tune_is_soft_and_begins_and_ends_in_silence() -> None:
    """Whole length, never clipped, other for another seed."""
    samples = tune(4, Chance(1))

    assert len(samples) == 4 * RATE
    assert 1_000 < max(samples) < 25_000
    assert (samples[0], samples[-1]) == (0, 0)
    assert samples != tune(4, Chance(2))


@pytest.mark.parametrize("audio", [True, False])
@pytest.mark.parametrize("size", [(864, 496), (496, 864), (640, 640)])
def test_the_ready_made_clips_play(size: tuple[int, int], audio: bool) -> None:  # noqa: FBT001
    """Each has the shape that is nearest, and sound only where asked."""
    path = ready_made(shot(size=size, audio=audio))

    film = watch(path)

    assert film.seconds == pytest.approx(5, abs=0.05)
    assert ("audio" in film.codecs) is audio
    assert (film.size[0] > film.size[1]) is (size[0] > size[1])


def test_the_ready_made_clips_are_small() -> None:
    """They are part of every installation: less than 600 kB in all."""
    folder = ready_made(shot()).parent

    assert 0 < sum(path.stat().st_size for path in folder.iterdir()) < 600_000


def test_a_simulator_with_the_extra_renders_what_was_asked(
    simulate: Callable[..., Client], tmp_path: Path
) -> None:
    """From create to file with nothing faked: the size and length of the request."""
    client = simulate(renderer="auto")

    task = client.task(client.made(aspect_ratio="21:9", generate_audio=False))
    path = tmp_path / "film.mp4"
    path.write_bytes(client.call("GET", task["results"][0]).content)

    assert client.sim.renders
    film = watch(path)
    assert (film.size, film.frames, film.codecs) == ((992, 432), 96, {"video": "h264"})
