"""The endpoints, on tornado: who may call, what is refused, which body goes back."""

from __future__ import annotations

import asyncio
import json
import re
from typing import TYPE_CHECKING, Any

from tornado import web

from seedance_nb.simulator import answers, scenario
from seedance_nb.simulator.checks import REFUSALS, Json, Refusal, check
from seedance_nb.simulator.store import digest
from seedance_nb.simulator.studio import shots_of

if TYPE_CHECKING:
    from asyncio import Future

    from seedance_nb.simulator.answers import Record
    from seedance_nb.simulator.desk import Desk

__all__ = [
    "Batch",
    "Call",
    "Create",
    "Credits",
    "History",
    "Media",
    "Nowhere",
    "Pricing",
    "Query",
    "Refused",
]

_HOST = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]+)?", re.IGNORECASE)
_MOST_BYTES = 64 * 10**6
_MOST_IN_A_BATCH = 50
_MOST_ON_A_PAGE = 100
_DASHES = 3  # In task-unified-<seconds>-<suffix>; one more leads to the second result.
_KEY_LENGTHS = range(16, 97)
_KEY_LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-")


class Refused(web.HTTPError):
    """Ends a call with an error body."""

    def __init__(self, refusal: Refusal) -> None:
        """The row that becomes the answer."""
        super().__init__(refusal.status)
        self.refusal = refusal


class Call(web.RequestHandler):
    """One call: checked for its host and key, logged, answered with JSON."""

    open_to_all = False
    old_style = False
    unauthorized = "unauthorized"

    def initialize(self, desk: Desk) -> None:
        """Hands in what all endpoints share."""
        self.desk = desk
        self.body: Json = None
        self._noted = False

    def set_default_headers(self) -> None:
        """Each answer has an id; nothing allows a web page to read it."""
        self.set_header("x-request-id", self.application.settings["request_id"]())

    def prepare(self) -> None:
        """Refuses what came from a web page, without a key, or without JSON."""
        if not _HOST.fullmatch(self.request.host):
            raise Refused(REFUSALS["host"])
        if not self.open_to_all:
            self._check_key()

    def _check_key(self) -> None:
        scheme, _, key = self.request.headers.get("Authorization", "").partition(" ")
        row = self.desk.scenario_row
        if scheme.lower() != "bearer" or not key.strip() or row.everywhere:
            raise Refused(REFUSALS[self.unauthorized])

    def read_json(self) -> Json:
        """The body of the call, which has to be JSON and to say so."""
        kind = self.request.headers.get("Content-Type", "").partition(";")[0]
        if kind.strip().lower() != "application/json":
            raise Refused(REFUSALS["media_type"])
        try:
            self.body = json.loads(self.request.body)
        except ValueError:
            raise Refused(REFUSALS["invalid"]) from None
        return self.body

    def give(self, answer: dict[str, object], status: int = 200) -> None:
        """Ends the call with a JSON body."""
        self.set_status(status)
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(answer, ensure_ascii=False).encode())

    def number(self, name: str, default: int, most: int) -> int:
        """A query parameter between 1 and `most`."""
        text = self.get_query_argument(name, str(default))
        if not text.isdecimal() or not 1 <= int(text) <= most:
            row = REFUSALS["invalid"]
            raise Refused(Refusal(row.status, row.code, row.message, row.type, name))
        return int(text)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Turns every error into a body of the API's form."""
        error = kwargs.get("exc_info", (None, None, None))[1]
        if isinstance(error, Refused):
            refusal = error.refusal
        else:
            named = {404: "no_page", 405: "method", 400: "invalid"}
            refusal = REFUSALS[named.get(status_code, "internal_error")]
        if refusal.retry_after is not None:
            self.set_header("Retry-After", str(refusal.retry_after))
        self.give(refusal.body(old_style=self.old_style), refusal.status)

    def flush(self, include_footers: bool = False) -> Future[None]:  # noqa: FBT001, FBT002
        """Sends what there is; the call is in the log before its first byte is on the way."""
        self.note()
        return super().flush(include_footers)

    def note(self) -> None:
        """Writes the call into the log, once."""
        if not self._noted:
            self._noted = True
            self.desk.note(self.request, self.body, self.get_status())


class Create(Call):
    """POST /v1/videos/generations."""

    async def post(self) -> None:
        """Makes a task, or says why not."""
        self._check_length()
        body = self.read_json()
        key = self._idempotency_key()
        if key and self._replay(key, digest(body)):
            return
        row = self.desk.scenario_row
        refused = self.desk.refusal_of_create() or check(body, self.desk.terms.catalog)
        if refused or not isinstance(body, dict):
            raise Refused(refused or REFUSALS["invalid"])
        record = self.desk.accept(body, key)
        if row.lost_answer:
            self.note()
            self.request.connection.stream.close()  # type: ignore[union-attr]
            return
        await self.desk.terms.sleep(row.accept_seconds * self.desk.terms.time_scale)
        self.give(answers.create_answer(record))

    def _check_length(self) -> None:
        if len(self.request.body) > _MOST_BYTES:
            row = REFUSALS["invalid"]
            message = f"{row.message}: the request body exceeds 64MB"
            raise Refused(Refusal(row.status, row.code, message, row.type))

    def _idempotency_key(self) -> str | None:
        key = self.request.headers.get("Idempotency-Key")
        if key is not None and (len(key) not in _KEY_LENGTHS or not set(key) <= _KEY_LETTERS):
            row = REFUSALS["invalid"]
            message = f"{row.message}: Idempotency-Key must be 16-96 of A-Z a-z 0-9 . _ -"
            raise Refused(Refusal(row.status, row.code, message, row.type, "Idempotency-Key"))
        return key

    def _replay(self, key: str, body: str) -> bool:
        kept = self.desk.store.kept(key)
        if kept is None:
            return False
        if kept.body != body:
            raise Refused(REFUSALS["conflict"])
        self.desk.take_on(kept.record)
        self.set_header("Idempotency-Replayed", "true")
        self.give(answers.create_answer(kept.record))
        return True


class Query(Call):
    """GET /v1/tasks/{id}."""

    unauthorized = "unauthorized_query"

    def get(self, task_id: str) -> None:
        """Tells the state of a task."""
        if not task_id.startswith("task-unified-"):
            raise Refused(REFUSALS["bad_task_id"])
        record = self.desk.store.get(task_id)
        if record is None:
            raise Refused(REFUSALS["no_task"])
        if self.desk.query_fails(record):
            raise Refused(REFUSALS["query_error"])
        self.give(self.desk.answer(record))


class Batch(Call):
    """POST /v1/tasks/batch."""

    unauthorized = "unauthorized_query"

    def post(self) -> None:
        """Tells the states of up to 50 tasks; unknown ids are left out."""
        body = self.read_json()
        ids = body.get("task_ids") if isinstance(body, dict) else None
        if (
            not isinstance(ids, list)
            or not all(isinstance(each, str) for each in ids)
            or not 1 <= len(ids) <= _MOST_IN_A_BATCH
        ):
            row = REFUSALS["invalid"]
            raise Refused(Refusal(row.status, row.code, row.message, row.type, "task_ids"))
        records = [self.desk.store.get(str(each)) for each in ids]
        self.give({"code": 200, "data": [self.desk.answer(each) for each in records if each]})


class History(Call):
    """GET /v1/tasks."""

    unauthorized = "unauthorized_query"

    def get(self) -> None:
        """Lists the tasks, newest first."""
        wanted = {name: self.get_query_argument(name, "") for name in ("status", "type", "model")}
        page = self.number("page", 1, 1_000_000)
        page_size = self.number("page_size", 20, _MOST_ON_A_PAGE)
        now = self.desk.now()
        self.give(answers.history_answer(self.desk.store.all(), now, wanted, page, page_size))


class Credits(Call):
    """GET /v1/credits."""

    old_style = True

    def get(self) -> None:
        """Tells the balances of the virtual account."""
        self.give(answers.credits_answer(self.desk.store.all(), self.desk.now()))


class Pricing(Call):
    """GET /web/api/models/pricing."""

    open_to_all = True

    def get(self) -> None:
        """Tells the prices."""
        self.give(answers.pricing_answer(self.desk.terms.catalog))


class Nowhere(Call):
    """Every other path."""

    open_to_all = True

    def prepare(self) -> None:
        """Refuses."""
        super().prepare()
        raise Refused(REFUSALS["no_page"])


class Media(web.StaticFileHandler, Call):
    """GET and HEAD of a result link: ranges, entity tags and expiry."""

    open_to_all = True

    def initialize(self, desk: Desk) -> None:  # type: ignore[override]
        """Hands in what all endpoints share."""
        Call.initialize(self, desk)
        self.root = ""
        self.default_filename = None

    @classmethod
    def get_absolute_path(cls, root: str, path: str) -> str:
        """Paths come from the studio and are absolute."""
        del root
        return path

    def validate_absolute_path(self, root: str, absolute_path: str) -> str:
        """Nothing to check: no part of the path came with the request."""
        del root
        return absolute_path

    async def get(self, path: str, include_body: bool = True) -> None:  # noqa: FBT001, FBT002
        """Sends the clip `<task id>.mp4`, once it is rendered."""
        if not self.desk.link_holds(
            self.request.path,
            self.get_query_argument("expires", ""),
            self.get_query_argument("signature", ""),
        ):
            raise Refused(Refusal(403, "link_expired", "This link has expired", "permission_error"))
        *parts, number = path.split("-") if path.count("-") > _DASHES else [path, "1"]
        record = self.desk.store.get("-".join(parts))
        shots = shots_of(record) if record else []
        index = int(number) - 1
        if record is None or index >= len(shots) or self._is_missing(record):
            raise Refused(REFUSALS["no_page"])
        file = await asyncio.wrap_future(self.desk.studio.ask(shots[index], urgent=True))
        await super().get(str(file), include_body)

    def _is_missing(self, record: Record) -> bool:
        return scenario.find(record.scenario).media == "missing"

    def get_content_type(self) -> str:
        """Clips are MP4 files."""
        return "video/mp4"
