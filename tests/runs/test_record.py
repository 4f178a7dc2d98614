"""The fold: the state of every job from the events of every session."""

from __future__ import annotations

import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from seedance_nb.core import task
from seedance_nb.core.errors import TaskFailed
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs import journal, log
from seedance_nb.runs.record import Fold
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from peer import Peer

    from seedance_nb.runs.journal import Event

DATA = Path(__file__).parents[1] / "data"


def fold(events: list[Event]) -> dict[str, Any]:
    """The states of all jobs, by id."""
    folded = Fold(lambda _: None)
    folded.add(events)
    return {state.id: state for state in folded.states()}


def comparable(states: dict[str, Any]) -> list[Any]:
    """The same for comparison: errors are equal when they say the same."""
    return sorted((job, repr(s.with_(error=None)), str(s.error)) for job, s in states.items())


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which two sessions did all that there is to do."""
    from peer import Peer as Other  # noqa: PLC0415 - a server for the whole module

    tmp = tmp_path_factory.mktemp("story")
    clip = (DATA / "clip.mp4").read_bytes()
    with Other(clip, key=CANARY, polls=1) as peer:
        given = {"api_key": CANARY, "base_url": peer.url, "home": tmp}
        first = Session(resolve(given, {}, {}, cwd=tmp))
        first.generate("a dog").wait(20)
        peer.on_create = [("fails", "service_error", "busy")]
        with pytest.raises(TaskFailed):
            first.generate("a cat").wait(20)
        peer.polls = 10**6
        waiting = first.generate("a bird")
        while waiting.task_id is None:  # type: ignore[union-attr]
            time.sleep(0.01)
        first.close()
        peer.polls = 1
        second = Session(resolve(given, {}, {}, cwd=tmp))
        second.resume(tell=lambda _: None).wait(20)
        second.generate("a dog", new=True).wait(20)
        second.close()
    return tmp


def test_files_fold_the_same_in_any_order(story: Path) -> None:
    """Whichever order the events of several sessions come in, the states are the same."""
    events = journal.read(story)
    whole = fold(events)

    assert {"completed", "failed"} == {state.status for state in whole.values()}
    for seed in range(20):
        mixed = events.copy()
        random.Random(seed).shuffle(mixed)
        assert comparable(whole) == comparable(fold(mixed))


def test_any_prefix_folds(story: Path, tmp_path: Path) -> None:
    """A journal cut at any byte folds, and only the event in which it was cut is lost."""
    files = sorted((story / "journal").glob("*.jsonl"))
    (tmp_path / "journal").mkdir()
    for file in files:
        data = file.read_bytes()
        for cut in range(0, len(data), 41):
            (tmp_path / "journal" / file.name).write_bytes(data[:cut])
            events = journal.read(tmp_path)
            assert data[:cut].count(b"\n") == len(events)
            assert all(state.status in task.STATUSES for state in fold(events).values())
        (tmp_path / "journal" / file.name).unlink()


KINDS = st.sampled_from(
    ["asked", "submitting", "accepted", "status", "uncertain", "refused", "downloaded", "error",
     "claimed", "adopted", "missing", "stopped", "following", "cancelled", "call", "news"]
)  # fmt: skip
VALUES = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.integers())
NAMES = ["word", "task_id", "error", "video", "last", "request", "take", "gen", "seq", "digest",
         "again", "backend", "credits_charged", "cell", "polls", "progress"]  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(st.lists(st.tuples(KINDS, st.dictionaries(st.sampled_from(NAMES), VALUES))))
def test_any_events_fold(rows: list[tuple[str, dict[str, Any]]]) -> None:
    """Whatever a stranger writes into a journal, each job has one of the known states."""
    events = [{"event": kind, "job": "abcd", "session": "s", **facts} for kind, facts in rows]

    assert all(state.status in task.STATUSES for state in fold(events).values())


HUGE = 10**400
VIDEO = {"file": "videos/abcd.mp4", "sha256": "0" * 64, "duration": 4.0, "width": 9, "height": 9}


@pytest.mark.parametrize(
    "facts",
    [
        {"event": "accepted", "estimated_time": HUGE},
        {"event": "status", "word": "processing", "progress": HUGE, "credits_charged": -HUGE},
        {"event": "status", "word": "failed", "time": "0001-01-01T00:00:00+14:00"},
        {"event": "status", "word": "failed", "time": "9999-12-31T23:59:59-14:00"},
        {"event": "downloaded", "video": {**VIDEO, "size": HUGE}},
        {"event": "error", "error": {"class": "WaitTimeout", "text": "error.wait", "values": 5}},
        {"event": "error", "error": {"text": "error.stale", "values": {"hours": "<b>"}}},
        {"event": "error", "error": {"billed": [], "raw": {}, "retry_after": "x", "code": 7}},
        {
            "event": "error",
            "error": {"class": "InvalidRequest", "problems": [
                {"field": "x", "text": "problem.unheard-of", "values": {}}
            ]},
        },
        {
            "event": "error",
            "error": {"class": "InvalidRequest", "problems": [
                {"field": "x", "text": {}, "values": {}}
            ]},
        },
    ],
)  # fmt: skip
def test_what_a_stranger_wrote_is_shown_and_written_out(
    facts: dict[str, Any], tmp_path: Path
) -> None:
    """Numbers, times and errors that make no sense stop neither lists, table nor lines."""
    book = journal.Journal(tmp_path, "stranger", now=lambda: 0.0)
    fields = VideoRequest("a dog").to_fields()
    book.append("asked", job="abcd", request=fields, backend="simulator")
    line = {"v": 1, "seq": 2, "job": "abcd", **facts}
    with book.path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
    book.append("call", jobs=[{"job": "abcd", "how": "sent"}])
    session = Session(resolve({"home": tmp_path}, {}, {}, cwd=tmp_path))

    [job] = session.jobs()
    record = log.read(session)
    session.close()

    assert "abcd" in repr(job)
    assert job.error is None or str(job.error)
    assert "abcd" in record.to_rows()[0]
    assert "abcd" == json.loads(record.to_lines()[1])["job"]


def test_the_first_journal_folds_for_ever(tmp_path: Path) -> None:
    """A journal that the first version wrote is read by every later one."""
    (tmp_path / "journal").mkdir()
    text = (DATA / "journal-v1.jsonl").read_text("utf-8")
    (tmp_path / "journal" / "20261122-120000-abcd.jsonl").write_text(text, "utf-8")

    states = fold(journal.read(tmp_path))

    found = {state.request.prompt: state.status for state in states.values() if state.request}
    assert {"a dog": "completed", "a cat": "failed", "a bird": "pending"} == found
    assert all(state.request.digest == state.digest for state in states.values())


def test_a_link_with_a_signature_cannot_be_sent_from_the_journal(
    peer: Peer, tmp_path: Path
) -> None:
    """An input whose signature is not kept leaves a record with a digest and no request."""
    peer.polls = 1
    given = {"api_key": CANARY, "base_url": peer.url, "home": tmp_path}
    session = Session(resolve(given, {}, {}, cwd=tmp_path))
    url = "https://x.example.org/a.png?signature=c0ffee"
    session.generate("a dog", images=[url]).wait(20)
    session.close()

    [state] = fold(journal.read(tmp_path)).values()

    assert state.request is None
    assert VideoRequest("a dog", images=[url]).digest == state.digest
    assert "c0ffee" not in json.dumps(journal.read(tmp_path))
