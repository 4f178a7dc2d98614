"""The file API: uploads by Base64, by form and by URL, quota, list, delete, and the files."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

from tornado.httpclient import AsyncHTTPClient, HTTPClientError

from seedance_nb.simulator.checks import Json, Refusal, is_loopback
from seedance_nb.simulator.handlers import Call, Refused

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ROUTES"]

_KEPT_SECONDS = 72 * 3600
_MOST_FILES = 2000
_MOST_BYTES = 100 * 1024 * 1024
_BEIJING = timezone(timedelta(hours=8))
_MAGIC = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF8", "image/gif", ".gif"),
    (b"ID3", "audio/mpeg", ".mp3"),
    (b"\xff\xfb", "audio/mpeg", ".mp3"),
    (b"\xff\xf3", "audio/mpeg", ".mp3"),
)


class _Files(Call):
    """What the endpoints of the file API share; their errors have a form of their own."""

    def folder(self) -> Path:
        """Where uploads are kept."""
        return self.desk.store.home / "uploads"

    def refuse(self, status: int, message: str) -> Refused:
        """An error of the file API."""
        return Refused(Refusal(status, "file_error", message, "file_error"))

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Turns every error into the file API's `{success, code, msg}`."""
        error = kwargs.get("exc_info", (None, None, None))
        cause = error[1] if isinstance(error, tuple) else None
        message = cause.refusal.message if isinstance(cause, Refused) else "Request failed"
        self.give({"success": False, "code": status_code, "msg": message}, status_code)

    def kept(self) -> list[dict[str, Json]]:
        """What is known of each file that has not expired, oldest first."""
        known = [json.loads(path.read_bytes()) for path in self.folder().glob("file_*.json")]
        now = self.desk.now()
        alive = [each for each in known if each["time"] + _KEPT_SECONDS > now]
        return sorted(alive, key=lambda each: (each["time"], each["file_id"]))

    def find(self, file_id: str) -> dict[str, Json]:
        """What is known of one file."""
        for each in self.kept():
            if each["file_id"] == file_id:
                return each
        raise self.refuse(404, "File not found")

    def take(self, content: bytes, name: str, folder: str) -> None:
        """Keeps a file and ends the call with what the API tells about it."""
        kind, ending = _kind_of(content)
        if not kind:
            raise self.refuse(400, "unsupported file type")
        if len(content) > _MOST_BYTES:
            raise self.refuse(413, "file size exceeds 100MB")
        if len(self.kept()) >= _MOST_FILES:
            raise self.refuse(403, "file quota exceeded")
        if ".." in folder or len(folder) > 256 or len(name) > 255:  # noqa: PLR2004
            raise self.refuse(400, "invalid upload_path or file_name")
        self._keep(content, name, (folder, kind, ending))

    def _keep(self, content: bytes, name: str, rest: tuple[str, str, str]) -> None:
        folder, kind, ending = rest
        file_id = f"file_{self.desk.terms.entropy(8).hex()}"
        own = f"{hashlib.sha256(content).hexdigest()[:16]}{ending}"
        known: dict[str, object] = {
            "file_id": file_id,
            "file_name": re.sub(r"[^\w.-]", "_", name) or own,
            "original_name": name or own,
            "file_size": len(content),
            "mime_type": kind,
            "upload_path": folder.strip("/") or kind.partition("/")[0] + "s",
            "time": self.desk.now(),
        }
        (self.folder() / f"{file_id}.bin").write_bytes(content)
        (self.folder() / f"{file_id}.json").write_text(json.dumps(known), encoding="utf-8")
        self.give(
            {
                "success": True,
                "code": 200,
                "msg": "File uploaded successfully",
                "data": self._told(known),
            }
        )

    def _told(self, known: dict[str, object]) -> dict[str, object]:
        time = float(str(known["time"]))
        base, file_id = self.desk.base_url, known["file_id"]
        return {
            **{name: value for name, value in known.items() if name != "time"},
            "file_url": f"{base}/files/{file_id}/{known['file_name']}",
            "download_url": f"{base}/api/v1/files/download/{file_id}",
            "upload_time": _iso(time),
            "expires_at": _iso(time + _KEPT_SECONDS),
        }


class Base64(_Files):
    """POST /api/v1/files/upload/base64."""

    def post(self) -> None:
        """Takes `base64_data`, a data URL or bare Base64."""
        body = _object(self.read_json())
        text = str(body.get("base64_data") or "")
        self.body = {**body, "base64_data": f"({len(text)} characters)"}
        try:
            content = base64.b64decode(text.rpartition(",")[2], validate=True)
        except binascii.Error:
            raise self.refuse(400, "invalid base64_data") from None
        self.take(content, *_names(body))


class Stream(_Files):
    """POST /api/v1/files/upload/stream."""

    def post(self) -> None:
        """Takes the part `file` of a form."""
        files = self.request.files.get("file")
        if not files:
            raise self.refuse(400, "file is required")
        name = self._argument("file_name", "fileName") or files[0].filename
        self.body = {"file": f"({len(files[0].body)} bytes)"}
        self.take(files[0].body, name, self._argument("upload_path", "uploadPath"))

    def _argument(self, *names: str) -> str:
        return next(
            (self.get_body_argument(each) for each in names if self.get_body_argument(each, "")), ""
        )


class ByUrl(_Files):
    """POST /api/v1/files/upload/url; fetches from this machine only."""

    async def post(self) -> None:
        """Takes the file at `file_url`."""
        body = _object(self.read_json())
        url = str(body.get("file_url") or "")
        if not url.startswith(("http://", "https://")):
            raise self.refuse(400, "file_url must be an http or https URL")
        if not is_loopback(url):
            raise self.refuse(400, "the simulator fetches from loopback addresses only")
        try:
            answer = await AsyncHTTPClient().fetch(url, follow_redirects=False)
        except (HTTPClientError, OSError, ValueError):
            raise self.refuse(400, "file_url cannot be fetched") from None
        self.take(answer.body, *_names(body))


class Quota(_Files):
    """GET /api/v1/files/quota."""

    def get(self) -> None:
        """Tells how many files are left."""
        used = len(self.kept())
        data: dict[str, object] = {
            "user_group": "default",
            "used_files": used,
            "max_files": _MOST_FILES,
            "remain_files": _MOST_FILES - used,
            "is_custom": False,
            "quota_reason": "",
        }
        self.give({"success": True, "code": 200, "data": data})


class Listing(_Files):
    """GET /api/v1/files/list."""

    def get(self) -> None:
        """Tells one page of the files."""
        page, size = self.number("page", 1, 1_000_000), self.number("pageSize", 20, 100)
        known = self.kept()
        files = [
            {
                "file_id": each["file_id"],
                "file_name": each["file_name"],
                "file_size": each["file_size"],
                "upload_time": _iso(float(str(each["time"]))),
            }
            for each in known[(page - 1) * size : page * size]
        ]
        self.give({"success": True, "code": 200, "data": {"total": len(known), "files": files}})


class One(_Files):
    """DELETE /api/v1/files/{file_id}."""

    def delete(self, file_id: str) -> None:
        """Forgets a file."""
        self.find(file_id)
        for ending in ("json", "bin"):
            (self.folder() / f"{file_id}.{ending}").unlink(missing_ok=True)
        self.give({"success": True, "code": 200, "msg": "File deleted"})


class Content(_Files):
    """GET /files/{file_id}/{name} and /api/v1/files/download/{file_id}: no key is needed."""

    open_to_all = True

    def get(self, file_id: str) -> None:
        """Sends a file."""
        known = self.find(file_id)
        self.set_header("Content-Type", str(known["mime_type"]))
        self.finish((self.folder() / f"{file_id}.bin").read_bytes())

    head = get


ROUTES: tuple[tuple[str, type[Call]], ...] = (
    (r"/api/v1/files/upload/base64", Base64),
    (r"/api/v1/files/upload/stream", Stream),
    (r"/api/v1/files/upload/url", ByUrl),
    (r"/api/v1/files/quota", Quota),
    (r"/api/v1/files/list", Listing),
    (r"/api/v1/files/download/(file_[0-9a-f]+)", Content),
    (r"/api/v1/files/(file_[0-9a-f]+)", One),
    (r"/files/(file_[0-9a-f]+)/[^/]+", Content),
)
"""Path pattern and handler of each endpoint of the file API."""


def _object(body: Json) -> dict[str, Json]:
    return body if isinstance(body, dict) else {}


def _names(body: dict[str, Json]) -> tuple[str, str]:
    return str(body.get("file_name") or ""), str(body.get("upload_path") or "")


def _kind_of(content: bytes) -> tuple[str, str]:
    for start, kind, ending in _MAGIC:
        if content.startswith(start):
            return kind, ending
    head = content[:12]
    if head[:4] == b"RIFF":
        return {b"WEBP": ("image/webp", ".webp"), b"WAVE": ("audio/wav", ".wav")}.get(
            head[8:12], ("", "")
        )
    if head[4:8] == b"ftyp":
        return ("video/quicktime", ".mov") if head[8:10] == b"qt" else ("video/mp4", ".mp4")
    return "", ""


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).astimezone(_BEIJING).isoformat(timespec="seconds")
