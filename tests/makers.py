"""Small real files, made on the spot."""

from __future__ import annotations

import io
import struct
import wave
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import av
from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

STEP = 4  # by which a frame of a video is brighter than the one before


def picture(size: tuple[int, int] = (400, 300), form: str = "PNG", **more: Any) -> bytes:
    """A picture of one colour, in a format of Pillow."""
    kept = io.BytesIO()
    Image.new("RGB", size, "teal").save(kept, form, **more)
    return kept.getvalue()


def film(
    path: Path,
    *,
    size: tuple[int, int] = (640, 640),
    fps: Fraction | int = 24,
    frames: int = 48,
    options: dict[str, str] | None = None,
) -> Path:
    """A video of one colour, each frame a little brighter; the suffix says the container."""
    with av.open(path, "w", options=options or {}) as out:
        stream = out.add_stream("libvpx" if path.suffix == ".webm" else "mpeg4", rate=fps)
        stream.options = {} if path.suffix == ".webm" else {"qmax": "4"}
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame(*size, "yuv420p")
            for plane, value in zip(
                frame.planes, (16 + STEP * (number % 50), 128, 128), strict=True
            ):
                plane.update(bytes([value]) * plane.buffer_size)
            frame.pts, frame.time_base = number, Fraction(1) / fps
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return path


def wav(seconds: float, rate: int = 8000) -> bytes:
    """Silence."""
    kept = io.BytesIO()
    with wave.open(kept, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(1)
        out.setframerate(rate)
        out.writeframes(b"\x80" * round(seconds * rate))
    return kept.getvalue()


def mp3(path: Path, seconds: float, rate: int = 16000, **options: str) -> Path:
    """Silence, compressed by LAME."""
    with av.open(path, "w", format="mp3", options=options) as out:
        stream = out.add_stream("libmp3lame", rate=rate)
        stream.layout = "mono"
        left = round(seconds * rate)
        while left:
            frame = av.AudioFrame("s16p", "mono", min(left, 1152))
            frame.planes[0].update(bytes(frame.planes[0].buffer_size))
            frame.sample_rate = rate
            left -= frame.samples
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def exif(orientation: int, order: str = ">") -> bytes:
    """What a camera writes of how it was held."""
    mark = {">": b"MM", "<": b"II"}[order]
    entry = struct.pack(order + "HHIHH", 0x0112, 3, 1, orientation, 0)
    return b"Exif\0\0" + mark + struct.pack(order + "HIH", 42, 8, 1) + entry + bytes(4)
