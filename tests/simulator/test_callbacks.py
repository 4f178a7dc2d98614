"""Tests of the callbacks."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import pytest
from simulator.conftest import I2V, picture

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from simulator.conftest import Client, Clock

    Simulate = Callable[..., Client]


@dataclass
class Receiver:
    """A server that is called back; it answers with the given statuses, then with 200."""

    url: str
    statuses: list[int] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for(self, count: int, timeout: float = 30.0) -> bool:
        """Whether so many calls have come in time."""
        with self.changed:
            return self.changed.wait_for(lambda: len(self.bodies) >= count, timeout)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
            self.end_headers()
            with hook.changed:
                hook.bodies.append(body)
                hook.changed.notify_all()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    hook = Receiver(f"http://127.0.0.1:{server.server_port}/hook")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield hook
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.mark.parametrize(
    ("scenario", "status"),
    [("normal", "completed"), ("fail", "failed"), ("cancelled", "cancelled")],
)
def test_the_end_of_a_task_is_called_back_once(
    simulate: Simulate, receiver: Receiver, scenario: str, status: str
) -> None:
    """The body is that of a query, with a link that works."""
    client = simulate(scenario=scenario)

    task_id = client.made(callback_url=receiver.url)

    assert receiver.wait_for(1)
    assert not receiver.wait_for(2, 0.03)
    assert (receiver.bodies[0]["id"], receiver.bodies[0]["status"]) == (task_id, status)
    for link in receiver.bodies[0].get("results", []):  # type: ignore[attr-defined]
        assert client.call("GET", link).status == 200


def test_a_refused_callback_is_tried_three_times_more(
    simulate: Simulate, receiver: Receiver
) -> None:
    """Four attempts in all, then it is given up."""
    receiver.statuses = [500, 302, 404, 500, 500]

    simulate().made(callback_url=receiver.url)

    assert receiver.wait_for(4)
    assert not receiver.wait_for(5, 0.03)


def test_a_delivered_callback_is_not_repeated(simulate: Simulate, receiver: Receiver) -> None:
    """After the first 2xx nothing more comes."""
    receiver.statuses = [503, 204]

    simulate().made(callback_url=receiver.url)

    assert receiver.wait_for(2)
    assert not receiver.wait_for(3, 0.03)


def test_a_stopped_server_calls_back_after_its_restart(
    simulate: Simulate, clock: Clock, tmp_path: Path, receiver: Receiver
) -> None:
    """What ended meanwhile is told by the next server in the folder, and only once."""
    first = simulate(tmp_path, clock=clock, time_scale=1)
    first.made(callback_url=receiver.url)
    first.sim.stop()
    clock.now += 500

    simulate(tmp_path, clock=clock, time_scale=0)
    simulate(tmp_path, clock=clock, time_scale=0)

    assert receiver.wait_for(1)
    assert not receiver.wait_for(2, 0.03)


def test_a_receiver_that_is_gone_harms_nobody(simulate: Simulate) -> None:
    """The task is as it would be without the callback."""
    client = simulate()

    task_id = client.made(callback_url="http://127.0.0.1:9/hook")

    assert client.task(task_id)["status"] == "completed"


def test_a_fault_of_an_input_is_called_back(simulate: Simulate, receiver: Receiver) -> None:
    """A task that fails on what it was given is told like any other."""
    client = simulate()
    link = client.uploaded(picture((64, 64)))

    client.made(model=I2V, image_urls=[link], callback_url=receiver.url)

    assert receiver.wait_for(1)
    assert receiver.bodies[0]["error"]["code"] == "invalid_parameters"  # type: ignore[index]
