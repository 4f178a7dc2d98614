"""Files brought within the limits: real ones, before and after."""

from __future__ import annotations

import io
import os
import struct
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import makers
import pytest
from PIL import Image

from seedance_nb.core import media
from seedance_nb.core.errors import InvalidRequest
from seedance_nb.core.fitting import Plan
from seedance_nb.core.media import Media
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink import fit, inputs
from seedance_nb.simulator.probe import check_totals, examine

if TYPE_CHECKING:
    from collections.abc import Iterator

RED = (200, 30, 40)
BLUE = (20, 40, 220)


@pytest.fixture(autouse=True)
def _opening() -> None:
    media.use(inputs.opened, fit.fit)


def opened(name: str, item: object) -> Media:
    """An input that is a file."""
    found = inputs.opened(name, item)
    assert isinstance(found, Media)
    return found


def fitted(name: str, item: object, share: float | None = None) -> Media:
    """What `--fit` makes of an input; both our check and the simulator's take it."""
    done = fit.fit(name, opened(name, item), share)
    assert isinstance(done, Media), [problem.text for problem in done]
    assert [] == list(media.problems(name, done))
    assert isinstance(done.source, Path)
    seen = examine(done.source, name.removesuffix("s"), "file")
    assert (done.width or 0, done.height or 0) == (seen.width, seen.height)
    return done


def picture_of(file: Media) -> Image.Image:
    """The fitted file as Pillow reads it."""
    assert isinstance(file.source, Path)
    return Image.open(io.BytesIO(file.source.read_bytes()))


def halves(size: tuple[int, int], form: str = "PNG", **more: Any) -> bytes:
    """A picture that is red on the left and blue on the right."""
    kept = io.BytesIO()
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    image.save(kept, form, **more)
    return kept.getvalue()


def clip(
    path: Path, seconds: float, *, fps: int = 24, size: tuple[int, int] = (640, 640), **options: str
) -> Path:
    """A film that is red on the left and blue on the right, with sound from its beginning."""
    with av.open(str(path), "w", options=options) as out:
        video = out.add_stream("mpeg4", rate=fps)
        video.width, video.height, video.pix_fmt = *size, "yuv420p"
        audio = out.add_stream("aac", rate=48000, layout="mono")
        left = Image.new("RGB", size, RED)
        left.paste(BLUE, (size[0] // 2, 0, *size))
        make: Any = av.VideoFrame
        frame = make.from_image(left).reformat(format="yuv420p")
        for number in range(round(seconds * fps)):
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        for number in range(round(seconds * 48000 / 1024)):
            sound = av.AudioFrame("fltp", "mono", 1024)
            sound.planes[0].update(struct.pack("<1024f", *([0.2, -0.2] * 512)))
            sound.sample_rate, sound.pts = 48000, number * 1024
            sound.time_base = Fraction(1, 48000)
            out.mux(audio.encode(sound))
        out.mux(audio.encode())
    return path


def first_frame(file: Media) -> Image.Image:
    """The first picture of a fitted film."""
    with av.open(str(file.source)) as source:
        frame: Any = next(source.decode(video=0))
        return frame.to_image()  # type: ignore[no-any-return]


def is_red(image: Image.Image, place: tuple[int, int]) -> bool:
    """Whether it is red there, and not blue."""
    found = image.getpixel(place)
    assert isinstance(found, tuple)
    return found[0] > found[2]


def streams(file: Media) -> dict[str, Any]:
    """Codec, and seconds that can be decoded, of each stream of a fitted file."""
    found: dict[str, Any] = {}
    with av.open(str(file.source)) as source:
        for stream in source.streams:
            found[stream.codec_context.name] = 0.0
        frames: Any = (frame for packet in source.demux() for frame in packet.decode())
        for frame in frames:
            sound = isinstance(frame, av.AudioFrame)
            kind: Any = next(s for s in source.streams if (s.type == "audio") == sound)
            span = frame.samples / frame.sample_rate if sound else 1 / float(kind.average_rate)
            found[kind.codec_context.name] += span
    return found


@pytest.mark.parametrize(
    ("item", "form", "sides"),
    [
        (halves((400, 300), "BMP"), "png", (400, 300)),
        (halves((400, 300), "TIFF"), "png", (400, 300)),
        (halves((400, 300), "GIF"), "png", (400, 300)),
        (halves((400, 300), "AVIF"), "jpeg", (400, 300)),
        (halves((200, 150), "WEBP"), "webp", (400, 300)),
        (halves((6050, 2420), "JPEG"), "jpeg", (6000, 2400)),
        (halves((6050, 2420), "PNG"), "png", (6000, 2400)),
        (halves((1100, 400)), "png", (1000, 400)),
        (halves((400, 1100)), "png", (400, 1000)),
        (halves((100, 200), "JPEG", exif=makers.exif(6)), "jpeg", (600, 300)),
    ],
)
def test_pictures_are_fitted(item: bytes, form: str, sides: tuple[int, int]) -> None:
    """Formats, sides and ratios beyond the limits come within them, with the least change."""
    done = fitted("images", item)

    assert (form, *sides) == (done.format, done.width, done.height)
    image = picture_of(done).convert("RGB")
    upright = item.startswith(b"\xff\xd8") and b"Exif" in item[:40]
    first, last = ((0.5, 0.1), (0.5, 0.9)) if upright else ((0.1, 0.5), (0.9, 0.5))
    for place, colour in ((first, RED), (last, BLUE)):
        found = image.getpixel((int(place[0] * sides[0]), int(place[1] * sides[1])))
        assert isinstance(found, tuple)
        assert max(abs(a - b) for a, b in zip(found, colour, strict=True)) < 12


def test_a_crop_keeps_the_middle() -> None:
    """What is cut off a picture is cut off evenly."""
    image = picture_of(fitted("images", halves((1200, 300)))).convert("RGB")

    assert (750, 300) == image.size
    assert (RED, BLUE) == (image.getpixel((374, 9)), image.getpixel((375, 9)))


@pytest.mark.parametrize("form", ["GIF", "TIFF", "ICO"])
def test_what_is_transparent_stays_so(form: str) -> None:
    """Transparent parts of a picture are transparent in what is made of it."""
    kept = io.BytesIO()
    image = Image.new("RGBA", (256, 128), (*RED, 0))
    image.paste((*BLUE, 255), (128, 0, 256, 128))
    image.save(kept, form, **({"sizes": [(256, 128)]} if form == "ICO" else {}))

    alpha = picture_of(fitted("images", kept.getvalue())).getchannel("A")

    assert (0, 255) == (alpha.getpixel((9, 99)), alpha.getpixel((alpha.width - 9, 99)))


def test_grey_of_16_bits_keeps_its_shades() -> None:
    """A picture with 65,536 shades of grey becomes one with 256, none of them white by mistake."""
    kept = io.BytesIO()
    Image.frombytes("I;16", (200, 200), struct.pack("<H", 0x4000) * 40_000).save(kept, "PNG")

    image = picture_of(fitted("images", kept.getvalue()))

    assert ("L", 64) == (image.mode, image.getpixel((150, 150)))


def test_a_colour_profile_is_kept_and_what_the_camera_noted_is_not() -> None:
    """A profile goes with the picture; where and with what it was taken does not."""
    profile = b"profile" * 30
    item = halves((6050, 2420), "JPEG", icc_profile=profile, exif=makers.exif(1))

    image = picture_of(fitted("images", item))

    assert profile == image.info["icc_profile"]
    assert not dict(image.getexif())


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA"])
def test_a_large_picture_is_in_memory_once(mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is copied as it is: a picture that fills half of the memory can be fitted."""
    kept = io.BytesIO()
    Image.new(mode, (6050, 2420)).save(kept, "PNG")
    copied, copy = [], Image.Image.copy

    def counted(image: Image.Image) -> Image.Image:
        copied.append(image.size)
        return copy(image)

    monkeypatch.setattr(Image.Image, "copy", counted)

    done = fitted("images", kept)

    assert (6000, 2400) == (done.width, done.height)
    assert [] == copied


def test_quality_goes_down_only_as_far_as_the_size_asks(tmp_path: Path) -> None:
    """What is too large in the best quality is written in a lower one, in the end as a JPEG."""
    noise = Image.effect_noise((300, 300), 90).convert("RGB")
    noise.save(tmp_path / "a.png")
    file = opened("images", tmp_path / "a.png")

    sizes = {}
    for most in (300_000, 100_000, 60_000):
        done = fit.make("images", file, Plan(format="png", most_bytes=most))
        assert isinstance(done, Media)
        assert done.size <= most
        sizes[most] = (done.format, done.size)

    assert "png" == sizes[300_000][0]
    assert "jpeg" == sizes[100_000][0] == sizes[60_000][0]
    assert sizes[100_000][1] > sizes[60_000][1]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_a_clip_is_fitted(suffix: str, tmp_path: Path) -> None:
    """Frame rate, area and container of a clip come within the limits; its sound stays."""
    done = fitted("videos", clip(tmp_path / f"a.{suffix}", 2.5, fps=10, size=(400, 300)))

    assert ("mp4", 24) == (done.format, done.fps)
    assert done.width is not None
    assert done.height is not None
    assert 4 / 3 == pytest.approx(done.width / done.height, rel=0.01)
    lengths = streams(done)
    assert {"h264": 2.5, "aac": 2.5} == pytest.approx(lengths, abs=0.06)
    image = first_frame(done)
    assert [True, False] == [is_red(image, place) for place in ((99, 99), (700, 99))]


def test_a_long_clip_is_cut(tmp_path: Path) -> None:
    """Of a clip that is too long its beginning stays, exactly as long as may be."""
    done = fitted("videos", clip(tmp_path / "a.mp4", 16))

    assert 15 == pytest.approx(done.duration, abs=0.001)
    assert ("cut 16 15",) == tuple(note for note in done.fitted if note.startswith("cut"))
    assert {"h264": 15, "aac": 15} == pytest.approx(streams(done), abs=0.03)


def test_a_clip_that_does_not_say_how_long_it_is(tmp_path: Path) -> None:
    """What a browser records says no length: it is cut all the same, and told with its length."""
    path = clip(tmp_path / "a.mkv", 16.5, fps=8, size=(640, 480), live="1")
    with av.open(str(path)) as source:
        assert source.duration is None

    done = fitted("videos", path)

    assert 15 == pytest.approx(done.duration, abs=0.001)
    assert "cut 16.5 15" in done.fitted


def test_a_turned_clip_is_fitted_upright(tmp_path: Path) -> None:
    """A clip that a phone wrote lying and shows upright stands upright in the fitted one."""
    path = clip(tmp_path / "a.mp4", 2, fps=10, size=(800, 600))
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 4 + 40  # the matrix of the first track: a quarter clockwise
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 600 << 16, 0, 1 << 30)
    path.write_bytes(data)

    done = fitted("videos", path)

    assert (600, 800) == (done.width, done.height)
    image = first_frame(done)
    assert [True, False] == [is_red(image, place) for place in ((99, 99), (99, 700))]


def test_the_size_of_a_clip_is_kept(tmp_path: Path) -> None:
    """A clip of many bytes is encoded at a rate that keeps it below the limit."""
    path = makers.film(tmp_path / "a.mp4", frames=48)
    with path.open("ab") as film:  # a box of nothing
        film.write(struct.pack(">I4s", 50_000_000, b"free") + bytes(49_999_992))

    done = fitted("videos", path)

    assert done.size < 100_000
    assert ["size"] == [note.split()[0] for note in done.fitted]


@pytest.mark.parametrize("suffix", ["m4a", "flac", "ogg", "mp4", "mp3", "wav"])
def test_sound_is_fitted(suffix: str, tmp_path: Path) -> None:
    """Sound of other formats, that of a film among them, becomes a WAV of at most 15 s."""
    path = tmp_path / f"a.{suffix}"
    if suffix == "mp4":
        clip(path, 16, fps=2)
    elif suffix == "mp3":
        makers.mp3(path, 16)
    else:
        _sound(path, 16)

    done = fitted("audios", path)

    assert "wav" == done.format
    assert 15 == pytest.approx(done.duration, abs=0.001)
    assert done.fitted[0] == f"format {path.suffix[1:].upper()} WAV" or "wav" == suffix


def _sound(path: Path, seconds: float) -> None:
    codec = {"m4a": "aac", "flac": "flac", "ogg": "libopus", "wav": "pcm_s16le"}[path.suffix[1:]]
    with av.open(str(path), "w", format="ipod" if path.suffix == ".m4a" else None) as out:
        stream: Any = out.add_stream(codec, rate=16000, layout="mono")
        for number in range(round(seconds * 16)):
            frame = av.AudioFrame("s16", "mono", 1000)
            frame.planes[0].update(bytes(2000))
            frame.sample_rate, frame.pts = 16000, number * 1000
            frame.time_base = Fraction(1, 16000)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())


def test_together_they_are_not_too_long(tmp_path: Path) -> None:
    """Sounds of which each is short enough are cut so that all of them together are."""
    paths = [tmp_path / f"{seconds}.flac" for seconds in (4, 7, 8)]
    for path in paths:
        _sound(path, int(path.stem))

    image = "https://example.com/a.png"
    request = VideoRequest.of("a dog", images=image, audios=paths, fit=True)

    assert [4, 5.5, 5.5] == pytest.approx([file.duration for file in request.audios], abs=0.001)
    check_totals([examine(Path(str(f.source)), "audio", "file") for f in request.audios])


def test_the_original_is_only_read(tmp_path: Path) -> None:
    """Bytes and times of the original are those of before, and nothing lies beside it."""
    path = tmp_path / "a.bmp"
    path.write_bytes(halves((200, 200), "BMP"))
    os.utime(path, ns=(10**18, 10**18))
    before = path.read_bytes()

    done = fitted("images", path)

    assert (before, 10**18) == (path.read_bytes(), path.stat().st_mtime_ns)
    assert [path] == list(tmp_path.iterdir())
    assert "a.bmp" == done.name


def test_what_is_within_the_limits_is_left_alone(tmp_path: Path) -> None:
    """A file that breaks no limit is itself, `--fit` or not: the same bytes and digest."""
    (tmp_path / "a.png").write_bytes(halves((400, 300)))

    plain = VideoRequest.of("a dog", images=tmp_path / "a.png")
    asked = VideoRequest.of("a dog", images=tmp_path / "a.png", fit=True)

    assert plain.digest == asked.digest
    assert (tmp_path / "a.png", ()) == (asked.images[0].source, asked.images[0].fitted)


@pytest.mark.parametrize("kind", ["images", "videos"])
def test_it_is_done_once(kind: str, tmp_path: Path) -> None:
    """What was made for one request is there for the next; made anew it has the same bytes."""
    item: Any = halves((700, 200), "JPEG")
    if kind == "videos":
        item = clip(tmp_path / "a.mkv", 2, fps=10, size=(320, 300))
    first = fitted(kind, item)
    assert first.source == fitted(kind, item).source
    Path(str(first.source)).unlink()

    again = fitted(kind, item)

    assert first.source != again.source
    assert first.sha256 == again.sha256


def heic() -> bytes:
    return struct.pack(">I4s4sI4s4s", 24, b"ftyp", b"heic", 0, b"mif1", b"heic") + bytes(300)


def garbage() -> Iterator[tuple[str, bytes, str]]:
    """Fields, files that cannot be fitted, and what is said of each."""
    yield "images", heic(), "pip install pillow-heif"
    yield "images", halves((400, 300), "BMP")[:99], "cannot be fitted"
    yield "images", b"BM" + bytes(200), "cannot be fitted"
    yield "videos", b"\x1aE\xdf\xa3" + bytes(900), "cannot be fitted"
    yield "audios", b"OggS" + bytes(900), "cannot be fitted"
    yield "images", b"%PDF-1.4 and so on", "is PDF by its content"
    yield "videos", halves((400, 300), "GIF"), "longer"


@pytest.mark.parametrize(("name", "item", "words"), list(garbage()))
def test_what_cannot_be_fitted_says_why(name: str, item: bytes, words: str) -> None:
    """Damaged and foreign files stay one clear problem each, without an object in it."""
    with pytest.raises(InvalidRequest) as caught:
        VideoRequest.of("a dog", model="reference", fit=True, **{name: item})

    problems = [p for p in caught.value.problems if p.field == name and "alone" not in p.text_id]
    assert 1 == len(problems)
    assert words in problems[0].text
    assert "<_io" not in problems[0].text


def test_a_short_clip_is_not_made_longer(tmp_path: Path) -> None:
    """A clip below 2 s is refused even so, and it is said that nothing makes it longer."""
    found = fit.fit("videos", opened("videos", makers.film(tmp_path / "a.mkv", frames=24)))

    assert isinstance(found, list)
    assert ["problem.file.seconds.short"] == [problem.text_id for problem in found]


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pillow or PyAV is missing the problem names it and the line that installs it."""
    wanted = {"images": ("PIL", "Pillow", "pictures"), "audios": ("av", "PyAV", "clips")}
    items = {"images": halves((200, 200)), "audios": makers.wav(16)}
    for name, (module, word, worker) in wanted.items():
        file = opened(name, items[name])
        with monkeypatch.context() as patched:
            patched.setitem(sys.modules, module, None)
            patched.delitem(sys.modules, f"seedance_nb.evolink.fit_{worker}", raising=False)
            found = fit.fit(name, file)

        assert isinstance(found, list)
        [problem] = found
        assert word in problem.text
        assert "pip install 'seedance_nb[media]'" in problem.text
