"""Tests of inputs: what is fetched, what is refused and in which words, what a restart keeps."""

from __future__ import annotations

import sys
import wave
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import pytest
from simulator.conftest import I2V, R2V, picture

from seedance_nb.simulator import fetch, probe
from seedance_nb.simulator.checks import SIZES
from seedance_nb.simulator.inputs import Fault, Input, nearest_ratio

av = pytest.importorskip("av")
pytest.importorskip("PIL")

from PIL import Image  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.conftest import Client, Clock, Web

    Simulate = Callable[..., Client]

MB = 10**6
HOURS_72 = 72 * 3600
PNG = picture()


def film(
    path: Path,
    size: tuple[int, int] = (640, 640),
    rate: float = 24,
    frames: int = 48,
    *,
    noisy: bool = False,
) -> Path:
    """A film with its index first, as an MP4 or MOV by its name."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(rate).limit_denominator(1001))
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.options = {"preset": "ultrafast"}
        frame = av.VideoFrame(*size, "yuv420p")
        for number in range(frames):
            if noisy:
                frame = av.VideoFrame.from_image(Image.effect_noise(size, 90).convert("RGB"))
            frame.pts, frame.time_base = number, 1 / stream.codec_context.framerate
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def sound(path: Path, seconds: float = 2.0) -> Path:
    """A silent WAV or MP3."""
    if path.suffix == ".wav":
        with wave.open(str(path), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(1)
            file.setframerate(8000)
            file.writeframes(b"\x80" * int(8000 * seconds))
        return path
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libmp3lame", rate=16_000, layout="mono")
        left = int(16_000 * seconds)
        for number in range(0, left, 576):
            count = min(576, left - number)
            frame = av.AudioFrame(format="s16p", layout="mono", samples=count)
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate, frame.pts = 16_000, number
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def fault(path: Path, kind: str) -> Fault | None:
    """What the simulator has against a file."""
    try:
        probe.examine(path, kind, f"{kind}_urls[0]")
    except Fault as found:
        return found
    return None


DIMENSIONS = "image dimensions must be between 300 and 6000: image_urls[0] ({}x{})"
RATIO = "image aspect ratio must be between 0.4 and 2.5: image_urls[0] ({}x{})"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((300, 300), None),
        ((299, 300), DIMENSIONS),
        ((300, 299), DIMENSIONS),
        ((6000, 2400), None),
        ((6001, 2401), DIMENSIONS),
        ((2401, 6001), DIMENSIONS),
        ((750, 300), None),
        ((751, 300), RATIO),
        ((300, 750), None),
        ((300, 751), RATIO),
    ],
)
def test_sides_and_ratio_of_an_image(
    tmp_path: Path, size: tuple[int, int], words: str | None
) -> None:
    """On the bound an image is taken, one pixel past it the message has bound and size."""
    path = tmp_path / "x"
    path.write_bytes(picture(size))

    found = fault(path, "image")

    expected = words and ("invalid_parameters", words.format(*size))
    assert (found and (found.code, found.message)) == expected


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_each_format_of_an_image(tmp_path: Path, form: str) -> None:
    """JPEG, PNG and WebP are taken and measured alike."""
    path = tmp_path / "x"
    found = []
    for size in ((300, 300), (299, 300)):
        path.write_bytes(picture(size, form=form))
        found.append(fault(path, "image"))

    assert found[0] is None
    assert found[1] is not None
    assert found[1].message == DIMENSIONS.format(299, 300)


@pytest.mark.parametrize(
    ("kind", "most"), [("image", 30 * MB), ("video", 50 * MB), ("audio", 15 * MB)]
)
def test_bytes_of_a_file(tmp_path: Path, kind: str, most: int) -> None:
    """As many bytes as allowed are taken, one more is too many."""
    path = tmp_path / "x"
    path.write_bytes(PNG)
    if kind == "video":
        path = film(tmp_path / "x.mp4")
    if kind == "audio":
        path = sound(tmp_path / "x.wav")

    found = []
    for size in (most, most + 1):
        with path.open("r+b") as file:
            file.truncate(size)
        found.append(fault(path, kind))

    assert found[0] is None
    assert found[1] is not None
    assert found[1].message == f"file size exceeds {most // MB}MB: {kind}_urls[0]"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        ((640, 640), None),
        ((640, 638), "pixels must be between 409600 and 2086876"),
        ((2206, 946), None),
        ((2206, 948), "pixels must be between 409600 and 2086876"),
        ((1020, 408), None),
        ((1024, 408), "aspect ratio must be between 0.4 and 2.5"),
    ],
)
def test_picture_of_a_video(tmp_path: Path, size: tuple[int, int], words: str | None) -> None:
    """Area and ratio of a reference video are held against their bounds, both inclusive."""
    found = fault(film(tmp_path / "x.mp4", size), "video")

    assert (found and found.message) == (
        words and f"video {words}: video_urls[0] ({size[0]}x{size[1]})"
    )


@pytest.mark.parametrize("ending", ["mp4", "mov"])
@pytest.mark.parametrize(
    ("rate", "frames", "words"),
    [
        (24, 48, None),
        (24, 46, "Video duration must be between 2-15 seconds: video_urls[0] (1.92 s)"),
        (24, 360, None),
        (24, 363, "Video duration must be between 2-15 seconds: video_urls[0] (15.12 s)"),
        (23.976, 48, None),
        (23, 48, "video frame rate must be between 24 and 60 fps: video_urls[0] (23.00 fps)"),
        (60, 120, None),
        (61, 122, "video frame rate must be between 24 and 60 fps: video_urls[0] (61.00 fps)"),
    ],
)
def test_time_of_a_video(
    tmp_path: Path, rate: float, frames: int, words: str | None, ending: str
) -> None:
    """Length and frame rate of a reference video, in both containers."""
    found = fault(film(tmp_path / f"x.{ending}", rate=rate, frames=frames), "video")

    assert (found and found.message) == words


@pytest.mark.parametrize("ending", ["wav", "mp3"])
@pytest.mark.parametrize(("seconds", "taken"), [(1.8, False), (2, True), (15, True), (15.2, False)])
def test_length_of_a_sound(tmp_path: Path, seconds: float, ending: str, *, taken: bool) -> None:
    """Two to fifteen seconds of WAV or MP3."""
    found = fault(sound(tmp_path / f"x.{ending}", seconds), "audio")

    assert (found is None) is taken
    assert found is None or "Audio duration must be between 2-15 seconds" in found.message


@pytest.mark.parametrize(
    ("content", "kind", "code"),
    [
        (b"GIF89a" + bytes(40), "image", "invalid_parameters"),
        (b"BM" + bytes(40), "image", "invalid_parameters"),
        (b"", "image", "invalid_parameters"),
        (b"\0\0\0\x20ftypheic" + bytes(40), "image", "image_processing_error"),
        (b"\0\0\0\x20ftypavif" + bytes(40), "image", "image_processing_error"),
        (PNG[:90], "image", "image_processing_error"),
        (PNG, "video", "invalid_parameters"),
        (b"\x1aE\xdf\xa3" + bytes(40), "video", "invalid_parameters"),
        (b"\0\0\0\x20ftypisom" + bytes(40), "video", "invalid_parameters"),
        (b"OggS" + bytes(40), "audio", "invalid_parameters"),
        (b"\xff\xf1" + bytes(40), "audio", "invalid_parameters"),
        (b"ID3" + bytes(40), "audio", "invalid_parameters"),
    ],
    ids=["gif", "bmp", "empty", "heic", "avif", "cut", "png", "webm", "mp4", "ogg", "aac", "mp3"],
)
def test_wrong_and_broken_files(tmp_path: Path, content: bytes, kind: str, code: str) -> None:
    """Format goes by content; what is of another kind, unknown, empty or cut is refused."""
    path = tmp_path / "x.png"
    path.write_bytes(content)

    found = fault(path, kind)

    assert found is not None
    assert found.code == code


def test_a_film_that_was_cut_off(tmp_path: Path) -> None:
    """Its index, at the start of the file, tells more than there is."""
    whole = film(tmp_path / "x.mp4", noisy=True)
    path = tmp_path / "cut.mp4"
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])

    found = fault(path, "video")

    assert fault(whole, "video") is None
    assert found is not None
    assert found.message == "Failed to detect video duration: video_urls[0] (cut off)"


def test_a_picture_that_lies_is_measured_upright(tmp_path: Path) -> None:
    """A telephone's picture that is turned by its EXIF tag counts as it is shown."""
    path = tmp_path / "x.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (600, 400)).save(path, "JPEG", exif=exif)

    found = probe.examine(path, "image", "")

    assert (found.width, found.height) == (400, 600)


def test_without_the_extra_only_what_is_plain_is_judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Format and bytes need no library; sizes and lengths are then taken for granted."""
    monkeypatch.setitem(sys.modules, "PIL.PngImagePlugin", None)
    monkeypatch.setitem(sys.modules, "av", None)
    path = tmp_path / "x"
    path.write_bytes(picture((64, 64)))
    gif = tmp_path / "gif"
    gif.write_bytes(b"GIF89a" + bytes(40))
    short = tmp_path / "short"
    short.write_bytes(b"RIFF\0\0\0\0WAVE")

    assert fault(path, "image") is None
    assert fault(short, "audio") is None
    assert fault(gif, "image") is not None
    with path.open("r+b") as file:
        file.truncate(30 * MB + 1)
    assert fault(path, "image") is not None


def test_lengths_count_together() -> None:
    """Two sounds of eight seconds are too long, videos beside them do not count."""
    parts = [Input("audio", "", seconds=8.0), Input("video", "", seconds=15.0)]
    probe.check_totals(parts)

    with pytest.raises(Fault, match=r"Total audio duration must not exceed 15 seconds.*16\.00 s"):
        probe.check_totals([*parts, parts[0]])


@pytest.mark.parametrize("ratio", SIZES["480p"])
def test_the_nearest_ratio(ratio: str) -> None:
    """Each output size is nearest to its own ratio, a little narrower ones too."""
    width, height = SIZES["720p"][ratio]

    assert nearest_ratio(width, height) == nearest_ratio(width * 95, height * 100) == ratio


def test_a_small_upload_fails_as_at_the_service(simulate: Simulate, clock: Clock) -> None:
    """The create is accepted; the task then fails with code and message, and costs nothing."""
    client = simulate(clock=clock, time_scale=1)
    link = client.uploaded(picture((64, 64)))

    task_id = client.made(model=I2V, image_urls=[link])
    early = client.task(task_id)
    clock.now += 60
    late = client.ended(task_id)

    assert early["status"] == "pending"
    assert late["error"] == {
        "code": "invalid_parameters",
        "message": DIMENSIONS.format(64, 64),
        "type": "task_error",
    }
    row = client.call("GET", "/v1/tasks?status=failed").json["data"][0]
    assert (row["has_error"], row["credits_used"]) == (True, 0)
    assert client.call("GET", "/v1/credits").json["data"]["user"]["used_credits"] == 0


def test_inputs_are_fetched_from_their_addresses(simulate: Simulate, web: Web) -> None:
    """Redirects are followed; the task completes with what it found."""
    client = simulate()
    web.put("/a%20b/%E7%8B%97.png?x=1&y=%2F", PNG)
    web.pages["/moved"] = (302, {"Location": "/a%20b/%E7%8B%97.png?x=1&y=%2F"}, b"")

    urls = [f"{web.url}/moved", f"{web.url}/a b/狗.png?x=1&y=%2F"]
    task = client.ended(client.made(model=I2V, image_urls=urls))

    assert web.asked == ["/moved", *["/a%20b/%E7%8B%97.png?x=1&y=%2F"] * 2]
    assert b"image" in client.call("GET", task["results"][0]).content


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ((404, {}, b""), "HTTP 404"),
        ((302, {"Location": "/x"}, b""), "too many redirects"),
        ((302, {"Location": "file:///etc/passwd"}, b""), "file URL"),
        ((302, {"Location": "http://10.0.0.1/x"}, b""), "private address"),
        ((200, {"Content-Length": "999"}, b"x"), "the connection was cut"),
        ((200, {"Content-Length": str(30 * MB + 1)}, b"x"), "file size exceeds 30MB"),
        ((200, {}, [bytes(MB)] * 31), "file size exceeds 30MB"),
    ],
)
def test_what_cannot_be_had_fails_the_task(
    simulate: Simulate, web: Web, answer: tuple[int, dict[str, str], Any], reason: str
) -> None:
    """The message says which input it was and why."""
    client = simulate()
    web.pages["/x"] = answer

    task = client.ended(client.made(model=I2V, image_urls=[web.put("/a", PNG), f"{web.url}/x"]))

    assert reason in task["error"]["message"]
    assert "image_urls[1]" in task["error"]["message"]


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://127.0.0.1:9/a.png", "connection refused"),
        ("http://10.1.2.3/a.png", "private address"),
        ("http://169.254.169.254/latest/meta-data", "private address"),
        ("http://[::ffff:192.168.1.1]/a.png", "private address"),
        ("http://0.0.0.0/a.png", "private address"),
    ],
)
def test_dead_and_private_addresses(simulate: Simulate, url: str, reason: str) -> None:
    """They fail the task, as an image with the documented code."""
    client = simulate()

    task = client.ended(client.made(model=I2V, image_urls=[url]))

    assert task["error"]["code"] == "image_processing_error"
    assert f"image_urls[0] could not be downloaded ({reason})" in task["error"]["message"]


def test_a_fetch_can_be_given_up(tmp_path: Path, web: Web) -> None:
    """A server that never stops sending is left when the simulator stops."""
    web.pages["/x"] = (200, {}, (bytes(1000) for _ in range(10**6)))
    asked: list[int] = []

    def stopped() -> bool:
        asked.append(1)
        return len(asked) > 3

    with pytest.raises(fetch.Unreachable):
        fetch.fetch(f"{web.url}/x", tmp_path / "x", 10**9, stopped)

    assert len(asked) == 4


@pytest.mark.parametrize(
    ("url", "reserved"),
    [
        ("https://example.com/a", True),
        ("https://x.example.org./a", True),
        ("https://cdn.test/a", True),
        ("https://notexample.com/a", False),
        ("https://example.company/a", False),
        ("http://localhost/a", False),
    ],
)
def test_names_for_examples(url: str, *, reserved: bool) -> None:
    """Hosts of RFC 2606 stand for some picture, all others are real."""
    assert fetch.is_reserved(url) is reserved


def test_example_addresses_stand_for_good_inputs(simulate: Simulate) -> None:
    """A lesson without a network works with https://example.com/dog.jpg and the like."""
    client = simulate()

    task = client.ended(
        client.made(
            model=R2V,
            image_urls=["https://example.com/dog.jpg"],
            video_urls=["https://cdn.example.org/dog.mp4"],
            audio_urls=["https://dog.test/bark.wav"],
        )
    )

    assert task["status"] == "completed"


def test_a_restart_keeps_what_was_found(
    simulate: Simulate, web: Web, clock: Clock, tmp_path: Path
) -> None:
    """Another server tells the same of a good and of a bad task, and fetches nothing again."""
    first = simulate(tmp_path, clock=clock, time_scale=1)
    bodies = {"image_urls": [web.put("/good", PNG)]}, {"image_urls": [web.put("/bad", b"x")]}
    ids = [first.made(model=I2V, **body) for body in bodies]
    clock.now += 1000
    told = [first.ended(each) for each in ids]
    first.sim.stop()
    web.pages.clear()

    second = simulate(tmp_path, clock=clock, time_scale=1)
    again = [second.task(each) for each in ids]

    assert [each["status"] for each in told] == ["completed", "failed"]
    assert [each["status"] for each in again] == ["completed", "failed"]
    assert again[1] == told[1]
    assert sorted(web.asked) == ["/bad", "/good"]


def test_what_was_not_looked_at_is_after_a_restart(
    simulate: Simulate, web: Web, tmp_path: Path
) -> None:
    """A server that ends in the middle of a fetch leaves the task to the next one."""
    first = simulate(tmp_path)
    web.pages["/x"] = (200, {}, (bytes(10) for _ in range(10**7)))
    task_id = first.made(model=I2V, image_urls=[f"{web.url}/x"])
    first.sim.stop()
    web.put("/x", PNG)

    second = simulate(tmp_path)

    assert second.ended(task_id)["status"] == "completed"


def test_uploads_work_under_another_port(simulate: Simulate, clock: Clock, tmp_path: Path) -> None:
    """A link of an earlier run leads to the same file for 72 hours, and not a second longer."""
    first = simulate(tmp_path, clock=clock)
    link = first.uploaded(PNG)
    first.sim.stop()
    second = simulate(tmp_path, clock=clock)
    assert not link.startswith(second.sim.url)

    clock.now += HOURS_72 - 1
    good = second.ended(second.made(model=I2V, image_urls=[link]))
    clock.now += 1
    late = second.ended(second.made(model=I2V, image_urls=[link]))

    assert good["status"] == "completed"
    assert late["error"]["code"] == "image_processing_error"
    assert "the upload has expired after 72 hours" in late["error"]["message"]


def test_films_and_sounds_can_be_uploaded_and_used(simulate: Simulate, tmp_path: Path) -> None:
    """A reference task takes its own uploads of every kind, each under its own URL."""
    client = simulate()
    links = [
        client.uploaded(path.read_bytes())
        for path in (film(tmp_path / "x.mp4"), sound(tmp_path / "x.wav"), sound(tmp_path / "x.mp3"))
    ]

    task = client.ended(client.made(model=R2V, video_urls=links[:1], audio_urls=links[1:]))
    wrong = client.ended(client.made(model=R2V, video_urls=links[1:2]))

    assert task["status"] == "completed"
    assert wrong["error"]["message"].startswith("unsupported file type: video_urls[0] (wav")


def test_adaptive_follows_the_inputs(simulate: Simulate, tmp_path: Path) -> None:
    """The first frame decides; among references a video does, before the images."""
    client = simulate()
    tall, wide = client.uploaded(picture((300, 520))), client.uploaded(picture((700, 300)))
    square = client.uploaded(film(tmp_path / "x.mp4").read_bytes())

    shots = [
        client.call("GET", client.ended(client.made(**fields))["results"][0]).content
        for fields in (
            {"model": I2V, "image_urls": [tall, wide]},
            {"model": R2V, "image_urls": [wide, tall]},
            {"model": R2V, "image_urls": [wide], "video_urls": [square]},
            {"model": I2V, "image_urls": [tall], "aspect_ratio": "4:3"},
        )
    ]

    sizes = ["width=496, height=864", "width=992, height=432", "width=640, height=640",
             "width=752, height=560"]  # fmt: skip
    assert [size.encode() in shot for size, shot in zip(sizes, shots, strict=True)] == [True] * 4
