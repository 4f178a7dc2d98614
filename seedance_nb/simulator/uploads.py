"""The file API: uploads by Base64, by form and by URL, quota, list, delete, and the files."""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

from tornado.web import stream_request_body

from seedance_nb.simulator.checks import Json, Refusal
from seedance_nb.simulator.fetch import TooLarge, Unreachable, fetch, is_reserved
from seedance_nb.simulator.formats import HEAD, MIME, format_of
from seedance_nb.simulator.forms import FormReader
from seedance_nb.simulator.handlers import Call, Refused
from seedance_nb.simulator.shelf import KEPT_SECONDS, digest_of

if TYPE_CHECKING:
    from pathlib import Path

    from seedance_nb.simulator.desk import Desk

__all__ = ["ROUTES"]

_MOST_FILES = 2000
_MOST_BYTES = 100 * 1024 * 1024
_CHUNK = 1 << 18
_BEIJING = timezone(timedelta(hours=8))


class _Files(Call):
    """What the endpoints of the file API share; their errors have a form of their own."""

    def initialize(self, desk: Desk) -> None:
        """Hands in what all endpoints share."""
        super().initialize(desk)
        self.shelf = desk.shelf

    def refuse(self, status: int, message: str) -> Refused:
        """An error of the file API."""
        return Refused(Refusal(status, "file_error", message, "file_error"))

    def write_error(self, status_code: int, **kwargs: object) -> None:
        """Turns every error into the file API's `{success, code, msg}`."""
        error = kwargs.get("exc_info", (None, None, None))
        cause = error[1] if isinstance(error, tuple) else None
        message = cause.refusal.message if isinstance(cause, Refused) else "Request failed"
        self.give({"success": False, "code": status_code, "msg": message}, status_code)

    def find(self, file_id: str) -> dict[str, Any]:
        """What is known of one file."""
        known = self.shelf.find(file_id)
        if known is None or self.shelf.has_expired(known):
            raise self.refuse(404, "File not found")
        return known

    def take(self, draft: Path, name: str, folder: str) -> None:
        """Keeps a file and ends the call with what the API tells about it."""
        size = draft.stat().st_size
        with draft.open("rb") as file:
            kind, ending = MIME.get(format_of(file.read(HEAD)), ("", ""))
        if not kind:
            raise self.refuse(400, "unsupported file type")
        if size > _MOST_BYTES:
            raise self.refuse(413, "file size exceeds 100MB")
        if len(self.shelf.kept()) >= _MOST_FILES:
            raise self.refuse(403, "file quota exceeded")
        if ".." in folder or len(folder) > 256 or len(name) > 255:  # noqa: PLR2004
            raise self.refuse(400, "invalid upload_path or file_name")
        own = f"{digest_of(draft)[:16]}{ending}"
        facts: dict[str, object] = {
            "file_name": re.sub(r"[^\w.-]", "_", name) or own,
            "original_name": name or own,
            "file_size": size,
            "mime_type": kind,
            "upload_path": folder.strip("/") or kind.partition("/")[0] + "s",
        }
        file_id = f"file_{self.desk.terms.entropy(8).hex()}"
        self.give(
            {
                "success": True,
                "code": 200,
                "msg": "File uploaded successfully",
                "data": self._told(self.shelf.keep(draft, file_id, facts)),
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
            "expires_at": _iso(time + KEPT_SECONDS),
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
        with self.shelf.draft() as draft:
            draft.write_bytes(content)
            self.take(draft, *_names(body))


@stream_request_body
class Stream(_Files):
    """POST /api/v1/files/upload/stream: goes to disk as it comes.

    What is refused is refused at the end: a client that is still sending would not see it.
    """

    def prepare(self) -> None:
        """Gets ready to read the form."""
        self._refused: Refused | None = None
        self._form: FormReader | None = None
        self._open = ExitStack()
        self._draft = self._open.enter_context(self.shelf.draft())
        self._file = self._open.enter_context(self._draft.open("wb"))
        try:
            super().prepare()
            kind = self.request.headers.get("Content-Type", "")
            self._form = FormReader(kind, self._file, _MOST_BYTES)
        except Refused as refused:
            self._refused = refused
        except ValueError:
            self._refused = self.refuse(400, "file is required")

    def data_received(self, chunk: bytes) -> None:
        """Reads the next piece."""
        if self._refused is None and self._form is not None:
            try:
                self._form.feed(chunk)
            except (OSError, ValueError):
                self._refused = self.refuse(400, "invalid form")

    def post(self) -> None:
        """Takes the part `file` of the form."""
        with self._open:
            if self._refused is not None or self._form is None:
                raise self._refused or self.refuse(400, "file is required")
            self._take_form(self._form)

    def _take_form(self, form: FormReader) -> None:
        self.body = {"file": f"({form.size} bytes)"}
        if not form.complete:
            raise self.refuse(400, "invalid form")
        if form.filename is None:
            raise self.refuse(400, "file is required")
        if form.size > _MOST_BYTES:
            raise self.refuse(413, "file size exceeds 100MB")
        self._file.close()
        fields = form.fields
        name = fields.get("file_name") or fields.get("fileName") or form.filename
        folder = fields.get("upload_path") or fields.get("uploadPath") or ""
        self.take(self._draft, name, folder)

    def on_finish(self) -> None:
        """Removes what nobody has asked to keep."""
        self._open.close()

    def on_connection_close(self) -> None:
        """Removes what has come so far, when the client has gone."""
        self._open.close()


class ByUrl(_Files):
    """POST /api/v1/files/upload/url."""

    async def post(self) -> None:
        """Takes the file at `file_url`."""
        body = _object(self.read_json())
        url = str(body.get("file_url") or "")
        if not url.startswith(("http://", "https://")):
            raise self.refuse(400, "file_url must be an http or https URL")
        if is_reserved(url):
            raise self.refuse(400, "file_url cannot be fetched: the host is for examples only")
        with self.shelf.draft() as draft:
            try:
                await asyncio.to_thread(fetch, url, draft, _MOST_BYTES, lambda: False)
            except Unreachable as error:
                raise self.refuse(400, f"file_url cannot be fetched: {error}") from None
            except TooLarge:
                raise self.refuse(413, "file size exceeds 100MB") from None
            self.take(draft, *_names(body))


class Quota(_Files):
    """GET /api/v1/files/quota."""

    def get(self) -> None:
        """Tells how many files are left."""
        used = len(self.shelf.kept())
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
        known = self.shelf.kept()
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
        self.shelf.forget(file_id)
        self.give({"success": True, "code": 200, "msg": "File deleted"})


class Content(_Files):
    """GET /files/{file_id}/{name} and /api/v1/files/download/{file_id}: no key is needed."""

    open_to_all = True

    async def get(self, file_id: str) -> None:
        """Sends a file."""
        self.head(file_id)
        with self.shelf.path(file_id).open("rb") as file:
            while chunk := file.read(_CHUNK):
                self.write(chunk)
                await self.flush()

    def head(self, file_id: str) -> None:
        """Tells what it is."""
        known = self.find(file_id)
        self.set_header("Content-Type", str(known["mime_type"]))
        self.set_header("Content-Length", str(known["file_size"]))


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


def _iso(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).astimezone(_BEIJING).isoformat(timespec="seconds")
