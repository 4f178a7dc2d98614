"""Tests of the server over real sockets: endpoints, refusals, scenarios, links and logs."""

from __future__ import annotations

import http.client
import json
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest

from seedance_nb.simulator import SCENARIOS, Simulator

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.conftest import Client, Clock

    Simulate = Callable[..., Client]

CREATE = "/v1/videos/generations"
DAY = 24 * 3600


def test_a_create_answer_has_the_quickstarts_fields_and_values(
    simulate: Simulate, clock: Clock
) -> None:
    """The sample answer of the quickstart, field by field."""
    client = simulate(clock=clock, time_scale=1)

    answer = client.create(duration=5, quality="720p", aspect_ratio="16:9")

    assert answer.status == 200
    body = answer.json
    assert body.pop("id").startswith("task-unified-1800000000-")
    assert body == {
        "object": "video.generation.task",
        "created": 1_800_000_000,
        "model": "seedance-2.0-text-to-video",
        "status": "pending",
        "progress": 0,
        "type": "video",
        "task_info": {"can_cancel": True, "estimated_time": 165, "video_duration": 5},
        "usage": {"billing_rule": "per_second", "credits_reserved": 50, "user_group": "default"},
    }


def test_the_estimate_is_scaled_like_the_waiting(simulate: Simulate, clock: Clock) -> None:
    """By default a task takes about ten seconds and says so, and then is done."""
    client = simulate(clock=clock, time_scale=0.06)
    body = client.create(duration=5, quality="720p").json

    clock.now += body["task_info"]["estimated_time"]

    assert body["task_info"]["estimated_time"] == 10
    assert client.task(body["id"])["status"] == "completed"


def test_a_task_goes_through_its_states(simulate: Simulate, clock: Clock) -> None:
    """Pending, processing and completed look as in the documents, with results at the end."""
    client = simulate(clock=clock, time_scale=1)
    task_id = client.made()
    first = client.task(task_id)
    clock.now += 80
    second = client.task(task_id)
    clock.now += 80
    third = client.task(task_id)

    assert (first["status"], first["progress"]) == ("pending", 0)
    assert second["status"] == "processing"
    assert 30 < second["progress"] < 70
    assert "results" not in second
    assert second["task_info"] == {"can_cancel": True}
    assert (third["status"], third["progress"], len(third["results"])) == ("completed", 100, 1)
    assert third["task_info"] == {"can_cancel": False}


@pytest.mark.parametrize(
    ("name", "status", "code"),
    [
        ("server-error", 500, "internal_error"),
        ("no-quota", 402, "insufficient_quota"),
        ("no-channel", 400, "no_available_channel"),
        ("no-channel-503", 503, "service_unavailable"),
        ("bad-key", 401, "unauthorized"),
    ],
)
def test_a_refusing_scenario_refuses_and_makes_nothing(
    simulate: Simulate, name: str, status: int, code: str
) -> None:
    """The create gets the documented error, and no task appears."""
    client = simulate(scenario=name)

    answer = client.create()

    assert (answer.status, answer.json["error"]["code"]) == (status, code)
    client.sim.scenario = "normal"
    assert client.call("GET", "/v1/tasks").json["total"] == 0


def test_rate_limit_refuses_two_creates_with_retry_after(simulate: Simulate) -> None:
    """The third create goes through; the pause asked for is scaled too."""
    client = simulate(scenario="rate-limit", time_scale=0.06)

    answers = [client.create() for _ in range(3)]

    assert [each.status for each in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "2"
    assert "retry-after" not in answers[2].headers


def test_lost_answer_makes_the_task_and_closes_the_connection(simulate: Simulate) -> None:
    """The client learns nothing, the key of the create finds the task."""
    client = simulate(scenario="lost-answer")

    with pytest.raises((ConnectionError, http.client.HTTPException)):
        client.call("POST", CREATE, _body(), Idempotency_Key="k" * 16)

    again = client.call("POST", CREATE, _body(), Idempotency_Key="k" * 16)
    assert again.headers["idempotency-replayed"] == "true"
    assert client.call("GET", "/v1/tasks").json["total"] == 1


def test_slow_accept_takes_its_scaled_time(simulate: Simulate) -> None:
    """40 real seconds at a scale of 0.001 are 40 ms."""
    client = simulate(scenario="slow-accept", time_scale=0.001)

    before = time.perf_counter()
    client.made()

    assert time.perf_counter() - before > 0.04


def test_query_errors_end_after_three(simulate: Simulate) -> None:
    """Each task's first three queries get a 500."""
    client = simulate(scenario="query-errors")
    task_id = client.made()

    seen = [client.call("GET", f"/v1/tasks/{task_id}").status for _ in range(5)]

    assert seen == [500, 500, 500, 200, 200]


def test_a_failed_task_tells_its_error(simulate: Simulate) -> None:
    """Code, message and type as documented, and no results."""
    client = simulate(scenario="fail:image_dimension_mismatch")

    body = client.task(client.made())

    assert (body["status"], body["progress"]) == ("failed", 0)
    assert body["error"]["code"] == "image_dimension_mismatch"
    assert body["error"]["type"] == "task_error"
    assert "results" not in body


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_scenario_can_be_chosen_while_running(simulate: Simulate, name: str) -> None:
    """The attribute takes every name of the table; running tasks keep the one they have."""
    client = simulate()
    task_id = client.made()

    client.sim.scenario = name

    assert client.sim.scenario == name
    if name != "bad-key":
        assert client.task(task_id)["status"] == "completed"


def test_an_unknown_scenario_or_catalog_is_an_error() -> None:
    """Nothing is started with a name that means nothing."""
    with pytest.raises(ValueError, match="normal"):
        Simulator(scenario="nonsense")
    with pytest.raises(ValueError, match="quickstart"):
        Simulator(catalog="nonsense")
    with pytest.raises(ValueError, match="negative"):
        Simulator(time_scale=-1)


def test_a_refused_create_over_the_wire(simulate: Simulate) -> None:
    """The body of a refusal has code, message, type and param."""
    answer = simulate().create(model="seedance-2.0")

    assert answer.status == 400
    assert answer.json["error"].keys() == {"code", "message", "type", "param"}
    assert answer.json["error"]["param"] == "model"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("path", "old_style"), [("/v1/credits", True), ("/v1/tasks", False), (CREATE, False)]
)
@pytest.mark.parametrize("header", [None, "Bearer ", "Bearer", "Basic abc", "abc"])
def test_without_a_bearer_it_is_a_401(
    simulate: Simulate,
    path: str,
    old_style: bool,  # noqa: FBT001
    header: str | None,
) -> None:
    """Any key will do, none will not; credits errors have an integer code."""
    client = simulate()
    client.key = None
    headers = {} if header is None else {"Authorization": header}

    method = "POST" if path == CREATE else "GET"
    answer = client.call(method, path, _body() if method == "POST" else None, **headers)

    assert answer.status == 401
    assert answer.json["error"]["code"] == (401 if old_style else "unauthorized")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:1", 200),
        ("localhost", 200),
        ("[::1]:80", 200),
        ("example.com", 403),
        ("127.0.0.1.example.com", 403),
        ("[::1", 403),
    ],
)
def test_only_loopback_names_are_answered(simulate: Simulate, host: str, status: int) -> None:
    """A name that an attacker points at this machine is refused."""
    assert simulate().call("GET", "/v1/credits", Host=host).status == status


def test_a_web_page_cannot_use_it(simulate: Simulate) -> None:
    """A form's content type is refused, and no answer allows another origin to read it."""
    client = simulate()

    form = client.call("POST", CREATE, _body(), Content_Type="text/plain")
    asked = client.call("OPTIONS", CREATE, Origin="https://example.com")
    plain = client.call("GET", "/v1/credits", Origin="https://example.com")

    assert form.status == 415
    assert asked.status == 405
    for answer in (form, asked, plain):
        assert not [name for name in answer.headers if name.startswith("access-control")]


def test_a_body_of_more_than_64_mb_is_a_400(simulate: Simulate) -> None:
    """However good its JSON is."""
    client = simulate()
    body = json.dumps(_body()).encode()

    answers = [client.call("POST", CREATE, body.ljust(size)) for size in (64 * 10**6, 64_000_001)]

    assert [each.status for each in answers] == [200, 400]
    assert "exceeds 64MB" in answers[1].json["error"]["message"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff"])
def test_what_is_not_json_is_a_400(simulate: Simulate, content: bytes) -> None:
    """Broken JSON gets the generic refusal."""
    answer = simulate().call("POST", CREATE, content)

    assert (answer.status, answer.json["error"]["code"]) == (400, "invalid_request")


@pytest.mark.parametrize(
    ("task_id", "status", "code"),
    [
        ("cgt-1", 400, "invalid_task_id"),
        ("task-unified-1-abcdef", 404, "task_not_found"),
        ("task-unified-..%2F..%2Fsecret", 404, "task_not_found"),
    ],
)
def test_a_query_for_nothing(simulate: Simulate, task_id: str, status: int, code: str) -> None:
    """A wrong form is a 400 that names `task_id`, an unknown one a 404."""
    answer = simulate().call("GET", f"/v1/tasks/{task_id}")

    assert (answer.status, answer.json["error"]["code"]) == (status, code)


def test_other_paths_are_a_404(simulate: Simulate) -> None:
    """There is nothing else, not even a page at the root."""
    assert simulate().call("GET", "/").json["error"]["code"] == "not_found"


def test_a_batch_leaves_out_what_it_does_not_know(simulate: Simulate) -> None:
    """Known tasks come in the order asked for, as a query tells them."""
    client = simulate()
    one, two = client.made(), client.made(prompt="another")

    answer = client.call(
        "POST", "/v1/tasks/batch", {"task_ids": [two, "task-unified-1-nobody", "x", one]}
    )

    assert answer.json["code"] == 200
    assert [each["id"] for each in answer.json["data"]] == [two, one]
    assert answer.json["data"][0]["status"] == "completed"


@pytest.mark.parametrize("ids", [None, [], ["x"] * 51, "x", [1]])
def test_a_bad_batch_is_refused(simulate: Simulate, ids: object) -> None:
    """One to fifty strings, nothing else."""
    answer = simulate().call("POST", "/v1/tasks/batch", {"task_ids": ids})

    assert (answer.status, answer.json["error"]["param"]) == (400, "task_ids")


def test_the_history_is_filtered_and_paged(simulate: Simulate, clock: Clock) -> None:
    """Newest first, by status and model, in pages, without links."""
    client = simulate(clock=clock, time_scale=1)
    old = client.made()
    clock.now += 500
    new = [client.made(model="seedance-2.0-fast-text-to-video") for _ in range(3)]

    whole = client.call("GET", "/v1/tasks?page_size=2").json
    done = client.call("GET", "/v1/tasks?status=completed").json
    busy = client.call("GET", "/v1/tasks?status=processing&page=2&page_size=2").json
    fast = client.call("GET", "/v1/tasks?model=seedance-2.0-fast-text-to-video").json

    assert (whole["total"], len(whole["data"])) == (4, 2)
    assert whole["data"][0]["id"] in new
    assert [each["id"] for each in done["data"]] == [old]
    assert (done["data"][0]["result_count"], "results" in done["data"][0]) == (1, False)
    assert (busy["total"], len(busy["data"]), fast["total"]) == (3, 1, 3)
    assert client.call("GET", "/v1/tasks?page=0").status == 400


def test_credits_follow_the_tasks(simulate: Simulate) -> None:
    """What is made is paid, what fails is given back, unfiltered costs a tenth more."""
    client = simulate()
    client.made(duration=5, quality="720p")
    client.made(duration=5, quality="720p", content_filter=False)
    client.sim.scenario = "fail"
    client.made(duration=5, quality="720p")

    body = client.call("GET", "/v1/credits").json

    assert body["success"] is True
    assert body["data"]["user"]["used_credits"] == pytest.approx(105)
    assert body["data"]["token"]["unlimited_credits"] is False
    left = body["data"]["token"]["remaining_credits"]
    assert left + body["data"]["token"]["used_credits"] == pytest.approx(1_000_000)


def test_the_price_list_is_public(simulate: Simulate) -> None:
    """It needs no key and has one row a model of the catalog."""
    client = simulate(catalog="2026-08")
    client.key = None

    body = client.call("GET", "/web/api/models/pricing").json

    assert body["success"] is True
    assert len(body["data"]) == 9
    assert {row["billing_rule"] for row in body["data"]} == {"per_second"}


def test_an_idempotency_key_is_honoured(simulate: Simulate) -> None:
    """Same key and body: the first task again. Same key, other body: 409."""
    client = simulate()
    key = {"Idempotency_Key": "abcdefgh.12345_-"}

    first = client.call("POST", CREATE, _body(), **key)
    same = client.call("POST", CREATE, _body(), **key)
    other = client.call("POST", CREATE, _body(prompt="other"), **key)

    assert "idempotency-replayed" not in first.headers
    assert same.headers["idempotency-replayed"] == "true"
    assert same.json == first.json
    assert (other.status, other.json["error"]["code"]) == (409, "idempotency_conflict")
    assert client.call("GET", "/v1/tasks").json["total"] == 1


@pytest.mark.parametrize("key", ["short", "x" * 97, "sixteen letters !"])
def test_a_malformed_idempotency_key_is_refused(simulate: Simulate, key: str) -> None:
    """16 to 96 letters of the allowed ones."""
    answer = simulate().call("POST", CREATE, _body(), Idempotency_Key=key)

    assert (answer.status, answer.json["error"]["param"]) == (400, "Idempotency-Key")


def test_tasks_and_keys_outlive_the_server(
    simulate: Simulate, clock: Clock, tmp_path: Path
) -> None:
    """Another server in the same folder goes on with the task and knows its key."""
    first = simulate(tmp_path, clock=clock, time_scale=1)
    made = first.call("POST", CREATE, _body(), Idempotency_Key="k" * 20)
    first.sim.stop()
    clock.now += 300

    second = simulate(tmp_path, clock=clock, time_scale=1)
    task = second.task(made.json["id"])
    again = second.call("POST", CREATE, _body(), Idempotency_Key="k" * 20)

    assert task["status"] == "completed"
    assert second.call("GET", task["results"][0]).status == 200
    assert again.json["id"] == made.json["id"]
    assert again.headers["idempotency-replayed"] == "true"


def test_two_servers_share_a_folder(simulate: Simulate, tmp_path: Path) -> None:
    """A task made at one is known at the other, while both run."""
    one, two = simulate(tmp_path), simulate(tmp_path)

    ids = {one.made(), two.made()}

    assert len(ids) == 2
    for client in (one, two):
        rows = client.call("GET", "/v1/tasks").json["data"]
        assert {row["id"] for row in rows} == ids


def test_a_key_makes_one_task_whichever_server_it_reaches(
    simulate: Simulate, tmp_path: Path
) -> None:
    """Two servers in one folder and four clients at once: one task a key, and no errors."""
    clients = [simulate(tmp_path), simulate(tmp_path)] * 2

    def ask(client: Client) -> list[str]:
        keys = [f"the-same-key-for-all-{number:02d}" for number in range(15)]
        calls = [client.call("POST", CREATE, _body(), Idempotency_Key=key) for key in keys]
        return [call.json["id"] for call in calls]

    with ThreadPoolExecutor(4) as pool:
        ids = list(pool.map(ask, clients))

    assert len(set(ids[0])) == 15
    assert ids == [ids[0]] * 4


def test_nothing_is_left_of_a_temporary_home(simulate: Simulate) -> None:
    """After the stop, links of the run are dead and a second stop does nothing."""
    client = simulate()
    client.made()

    client.sim.stop()
    client.sim.stop()

    with pytest.raises(RuntimeError, match="not running"):
        client.call("GET", "/v1/credits")


def test_it_stops_at_once_with_open_connections(simulate: Simulate) -> None:
    """An idle connection and a finished task do not hold up the stop."""
    client = simulate()
    client.made()
    host, port = client.sim.url.removeprefix("http://").split(":")
    idle = http.client.HTTPConnection(host, int(port))
    idle.connect()

    before = time.perf_counter()
    client.sim.stop()
    took = time.perf_counter() - before
    idle.close()

    assert took < 2


def test_media_are_served_in_ranges(simulate: Simulate) -> None:
    """Whole, in part, from the end, past the end, and head only; no key is needed."""
    client = simulate()
    url = client.task(client.made())["results"][0]
    client.key = None
    whole = client.call("GET", url)
    size = len(whole.content)

    part = client.call("GET", url, Range="bytes=10-19")
    tail = client.call("GET", url, Range="bytes=-5")
    past = client.call("GET", url, Range=f"bytes={size}-")
    head = client.call("HEAD", url)

    assert (whole.status, whole.headers["content-type"]) == (200, "video/mp4")
    assert whole.headers["accept-ranges"] == "bytes"
    assert (part.status, part.content) == (206, whole.content[10:20])
    assert part.headers["content-range"] == f"bytes 10-19/{size}"
    assert (tail.status, tail.content) == (206, whole.content[-5:])
    assert (past.status, past.headers["content-range"]) == (416, f"bytes */{size}")
    assert (head.status, head.content, head.headers["content-length"]) == (200, b"", str(size))


def test_a_link_dies_after_a_day_and_a_query_gives_a_new_one(
    simulate: Simulate, clock: Clock
) -> None:
    """Just before 24 h it works, just after it is a 403, the fresh one works."""
    client = simulate(clock=clock)
    task_id = client.made()
    url = client.task(task_id)["results"][0]

    clock.now += DAY - 2
    early = client.call("GET", url).status
    clock.now += 2
    late = client.call("GET", url).status

    assert (early, late) == (200, 403)
    assert client.call("GET", client.task(task_id)["results"][0]).status == 200


@pytest.mark.parametrize("change", [("expires=1", "expires=2"), ("signature=", "signature=0")])
def test_a_changed_link_is_refused(simulate: Simulate, change: tuple[str, str]) -> None:
    """Nobody lengthens the life of a link."""
    client = simulate()
    url = client.task(client.made())["results"][0]

    assert client.call("GET", url.replace(*change)).status == 403
    assert client.call("GET", url.partition("?")[0]).status == 403


def test_expired_link_is_mended_by_asking_again(simulate: Simulate) -> None:
    """The first link of the scenario is dead, the second one works."""
    client = simulate(scenario="expired-link")
    task_id = client.made()

    links = [client.task(task_id)["results"][0] for _ in range(2)]

    assert [client.call("GET", link).status for link in links] == [403, 200]


def test_the_odd_results(simulate: Simulate) -> None:
    """Broken, missing, absent, double, too long and otherwise sized results."""
    client = simulate()
    whole = _results(client, "normal")[0]

    assert len(_results(client, "broken-file")[0].content) < len(whole.content)
    assert _results(client, "missing-file")[0].status == 404
    assert _results(client, "no-results") == []
    two = _results(client, "two-results")
    assert [each.status for each in two] == [200, 200]
    assert two[0].content != two[1].content
    assert b"duration=6" in _results(client, "wrong-length")[0].content
    assert b"width=480" in _results(client, "wrong-size")[0].content


def test_the_same_request_and_seed_give_the_same_clip(simulate: Simulate) -> None:
    """A repeated lesson looks the same; another seed and a second take look different."""
    one, two, other = simulate(seed=3), simulate(seed=3), simulate(seed=4)

    clips = [_results(client, "normal")[0].content for client in (one, two, other, one)]

    assert clips[0] == clips[1]
    assert len(set(clips)) == 3


def test_a_renderer_that_fails_is_replaced_by_the_ready_made(simulate: Simulate) -> None:
    """Without a working encoder the task still has a film."""

    def broken(shot: object, path: Path, stopped: object) -> None:
        raise OSError(str((shot, path, stopped)))

    client = simulate(renderer=broken)

    assert _results(client, "normal")[0].content[4:8] == b"ftyp"


@pytest.mark.parametrize("sound", [True, False])
def test_without_a_renderer_ready_made_clips_are_served(
    simulate: Simulate,
    sound: bool,  # noqa: FBT001
) -> None:
    """Real small MP4 files, with a sound track only where it is asked for."""
    client = simulate(renderer=None)

    wide = _results(client, "normal", generate_audio=sound)[0].content
    tall = _results(client, "normal", generate_audio=sound, aspect_ratio="9:16")[0].content

    assert not client.sim.renders
    assert wide[4:8] == b"ftyp"
    assert (b"mp4a" in wide) is sound
    assert wide != tall
    assert len(_results(client, "broken-file")[0].content) < 100_000


def test_the_log_tells_what_came_but_not_the_key(simulate: Simulate) -> None:
    """Method, path, body, headers and status; no key in any of them, nor in the folder."""
    client = simulate()
    client.made(prompt="logged")
    client.call("GET", "/v1/credits")

    calls = client.sim.requests
    made = calls.where(method="POST", path=CREATE)

    assert [call.method for call in calls] == ["POST", "GET"]
    assert made[0].body["prompt"] == "logged"  # type: ignore[index, call-overload]
    assert (made[0].status, made[0].headers["content-type"]) == (200, "application/json")
    assert client.key is not None
    assert client.key not in repr(list(calls))
    calls.clear()
    assert len(calls) == 0


def test_no_file_of_the_folder_holds_the_key(simulate: Simulate, tmp_path: Path) -> None:
    """The folder may be shared: it has tasks, but no key."""
    client = simulate(tmp_path)
    client.call("POST", CREATE, _body(), Idempotency_Key="k" * 20)

    files = [path for path in tmp_path.rglob("*") if path.is_file()]

    assert len(files) > 3
    assert client.key is not None
    assert not [path for path in files if client.key.encode() in path.read_bytes()]


def _body(**fields: object) -> dict[str, Any]:
    body = {"model": "seedance-2.0-text-to-video", "prompt": "a red kite", "duration": 4}
    return json.loads(json.dumps({**body, **fields}))  # type: ignore[no-any-return]


def _results(client: Client, scenario: str, **fields: object) -> list[Any]:
    client.sim.scenario = scenario
    task = client.task(client.made(**fields))
    client.sim.scenario = "normal"
    return [client.call("GET", url) for url in task["results"]]
