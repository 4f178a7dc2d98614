"""What a file is, by its content: named, measured, and noticed where it is not whole."""

from __future__ import annotations

import io
import struct
import sys
import time
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import makers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seedance_nb.core import media
from seedance_nb.evolink import inputs
from seedance_nb.evolink.probe import Facts, probe

if TYPE_CHECKING:
    from seedance_nb.core.errors import Problem

CLIP = (Path(__file__).parent.parent / "data" / "clip.mp4").read_bytes()


def facts(content: bytes) -> Facts:
    """What some bytes are."""
    return probe(io.BytesIO(content), len(content))


# --- formats --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "name"),
    [
        *(("JPEG", "jpeg"), ("PNG", "png"), ("WEBP", "webp"), ("GIF", "GIF"), ("BMP", "BMP")),
        *(("TIFF", "TIFF"), ("AVIF", "AVIF"), ("JPEG2000", "JPEG 2000"), ("ICO", "ICO")),
        ("PDF", "PDF"),
    ],
)
def test_pictures_are_told_by_their_content(form: str, name: str) -> None:
    """What Pillow writes is named as people name it, whatever the file is called."""
    assert name == facts(makers.picture((256, 256), form)).format


@pytest.mark.parametrize(
    ("suffix", "name"),
    [(".mp4", "mp4"), (".mov", "mov"), (".webm", "WebM"), (".mkv", "Matroska"), (".avi", "AVI")],
)
def test_films_are_told_by_their_content(suffix: str, name: str, tmp_path: Path) -> None:
    """What FFmpeg writes into each container is named by that container."""
    path = makers.film(tmp_path / f"a{suffix}", size=(320, 304), frames=4)

    assert name == facts(path.read_bytes()).format


@pytest.mark.parametrize(
    ("suffix", "codec", "name"),
    [
        *((".m4a", "aac", "M4A"), (".aac", "aac", "AAC"), (".flac", "flac", "FLAC")),
        *((".ogg", "flac", "OGG"), (".mp3", "libmp3lame", "mp3"), (".wav", "pcm_s16le", "wav")),
        *((".aiff", "pcm_s16be", "AIFF"), (".mp2", "mp2", "")),
    ],
)
def test_sounds_are_told_by_their_content(
    suffix: str, codec: str, name: str, tmp_path: Path
) -> None:
    """So are sounds; what nobody needs to know has no name."""
    path = tmp_path / f"a{suffix}"
    with av.open(path, "w", options={"brand": "M4A "} if ".m4a" == suffix else {}) as out:
        stream: Any = out.add_stream(codec, rate=44100)
        frame = av.AudioFrame("s16", "stereo", 1024)
        frame.planes[0].update(bytes(frame.planes[0].buffer_size))
        frame.sample_rate = 44100
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))

    assert name == facts(path.read_bytes()).format


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1avif", "AVIF"),
        (b"\0\0\0\x18ftypM4A \0\0\0\0isomiso2", "M4A"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- x --><SVG/>", "SVG"),
        (b"\n<!DOCTYPE html><title>Log in</title>", "HTML"),
        (b"<a/>", "XML"),
        (b"PK\3\4", "ZIP"),
        (b"ID3\4\0\0\0\0\0\4TAG!fLaC", "FLAC"),
        (b"ID3\4\0\0\0\0\0\4TAG!\xff\xf1", "AAC"),
        ("a text".encode("utf-16"), ""),
        (b"a text", ""),
        (b"\xff", ""),
        (b"\0" * 100, ""),
    ],
)
def test_other_files_are_named_where_they_have_a_name(content: bytes, name: str) -> None:
    """Photos of telephones, web pages saved as pictures, archives: each by what it is."""
    assert name == facts(content).format


# --- measures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_sides_are_as_displayed(form: str, order: str, orientation: int) -> None:
    """A picture that its camera turned by a quarter is as high as it is stored wide."""
    found = facts(makers.picture((400, 300), form, exif=makers.exif(orientation, order)))

    assert ((300, 400) if orientation > 4 else (400, 300)) == (found.width, found.height)


@pytest.mark.parametrize(
    "more", [{"lossless": True}, {"exif": b"Exif\0\0"}, {"quality": 10}, {"icc_profile": b"x" * 99}]
)
def test_each_kind_of_webp_is_measured(more: dict[str, object]) -> None:
    """The three kinds of WebP tell their sides in three ways."""
    found = facts(makers.picture((401, 299), "WEBP", **more))

    assert (401, 299) == (found.width, found.height)


@pytest.mark.parametrize("more", [{"progressive": True}, {"icc_profile": b"x" * 900_000}])
def test_sides_behind_large_profiles_are_found(more: dict[str, object]) -> None:
    """The sides of a JPEG are found behind any number of segments in front of them."""
    found = facts(makers.picture((401, 299), "JPEG", **more))

    assert (401, 299) == (found.width, found.height)


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
@pytest.mark.parametrize("flags", ["", "faststart", "frag_keyframe+empty_moov"])
def test_films_are_measured_without_the_extra(
    suffix: str, flags: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sides, length and frame rate of MP4 and MOV, in one piece or in fragments."""
    options = {"movflags": flags} if flags else {}
    path = makers.film(tmp_path / f"a{suffix}", size=(320, 304), fps=30, frames=45, options=options)
    monkeypatch.setitem(sys.modules, "av", None)

    found = facts(path.read_bytes())

    assert (320, 304) == (found.width, found.height)
    assert pytest.approx((1.5, 30), abs=0.01) == (found.duration, found.fps)


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_frames_out_of_order_are_counted_right(
    fps: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A film of two seconds with B-frames, as encoders make them, has the rate it was made with."""
    path = tmp_path / "a.mp4"
    with av.open(path, "w") as out:
        stream = out.add_stream("libx264", rate=fps, options={"bf": "2"})
        stream.width, stream.height, stream.pix_fmt = 320, 304, "yuv420p"
        for number in range(2 * fps):
            frame = av.VideoFrame(320, 304, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1, fps)
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    monkeypatch.setitem(sys.modules, "av", None)

    found = facts(path.read_bytes())

    assert (2, fps) == (found.duration, found.fps)


def test_a_film_that_is_turned_is_as_wide_as_it_is_seen() -> None:
    """The matrix of a telephone's video swaps its sides."""
    at = CLIP.index(b"tkhd") + 4 + 40
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 0, 0, 1 << 30)
    straight = facts(CLIP)

    turned = facts(CLIP[:at] + quarter + CLIP[at + 36 :])

    assert (straight.height, straight.width) == (turned.width, turned.height)


@pytest.mark.parametrize("rate", [8000, 24000, 44100])
@pytest.mark.parametrize("seconds", [2, 15])
def test_sounds_are_measured(rate: int, seconds: int, tmp_path: Path) -> None:
    """The silence that an encoder adds to an MP3 is not counted where it is told."""
    assert seconds == facts(makers.wav(seconds, rate)).duration
    path = makers.mp3(tmp_path / "a.mp3", seconds, rate)

    assert pytest.approx(seconds, abs=0.001) == facts(path.read_bytes()).duration


@pytest.mark.parametrize("front", [b"", b"ID3\4\0\0\0\0\2\0" + bytes(256), b"\xff\xfb\0rubbish"])
def test_an_mp3_that_tells_nothing_is_walked(front: bytes, tmp_path: Path) -> None:
    """Frame by frame, behind tags and what else is in front, in the middle and at the end."""
    path = makers.mp3(tmp_path / "a.mp3", 3, 16000, write_xing="0", id3v2_version="0")
    sound = path.read_bytes()
    middle = len(sound) // 144 // 2 * 144  # a frame of 32 kbit/s at 16 kHz

    whole = facts(sound)
    strewn = facts(front + sound[:middle] + b"rubbish" + sound[middle:] + b"TAG" + bytes(125))

    assert whole.duration is not None
    assert pytest.approx(3, abs=0.2) == whole.duration
    assert whole.duration == strewn.duration


def test_a_wav_without_lengths_lasts_to_its_end() -> None:
    """A WAV that was piped, whose head knows no length, is as long as what follows."""
    sound = bytearray(makers.wav(3))
    at = sound.index(b"data") + 4
    for length in (0, 0xFFFFFFFF):
        sound[at : at + 4] = struct.pack("<I", length)
        assert 3 == facts(bytes(sound)).duration


def test_a_film_of_the_old_kind_needs_the_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A MOV that begins with its media is measured by `media`; without it, that is told."""
    content = makers.film(tmp_path / "a.mov", size=(640, 640)).read_bytes()
    old = bytearray(content)
    old[4:8] = b"wide"
    path = tmp_path / "old.mov"
    path.write_bytes(old)
    assert pytest.approx(2, abs=0.05) == facts(bytes(old)).duration
    monkeypatch.setitem(sys.modules, "av", None)

    found = inputs.opened("videos", bytes(old))

    assert not isinstance(found, list)
    [warning] = media.warnings("videos", [found])
    assert "problem.file.unchecked" == warning.text_id
    assert "seedance_nb[media]" in warning.text


def test_boxes_that_we_do_not_understand_may_be_understood(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A film is called damaged only where `media`, if it is there, cannot read it either."""
    odd = bytearray(CLIP)
    at = 0
    while (at := CLIP.find(b"stsz", at + 1)) >= 0:  # sizes in two bytes each, in place of four
        _, count = struct.unpack_from(">II", CLIP, at + 8)
        sizes = struct.unpack_from(f">{count}I", CLIP, at + 16)
        odd[at : at + 4] = b"stz2"
        struct.pack_into(f">II{count}H", odd, at + 8, 16, count, *sizes)
    strange = CLIP.replace(b"mdia", b"mdxx")
    straight = facts(CLIP)

    assert straight == facts(bytes(odd))
    assert "broken" == facts(strange).flaw
    monkeypatch.setitem(sys.modules, "av", None)
    assert "broken" == facts(bytes(odd)).flaw == facts(strange).flaw


# --- whole or not ---------------------------------------------------------------------------------


def cut_at(content: bytes, form: str, field: str) -> None:
    """No beginning of a file passes for the whole; a wrong end is a damaged file."""
    assert "" == facts(content).flaw
    for part in range(40, len(content) - 1, max(1, len(content) // 60)):
        found = inputs.opened(field, content[:part])
        assert isinstance(found, list), part
        assert found[0].text_id in {"problem.file.truncated", "problem.file.broken"}, form


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_picture_cut_short_is_noticed(form: str) -> None:
    """Without the end of its last part a picture is refused, though its sides are known."""
    cut_at(makers.picture((400, 300), form, exif=makers.exif(1)), form, "images")


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_a_film_cut_short_is_noticed(suffix: str, tmp_path: Path) -> None:
    """A film whose boxes do not hold its media is refused."""
    path = makers.film(tmp_path / f"a{suffix}", options={"movflags": "faststart"})
    cut_at(path.read_bytes(), suffix, "videos")


def test_a_sound_cut_short_is_noticed(tmp_path: Path) -> None:
    """A WAV shorter than it says, and an MP3 with fewer bytes than its first frame says."""
    cut_at(makers.wav(3), "wav", "audios")
    sound = makers.mp3(tmp_path / "a.mp3", 3).read_bytes()
    assert "truncated" == facts(sound[: len(sound) // 2]).flaw
    assert "truncated" == facts(b"ID3\4\0\0\0\0\0\4TAG!").flaw


def test_what_stands_behind_a_picture_does_no_harm() -> None:
    """A photo with a film behind it, as telephones write it, is whole."""
    for form in ("PNG", "JPEG", "WEBP"):
        found = facts(makers.picture((400, 300), form) + CLIP + bytes(200_000))
        assert ("", 400) == (found.flaw, found.width)


def test_a_film_without_a_picture_is_told(tmp_path: Path) -> None:
    """A file that only holds sound is no reference video."""
    [problem] = _refused("videos", CLIP.replace(b"vide", b"meta"))

    assert "problem.file.empty" == problem.text_id


def _refused(field: str, content: bytes) -> list[Problem]:
    found = inputs.opened(field, content)
    assert isinstance(found, list)
    return found


def test_all_that_is_wrong_is_told_at_once() -> None:
    """A picture that is cut short and too large has both problems."""
    found = _refused("images", makers.picture((400, 400), "JPEG")[:-2] + bytes(31_000_000))

    assert ["problem.file.truncated", "problem.file.size"] == [one.text_id for one in found]


# --- hostile files --------------------------------------------------------------------------------


def bomb(side: int) -> bytes:
    """A small PNG that says it is enormous."""
    content = makers.picture((400, 400))
    return content[:16] + struct.pack(">II", side, side) + content[24:]


def test_a_bomb_is_judged_by_its_header() -> None:
    """A few hundred bytes that would decode to gigabytes are measured, not decoded."""
    found = inputs.opened("images", bomb(100_000))

    assert not isinstance(found, list)
    [problem] = media.problems("images", found)
    assert "problem.file.sides" == problem.text_id


@pytest.mark.parametrize(
    "content",
    [
        b"\x89PNG\r\n\x1a\n" + makers.picture()[8:33] + (bytes(4) + b"junk" + bytes(4)) * 300_000,
        b"\xff\xd8\xff" + b"\xff" * 3_000_000,
        b"\xff\xd8" + b"\xff\xe0\0\2" * 500_000,
        b"RIFF\xff\xff\xff\0WEBP" + b"junk\0\0\0\0" * 300_000,
        b"RIFF\xff\xff\xff\0WAVE" + b"junk\0\0\0\0" * 300_000,
        b"ID3\4\0\0\0\0\0\0" * 300_000,
        b"ID3\4\0\0\x7f\x7f\x7f\x7f",
        b"\xff\xfb\x90\0" * 500_000,
    ],
    ids=["chunks", "fill", "segments", "webp", "wav", "tags", "far", "syncs"],
)
def test_endless_parts_cost_little(content: bytes) -> None:
    """A file of nothing but heads gets its verdict in a second or less."""
    start = time.thread_time()

    assert facts(content).flaw

    assert time.thread_time() - start < 1.5


HEADS = (
    b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF0000WEBPVP8X", b"RIFF0000WEBPVP8L",
    b"RIFF0000WAVEfmt ", b"RIFF0000WAVEdata", b"ID3\4\0\0", b"\xff\xfb\x90\0",
    b"\0\0\0\x18ftypisom", b"\0\0\0\x08wide",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300), st.sampled_from(HEADS))
def test_any_bytes_get_a_verdict(tail: bytes, head: bytes) -> None:
    """Whatever the bytes, the answer is what they are, and nothing is raised."""
    found = facts(head + tail)

    assert found.flaw in {"", "truncated", "broken", "empty"}


WHOLE = {form: makers.picture((320, 300), form) for form in ("PNG", "JPEG", "WEBP")}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damaged_pictures_get_a_verdict(data: st.DataObject) -> None:
    """Numbers of any size, anywhere in a picture, neither hang nor crash the walk."""
    damaged = bytearray(WHOLE[data.draw(st.sampled_from(sorted(WHOLE)))])
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, min(600, len(damaged) - 4)))
        damaged[at : at + 4] = data.draw(st.binary(min_size=4, max_size=4))

    facts(bytes(damaged))


def test_a_large_photo_is_checked_at_once(tmp_path: Path) -> None:
    """Thirty megabytes are hashed and measured in a moment, and not decoded."""
    path = tmp_path / "photo.jpg"
    head, scan = makers.picture((4000, 3000), "JPEG").split(b"\xff\xda", 1)
    path.write_bytes(head + b"\xff\xda" + scan[:-2] + bytes(30_000_000 - 10_000) + b"\xff\xd9")
    start = time.thread_time()

    found = inputs.opened("images", path)

    assert time.thread_time() - start < 1  # a tenth on a quiet machine: the benchmarks tell
    assert not isinstance(found, list)
    assert (4000, 3000) == (found.width, found.height)
