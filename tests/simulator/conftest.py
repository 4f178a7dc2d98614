"""What the tests of the simulator share: a clock that stands still and a plain HTTP client."""

from __future__ import annotations

import base64
import io
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, Request, build_opener

import pytest

from seedance_nb.simulator import Simulator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

I2V, R2V = (f"seedance-2.0-{kind}-to-video" for kind in ("image", "reference"))
KEY = "sk-simulator-test-5f1c"
TEXT = "seedance-2.0-text-to-video"


@dataclass
class Clock:
    """A clock that goes on only when told to."""

    now: float = 1_800_000_000.25

    def __call__(self) -> float:
        """Epoch seconds."""
        return self.now


@dataclass
class Answer:
    """What came back; header names in lower case."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The decoded body."""
        return json.loads(self.content)


@dataclass
class Client:
    """Calls a simulator as any HTTP client would."""

    sim: Simulator
    key: str | None = KEY
    headers: dict[str, str] = field(default_factory=dict)

    def call(self, method: str, path: str, body: object = None, /, **headers: str) -> Answer:
        """One call; `body` is bytes or becomes JSON, and `X_Y` in headers means `X-Y`."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key is not None:
            sent.setdefault("Authorization", f"Bearer {self.key}")
        data = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        if data is not None:
            sent.setdefault("Content-Type", "application/json")
        url = path if path.startswith("http") else self.sim.url + path
        request = Request(url, data, sent, method=method)
        try:
            with build_opener(ProxyHandler({})).open(request, timeout=20) as answer:
                return Answer(answer.status, _lower(answer.headers), answer.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read())

    def create(self, /, **fields: object) -> Answer:
        """A create call for a small text video, with other fields on top."""
        body = {"model": TEXT, "prompt": "a red kite", "duration": 4, "quality": "480p"}
        return self.call("POST", "/v1/videos/generations", {**body, **fields})

    def made(self, /, **fields: object) -> str:
        """The id of a task that was accepted."""
        answer = self.create(**fields)
        assert answer.status == 200, answer.content
        return str(answer.json["id"])

    def task(self, task_id: str) -> Any:
        """The body of a query."""
        return self.call("GET", f"/v1/tasks/{task_id}").json

    def ended(self, task_id: str) -> Any:
        """The body of a query once the task is final; inputs are looked at beside the calls."""
        deadline = time.monotonic() + 20
        while (body := self.task(task_id))["status"] not in {"completed", "failed", "cancelled"}:
            assert time.monotonic() < deadline, body
            time.sleep(0.01)
        return body

    def uploaded(self, content: bytes) -> str:
        """The link of a new upload."""
        data = {"base64_data": base64.b64encode(content).decode()}
        answer = self.call("POST", "/api/v1/files/upload/base64", data)
        assert answer.status == 200, answer.content
        return str(answer.json["data"]["file_url"])


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def picture(size: tuple[int, int] = (400, 300), colour: str = "teal", form: str = "PNG") -> bytes:
    """A flat picture as a file."""
    image = pytest.importorskip("PIL.Image")
    file = io.BytesIO()
    image.new("RGB", size, colour).save(file, form)
    return file.getvalue()


class Web:
    """A small web server on this machine.

    Attributes:
        url: Where it is.
        pages: Path -> (status, headers, content); the content may be pieces, sent as they come.
        asked: The paths that were asked for.
    """

    def __init__(self) -> None:
        """Starts."""
        self.pages: dict[str, tuple[int, dict[str, str], Any]] = {}
        self.asked: list[str] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                web.asked.append(self.path)
                status, headers, content = web.pages.get(self.path, (404, {}, b""))
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                with suppress(OSError):
                    for piece in [content] if isinstance(content, bytes) else content:
                        self.wfile.write(piece)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def put(self, path: str, content: bytes) -> str:
        """The URL of new content."""
        self.pages[path] = (200, {"Content-Length": str(len(content))}, content)
        return self.url + path

    def stop(self) -> None:
        """Stops."""
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    """A web server of files."""
    server = Web()
    yield server
    server.stop()


def fake_render(shot: object, path: Path, stopped: Callable[[], bool]) -> None:
    """Writes bytes that tell the shot, instead of a film."""
    del stopped
    path.write_bytes(repr(shot).encode() * 20)


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


@pytest.fixture
def simulate() -> Iterator[Callable[..., Client]]:
    """Makes running simulators, quick ones unless told otherwise, and stops them in the end."""
    running: list[Simulator] = []

    def make(home: Path | None = None, **options: Any) -> Client:
        sim = Simulator(home, **{"time_scale": 0, "renderer": fake_render, **options})
        running.append(sim.start())
        return Client(sim)

    yield make
    for sim in running:
        sim.stop()
