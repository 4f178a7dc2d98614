"""The independent server does what its tests of clients rely on."""

from __future__ import annotations

import http.client
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from peer import Peer, Step

HERE = Path(__file__).parent
CLIP = HERE / "data" / "clip.mp4"
WHOLE = CLIP.read_bytes()
BODY = {"model": "seedance-2.0-text-to-video", "prompt": "a dog", "duration": 4}
CREATE = "/v1/videos/generations"


def ask(
    url: str,
    body: object = None,
    *,
    key: str | None = "peer-key",
    patience: float = 30,
    headers: dict[str, str] | None = None,
) -> tuple[int, dict[str, str], bytes]:
    """Make one request without following redirects; a body makes it a POST."""
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.netloc, timeout=patience)
    sent = {name.replace("_", "-"): value for name, value in (headers or {}).items()}
    if key:
        sent["Authorization"] = f"Bearer {key}"
    data = None if body is None else json.dumps(body)
    try:
        target = f"{where.path}?{where.query}"
        connection.request("POST" if data else "GET", target.rstrip("?"), data, sent)
        answer = connection.getresponse()
        return answer.status, dict(answer.headers), answer.read()
    finally:
        connection.close()


def told(url: str, body: object = None, **headers: str) -> Any:
    status, _, data = ask(url, body, headers=headers)
    assert status == 200
    return json.loads(data)


def finished(peer: Peer) -> str:
    """Make a task, poll it to its end and return its link."""
    task = told(peer.url + CREATE, BODY)["id"]
    for _ in range(peer.polls):
        answer = told(f"{peer.url}/v1/tasks/{task}")
    return str(answer["results"][0])


@pytest.mark.parametrize("suffix", [6, 8])
def test_a_task_runs_to_its_video(suffix: int) -> None:
    """A task is made, polled and downloaded, and every call is kept with its headers."""
    with Peer(WHOLE, polls=2, suffix=suffix) as peer:
        made = told(peer.url + CREATE, BODY, Idempotency_Key="k" * 16)
        states = [told(f"{peer.url}/v1/tasks/{made['id']}") for _ in range(2)]
        status, _, data = ask(states[-1]["results"][0], key=None)

    assert len(made["id"].rpartition("-")[2]) == suffix
    assert [made["status"], *(s["status"] for s in states)] == [
        "pending",
        "processing",
        "completed",
    ]
    assert (status, data) == (200, WHOLE)
    assert [call.body for call in peer.creates] == [BODY]
    assert peer.creates[0].headers["idempotency-key"] == "k" * 16
    assert (len(peer.polled), len(peer.downloads)) == (2, 1)
    assert "authorization" not in peer.downloads[0].headers


@pytest.mark.parametrize(
    ("path", "body", "key", "status", "code"),
    [
        (CREATE, BODY, "wrong", 401, "unauthorized"),
        (CREATE, {"model": "x"}, "peer-key", 400, "invalid_request"),
        ("/v1/tasks/task-unified-1-zzzzzz", None, "peer-key", 404, "task_not_found"),
        ("/v1/tasks/batch", {"task_ids": []}, "peer-key", 404, "not_found"),
        ("/v1/credits", None, None, 401, 401),
    ],
)
def test_refusals_have_the_documented_bodies(
    path: str, body: object, key: str | None, status: int, code: object
) -> None:
    """Wrong keys, bodies, ids and paths are refused, and no task is made."""
    with Peer(WHOLE) as peer:
        answer = ask(peer.url + path, body, key=key)

    assert (answer[0], json.loads(answer[2])["error"]["code"]) == (status, code)
    assert peer.tasks == {}


@pytest.mark.parametrize(
    ("step", "tasks"), [(("drop",), 1), (("reset_before_read",), 0), (("hang", 30), 1)]
)
def test_lost_answers_differ_in_what_was_done(step: Step, tasks: int) -> None:
    """A dropped or late answer hides a task that was made; a reset before reading made none."""
    with Peer(WHOLE, on_create=[step]) as peer:
        with pytest.raises((OSError, http.client.HTTPException)):
            ask(peer.url + CREATE, BODY, patience=0.2)
        late = time.monotonic() + 30  # a busy machine is slower than this client is patient
        while len(peer.tasks) < tasks and time.monotonic() < late:
            time.sleep(0.01)
        made = len(peer.tasks)
        again = told(peer.url + CREATE, BODY)

    assert made == tasks
    assert again["status"] == "pending"


def test_scripted_answers_come_once() -> None:
    """A scripted status, with its headers, is given to one request; the next is answered well."""
    limit = {"error": {"code": "rate_limit_exceeded", "message": "slow", "type": "rate"}}
    with Peer(WHOLE, on_create=[("status", 429, limit, {"Retry-After": "1"})]) as peer:
        first = ask(peer.url + CREATE, BODY)
        made = told(peer.url + CREATE, BODY)
        peer.on_poll.append(("merge", {"status": "dreaming"}))
        odd = told(f"{peer.url}/v1/tasks/{made['id']}")
        told(f"{peer.url}/v1/tasks/{made['id']}")

    assert (first[0], first[1]["Retry-After"]) == (429, "1")
    assert odd["status"] == "dreaming"
    assert len(peer.tasks) == 1


def test_a_task_can_fail() -> None:
    """A failing task ends with the documented error body."""
    with Peer(WHOLE, polls=1, on_create=[("fails", "service_error", "sorry")]) as peer:
        made = told(peer.url + CREATE, BODY)
        end = told(f"{peer.url}/v1/tasks/{made['id']}")

    assert (end["status"], end["error"]["code"]) == ("failed", "service_error")


def test_idempotency_is_honoured_only_where_asked() -> None:
    """With the switch a key gives its first task again and refuses another body."""
    keyed = {"Idempotency_Key": "k" * 16}
    with Peer(WHOLE) as plain, Peer(WHOLE, idempotency=True) as peer:
        ids = [told(plain.url + CREATE, BODY, **keyed)["id"] for _ in range(2)]
        first = told(peer.url + CREATE, BODY, **keyed)["id"]
        status, headers, data = ask(peer.url + CREATE, BODY, headers=keyed)
        conflict = ask(peer.url + CREATE, {**BODY, "prompt": "a cat"}, headers=keyed)

    assert len(set(ids)) == 2
    assert (status, headers["Idempotency-Replayed"]) == (200, "true")
    assert json.loads(data)["id"] == first
    assert conflict[0] == 409


def test_links_are_signed_expire_and_redirect() -> None:
    """Links need their signature, die when told to, and can lead to another origin."""
    with Peer(WHOLE, polls=1, redirect="cross") as peer:
        link = finished(peer)
        status, headers, _ = ask(link, key=None)
        moved = ask(headers["Location"], key=None)
        bare = ask(link.partition("?")[0], key=None)
        peer.expire_links()
        late = ask(link, key=None)

    assert (status, moved[0], bare[0], late[0]) == (302, 200, 403, 403)
    assert link.startswith(peer.media_url)
    assert headers["Location"].startswith(peer.mirror_url)
    assert moved[2] == WHOLE


@pytest.mark.parametrize(("ranges", "status", "size"), [(True, 206, 10), (False, 200, len(WHOLE))])
def test_ranges_can_be_switched_off(ranges: bool, status: int, size: int) -> None:  # noqa: FBT001
    """A range is served as such, or ignored."""
    with Peer(WHOLE, polls=1, ranges=ranges) as peer:
        answer = ask(finished(peer), key=None, headers={"Range": "bytes=5-14"})

    assert (answer[0], len(answer[2])) == (status, size)


def test_a_download_can_break_off() -> None:
    """A cut download announces all bytes and sends fewer."""
    with Peer(WHOLE, polls=1, on_download=[("cut", 100)]) as peer:
        link = finished(peer)
        with pytest.raises(http.client.IncompleteRead) as caught:
            ask(link, key=None)

    assert len(caught.value.partial) == 100


def test_the_batch_query_leaves_out_what_it_does_not_know() -> None:
    """With the switch, several tasks are answered at once."""
    with Peer(WHOLE, batch=True) as peer:
        made = told(peer.url + CREATE, BODY)["id"]
        answer = told(f"{peer.url}/v1/tasks/batch", {"task_ids": [made, "task-unified-1-other"]})

    assert [task["id"] for task in answer["data"]] == [made]


def test_it_runs_in_a_process_of_its_own(tmp_path: Path) -> None:
    """The script prints its URL first, serves by the clock, and logs a line for each call."""
    log = tmp_path / "calls.jsonl"
    command = [sys.executable, str(HERE / "peer.py"), "--video", str(CLIP)]
    options = ["--seconds", "0.01", "--log", str(log)]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        url = process.stdout.readline().strip()
        made = told(url + CREATE, BODY, Idempotency_Key="k" * 16)
        time.sleep(0.02)
        end = told(f"{url}/v1/tasks/{made['id']}")
        ask(end["results"][0], key=None)
        process.kill()

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [line["what"] for line in lines] == ["create", "poll", "download"]
    assert {line["task"] for line in lines} == {made["id"]}
    assert lines[0]["idempotency_key"] == "k" * 16
