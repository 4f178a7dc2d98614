"""An independent server that speaks the video API, for tests of clients.

It shares no code with the package and was written from the API's documents alone. It has an
origin for the API, one for the media, one more to redirect to, and one for uploads. In a process
of its own:

    python tests/peer.py --video tests/data/clip.mp4 --seconds 2 --log calls.jsonl

prints its URL on the first line and writes a line of JSON for each create, poll and download.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import re
import socket
import struct
import sys
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

Step = tuple[Any, ...]
_TASK = re.compile(r"/v1/tasks/([^/]+)")


@dataclass(frozen=True)
class Call:
    """One request as it arrived; header names in lower case; `task` is what it was about."""

    origin: str
    method: str
    target: str
    headers: dict[str, str]
    body: Any = None
    task: str | None = None


@dataclass
class Peer:
    """The server: a context manager.

    Attributes:
        video: the bytes that every result link serves.
        key: the one Bearer token that is accepted.
        polls: a task completes at this poll, unless `seconds` is given.
        seconds: a task completes this long after its creation.
        listing: whether there is a list of tasks; without it the path is unknown.
        batch: whether there is a batch query; without it the path is unknown.
        idempotency: whether Idempotency-Key is honoured.
        metered: whether a task in the making tells what it has cost so far.
        ranges: whether the media origin honours Range.
        redirect: "same" or "cross": result links redirect, within the media origin or away.
        results: how many videos a task gives.
        suffix: length of the last part of task ids: 6 or 8.
        prices: the body of the public price list; without one the path is unknown.
        on_create, on_poll, on_download: what to do with the next requests instead of answering
            well, one step each:
            ("ok",); ("status", code, body[, headers]);
            ("hang", seconds) does the work and answers late, or once `gate` is set;
            ("drop",) does the work and closes without an answer;
            ("reset_before_read",) does nothing and resets the connection;
            ("fails", code, message) makes a task that will fail (create only);
            ("merge", fields) answers with these fields changed (create and poll);
            ("cut", n) announces the whole video and sends n bytes (download only).
        on_upload: likewise for uploads; ("hold",) stops in the middle until `gate` is set.
        uploads: what arrived as a file: its hash, size, name and type are the body.
        gate: lets what hangs or is held go on.
    """

    video: bytes
    key: str = "peer-key"
    port: int = 0
    polls: int = 2
    seconds: float | None = None
    estimated_time: int = 1
    listing: bool = False
    batch: bool = False
    idempotency: bool = False
    metered: bool = False
    ranges: bool = True
    redirect: str | None = None
    results: int = 1
    suffix: int = 8
    prices: Any = None
    log: Path | None = None
    on_create: list[Step] = field(default_factory=list)
    on_poll: list[Step] = field(default_factory=list)
    on_download: list[Step] = field(default_factory=list)
    on_upload: list[Step] = field(default_factory=list)
    creates: list[Call] = field(default_factory=list)
    polled: list[Call] = field(default_factory=list)
    downloads: list[Call] = field(default_factory=list)
    uploads: list[Call] = field(default_factory=list)
    others: list[Call] = field(default_factory=list)
    gate: threading.Event = field(default_factory=threading.Event)
    resets: int = 0
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Start all origins."""
        self.lock = threading.RLock()
        self.signature = 1
        self.keys: dict[str, tuple[Any, str]] = {}
        ports = {"api": self.port, "media": 0, "mirror": 0, "files": 0}
        self._servers = {name: _Origin(self, name, port) for name, port in ports.items()}
        urls = (server.url for server in self._servers.values())
        self.url, self.media_url, self.mirror_url, self.files_url = urls
        return self

    def __exit__(self, *_: object) -> None:
        """Stop them, hanging connections included."""
        self.gate.set()
        for server in self._servers.values():
            server.stop()

    def expire_links(self) -> None:
        """Make all result links that were given so far answer 403."""
        self.signature += 1

    def note(self, calls: list[Call], call: Call, what: str) -> None:
        """Remember a request, and log it where asked."""
        with self.lock:
            calls.append(call)
            if self.log:
                key = call.headers.get("idempotency-key")
                line = {"what": what, "task": call.task, "idempotency_key": key}
                with self.log.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(line) + "\n")

    def create(self, body: dict[str, Any], fails: tuple[str, str] | None) -> str:
        """Make a task and return its id."""
        with self.lock:
            number = len(self.tasks)
            task = f"task-unified-{int(time.time())}-{number:0{self.suffix}x}"
            made = {"body": body, "made": time.monotonic(), "created": int(time.time())}
            self.tasks[task] = {**made, "polls": 0, "fails": fails}
            return task

    def document(self, task: str, *, new: bool = False) -> dict[str, Any]:
        """Return a task as the API shows it; `new` as in the answer to a create."""
        made = self.tasks[task]
        made["polls"] += not new
        share = made["polls"] / self.polls
        if self.seconds is not None:
            share = (time.monotonic() - made["made"]) / self.seconds if self.seconds else 1
        answer = {
            "created": made["created"],
            "id": task,
            "model": made["body"]["model"],
            "object": "video.generation.task",
            "type": "video",
            "x_region": {"peer": ["extra", 1]},
        }
        if new or share <= 0:
            length = made["body"].get("duration", 5)
            told = {"estimated_time": self.estimated_time, "video_duration": length}
            usage = {"billing_rule": "per_second", "credits_reserved": length * 5.115}
            info = {"task_info": {"can_cancel": True, **told}, "usage": usage}
            return {**answer, "status": "pending", "progress": 0, **info}
        if share < 1:
            info = {"task_info": {"can_cancel": True}}
            if self.metered:
                info["usage"] = {"credits_used": int(made["polls"])}
            return {**answer, "status": "processing", "progress": int(share * 100), **info}
        answer["task_info"] = {"can_cancel": False}
        if made["fails"]:
            return {**answer, "status": "failed", "progress": 0, **error(*made["fails"])}
        return {**answer, "status": "completed", "progress": 100, "results": self.links(task)}

    def page(self, wanted: dict[str, list[str]]) -> dict[str, Any]:
        """Return a page of the list of tasks, the newest first."""
        number, size = int(wanted["page"][0]), int(wanted["page_size"][0])
        rows = [
            {
                "id": task,
                "model": made["body"]["model"],
                "type": "video",
                "status": "processing",
                "created_at": made["created"],
                "credits_used": 25.575,
            }
            for task, made in sorted(self.tasks.items(), key=lambda row: -row[1]["created"])
            if [made["body"]["model"]] == wanted.get("model", [made["body"]["model"]])
        ]
        data = rows[(number - 1) * size : number * size]
        return {"object": "list", "data": data, "total": len(rows), "page": number}

    def links(self, task: str) -> list[str]:
        """Return the signed links of a task's results."""
        query = f"Expires=1999999999&Signature={self.signature}"
        return [f"{self.media_url}/v/{task}/{n}.mp4?{query}" for n in range(self.results)]

    def replayed(self, key: str | None, body: Any) -> tuple[bool, str | None]:
        """Return whether an idempotency key is in conflict, and the task it already made."""
        if not (self.idempotency and key in self.keys):
            return False, None
        seen, task = self.keys[key]
        return seen != body, task


def error(code: str | int, message: str, kind: str = "task_error") -> dict[str, Any]:
    """Return an error body."""
    return {"error": {"code": code, "message": message, "type": kind}}


class _Origin(ThreadingHTTPServer):
    daemon_threads = False

    def __init__(self, peer: Peer, name: str, port: int) -> None:
        handlers = {"api": _Api, "files": _Files}
        super().__init__(("127.0.0.1", port), handlers.get(name, _Media))
        self.peer, self.name = peer, name
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self._thread.join()
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), OSError):  # clients may go whenever they like
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Origin

    def setup(self) -> None:
        super().setup()
        self.peer = self.server.peer
        self.server.open.add(self.connection)
        self.delay = 0.0

    def finish(self) -> None:
        self.server.open.discard(self.connection)
        super().finish()

    def log_message(self, *_: object) -> None:
        pass

    def call(self, body: Any = None, task: str | None = None) -> Call:
        headers = {name.lower(): value for name, value in self.headers.items()}
        return Call(self.server.name, self.command, self.path, headers, body, task)

    def step(self, steps: list[Step]) -> Step:
        with self.peer.lock:
            step = steps.pop(0) if steps else ("ok",)
        self.delay = step[1] if step[0] == "hang" else 0
        return step

    def reset(self) -> None:
        self.peer.resets += 1
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def reply(self, status: int, body: Any, headers: dict[str, str] | None = None) -> None:
        if self.delay:
            self.peer.gate.wait(self.delay)
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {"Content-Type": "application/json", "x-request-id": "peer-request"}
        self.send_response(status)
        for name, value in {**kind, **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class _Api(_Handler):
    def do_POST(self) -> None:
        create = self.path == "/v1/videos/generations"
        step = self.step(self.peer.on_create) if create else ("ok",)
        if step[0] == "reset_before_read":
            self.reset()
            return
        raw = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        if create:
            self.create(body, step)
        elif self.path == "/v1/tasks/batch" and self.peer.batch and self.allowed():
            self.peer.note(self.peer.polled, self.call(body), "batch")
            known = [
                self.peer.document(task)
                for task in body["task_ids"][:50]
                if task in self.peer.tasks
            ]
            self.reply(200, {"code": 200, "data": known})
        else:
            self.unknown(body)

    def do_GET(self) -> None:
        if found := _TASK.fullmatch(self.path):
            self.poll(found[1])
        elif self.path == "/v1/credits" and self.allowed(old=True):
            self.peer.note(self.peer.others, self.call(), "credits")
            token = {"remaining_credits": 90.5, "unlimited_credits": False, "used_credits": 9.5}
            user = {"remaining_credits": 900.25, "used_credits": 99.75}
            data = {"token": token, "user": user}
            self.reply(200, {"data": data, "message": "", "success": True})
        elif self.path.startswith("/v1/tasks?") and self.peer.listing and self.allowed():
            self.peer.note(self.peer.others, self.call(), "tasks")
            self.reply(200, self.peer.page(parse_qs(urlsplit(self.path).query)))
        elif self.path == "/web/api/models/pricing" and self.peer.prices is not None:
            self.peer.note(self.peer.others, self.call(), "prices")
            self.reply(200, self.peer.prices)
        elif self.path != "/v1/credits":
            self.unknown(None)

    def unknown(self, body: Any) -> None:
        self.peer.note(self.peer.others, self.call(body), "unknown")
        self.reply(404, error("not_found", "No such path", "invalid_request_error"))

    def allowed(self, *, old: bool = False) -> bool:
        if self.headers.get("Authorization") == f"Bearer {self.peer.key}":
            return True
        code = 401 if old else "unauthorized"
        self.reply(401, error(code, "Invalid or expired token", "authentication_error"))
        return False

    def create(self, body: Any, step: Step) -> None:
        peer, key, task, headers = self.peer, self.headers.get("Idempotency-Key"), None, {}
        valid = isinstance(body, dict) and {"model", "prompt"} <= body.keys()
        conflict, replayed = peer.replayed(key, body)
        works = valid and not conflict and step[0] != "status"
        works = works and self.headers.get("Authorization") == f"Bearer {peer.key}"
        if works:
            task = replayed or peer.create(body, step[1:] if step[0] == "fails" else None)
            headers = {"Idempotency-Replayed": "true"} if replayed else {}
            peer.keys[key or task] = (body, task)
        peer.note(peer.creates, self.call(body, task), "create")
        if step[0] == "status":
            self.reply(*step[1:])
        elif step[0] == "drop":
            self.close_connection = True
        elif task:
            extra = step[1] if step[0] == "merge" else {}
            self.reply(200, {**peer.document(task, new=True), **extra}, headers)
        elif self.allowed() and conflict:
            text = "Idempotency key was used with another body"
            self.reply(409, error("idempotency_conflict", text, "invalid_request_error"))
        elif not conflict:
            text = "Invalid request parameters"
            self.reply(400, error("invalid_request", text, "invalid_request_error"))

    def poll(self, task: str) -> None:
        step = self.step(self.peer.on_poll)
        self.peer.note(self.peer.polled, self.call(None, task), "poll")
        if step[0] in {"drop", "reset_before_read"}:
            self.close_connection = True
        elif step[0] == "status":
            self.reply(*step[1:])
        elif self.allowed() and task in self.peer.tasks:
            extra = step[1] if step[0] == "merge" else {}
            self.reply(200, {**self.peer.document(task), **extra})
        elif task not in self.peer.tasks:
            text = "The requested task could not be found"
            self.reply(404, error("task_not_found", text, "invalid_request_error"))


class _Media(_Handler):
    def do_GET(self) -> None:
        where, peer = urlsplit(self.path), self.peer
        _, kind, task, name = where.path.split("/")
        step = self.step(peer.on_download)
        peer.note(peer.downloads, self.call(None, task), "download")
        if step[0] in {"drop", "reset_before_read"}:
            self.close_connection = True
        elif step[0] == "status":
            self.reply(*step[1:])
        elif parse_qs(where.query).get("Signature") != [str(peer.signature)]:
            self.reply(403, b"<Error>AccessDenied</Error>", {"Content-Type": "application/xml"})
        elif kind == "v" and peer.redirect:
            base = peer.mirror_url if peer.redirect == "cross" else peer.media_url
            self.reply(302, b"", {"Location": f"{base}/r/{task}/{name}?{where.query}"})
        else:
            self.serve(step)

    def serve(self, step: Step) -> None:
        video, kind = self.peer.video, {"Content-Type": "video/mp4"}
        wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        if step[0] == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(video)))
            self.end_headers()
            self.wfile.write(video[: step[1]])
            self.close_connection = True
        elif wanted and self.peer.ranges and int(wanted[1]) >= len(video):
            self.reply(416, b"", {"Content-Range": f"bytes */{len(video)}"})
        elif wanted and self.peer.ranges:
            first, last = int(wanted[1]), min(int(wanted[2] or len(video)), len(video) - 1)
            kind["Content-Range"] = f"bytes {first}-{last}/{len(video)}"
            self.reply(206, video[first : last + 1], kind)
        else:
            self.reply(200, video, kind)


class _Files(_Handler):
    """The file API; a form is taken apart as it comes, so that a large one fits."""

    def do_POST(self) -> None:
        step = self.step(self.peer.on_upload)
        if step[0] == "reset_before_read":
            self.reset()
            return
        if self.path != "/api/v1/files/upload/stream":
            self.peer.note(self.peer.others, self.call(), "unknown")
            self.close_connection = True
            self.refuse(404, "No such path")
            return
        told = self.form(hold=step[0] == "hold")
        self.peer.note(self.peer.uploads, self.call(told), "upload")
        if step[0] == "drop" or told is None:
            self.close_connection = True
        elif step[0] == "status":
            self.reply(*step[1:])
        elif self.headers.get("Authorization") != f"Bearer {self.peer.key}":
            self.refuse(401, "Invalid token")
        else:
            self.take(told, step[1] if step[0] == "merge" else {})

    def do_GET(self) -> None:
        self.peer.note(self.peer.others, self.call(), "quota")
        data = {"user_group": "default", "used_files": 35, "max_files": 2000, "remain_files": 1965}
        self.reply(200, {"success": True, "code": 200, "data": {**data, "is_custom": False}})

    def refuse(self, status: int, message: str) -> None:
        self.reply(status, {"success": False, "code": status, "msg": message})

    def take(self, told: dict[str, Any], extra: dict[str, Any]) -> None:
        number = len(self.peer.uploads)
        data = {
            "file_id": f"file_{number:08x}",
            "file_name": told["name"],
            "file_size": told["size"],
            "mime_type": told["type"],
            "file_url": f"https://files.peer.example/{number}/{told['name']}?sign=k3",
            **extra,
        }
        self.reply(200, {"success": True, "code": 200, "msg": "File uploaded", "data": data})

    def form(self, *, hold: bool) -> dict[str, Any] | None:
        """Read the one part of a form; None for one that ended early."""
        left = int(self.headers["Content-Length"])
        kind, _, boundary = self.headers["Content-Type"].partition("; boundary=")
        lines = [self.rfile.readline()]
        while lines[-1].strip():
            lines.append(self.rfile.readline())
        tail = f"\r\n--{boundary}--\r\n".encode()
        left -= sum(map(len, lines)) + len(tail)
        size, digest = left, hashlib.sha256()
        while left and (chunk := self.rfile.read(min(left, 65536))):
            digest.update(chunk)
            left -= len(chunk)
            if hold:
                self.peer.gate.wait(20)
        head = b"".join(lines).decode("latin-1")
        named = re.search(r'name="file"; filename="([^"]*)"', head)
        typed = re.search(r"Content-Type: (\S+)", head)
        whole = self.rfile.read(len(tail)) == tail and kind == "multipart/form-data"
        if not (whole and named and typed and lines[0] == f"--{boundary}\r\n".encode()):
            return None
        return {"sha256": digest.hexdigest(), "size": size, "name": named[1], "type": typed[1]}


def main() -> None:
    """Serve until the process is ended."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--video", type=Path, required=True)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--key", default="peer-key")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--idempotency", action="store_true")
    given = vars(parser.parse_args())
    video = given.pop("video").read_bytes()
    with Peer(video, **given) as peer:
        print(peer.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
