"""Clips and sound cut, scaled and encoded anew, with PyAV; see `fit`.

Frames are taken one by one from the file to the encoder, so that memory does not grow with length.
"""

from __future__ import annotations

import io
import math
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any, BinaryIO

import av
import av.filter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from seedance_nb.core.fitting import Plan
    from seedance_nb.core.media import Media

__all__ = ["ERRORS", "make", "measured"]

ERRORS = (av.FFmpegError, OSError, ValueError, LookupError)
# What may be opened; lists of files, which could name any file or address, are not among them.
_READERS = "mov,matroska,avi,flv,asf,mpeg,mpegvideo,gif,aac,flac,ogg,aiff,amr,wav,mp3"
_BEHIND = 5.0  # seconds by which sound may come after the picture in a file
_THREADS = "4"  # named, since the bytes depend on it
_RATES = (8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000)
_AAC_FRAME = 1024  # samples
_TURNS = {90: ["transpose=cclock"], -90: ["transpose=clock"], 180: ["hflip", "vflip"]}
_SHARE = 0.75  # of the bytes for the picture; the rest is for sound, tables and bursts
_MOST_BITS = 80e6  # a second


def measured(file: Media) -> Media:
    """The file with its sides, length and frame rate, where they were not known."""
    with _opened(file) as source:
        length = source.duration / av.time_base if source.duration else _length(source)
        found = replace(file, duration=file.duration or length)
        if not source.streams.video:
            return found
        video = source.streams.video[0]
        rate = video.average_rate or video.guessed_rate
        return replace(
            found,
            width=file.width or video.width,
            height=file.height or video.height,
            fps=file.fps or (float(rate) if rate else None),
        )


def _length(source: Any) -> float:
    """Seconds, by the times of all packets: what a browser records does not say it."""
    ends = (float((p.pts + (p.duration or 0)) * p.time_base) for p in source.demux() if p.pts)
    return max(ends, default=0.0)


def make(file: Media, plan: Plan, path: Path) -> None:
    """Write the clip or the sound that the plan speaks of."""
    options = {"movflags": "+faststart"} if plan.format == "mp4" else {}
    with (
        _opened(file) as source,
        av.open(str(path), "w", format=plan.format, options=options) as target,
    ):
        lines = {}
        if plan.format == "mp4":
            lines[source.streams.video[0].index] = _picture(file, plan, source, target)
        if source.streams.audio or not lines:
            lines[source.streams.audio[0].index] = _sound(plan, source, target)
        _run(source, lines, seconds=plan.seconds)


def _picture(file: Media, plan: Plan, source: Any, target: Any) -> _Line:
    stream = source.streams.video[0]
    rate = Fraction(plan.fps or stream.average_rate or stream.guessed_rate or 24)
    rate = rate.limit_denominator(1001)
    displayed = (file.width, file.height)
    width, height = plan.sides or plan.crop or displayed
    made = target.add_stream("libx264", rate=rate)
    made.width, made.height, made.pix_fmt = width, height, "yuv420p"
    made.codec_context.time_base = 1 / rate
    seconds = plan.seconds or file.duration or 1
    most = int(min(_SHARE * 8 * plan.most_bytes / seconds, _MOST_BITS))
    made.options = {"crf": "18", "preset": "veryfast", "threads": _THREADS,
                    "maxrate": str(most), "bufsize": str(most // 2)}  # fmt: skip
    filters = [f"setpts=PTS-{_begin(source)}/TB", "scale={}:{}".format(*displayed)]
    if plan.crop:
        filters.append("crop={}:{}".format(*plan.crop))
    filters += [
        f"scale={width}:{height}:flags=lanczos", "setsar=1", f"fps={rate}:start_time=0",
        "format=yuv420p",
    ]  # fmt: skip
    if plan.seconds is not None:
        filters.append(f"trim=end_frame={math.floor(plan.seconds * rate)}")
    return _Line(target, made, filters)


def _sound(plan: Plan, source: Any, target: Any) -> _Line:
    stream = source.streams.audio[0]
    rate = stream.rate if stream.rate in _RATES else max(_RATES)
    layout = "mono" if stream.channels == 1 else "stereo"
    is_film = plan.format == "mp4"
    made = target.add_stream("aac" if is_film else "pcm_s16le", rate=rate, layout=layout)
    filters = [
        f"asetpts=PTS-{_begin(source)}/TB",
        # What starts late or has gaps stays beside its picture.
        f"aresample={rate}:async=1:first_pts=0",
        f"aformat=sample_fmts={'fltp' if is_film else 's16'}:channel_layouts={layout}",
    ]
    if plan.seconds is not None:
        samples = math.floor(plan.seconds * rate)
        samples -= samples % _AAC_FRAME if is_film else 0  # an encoder would fill the last one up
        filters.append(f"atrim=end_sample={samples}")
    return _Line(target, made, filters)


def _begin(source: Any) -> float:
    """When the file starts, by its own count of seconds."""
    return float((source.start_time or 0) / av.time_base)


def _run(source: Any, lines: dict[int, _Line], *, seconds: float | None) -> None:
    begin = _begin(source)
    for packet in source.demux([source.streams[index] for index in lines]):
        time = 0.0 if packet.pts is None else float(packet.pts * packet.time_base) - begin
        if seconds is not None and time > seconds + _BEHIND:
            break
        for frame in packet.decode():
            lines[packet.stream.index].take(frame)
    for line in lines.values():
        line.finish()


class _Line:
    """Frames of one stream on their way through filters into an encoder.

    Args:
        target: The file that is written.
        made: The stream in it.
        filters: What is done to the frames, in words of FFmpeg.
    """

    def __init__(self, target: Any, made: Any, filters: list[str]) -> None:
        self._target = target
        self._made = made
        self._filters = filters
        self._graph: Any = None

    def take(self, frame: Any) -> None:
        """The next frame of the source."""
        if self._graph is None:
            self._graph = self._laid(frame)
        self._graph.push(frame)
        self._drain()

    def finish(self) -> None:
        """There are no more."""
        if self._graph is not None:
            self._graph.push(None)
            self._drain()
            self._target.mux(self._made.encode())

    def _laid(self, frame: Any) -> Any:
        """The filters, one behind the other, for frames like this one."""
        graph = av.filter.Graph()
        is_sound = isinstance(frame, av.AudioFrame)
        if is_sound:
            first = graph.add_abuffer(
                sample_rate=frame.sample_rate, format=frame.format, layout=frame.layout,
                time_base=frame.time_base,
            )  # fmt: skip
        else:
            first = graph.add_buffer(
                width=frame.width, height=frame.height, format=frame.format,
                time_base=frame.time_base,
            )  # fmt: skip
        turned = _TURNS.get(round(getattr(frame, "rotation", 0)), [])
        steps = [word.partition("=") for word in (*turned, *self._filters)]
        made = [graph.add(name, options or None) for name, _, options in steps]
        last = graph.add("abuffersink" if is_sound else "buffersink")
        graph.link_nodes(first, *made, last).configure()
        return graph

    def _drain(self) -> None:
        while True:
            try:
                frame = self._graph.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            self._target.mux(self._made.encode(frame))


@contextmanager
def _opened(file: Media) -> Iterator[Any]:
    with ExitStack() as stack:
        source: BinaryIO
        if isinstance(file.source, bytes):
            source = io.BytesIO(file.source)
        else:
            assert file.source is not None  # noqa: S101 - the caller looked
            source = stack.enter_context(file.source.open("rb"))
        yield stack.enter_context(av.open(source, "r", options={"format_whitelist": _READERS}))
