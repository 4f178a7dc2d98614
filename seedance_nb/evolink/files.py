"""The file API: its calls, its answers, and what a refusal means.

A file lives 72 hours there, and an account has a limited number of them. The documents speak of
images only; that sounds and videos are taken, up to 100 MB, is known from the official client.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedance_nb.core.addresses import is_url
from seedance_nb.core.catalog import FORMATS
from seedance_nb.core.errors import (
    ConfigError,
    InvalidRequest,
    QuotaExceeded,
    SeedanceError,
)
from seedance_nb.evolink.answers import senseless
from seedance_nb.evolink.calls import Call, post
from seedance_nb.evolink.plain import moment

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping
    from pathlib import Path

    from seedance_nb.core.media import Media

LIFE = 72 * 3600.0  # seconds that a file is kept (docs: file-series)
CHUNK = 256 * 1024
_PATH = "/api/v1/files"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A file that the service has.

    Attributes:
        url: Where it can be fetched, by anybody.
        expires_at: Epoch seconds; None where the answer does not say.
    """

    url: str
    expires_at: float | None


@dataclass(frozen=True, slots=True)
class Quota:
    """How many files an account may have at a time."""

    used: int
    most: int


class Form:
    """A file as the one part of a form; read as it is sent, so that its size does not matter.

    Each walk through it begins anew.

    Args:
        media: What the file must hold: nothing that ends is sent of another one.
        path: The file.
        tell: Called with the share that was sent, 0 to 1.
    """

    def __init__(
        self, media: Media, path: Path, tell: Callable[[float], object] = lambda _: None
    ) -> None:
        self._media = media
        self._path = path
        self._tell = tell
        self._boundary = f"seedance-nb-{media.sha256[:32]}"
        kind = FORMATS[media.format][2] if media.format in FORMATS else "application/octet-stream"
        # Its name is that of its content: what it is called here is nobody's business there.
        self._head = (
            f"--{self._boundary}\r\n"
            f'Content-Disposition: form-data; name="file"; filename="{media.file}"\r\n'
            f"Content-Type: {kind}\r\n\r\n"
        ).encode()
        self._tail = f"\r\n--{self._boundary}--\r\n".encode()

    @property
    def headers(self) -> dict[str, str]:
        """Type and length of the whole."""
        length = len(self._head) + self._media.size + len(self._tail)
        kind = f"multipart/form-data; boundary={self._boundary}"
        return {"Content-Type": kind, "Content-Length": str(length)}

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        """The bytes, in pieces.

        Raises:
            InvalidRequest: The file does not hold what it held when it was opened.
            ConfigError: It cannot be read.
        """
        digest, sent, size = hashlib.sha256(), 0, self._media.size
        self._tell(0.0)
        yield self._head
        async with contextlib.aclosing(self._pieces()) as pieces:
            async for piece in pieces:
                digest.update(piece)
                sent += len(piece)
                if sent > size:
                    break
                yield piece
                self._tell(sent / size)
        if digest.hexdigest() != self._media.sha256:
            name, path = self._media.label, str(self._path)
            raise InvalidRequest("error.upload.changed", name=name, path=path)
        yield self._tail

    async def _pieces(self) -> AsyncGenerator[bytes, None]:
        try:
            with await asyncio.to_thread(self._path.open, "rb") as file:
                while piece := await asyncio.to_thread(file.read, CHUNK):
                    yield piece
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ConfigError("error.disk.failed", path=str(self._path), reason=reason) from None


def stream(media: Media, path: Path, tell: Callable[[float], object] = lambda _: None) -> Call:
    """Upload a file as it is read: `POST /api/v1/files/upload/stream`; arguments as of `Form`."""
    form = Form(media, path, tell)
    return Call(
        kind="upload",
        method="POST",
        path=f"{_PATH}/upload/stream",
        body=form,
        headers=form.headers,
    )


def base64(data: str, *, name: str = "") -> Call:
    """Upload a small file in one piece: `POST /api/v1/files/upload/base64`.

    Args:
        data: Base64, or a data URL.
        name: For the file.
    """
    named = {"file_name": name} if name else {}
    return post("upload", f"{_PATH}/upload/base64", {"base64_data": data, **named}, {})


def by_url(url: str, *, name: str = "") -> Call:
    """Let the service fetch a file: `POST /api/v1/files/upload/url`."""
    named = {"file_name": name} if name else {}
    return post("upload", f"{_PATH}/upload/url", {"file_url": url, **named}, {})


def quota() -> Call:
    """Ask how many files may still be uploaded: `GET /api/v1/files/quota`."""
    return Call(kind="quota", method="GET", path=f"{_PATH}/quota", headers={})


def read_file(data: Any) -> Uploaded:
    """What an upload gave.

    Raises:
        ProtocolError: No address that could be fetched.
    """
    row = _inner(data)
    for name in ("file_url", "download_url"):
        if is_url(row.get(name)):
            expires_at = row.get("expires_at")
            known = moment(expires_at) if isinstance(expires_at, str) else None
            return Uploaded(row[name], known)
    raise senseless("file", data)


def read_quota(data: Any) -> Quota:
    """How many files there are, and may be.

    Raises:
        ProtocolError: No numbers.
    """
    row = _inner(data)
    used, most = row.get("used_files"), row.get("max_files")
    if isinstance(used, int) and isinstance(most, int):
        return Quota(used, most)
    raise senseless("file", data)


def _inner(data: Any) -> Mapping[str, Any]:
    row = data.get("data", data) if isinstance(data, dict) else None
    return row if isinstance(row, dict) else {}


# --- refusals -------------------------------------------------------------------------------------

# Whose words these are is not documented: a status or a word decides, whichever there is.
_AS_IT_IS = frozenset({401, 408, 429, 502, 503, 504})
_NEVER = re.compile(r"(?!)")
_FULL = re.compile(r"quota|too many files|配额|文件数")
_REFUSALS: tuple[tuple[frozenset[int], re.Pattern[str], type[SeedanceError], str], ...] = (
    (
        frozenset({402, 507}),
        re.compile(r"quota|too many files|(number|count) of files|file (count|limit)|配额|数量"),
        QuotaExceeded,
        "error.upload.quota",
    ),
    (
        frozenset({413}),
        re.compile(r"too large|(size|file)[^.]{0,20}(exceed|limit)|\d ?mb\b|大小|过大|太大"),
        InvalidRequest,
        "error.upload.size",
    ),
    (
        frozenset({415}),
        re.compile(r"\b(mime|file|content|media|image)[ _-]?(type|format)|unsupported|类型|格式"),
        InvalidRequest,
        "error.upload.type",
    ),
    (frozenset({404, 405, 501}), _NEVER, ConfigError, "error.upload.address"),
    # whatever else is refused, but for key and proxy
    (frozenset(range(400, 500)) - {403, 407}, _NEVER, InvalidRequest, "error.upload.type"),
)


def judged(error: SeedanceError, media: Media, *, host: str) -> SeedanceError:
    """What a failed upload means for the person who gave the file.

    Args:
        error: What `protocol.decipher` made of the answer, or what the network did.
        media: The file.
        host: Of the file API.
    """
    detail = str(error.values.get("detail") or "-")
    said = f"{error.code} {detail}".lower()
    # "Too many" without a time after which it is otherwise may mean files, and not requests.
    full = error.http_status == 429 and error.retry_after is None and _FULL.search(said)  # noqa: PLR2004
    if error.http_status is None or (error.http_status in _AS_IT_IS and not full):
        return error
    for statuses, words, kind, text_id in _REFUSALS:
        if error.http_status in statuses or words.search(said):
            facts = {name: getattr(error, name) for name in ("code", "http_status", "request_id")}
            return kind(
                text_id,
                billed="no",
                retryable=False,
                raw=error.raw,
                detail=detail,
                name=media.label,
                size=f"{media.size / 10**6:.1f}",
                host=host,
                **facts,
            )
    return error


_FETCHING = re.compile(r"fetch|download|retriev|access|reach|expired|_url")
_CODES = frozenset({"image_processing_error", "video_probe_failed"})


def is_unreachable(error: SeedanceError) -> bool:
    """Whether a refused or failed request says that an input could not be fetched."""
    said = str(error.values.get("detail") or "").lower()
    return error.code in _CODES or bool(_FETCHING.search(said))
