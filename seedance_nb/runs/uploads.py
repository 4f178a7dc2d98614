"""Inputs on their way to the service: each content is uploaded once, and remembered while it lives.

An address may open a file to anybody who has it, so it stands in no journal and no export.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from seedance_nb.core import schedule
from seedance_nb.core.errors import (
    InvalidRequest,
    Problem,
    QuotaExceeded,
    RateLimited,
    SeedanceError,
    ServiceError,
    TransportError,
)
from seedance_nb.evolink import files
from seedance_nb.runs import disk

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from seedance_nb.core.media import Media
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.evolink.client import Client
    from seedance_nb.runs.inputs import Inputs
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.ledger import Ledger

MARGIN = 2 * 3600.0  # seconds before its end from which an address is not used: tasks queue
_NEVER = 1e12  # seconds; what lives longer is no honest record
AT_ONCE = 4  # uploads at the same time
TRIES = 5  # attempts at least, as long as they are quick; then `schedule.may_resubmit` decides


@dataclass(frozen=True, slots=True)
class FileServer:
    """Where inputs are uploaded to.

    Attributes:
        name: What it is remembered by; empty for the simulator, whose port changes.
        url: Its origin.
        client: Talks to it.
    """

    name: str
    url: str
    client: Client


class Uploads:
    """The addresses of inputs, remembered in `uploads.json` for all kernels that share a home.

    Args:
        home: The folder.
        inputs: The files.
        server: The file server; called when there is something to look up.
        now: Epoch seconds.
    """

    def __init__(
        self,
        home: Path,
        inputs: Inputs,
        *,
        server: Callable[[], FileServer],
        now: Callable[[], float],
    ) -> None:
        self._file = home / "uploads.json"
        self._turns = home / "journal"
        self._inputs = inputs
        self._server = server
        self._now = now
        self._turn: dict[str, asyncio.Lock] = {}
        self._few = asyncio.Semaphore(AT_ONCE)
        self._sent: dict[str, float] = {}
        self._known: _Book = {}

    async def addresses(self, request: VideoRequest) -> dict[str, str]:
        """The address of each file of a request, by `str(media)`; uploads what has none.

        Raises:
            SeedanceError: It cannot be uploaded.
        """
        return {str(media): await self._address(media) for media in request.files}

    def under_way(self, request: VideoRequest) -> tuple[str, float] | None:
        """The file of a request that is being uploaded: its name, and which share is sent."""
        for media in request.files:
            share = self._sent.get(media.sha256)
            if share is not None:
                return media.label, share
        return None

    async def forget(self, request: VideoRequest) -> None:
        """Upload the files of a request anew when they are asked for next."""
        name, gone = self._server().name, {media.sha256 for media in request.files}
        await self._write(name, dict.fromkeys(gone))

    async def _address(self, media: Media) -> str:
        async with self._turn.setdefault(media.sha256, asyncio.Lock()):
            server = self._server()
            known = self._remembered(server, media)
            if known is not None:
                return known
            async with self._few:
                uploaded = await self._upload(server, media)
            # A time without a zone, or another clock, would make it live longer than it does.
            until = min(uploaded.expires_at or math.inf, self._now() + files.LIFE)
            short = _without(uploaded.url, server.url)
            await self._write(server.name, {media.sha256: {"url": short, "expires_at": until}})
            return uploaded.url

    async def _upload(self, server: FileServer, media: Media) -> files.Uploaded:
        path = self._inputs.path(media)
        if path is None:
            facts = {"value": media.label, "sha256": media.sha256}
            raise InvalidRequest(problems=[Problem("images", "problem.file.gone", **facts)])

        def tell(share: float) -> None:
            self._sent[media.sha256] = share

        try:
            return await server.client.upload(media, path, tell=tell)
        except QuotaExceeded as error:
            with contextlib.suppress(SeedanceError):
                quota = await server.client.quota()
                error.values |= {"used": quota.used, "most": quota.most}
            raise
        finally:
            self._sent.pop(media.sha256, None)

    # --- remembering ----------------------------------------------------------------------------

    def _remembered(self, server: FileServer, media: Media) -> str | None:
        for book in (self._known, _read(self._file)):
            row = book.get(server.name, {}).get(media.sha256)
            if row and row["expires_at"] - MARGIN > self._now():
                url = str(row["url"])
                return server.url + url if url.startswith("/") else url
        return None

    async def _write(self, name: str, rows: Mapping[str, _Row | None]) -> None:
        _merge(self._known, name, rows, now=self._now())
        with contextlib.suppress(OSError):  # what is not remembered is uploaded once more
            await asyncio.to_thread(self._save, name, rows)

    def _save(self, name: str, rows: Mapping[str, _Row | None]) -> None:
        with disk.turn(self._turns):
            book = _read(self._file)
            _merge(book, name, rows, now=self._now())
            draft = self._file.with_name(f".{self._file.name}.{os.getpid()}.part")
            draft.write_text(json.dumps(book, indent=1), "utf-8")
            draft.replace(self._file)


_Row = dict[str, Any]
_Book = dict[str, dict[str, _Row]]


def _read(path: Path) -> _Book:
    """What is remembered, by file server and content; nothing where the file makes no sense."""
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    servers = data if isinstance(data, dict) else {}
    return {
        name: {sha256: row for sha256, row in rows.items() if _is_row(row)}
        for name, rows in servers.items()
        if isinstance(rows, dict)
    }


def _is_row(row: object) -> bool:
    if not isinstance(row, dict) or not isinstance(row.get("url"), str):
        return False
    until = row.get("expires_at")
    return isinstance(until, int | float) and 0 <= until < _NEVER


def _merge(book: _Book, name: str, rows: Mapping[str, _Row | None], *, now: float) -> None:
    """Put rows in, None for one that is forgotten, and drop what has expired."""
    known = {**book.get(name, {}), **rows}
    book[name] = {
        sha256: row for sha256, row in known.items() if row is not None and row["expires_at"] > now
    }


def _without(url: str, origin: str) -> str:
    """An address on the file server itself, without the server; any other as it is."""
    return url.removeprefix(origin) if url.startswith(f"{origin}/") else url


# --- for a job ------------------------------------------------------------------------------------


class Supply:
    """Gets the inputs of a job to where the service can fetch them, tried again where that helps.

    Args:
        ledger: Keeps the journal.
        uploads: The addresses.
        now: Epoch seconds.
        pause: Waits; True at once when the user stops the job.
        jitter: A number in [0, 1).
    """

    def __init__(
        self,
        ledger: Ledger,
        uploads: Uploads,
        *,
        now: Callable[[], float],
        pause: Callable[[Job, float], Awaitable[bool]],
        jitter: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._uploads = uploads
        self._now = now
        self._pause = pause
        self._jitter = jitter

    async def addresses(self, job: Job) -> dict[str, str] | None:
        """The address of each input, by `str(media)`; None when the user stopped the job.

        Raises:
            SeedanceError: It cannot be uploaded; nothing may be sent.
        """
        request = job.state.request
        if request is None or not request.files:
            return {}
        job.find_upload = lambda: self._uploads.under_way(request)
        try:
            return await self._persistently(job, request)
        finally:
            job.find_upload = lambda: None

    async def failed(self, job: Job, error: SeedanceError) -> None:
        """Take note of why a request or a task failed: perhaps an address leads nowhere."""
        request = job.state.request
        if request is not None and request.files and files.is_unreachable(error):
            await self._uploads.forget(request)

    async def _persistently(self, job: Job, request: VideoRequest) -> dict[str, str] | None:
        started, failures = self._now(), 0
        while True:
            try:
                return await self._unless_stopped(job, request)
            except SeedanceError as error:
                failures += 1
                if not _may_retry(error, failures, self._now() - started):
                    raise
                self._ledger.fold(job, "trouble", error=error.to_dict())
                hint = error.retry_after
            wait = schedule.backoff(failures, retry_after=hint, jitter=self._jitter())
            if await self._pause(job, wait):
                return None

    async def _unless_stopped(self, job: Job, request: VideoRequest) -> dict[str, str] | None:
        work = asyncio.ensure_future(self._uploads.addresses(request))
        halting = asyncio.ensure_future(job.halted.wait())
        try:
            await asyncio.wait({work, halting}, return_when=asyncio.FIRST_COMPLETED)
            return work.result() if work.done() and not halting.done() else None
        finally:
            work.cancel()
            halting.cancel()
            await asyncio.gather(work, halting, return_exceptions=True)


def _may_retry(error: SeedanceError, failures: int, waited: float) -> bool:
    if not error.retryable or not isinstance(error, TransportError | RateLimited | ServiceError):
        return False
    if failures < TRIES:
        return waited < schedule.BUSY_WINDOW
    return schedule.may_resubmit(waited, busy=error.http_status is not None)
