"""The code of the quickstart, steps 3 and 4, against the simulator."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.request import ProxyHandler, Request, build_opener

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest
    from simulator.conftest import Client, Clock

STEPS = """
response = requests.post(
    "https://api.evolink.ai/v1/videos/generations",
    headers={
        "Authorization": f"Bearer {os.environ['EVOLINK_API_KEY']}",
        "Content-Type": "application/json"
    },
    json={
        "model": "seedance-2.0-text-to-video",
        "prompt": "一只金毛巡回犬穿越阳光洒落的草地,电影级慢动作",
        "duration": 5,
        "quality": "720p",
        "aspect_ratio": "16:9"
    }
)
task = response.json()
print(f"Task ID: {task['id']}")
print(f"Status: {task['status']}")

task_id = task["id"]
while True:
    status = requests.get(
        f"https://api.evolink.ai/v1/tasks/{task_id}",
        headers={"Authorization": f"Bearer {os.environ['EVOLINK_API_KEY']}"}
    )
    result = status.json()
    if result["status"] == "completed":
        print(f"Video URL: {result['results'][0]}")
        break
    if result["status"] == "failed":
        print("Generation failed")
        break
    print(f"Progress: {result['progress']}%")
    time.sleep(5)
"""


def _send(method: str, url: str, headers: dict[str, str], body: object = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = Request(url, data, headers, method=method)
    with build_opener(ProxyHandler({})).open(request, timeout=10) as answer:
        text = answer.read()
    return SimpleNamespace(json=lambda: json.loads(text))


def _run(client: Client, clock: Clock) -> None:
    """Runs the code with its base URL changed, and with sleeps that move the clock."""

    def sleep(seconds: float) -> None:
        clock.now += seconds

    names = {
        "os": SimpleNamespace(environ={"EVOLINK_API_KEY": "your-api-key-here"}),
        "time": SimpleNamespace(sleep=sleep),
        "requests": SimpleNamespace(
            post=lambda url, headers, json: _send("POST", url, headers, json),
            get=lambda url, headers: _send("GET", url, headers),
        ),
    }
    exec(STEPS.replace("https://api.evolink.ai", client.sim.url), names)


def test_the_quickstart_runs_to_its_end(
    simulate: Callable[..., Client], clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pending, then rising percentages every five seconds of a real task's time, then a link."""
    _run(simulate(clock=clock, time_scale=1), clock)

    first, second, *progress, last = capsys.readouterr().out.splitlines()
    seen = [int(line.removeprefix("Progress: ").removesuffix("%")) for line in progress]
    assert first.startswith("Task ID: task-unified-1800000000-")
    assert second == "Status: pending"
    assert len(seen) == 33  # 165 seconds.
    assert seen == sorted(seen)
    assert (seen[0], seen[-1] > 90) == (0, True)
    assert last.startswith("Video URL: http://127.0.0.1:")


def test_the_quickstart_tells_a_failure(
    simulate: Callable[..., Client], clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    """The failing scenario ends in the branch that the code has for it."""
    _run(simulate(clock=clock, time_scale=1, scenario="fail"), clock)

    assert capsys.readouterr().out.splitlines()[-1] == "Generation failed"
