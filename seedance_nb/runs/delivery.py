"""Bringing home what the service has made: tried again over bad networks, never paid again."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from seedance_nb.core import schedule
from seedance_nb.core.errors import (
    AuthError,
    ConfigError,
    InvalidRequest,
    ProtocolError,
    RateLimited,
    SeedanceError,
    TransportError,
)
from seedance_nb.evolink.downloads import Download
from seedance_nb.runs.disk import disk_error

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from types import TracebackType

    from seedance_nb.evolink.client import Client
    from seedance_nb.evolink.protocol import TaskReply
    from seedance_nb.runs.job import Job
    from seedance_nb.runs.ledger import Ledger
    from seedance_nb.runs.library import Incoming, Library, Video
    from seedance_nb.runs.tracker import Poller

LINK_TRIES = 2  # fresh links asked for after one was refused
FILE_TRIES = 6  # downloads of a file that does not come whole
OUTAGE_TRIES = 90  # attempts on a network or a host that does not work: a good hour
LINK_LIFE = 24 * 3600.0  # results are kept for 24 hours (quickstart)


class Delivery:
    """Downloads what tasks have made.

    Args:
        ledger: Keeps the journal.
        client: Talks to the server.
        poller: Looks at tasks.
        library: Keeps the files.
        now: Epoch seconds.
        pause: Waits; True at once when the user stops the job.
        jitter: A number in [0, 1).
    """

    def __init__(  # noqa: PLR0913 - what the outside world is, handed in
        self,
        ledger: Ledger,
        *,
        client: Client,
        poller: Poller,
        library: Library,
        now: Callable[[], float],
        pause: Callable[[Job, float], Awaitable[bool]],
        jitter: Callable[[], float],
    ) -> None:
        self._ledger = ledger
        self._client = client
        self._poller = poller
        self._library = library
        self._now = now
        self._pause = pause
        self._jitter = jitter

    async def run(self, job: Job) -> None:
        """Bring all files of a completed task, through fresh links where one was refused.

        Raises:
            SeedanceError: It cannot be had now; the job stays as it is.
        """
        tries = _Tries()
        with _Arriving(self._library, job.id) as arriving:
            while job.status == "downloading":
                error = await self._attempt(job, arriving)
                if error is None:
                    continue
                if not tries.allow(error, arriving.download):
                    raise error
                self._ledger.fold(job, "trouble", error=error.to_dict())
                if await self._pause(job, tries.wait(error, jitter=self._jitter())):
                    self._ledger.record(job, "stopped")
                    return

    async def _attempt(self, job: Job, arriving: _Arriving) -> SeedanceError | None:
        """Go on with what is missing; the error that ended it."""
        try:
            await self._fetch_all(job, job.reply or await self._ask(job), arriving)
        except OSError as error:
            raise disk_error(error, self._library.folder, billed="yes") from None
        except SeedanceError as error:
            job.reply = None
            return error
        return None

    async def _ask(self, job: Job) -> TaskReply:
        """The task once more, for fresh links."""
        reply = await self._poller.look(str(job.task_id))
        job.reply = reply
        return reply

    async def _fetch_all(self, job: Job, reply: TaskReply, arriving: _Arriving) -> None:
        if not reply.results:
            raise ProtocolError("error.results", billed="yes", raw=reply.raw)
        expires_at = (reply.created or self._now()) + LINK_LIFE
        for index, url in enumerate(reply.results):
            if index < len(job.state.videos):
                continue
            incoming, download = arriving.open(index)
            await self._client.download(url, download)
            video = await self._finish(job, incoming, download, url, expires_at)
            last = index + 1 == len(reply.results)
            record = video.to_record(self._library.home)
            self._ledger.record(job, "downloaded", durable=last, video=record, last=last)
            job.links[index] = url

    async def _finish(
        self, job: Job, incoming: Incoming, download: Download, url: str, expires_at: float
    ) -> Video:
        return await asyncio.to_thread(
            incoming.finish,
            download.expected,
            self._ledger.sidecar(job),
            url=url,
            expires_at=expires_at,
        )


class _Arriving:
    """The file that is on its way, kept from one attempt to the next so that it can go on."""

    def __init__(self, library: Library, job: str) -> None:
        self._library = library
        self._job = job
        self._index = -1
        self._incoming: Incoming | None = None
        self.download: Download | None = None  # how far it is

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._discard()

    def open(self, index: int) -> tuple[Incoming, Download]:
        """The file of this result: the one that broke off, or a new one."""
        kept = self._incoming is not None and not self._incoming.closed and index == self._index
        if not kept:
            self._discard()
            incoming = self._incoming = self._library.incoming(self._job, index)
            self.download = Download(incoming.write, incoming.restart)
            self._index = index
        assert self._incoming is not None  # noqa: S101 - made just above
        assert self.download is not None  # noqa: S101 - likewise
        return self._incoming, self.download

    def _discard(self) -> None:
        if self._incoming is not None:
            self._incoming.discard()
            self._incoming = self.download = None


@dataclass
class _Tries:
    """How often it was tried, by what was wrong; whatever brings the file further starts anew."""

    refused: int = 0
    broken: int = 0
    outages: int = 0
    furthest: int = 0

    def allow(self, error: SeedanceError, download: Download | None) -> bool:
        """Whether it is tried once more after this error, with the file so far here."""
        if download and download.size > self.furthest:
            self.furthest, self.broken, self.outages = download.size, 0, 0
        if error.text_id.startswith("error.link."):
            self.refused += 1
            return self.refused <= LINK_TRIES
        if not error.retryable and not is_odd(error):
            return False
        if _is_outage(error) and not (download and download.came):
            self.outages += 1
            return self.outages < OUTAGE_TRIES
        self.broken += 1
        return self.broken < FILE_TRIES

    def wait(self, error: SeedanceError, *, jitter: float) -> float:
        """Seconds until it is tried once more."""
        failures = self.refused + self.broken + self.outages
        return schedule.backoff(failures, retry_after=error.retry_after, jitter=jitter)


def is_lasting(error: SeedanceError) -> bool:
    """Whether a look at a task was refused: the next one would be, too, unless this `is_odd`."""
    return isinstance(error, AuthError | InvalidRequest | ConfigError)


def is_odd(error: SeedanceError) -> bool:
    """Whether it does not come from the service, but from a gateway, a firewall, a login page."""
    if error.text_id.startswith("error.protocol."):
        return True
    return is_lasting(error) and error.code is None and error.http_status not in (None, 401)


def _is_outage(error: SeedanceError) -> bool:
    """Whether the network or a server is at fault, rather than the file."""
    if error.text_id.startswith("error.file.") or is_odd(error):
        return False
    return isinstance(error, TransportError | RateLimited) or error.http_status is not None
