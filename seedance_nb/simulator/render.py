"""A real MP4: H.264 and AAC, made frame by frame with PyAV and Pillow."""

from __future__ import annotations

from array import array
from fractions import Fraction
from typing import TYPE_CHECKING

import av
from av.audio.frame import AudioFrame
from av.video.frame import VideoFrame

from seedance_nb.simulator.canvas import FPS, Canvas, ycc
from seedance_nb.simulator.chance import Chance
from seedance_nb.simulator.collage import Collage
from seedance_nb.simulator.lettering import Lettering
from seedance_nb.simulator.photo import Photo
from seedance_nb.simulator.scenery import Scenery
from seedance_nb.simulator.soundtrack import RATE, soundtrack

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from av.audio.stream import AudioStream
    from av.container import OutputContainer
    from av.video.stream import VideoStream

    from seedance_nb.simulator.studio import Shot

__all__ = ["render"]

_SAMPLES = 1024
_FRAMES = {"image": ycc((244.0, 242.0, 236.0)), "reference": ycc((6.0, 6.0, 9.0))}
_BT709 = 1
_LIMITED = 1
_LARGE = 1_500_000
_FADE = 14


def render(shot: Shot, path: Path, stopped: Callable[[], bool], *, crf: int | None = None) -> None:
    """Writes the clip of `shot` to `path`; leaves it unfinished once `stopped()` is true.

    The same shot gives the same bytes with the same libraries. The clips that come with the
    package are made by this function too: text, 432x248, 248x432 and 320x320, five seconds, with
    and without sound, crf 33, named as `studio.ready_made` looks for them.

    Args:
        shot: What to show.
        path: The file to write.
        stopped: Asked before each frame.
        crf: x264's quality number, None for one that suits the size.

    Raises:
        OSError: The encoder or the disk fails.
    """
    try:
        _render(shot, path, stopped, crf)
    except av.error.FFmpegError as error:
        message = f"cannot encode: {error}"
        raise OSError(message) from error


def _render(shot: Shot, path: Path, stopped: Callable[[], bool], crf: int | None) -> None:
    with av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        video = _video_stream(container, shot, crf)
        audio = _audio_stream(container) if shot.audio else None
        chance = _chance(shot, "sound")
        sounds = [each for each in shot.inputs if each.kind == "audio"]
        samples = soundtrack(shot.duration, chance, sounds) if audio else array("h")
        picture = _Picture(shot)
        done = 0
        for number in range(shot.duration * FPS):
            if stopped():
                return
            container.mux(video.encode(picture.frame(number)))
            until = (number + 1) * RATE // FPS // _SAMPLES * _SAMPLES
            if audio is not None:
                _send(container, audio, samples, done, until)
                done = until
        container.mux(video.encode(None))
        if audio is not None:
            container.mux(audio.encode(None))


def _chance(shot: Shot, what: str) -> Chance:
    return Chance(shot.prompt, shot.kind, shot.seed, what)


def _video_stream(container: OutputContainer, shot: Shot, crf: int | None) -> VideoStream:
    large = shot.width * shot.height > _LARGE
    stream: VideoStream = container.add_stream(
        "libx264",
        rate=FPS,
        options={
            "preset": "ultrafast" if large else "superfast",
            "crf": str(crf or (27 if large else 24)),
            "threads": "2",
            "g": str(FPS * 2),
        },
    )
    stream.width, stream.height = shot.width, shot.height
    stream.pix_fmt = "yuv420p"
    context = stream.codec_context
    context.time_base = Fraction(1, FPS)
    context.colorspace = context.color_primaries = context.color_trc = _BT709
    context.color_range = _LIMITED
    return stream


def _audio_stream(container: OutputContainer) -> AudioStream:
    stream: AudioStream = container.add_stream("aac", rate=RATE, layout="mono")
    stream.bit_rate = 64_000
    return stream


def _send(
    container: OutputContainer, stream: AudioStream, samples: array[int], start: int, end: int
) -> None:
    for first in range(start, end, _SAMPLES):
        frame = AudioFrame(format="s16", layout="mono", samples=_SAMPLES)
        frame.planes[0].update(samples[first : first + _SAMPLES].tobytes())
        frame.sample_rate, frame.pts = RATE, first
        frame.time_base = Fraction(1, RATE)
        container.mux(stream.encode(frame))


def _border(shot: Shot, margin: int) -> list[tuple[int, int, int, int]]:
    """What tells the kinds apart: a photo's edge for images, wide bars for references."""
    width, height = shot.width, shot.height
    if shot.kind == "reference":
        bar = margin * 2
        return [(0, 0, width, bar), (0, height - bar, width, height)]
    if shot.kind == "image":
        edge = margin // 4 * 2
        level = [(0, 0, width, edge), (0, height - edge, width, height)]
        return [*level, (0, 0, edge, height), (width - edge, 0, width, height)]
    return []


class _Picture:
    """The frames of a clip: what moves, over it the references, the words and the line of time."""

    def __init__(self, shot: Shot) -> None:
        self._shot = shot
        self._frames = shot.duration * FPS
        blank = VideoFrame(shot.width, shot.height, "yuv420p")
        sizes = [(each.line_size, each.buffer_size // each.line_size) for each in blank.planes]
        self._canvas = Canvas.blank(sizes)
        size = (shot.width, shot.height)
        chance = _chance(shot, "picture")
        images = [each for each in shot.inputs if each.kind == "image"]
        self._photo = shot.kind == "image" and bool(images)
        self._scene: Photo | Scenery = (
            Photo(size, self._frames, images, shot.prompt, chance)
            if self._photo
            else Scenery(size, self._frames, shot.prompt, chance)
        )
        lettering = Lettering(size, shot.prompt)
        self._margin = max(8, min(size) // 24) // 2 * 2
        self._caption = lettering.caption()
        self._mark = lettering.mark(f"simulator  ·  {shot.kind}-to-video")
        self._clocks = [
            lettering.mark(f"0:{second:02d} / 0:{shot.duration:02d}")
            for second in range(shot.duration)
        ]
        light = self._scene.mood.light
        self._line = ycc(light)
        self._border = [] if self._photo else _border(shot, self._margin)
        shown = [] if self._photo else shot.inputs
        self._collage = Collage(self._middle(), shown, lettering, light, shot.duration)

    def frame(self, number: int) -> VideoFrame:
        canvas = self._canvas
        self._scene.paint(canvas, number)
        strength = self._strength(number)
        if strength > 0:
            bare = canvas.copy() if strength < 1 else canvas
            self._adorn(number)
            canvas = bare.faded(canvas, strength) if strength < 1 else canvas
        frame = VideoFrame(self._shot.width, self._shot.height, "yuv420p")
        for plane, picture in zip(frame.planes, canvas.planes, strict=True):
            plane.update(picture.tobytes())
        frame.pts, frame.time_base = number, Fraction(1, FPS)
        return frame

    def _strength(self, number: int) -> float:
        """How strong the words are: given frames at either end are shown without them."""
        if not self._photo:
            return 1.0
        return min(1.0, number / _FADE, (self._frames - 1 - number) / _FADE)

    def _middle(self) -> tuple[int, int, int, int]:
        """The area between the marks and the caption."""
        width, margin = self._shot.width, self._margin
        top = 2 * margin + self._mark.stencil.full.height
        return (2 * margin, top, width - 2 * margin, self._caption_top() - margin)

    def _caption_top(self) -> int:
        tall = self._caption.stencil.full.height if self._caption else 0
        return (self._shot.height - 3 * self._margin - tall) // 2 * 2

    def _adorn(self, number: int) -> None:
        if isinstance(self._scene, Photo):
            self._scene.adorn(self._canvas, number)
        for box in self._border:
            self._canvas.bar(_FRAMES[self._shot.kind], box)
        self._collage.paint(self._canvas, number)
        self._write(number)

    def _write(self, number: int) -> None:
        width, height, margin = self._shot.width, self._shot.height, self._margin
        mark = self._mark.stencil.full
        self._canvas.stamp(self._mark, (width - margin - mark.width) // 2 * 2, margin)
        self._canvas.stamp(self._clocks[number // FPS], margin, margin)
        if self._caption is not None:
            self._canvas.stamp(self._caption, margin, self._caption_top())
        thick = max(2, margin // 8 * 2)
        reached = width * (number + 1) // self._frames
        self._canvas.bar(self._line, (0, height - thick, reached, height))
