"""Tests of clips with inputs, as PyAV reads them: given frames, references seen and heard."""

from __future__ import annotations

import math
import wave
from array import array
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from simulator.conftest import I2V, Client, picture

from seedance_nb.simulator.inputs import Input
from seedance_nb.simulator.studio import Shot

av = pytest.importorskip("av")
pytest.importorskip("PIL")

from PIL import Image, ImageChops, ImageDraw, ImageOps, ImageStat  # noqa: E402

from seedance_nb.simulator.collage import boxes  # noqa: E402
from seedance_nb.simulator.render import render  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TOLERANCE = 6.0  # Of 255, mean of each channel.
SIZE = (640, 640)
RED, GREEN, BLUE = (200, 30, 40), (30, 160, 60), (40, 60, 200)


def painting(path: Path, size: tuple[int, int], ground: tuple[int, int, int]) -> Input:
    """A picture with a disc and fine stripes in it, as an input."""
    image = Image.new("RGB", size, ground)
    width, height = size
    box = (width // 4, height // 4, width // 2, height * 3 // 4)
    pen = ImageDraw.Draw(image)
    pen.ellipse(box, fill="white")
    for x in range(width // 2, width, 24):
        pen.rectangle((x, 0, x + 5, height // 2), fill="white")
    image.save(path)
    return Input("image", path.name, path, *size)


def clip(path: Path, kind: str, *inputs: Input, **fields: object) -> list[Image.Image]:
    """All frames of a rendered clip."""
    base: dict[str, object] = {"width": SIZE[0], "height": SIZE[1], "duration": 2, "audio": False}
    shot = Shot(prompt="a kite", kind=kind, seed=0, inputs=inputs, **{**base, **fields})  # type: ignore[arg-type]
    render(shot, path, lambda: False)
    with av.open(str(path)) as container:
        return [frame.to_image() for frame in container.decode(video=0)]


def apart(one: Image.Image, other: Image.Image) -> float:
    """The largest of the mean differences of the channels, 0-255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def share(frame: Image.Image, colour: tuple[int, int, int]) -> float:
    """How much of a picture has about this colour."""
    flat = Image.new("RGB", frame.size, colour)
    off = ImageChops.difference(frame, flat)
    most = ImageChops.lighter(ImageChops.lighter(*off.split()[:2]), off.getchannel(2))
    return sum(most.histogram()[:30]) / (frame.width * frame.height)


def cropped(each: Input, size: tuple[int, int] = SIZE) -> Image.Image:
    """An input as it should fill the picture."""
    assert each.path is not None
    return ImageOps.fit(Image.open(each.path).convert("RGB"), size, Image.Resampling.LANCZOS)


def test_a_clip_starts_on_the_first_image_and_ends_on_the_last(tmp_path: Path) -> None:
    """Both are there to a mean difference of 6 of 255, cropped evenly, without a word on them."""
    first = painting(tmp_path / "a.png", (900, 600), RED)
    last = painting(tmp_path / "b.png", (400, 900), BLUE)

    frames = clip(tmp_path / "x.mp4", "image", first, last)

    assert len(frames) == 48
    assert apart(frames[0], cropped(first)) < TOLERANCE
    assert apart(frames[-1], cropped(last)) < TOLERANCE
    assert apart(frames[24], cropped(first)) > 15
    assert apart(frames[24], cropped(last)) > 15


def test_one_image_is_moved_into(tmp_path: Path) -> None:
    """The clip starts on it and then moves all the time, with the prompt in between."""
    first = painting(tmp_path / "a.png", (640, 640), GREEN)

    frames = clip(tmp_path / "x.mp4", "image", first)

    assert apart(frames[0], cropped(first)) < TOLERANCE
    for number in (0, 12, 24, 36):
        assert apart(frames[number], frames[min(47, number + 12)]) > 1
    assert share(frames[24], GREEN) > 0.4


def test_a_clip_can_be_chained(tmp_path: Path) -> None:
    """The last frame of a clip, given as first image, is where the next one starts."""
    frames = clip(tmp_path / "x.mp4", "image", painting(tmp_path / "a.png", (640, 640), RED))
    path = tmp_path / "last.png"
    frames[-1].save(path)

    following = clip(tmp_path / "y.mp4", "image", Input("image", "last", path, 640, 640))

    assert apart(following[0], frames[-1]) < TOLERANCE


def test_a_turned_and_a_transparent_picture(tmp_path: Path) -> None:
    """An EXIF tag turns the picture, and what is transparent is on white."""
    turned, clear = tmp_path / "a.jpg", tmp_path / "b.png"
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = Image.new("RGB", (640, 640), RED)
    lying.paste(BLUE, (0, 0, 320, 640))
    lying.save(turned, "JPEG", exif=exif)
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(clear)

    frames = clip(
        tmp_path / "x.mp4", "image", Input("image", "a", turned), Input("image", "b", clear)
    )

    assert frames[0].getpixel((600, 20))[2] > 150  # type: ignore[index]
    assert frames[0].getpixel((20, 600))[0] > 150  # type: ignore[index]
    assert share(frames[-1], (255, 255, 255)) > 0.99


def test_references_are_seen(tmp_path: Path) -> None:
    """Each picture and each film hangs in the scene, and the films play."""
    film = tmp_path / "film.mp4"
    with av.open(str(film), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 640, "yuv420p"
        for number in range(48):
            image = Image.new("RGB", SIZE, GREEN if number < 24 else BLUE)
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    red = painting(tmp_path / "a.png", (600, 400), RED)

    frames = clip(
        tmp_path / "x.mp4", "reference", red, Input("video", "v", film, *SIZE, 2.0), duration=3
    )
    without = clip(tmp_path / "y.mp4", "reference")

    assert share(without[6], RED) + share(without[6], GREEN) < 0.01
    assert share(frames[6], RED) > 0.02
    assert [share(frames[number], GREEN) > 0.03 for number in (6, 40, 60)] == [True, False, True]
    assert [share(frames[number], BLUE) > 0.03 for number in (6, 40, 60)] == [False, True, False]


def test_a_reference_sound_is_heard_and_drawn(tmp_path: Path) -> None:
    """A tone is loud in the sound track while it lasts, and its waves hang in the scene."""
    path = tmp_path / "a.wav"
    tone = array("h", [round(20_000 * math.sin(index / 3)) for index in range(2 * 16_000)])
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(tone.tobytes())
    heard = Input("audio", "a", path, seconds=2.0)
    red = painting(tmp_path / "a.png", (600, 400), RED)

    frames = clip(tmp_path / "x.mp4", "reference", red, heard, duration=4, audio=True)
    plain = clip(tmp_path / "y.mp4", "reference", red, duration=4, audio=True)

    assert loudness(tmp_path / "x.mp4", 1) > 3 * loudness(tmp_path / "y.mp4", 1)
    assert loudness(tmp_path / "x.mp4", 3) < loudness(tmp_path / "y.mp4", 3)
    assert apart(frames[6], plain[6]) > 5


def loudness(path: Path, second: int) -> float:
    """Mean height of the sound in one second of a clip."""
    with av.open(str(path)) as container:
        frames = list(container.decode(audio=0))
    samples = array("f", b"".join(bytes(frame.planes[0])[: frame.samples * 4] for frame in frames))
    rate = frames[0].sample_rate
    part = samples[second * rate : (second + 1) * rate]
    return sum(map(abs, part)) / len(part)


def test_a_clip_is_named_by_the_content_of_its_inputs(tmp_path: Path) -> None:
    """Where a file lies makes no other clip, what is in it does."""
    base = Shot(prompt="", kind="image", width=1, height=1, duration=4, audio=False, seed=0)
    keys = [
        replace(base, inputs=inputs).key
        for inputs in (
            (Input("image", "a", tmp_path),),
            (Input("image", "a"),),
            (Input("image", "b"),),
            (),
        )
    ]

    assert keys[0] == keys[1]
    assert len(set(keys)) == 3


def test_made_up_inputs_are_pictures_too(tmp_path: Path) -> None:
    """Addresses for examples show something, another one for another address."""
    one, other = (
        clip(tmp_path / f"{name}.mp4", "image", Input("image", f"made-up-{name}"))
        for name in ("cat", "dog")
    )
    mixed = clip(
        tmp_path / "x.mp4",
        "reference",
        *(Input(kind, f"made-up-{kind}") for kind in ("image", "video", "audio")),
        audio=True,
    )

    assert apart(one[0], other[0]) > 8
    assert len(mixed) == 48


def test_a_film_that_lies_is_shown_upright(tmp_path: Path) -> None:
    """A telephone's film is turned as its container says."""
    film = tmp_path / "film.mp4"
    with av.open(str(film), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 640, 640, "yuv420p"
        image = Image.new("RGB", SIZE, GREEN)
        image.paste(BLUE, (0, 0, 640, 320))
        for _ in range(48):
            container.mux(stream.encode(av.VideoFrame.from_image(image)))
        container.mux(stream.encode(None))
    content = film.read_bytes()
    plain = b"".join(n.to_bytes(4) for n in (65536, 0, 0, 0, 65536, 0, 0, 0, 0x40000000))
    clockwise = b"".join(n.to_bytes(4) for n in (0, 65536, 0, 2**32 - 65536, 0, 0, 0, 0, 2**30))
    at = content.index(plain, content.index(b"tkhd"))
    film.write_bytes(content[:at] + clockwise + content[at + 36 :])

    frame = clip(tmp_path / "x.mp4", "reference", Input("video", "v", film, *SIZE, 2.0))[6]

    columns = [share(frame.crop((x, 0, x + 320, 640)), BLUE) for x in (0, 320)]
    assert columns[1] > 0.05 > columns[0]


@pytest.mark.parametrize("count", range(1, 16))
@pytest.mark.parametrize("area", [(0, 40, 864, 260), (10, 40, 480, 600), (0, 0, 640, 300)])
def test_cards_have_room(area: tuple[int, int, int, int], count: int) -> None:
    """All of them are inside the area, and none lies on another."""
    ratios = [(1.5, 0.5, 2.2, 1.0)[number % 4] for number in range(count)]

    places = boxes(ratios, area, 20)

    assert len(places) == count
    for number, (left, top, right, bottom) in enumerate(places):
        assert area[0] <= left < right <= area[2]
        assert area[1] <= top < bottom <= area[3]
        for other in places[number + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top


def test_from_upload_to_film(simulate: Callable[..., Client], tmp_path: Path) -> None:
    """With nothing faked: the first frame of the result is the uploaded image."""
    client = simulate(renderer="auto")
    link = client.uploaded(picture((600, 450), "#2080c0"))

    task = client.ended(client.made(model=I2V, image_urls=[link], generate_audio=False))
    path = tmp_path / "film.mp4"
    path.write_bytes(client.call("GET", task["results"][0]).content)

    with av.open(str(path)) as container:
        first = next(container.decode(video=0)).to_image()
    assert first.size == (752, 560)
    assert apart(first, Image.new("RGB", first.size, "#2080c0")) < TOLERANCE
