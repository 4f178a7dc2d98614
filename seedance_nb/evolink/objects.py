"""Things of a notebook as files: pictures, arrays, figures, uploads, open files, results of jobs.

Everything is told by what it can do, so that no library is imported for it; only a picture or an
array needs Pillow, to become a PNG.
"""

from __future__ import annotations

import base64
import io
import os
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from seedance_nb.core.catalog import LIMITS
from seedance_nb.core.errors import Problem
from seedance_nb.core.texts import TABLE, say

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HUGE", "Refused", "as_file", "shown"]

HUGE = 10 * max(limits.most_bytes for limits in LIMITS.values())  # bytes; not even read
_DEEP = {3: "RGB", 4: "RGBA"}
_KEPT = {"L", "RGB", "RGBA"}
_MODES = {"1": "L", "LA": "RGBA", "La": "RGBA", "PA": "RGBA", "RGBa": "RGBA"}
_LONGEST = 120  # characters of a value that are shown


class Refused(Exception):
    """This is no input; `problem` says why."""

    def __init__(self, field: str, text_id: str, **values: object) -> None:
        """Keep the problem."""
        super().__init__(text_id)
        self.problem = Problem(field, text_id, **values)


def shown(item: object) -> str:
    """A value as a sentence can name it: a text shortened, anything else by its kind."""
    if not isinstance(item, str | int | float | os.PathLike) or isinstance(item, bool):
        return type(item).__name__
    text = os.fsdecode(item) if isinstance(item, os.PathLike) else str(item)
    text = text.encode("utf-8", "replace").decode()
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "\u2026"


def as_file(field: str, item: Any) -> tuple[str | bytes, str]:
    """The path of an input that is no `Media`, or its bytes and what they are called.

    Raises:
        Refused: It is nothing of the kind, or not yet.
    """
    for is_one, read in _KINDS:
        if is_one(item):
            return read(field, item)
    raise Refused(field, "problem.file.kind", value=shown(item))


# --- paths and bytes ------------------------------------------------------------------------------


def _is_path(item: Any) -> bool:
    return isinstance(item, str | os.PathLike)


def _path(field: str, item: Any) -> tuple[str | bytes, str]:
    path = os.fsdecode(item)
    scheme = path.partition("://")[0].lower() if "://" in path else ""
    if scheme in ("http", "https"):
        raise Refused(field, "problem.url.broken", value=shown(path))
    if scheme.isidentifier():
        raise Refused(field, "problem.url.scheme", value=shown(path), scheme=scheme)
    if path.startswith("data:"):
        return _data_url(field, path), ""
    if not path.strip() or "\0" in path:
        raise Refused(field, "problem.media.url", value=shown(path))
    return os.path.expanduser(path), ""  # noqa: PTH111 - a Path would fail where nobody lives


def _data_url(field: str, url: str) -> bytes:
    head, comma, body = url.partition(",")
    data = unquote_to_bytes(body)
    try:
        if comma:
            return base64.b64decode(data, validate=True) if head.endswith(";base64") else data
    except ValueError:
        pass  # what is told is the same as for one without data
    raise Refused(field, "problem.url.data", value=shown(url))


def _is_bytes(item: Any) -> bool:
    return isinstance(item, bytes | bytearray | memoryview)


def _bytes(_: str, item: Any) -> tuple[str | bytes, str]:
    return bytes(item), ""


def _is_open(item: Any) -> bool:
    return callable(getattr(item, "read", None)) and callable(getattr(item, "seek", None))


def _open(field: str, item: Any) -> tuple[str | bytes, str]:
    """The whole of an open file, which is left where it was."""
    name = getattr(item, "name", "")
    name = os.path.basename(name) if isinstance(name, str) else ""  # noqa: PTH119
    value = name or shown(item)
    if isinstance(item, io.TextIOBase):
        raise Refused(field, "problem.file.text", value=value)
    try:
        here = item.tell()
        try:
            item.seek(0, os.SEEK_END)
            size = item.tell()
            item.seek(0)
            data = item.read() if size <= HUGE else b""
        finally:
            item.seek(here)
    except (OSError, ValueError) as error:
        reason = str(error)
        raise Refused(field, "problem.file.unreadable", value=value, reason=reason) from None
    if isinstance(data, str):  # of a wrapper, such as that of `tempfile`
        raise Refused(field, "problem.file.text", value=value)
    if size > HUGE:
        limit = LIMITS[field].most_bytes // 10**6
        raise Refused(field, "problem.file.size", value=value, size=size // 10**6, limit=limit)
    return bytes(data), name


# --- results of jobs ------------------------------------------------------------------------------


def _is_job(item: Any) -> bool:
    return hasattr(item, "video") and hasattr(item, "status") and hasattr(item, "id")


def _job(field: str, item: Any) -> tuple[str | bytes, str]:
    if item.video is None:
        word = f"panel.word.{item.status}"
        status = say(word) if word in TABLE else item.status
        raise Refused(field, "problem.job.unfinished", value=item.id, status=status)
    return _video(field, item.video)


def _is_video(item: Any) -> bool:
    return isinstance(getattr(item, "path", None), os.PathLike) and hasattr(item, "sha256")


def _video(_: str, item: Any) -> tuple[str | bytes, str]:
    return os.fspath(item.path), ""


# --- pictures -------------------------------------------------------------------------------------


def _is_picture(item: Any) -> bool:
    image = sys.modules.get("PIL.Image")
    return image is not None and isinstance(item, image.Image)


def _picture(field: str, item: Any) -> tuple[str | bytes, str]:
    from PIL import ImageOps  # noqa: PLC0415 - there already, since this is its picture

    if _is_its_file(item):
        return os.path.abspath(item.filename), ""  # noqa: PTH100 - keeps links
    try:
        picture = ImageOps.exif_transpose(item)
        if picture.mode.startswith("I;16"):
            picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
        elif picture.mode == "P":
            picture = picture.convert("RGBA" if "transparency" in picture.info else "RGB")
        elif picture.mode not in _KEPT:
            picture = picture.convert(_MODES.get(picture.mode, "RGB"))
            picture.info.pop("icc_profile", None)  # it spoke of other inks
        return _png(picture), _named(item)
    except (OSError, ValueError, SyntaxError) as error:  # it is read only now
        value, reason = _named(item), str(error)
        raise Refused(field, "problem.file.unreadable", value=value, reason=reason) from None


def _is_its_file(item: Any) -> bool:
    """Whether a picture is what its file still holds, in a format that is taken as it is."""
    from PIL import Image  # noqa: PLC0415 - there already, since this is its picture

    name = getattr(item, "filename", "")
    if not name or str(item.format).lower() not in LIMITS["images"].formats:
        return False
    try:
        with Image.open(name) as now:
            same = (now.format, now.mode, now.size) == (item.format, item.mode, item.size)
            return (
                same and now.getpalette() == item.getpalette() and now.tobytes() == item.tobytes()
            )
    except (OSError, ValueError, SyntaxError):  # gone or damaged: encoded anew, or refused there
        return False


def _named(item: Any) -> str:
    name = getattr(item, "filename", "")
    return (os.path.basename(name) if isinstance(name, str) else "") or "picture.png"  # noqa: PTH119


def _png(picture: Any) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "PNG", compress_level=3)
    return kept.getvalue()


def _is_array(item: Any) -> bool:
    return hasattr(item, "shape") and hasattr(item, "dtype") and hasattr(item, "tobytes")


def _array(field: str, item: Any) -> tuple[str | bytes, str]:
    shape, kind = tuple(item.shape), str(item.dtype)
    flat = len(shape) == 2  # noqa: PLR2004 - rows and columns
    mode = "L" if flat else _DEEP.get(shape[2]) if len(shape) == 3 else None  # noqa: PLR2004
    scaled = _scaled(item, kind) if mode and 0 not in shape else None
    if mode is None or scaled is None:
        size = " x ".join(map(str, shape))
        raise Refused(field, "problem.file.array", value=kind, shape=size)
    try:
        from PIL import Image  # noqa: PLC0415 - not always installed
    except ImportError:
        raise Refused(field, "problem.file.media", value=shown(item)) from None
    picture = Image.frombytes(mode, (shape[1], shape[0]), scaled.tobytes())
    return _png(picture), "array.png"


def _scaled(array: Any, kind: str) -> Any:
    """The array with values of a byte; None where it has other values than it may."""
    if kind == "uint8":
        return array
    if kind.startswith("float") and float(array.min()) >= 0 and float(array.max()) <= 1:
        return (array * 255 + 0.5).astype("uint8")
    return None


def _is_figure(item: Any) -> bool:
    return callable(getattr(item, "savefig", None))


def _figure(field: str, item: Any) -> tuple[str | bytes, str]:
    kept = io.BytesIO()
    try:
        item.savefig(kept, format="png")
    except (OSError, ValueError, RuntimeError) as error:  # such as a formula that is none
        value, reason = shown(item), str(error)
        raise Refused(field, "problem.file.unreadable", value=value, reason=reason) from None
    return kept.getvalue(), "figure.png"


# --- what widgets and IPython hold ----------------------------------------------------------------


def _is_upload(item: Any) -> bool:
    return isinstance(item, Mapping) and "content" in item


def _upload(field: str, item: Any) -> tuple[str | bytes, str]:
    """One entry of the value of a `FileUpload`, of ipywidgets 7 or 8."""
    facts = {**item.get("metadata", {}), **item}
    name, content = str(facts.get("name", "")), item["content"]
    whole = _is_bytes(content) and facts.get("size") in (None, len(content))
    if not whole or not len(content):
        raise Refused(field, "problem.file.upload", value=name)
    return bytes(content), name


def _is_display(item: Any) -> bool:
    return type(item).__module__.startswith("IPython.") and hasattr(item, "data")


def _display(field: str, item: Any) -> tuple[str | bytes, str]:
    """An `IPython.display.Image`, `Video` or `Audio`: by its bytes, or else its file."""
    name = getattr(item, "filename", None)
    if _is_bytes(item.data):
        return bytes(item.data), os.path.basename(name or "")  # noqa: PTH119
    if name:
        return _path(field, name)
    if url := getattr(item, "url", None):
        raise Refused(field, "problem.url.display", value=shown(url))
    try:
        return base64.b64decode(item.data, validate=True), ""
    except (TypeError, ValueError):
        raise Refused(field, "problem.file.kind", value=shown(item)) from None


_KINDS: tuple[tuple[Callable[[Any], bool], Callable[[str, Any], tuple[str | bytes, str]]], ...] = (
    (_is_path, _path),
    (_is_bytes, _bytes),
    (_is_picture, _picture),
    (_is_array, _array),
    (_is_figure, _figure),
    (_is_upload, _upload),
    (_is_display, _display),
    (_is_job, _job),
    (_is_video, _video),
    (_is_open, _open),
)
