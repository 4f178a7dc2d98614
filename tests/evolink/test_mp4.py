"""A file is called playable only if it is an MP4 with all its media in it."""

from __future__ import annotations

import struct
import tracemalloc
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedance_nb.evolink.mp4 import Clip, NotPlayable, inspect

CLIP = Path(__file__).parent.parent / "data" / "clip.mp4"
WHOLE = CLIP.read_bytes()
FPS = 24


def box(kind: bytes, *content: bytes) -> bytes:
    body = b"".join(content)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def encode(path: Path, flags: str = "", *, audio: bool = False, seconds: int = 2) -> None:
    av = pytest.importorskip("av")
    with av.open(path, "w", format="mp4", options={"movflags": flags} if flags else {}) as out:
        video = out.add_stream("libx264", rate=FPS, options={"g": "12"})
        video.width, video.height, video.pix_fmt = 160, 90, "yuv420p"
        sound = out.add_stream("aac", rate=48000, layout="mono") if audio else None
        for number in range(seconds * FPS):
            frame = av.VideoFrame(160, 90, "yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            for plane in frame.planes:
                plane.update(bytes([number]) * plane.buffer_size)
            out.mux(video.encode(frame))
        out.mux(video.encode())
        if sound:
            for start in range(0, seconds * 48000, 1000):
                frame = av.AudioFrame("fltp", "mono", 1000)
                frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
                frame.planes[0].update(bytes(frame.planes[0].buffer_size))
                out.mux(sound.encode(frame))
            out.mux(sound.encode())


def verdict(path: Path, content: bytes) -> Clip | str:
    path.write_bytes(content)
    try:
        return inspect(path)
    except NotPlayable as refusal:
        return refusal.reason


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file name that a whole module writes to again and again."""
    return tmp_path_factory.mktemp("mp4") / "file.mp4"


def test_a_real_clip_is_read() -> None:
    """Length, pixels and sound come from the headers."""
    assert inspect(CLIP) == Clip(duration=5.0, width=1280, height=720, has_audio=True)


@pytest.mark.parametrize("audio", [True, False])
@pytest.mark.parametrize(
    "flags", ["", "faststart", "frag_keyframe+empty_moov", "frag_keyframe+default_base_moof"]
)
def test_every_usual_form_agrees_with_a_decoder(scratch: Path, flags: str, *, audio: bool) -> None:
    """Plain, index-first and fragmented files give what PyAV reads in them."""
    av = pytest.importorskip("av")
    encode(scratch, flags, audio=audio)
    with av.open(scratch) as container:
        video = container.streams.video[0]
        frames = sum(1 for _ in container.decode(video=0))
        size = (video.width, video.height)

    clip = inspect(scratch)

    assert clip.duration == pytest.approx(frames / FPS, abs=0.1)
    assert ((clip.width, clip.height), clip.has_audio) == (size, audio)


@settings(max_examples=200, deadline=None)
@given(cut=st.integers(0, len(WHOLE) - 1))
def test_a_clip_cut_anywhere_is_refused(scratch: Path, cut: int) -> None:
    """No shorter part of a clip passes for a whole one."""
    assert isinstance(verdict(scratch, WHOLE[:cut]), str)


@pytest.mark.parametrize("flags", ["faststart", "frag_keyframe+empty_moov"])
def test_an_index_in_front_does_not_hide_a_cut(scratch: Path, flags: str) -> None:
    """Where the index comes first, media that are cut short are still noticed."""
    encode(scratch, flags, audio=True)
    content = scratch.read_bytes()
    media = content.rindex(b"mdat") + 4

    verdicts = {verdict(scratch, content[:cut]) for cut in range(media, len(content), 97)}

    if flags == "faststart":
        assert verdicts == {"truncated"}
        assert verdict(scratch, content[: media - 8]) == "no_data"
    else:
        assert "truncated" in verdicts


@settings(max_examples=300, deadline=None)
@given(content=st.binary(max_size=400), start=st.sampled_from([b"", box(b"ftyp", b"isom0000")]))
def test_any_bytes_get_a_verdict(scratch: Path, content: bytes, start: bytes) -> None:
    """Whatever the bytes, the answer is a clip or a refusal, and nothing else."""
    verdict(scratch, start + content)


@settings(max_examples=400, deadline=None)
@given(data=st.data())
def test_a_damaged_index_gets_a_verdict(scratch: Path, data: st.DataObject) -> None:
    """Numbers of any size, anywhere in the index, neither hang nor crash the walk."""
    damaged = bytearray(WHOLE)
    index = WHOLE.index(b"moov")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(index - 4, len(WHOLE) - 4))
        value = data.draw(st.sampled_from([0, 1, 7, 2**31, 2**32 - 1]) | st.integers(0, 2**32 - 1))
        damaged[at : at + 4] = struct.pack(">I", value)

    verdict(scratch, bytes(damaged))


def patched(marker: bytes, offset: int, value: bytes) -> bytes:
    at = WHOLE.index(marker) + len(marker) + offset
    return WHOLE[:at] + value + WHOLE[at + len(value) :]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "not_mp4", id="empty"),
        pytest.param(b"<html>Forbidden</html>", "not_mp4", id="a web page"),
        pytest.param(WHOLE[32:], "not_mp4", id="no ftyp"),
        pytest.param(WHOLE.replace(b"moov", b"free"), "no_index", id="no moov"),
        pytest.param(WHOLE.replace(b"vide", b"meta"), "no_video", id="sound only"),
        pytest.param(WHOLE.replace(b"mdat", b"free"), "no_data", id="no media"),
        pytest.param(patched(b"stco", 8, b"\xff" * 4), "no_data", id="chunk outside the file"),
        pytest.param(patched(b"stco", 8, b"\0" * 4), "no_data", id="chunk in a header"),
        pytest.param(patched(b"stco", 4, b"\xff" * 4), "broken", id="table longer than its box"),
        pytest.param(patched(b"moov", -8, b"\0\0\0\2"), "broken", id="box smaller than its head"),
        pytest.param(WHOLE + b"\0\0\1\0free", "truncated", id="last box cut"),
        pytest.param(WHOLE + b"abc", "truncated", id="stray bytes"),
        pytest.param(box(b"ftyp") + box(b"moov", box(b"trak") * 9), "broken", id="empty tracks"),
        pytest.param(box(b"ftyp") + box(b"free") * 200_000, "broken", id="endless boxes"),
    ],
)
def test_each_fault_has_its_reason(scratch: Path, content: bytes, reason: str) -> None:
    """A refusal says what is missing."""
    assert verdict(scratch, content) == reason


def test_a_clip_without_length_is_refused(scratch: Path) -> None:
    """Headers that say nothing about the length, or zero, do not pass."""
    content = WHOLE
    for marker in (b"mvhd", b"mdhd"):
        parts = content.split(marker)
        content = marker.join([parts[0], *(p[:16] + b"\0" * 4 + p[20:] for p in parts[1:])])

    assert verdict(scratch, content) == "no_duration"


def test_long_sizes_and_the_open_end_are_understood(scratch: Path) -> None:
    """A 64-bit size, and a size of zero for "to the end", are read as the standard says."""
    at = WHOLE.index(b"moov") - 4
    tail = WHOLE[at + 8 :]
    long = struct.pack(">I4sQ", 1, b"moov", 16 + len(tail)) + tail
    open_end = struct.pack(">I4s", 0, b"moov") + tail

    assert verdict(scratch, WHOLE[:at] + long) == inspect(CLIP)
    assert verdict(scratch, WHOLE[:at] + open_end) == inspect(CLIP)


@pytest.mark.parametrize("size", [2**32, 2**63, 2**64 - 1])
def test_absurd_sizes_are_refused_at_once(scratch: Path, size: int) -> None:
    """A box that claims more than the file holds is a cut file, and costs nothing."""
    content = box(b"ftyp") + struct.pack(">I4sQ", 1, b"mdat", size)

    assert verdict(scratch, content) == "truncated"


def test_a_big_file_costs_little_memory(scratch: Path) -> None:
    """100 MB of media are stepped over, not read."""
    at = WHOLE.index(b"moov") - 4
    with scratch.open("wb") as file:
        file.write(WHOLE[:at] + struct.pack(">I4s", 8 + 100_000_000, b"free"))
        file.seek(100_000_000, 1)
        file.write(WHOLE[at:])
    tracemalloc.start()

    clip = inspect(scratch)

    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert clip == inspect(CLIP)
    assert peak < 1_000_000
