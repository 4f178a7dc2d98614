"""The journal: one writer a file, nothing lost that matters, nothing believed that is broken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.runs import journal

if TYPE_CHECKING:
    from pathlib import Path

NOON = 1795348801.1239  # 2026-11-22T12:00:01.123Z


def writer(home: Path, session: str = "s1", *, at: float = NOON) -> journal.Journal:
    return journal.Journal(home, session, now=lambda: at)


def kinds(events: list[journal.Event]) -> list[object]:
    return [event["event"] for event in events]


def put(home: Path, name: str, content: bytes) -> None:
    folder = home / "journal"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)


def line(event: str, **data: object) -> bytes:
    return json.dumps({"v": 1, "event": event, **data}).encode() + b"\n"


def test_an_event_is_one_documented_line(tmp_path: Path) -> None:
    """A line holds version, session, number, UTC time, kind and data, in readable UTF-8."""
    book = writer(tmp_path)

    book.append("asked", job="abcd", prompt="一只\n狗")

    assert book.path.read_text(encoding="utf-8") == (
        '{"v":1,"session":"s1","seq":1,"time":"2026-11-22T12:00:01.123Z","event":"asked",'
        '"job":"abcd","prompt":"一只\\n狗"}\n'
    )


def test_what_is_returned_is_what_is_read(tmp_path: Path) -> None:
    """An appended event equals the event that a reader gets, half surrogates included."""
    book = writer(tmp_path)

    sent = [book.append("asked", durable=True, prompt="\ud83d!"), book.append("status", n=1.5)]

    assert journal.read(tmp_path) == sent


def test_a_deleted_folder_loses_nothing(tmp_path: Path) -> None:
    """The next event brings back what the session wrote before, for readers of either age."""
    home = tmp_path / "runs"
    book, reader = writer(home), journal.Reader(home)
    sent = [book.append("asked", prompt="paid")]
    seen = reader.refresh()
    shutil.rmtree(home)

    sent.append(book.append("accepted", durable=True))
    sent.append(book.append("status"))

    assert journal.read(home) == sent
    assert seen + reader.refresh() == sent
    assert journal.is_alive(home, "s1")


def test_nothing_is_created_before_the_first_append(tmp_path: Path) -> None:
    """Making, reading, probing and closing a journal leaves an absent home absent."""
    home = tmp_path / "runs"

    writer(home).close(final=True)

    assert journal.read(home) == []
    assert journal.open_sessions(home) == []
    assert not journal.is_alive(home, "s1")
    assert journal.claims(home, "abcd") == []
    assert not home.exists()


def test_git_keeps_the_journal_and_leaves_the_videos(tmp_path: Path) -> None:
    """The first append writes a .gitignore for the videos, and never overwrites one."""
    writer(tmp_path, "s1").append("session")
    ignored = (tmp_path / ".gitignore").read_text().split()
    (tmp_path / ".gitignore").write_text("mine")
    writer(tmp_path, "s2").append("session")

    assert "/videos/*" in ignored
    assert "/simulator/" in ignored
    assert not any("journal" in rule for rule in ignored)
    assert (tmp_path / ".gitignore").read_text() == "mine"


@pytest.mark.parametrize("added", ["", "/notes/\n"])
def test_an_earlier_gitignore_of_ours_is_renewed(tmp_path: Path, added: str) -> None:
    """A folder from before there were inputs leaves them out of git, too; a line more stays."""
    earlier = "/videos/*\n!/videos/*.json\n/simulator/\n" + added
    (tmp_path / ".gitignore").write_text(earlier)
    writer(tmp_path, "s1").append("session")

    found = (tmp_path / ".gitignore").read_text()
    assert found == (earlier if added else earlier + "/inputs/\n/uploads.json\n")


@pytest.mark.parametrize("session", ["", "../x", "a/b", "a.b", ".a", "a" * 101])
def test_a_session_id_is_never_a_path(tmp_path: Path, session: str) -> None:
    """Only plain words are taken as session ids; probing others says that they are dead."""
    with pytest.raises(ValueError, match="session"):
        writer(tmp_path, session)
    assert not journal.is_alive(tmp_path, session)
    assert not journal.retire(tmp_path, session)


@pytest.mark.parametrize("data", [{"seq": 1}, {"x": float("nan")}, {"x": object()}])
def test_bad_data_is_refused_and_leaves_no_trace(tmp_path: Path, data: dict[str, object]) -> None:
    """What is not JSON, or would forge the common keys, raises and is not written."""
    book = writer(tmp_path)
    with pytest.raises((ValueError, TypeError)):
        book.append("asked", durable=False, **data)
    book.append("status")

    assert [event["seq"] for event in journal.read(tmp_path)] == [1]


def test_threads_write_whole_numbered_lines(tmp_path: Path) -> None:
    """Appends from many threads give whole lines, numbered without gap or repeat."""
    book = writer(tmp_path)

    def work() -> None:
        for _ in range(50):
            book.append("status", text="x" * 500)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [event["seq"] for event in journal.read(tmp_path)] == list(range(1, 201))


def test_a_session_has_one_file_for_ever(tmp_path: Path) -> None:
    """A second writer of the same session is refused, while it is open and after."""
    book = writer(tmp_path)
    book.append("session")
    with pytest.raises(FileExistsError):
        writer(tmp_path).append("session")
    book.close(final=True)
    with pytest.raises(FileExistsError):
        writer(tmp_path).append("session")


def test_closing_renames_only_what_is_final(tmp_path: Path) -> None:
    """A final file loses its .open; one with unfinished jobs stays in the list to resume."""
    for session, final in (("done", True), ("left", False)):
        book = writer(tmp_path, session)
        book.append("asked")
        book.close(final=final)
        with pytest.raises(ValueError, match="closed"):
            book.append("status")

    assert journal.open_sessions(tmp_path) == ["left"]
    assert {path.name for path in (tmp_path / "journal").iterdir()} == {
        "done.jsonl",
        "left.open.jsonl",
    }
    assert kinds(journal.read(tmp_path)) == ["asked", "asked"]


def test_liveness_follows_the_lock(tmp_path: Path) -> None:
    """A session is alive from its first append to its close, as often as one asks."""
    book = writer(tmp_path)
    assert not journal.is_alive(tmp_path, "s1")
    book.append("session")
    assert [journal.is_alive(tmp_path, "s1") for _ in range(3)] == [True] * 3
    book.append("status")
    book.close(final=False)

    assert not journal.is_alive(tmp_path, "s1")


def test_a_killed_process_is_dead_at_once(tmp_path: Path) -> None:
    """After kill -9 its file is whole, unlocked, still listed as open, and can be retired."""
    code = (
        "import sys, time; from pathlib import Path; from seedance_nb.runs.journal import Journal\n"
        "j = Journal(Path(sys.argv[1]), 'gone', now=time.time); j.append('asked', durable=True)\n"
        "print('ready', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"ready\n"
        alive = journal.is_alive(tmp_path, "gone"), journal.retire(tmp_path, "gone")
        child.kill()

    assert alive == (True, False)
    assert not journal.is_alive(tmp_path, "gone")
    assert kinds(journal.read(tmp_path)) == ["asked"]
    assert journal.open_sessions(tmp_path) == ["gone"]
    assert journal.retire(tmp_path, "gone")
    assert journal.open_sessions(tmp_path) == []
    assert kinds(journal.read(tmp_path)) == ["asked"]


def test_a_session_that_is_just_opening_is_not_retired(tmp_path: Path) -> None:
    """An empty file without a lock yet keeps its name, and so does what is already retired."""
    put(tmp_path, "s1.open.jsonl", b"")
    put(tmp_path, "s2.jsonl", line("one"))
    put(tmp_path, "s2.open.jsonl", line("two"))

    assert not journal.retire(tmp_path, "s1")
    assert not journal.retire(tmp_path, "s2")
    assert not journal.retire(tmp_path, "s3")
    assert journal.open_sessions(tmp_path) == ["s1", "s2"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_forked_child_neither_writes_nor_keeps_the_session_alive(tmp_path: Path) -> None:
    """A child made by fork holds no lock for its parent and cannot append to its file."""
    book = writer(tmp_path)
    book.append("session")
    go, stop = os.pipe(), os.pipe()
    child = os.fork()
    if child == 0:
        try:
            book.append("status")
        except ValueError:
            os.write(go[1], b"refused")
        os.read(stop[0], 1)
        os._exit(0)
    answer = os.read(go[0], 10)
    still = journal.is_alive(tmp_path, "s1")
    book.close(final=False)
    after = journal.is_alive(tmp_path, "s1")
    os.write(stop[1], b"x")
    os.waitpid(child, 0)
    for end in (*go, *stop):
        os.close(end)

    assert (answer, still, after) == (b"refused", True, False)


@pytest.mark.parametrize(
    "junk",
    [
        b"not json\n",
        b"\xff\xfe\n",
        b"[1,2]\n",
        b"null\n",
        b"\n",
        b'{"v":1}\n',
        b'{"v":1,"event":7}\n',
        b'{"event":"asked","job":"../../etc"}\n',
        b'{"event":"asked","job":[]}\n',
        b'{"event":"asked","x":NaN}\n',
        b'{"event":"asked","x":1e999}\n',
        b'{"event":"asked","x":' + b"9" * 5000 + b"}\n",
        b"[" * 100_000 + b"\n",
        b'{"v":1,"event":"torn',
    ],
)
def test_garbage_costs_only_itself(tmp_path: Path, junk: bytes) -> None:
    """A line that makes no sense is passed over, and the lines around it are kept."""
    put(tmp_path, "s1.open.jsonl", line("one") + line("two") + junk)
    put(tmp_path, "s2.jsonl", junk + b"\n" + line("three"))

    assert sorted(map(str, kinds(journal.read(tmp_path)))) == ["one", "three", "two"]


def test_unknown_kinds_and_keys_are_kept_and_wrong_types_dropped(tmp_path: Path) -> None:
    """An event from the future stays as it is; common keys of a wrong type go."""
    future = {"v": 9, "event": "teleported", "job": "abcd", "new": {"deep": [1]}}
    put(tmp_path, "s1.jsonl", line("x", seq="1", gen=True, time=5, session=["no"]))
    put(tmp_path, "s2.jsonl", json.dumps(future).encode() + b"\n")

    assert journal.read(tmp_path) == [
        {"v": 1, "event": "x", "session": "s1"},
        {**future, "session": "s2"},
    ]


def test_what_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    """Folders, pipes, dangling links and foreign names in the folder are passed over."""
    put(tmp_path, "good.jsonl", line("one"))
    put(tmp_path, "notes.txt", line("no"))
    put(tmp_path, "a copy (1).jsonl", line("no"))
    folder = tmp_path / "journal"
    (folder / "dir.jsonl").mkdir()
    (folder / "link.jsonl").symlink_to(tmp_path / "nowhere")
    os.mkfifo(folder / "pipe.open.jsonl")

    assert kinds(journal.read(tmp_path)) == ["one"]


def test_events_come_in_order_of_time_and_of_writing(tmp_path: Path) -> None:
    """Sessions are merged by time; a clock that goes back never reorders one session."""
    put(tmp_path, "a.jsonl", line("a1", time="T2") + line("a2", time="T1") + line("a3", time="T9"))
    put(tmp_path, "b.jsonl", line("b1", time="T0") + line("b2", time="T5"))

    assert kinds(journal.read(tmp_path)) == ["b1", "a1", "a2", "b2", "a3"]


def test_a_reader_returns_each_event_once(tmp_path: Path) -> None:
    """Refreshing gives only what is new, over new files, torn lines and the final rename."""
    reader = journal.Reader(tmp_path)
    assert reader.refresh() == []
    book = writer(tmp_path)
    book.append("one")
    assert kinds(reader.refresh()) == ["one"]
    assert reader.refresh() == []
    put(tmp_path, "s2.open.jsonl", line("two") + b'{"event":"thr')
    assert kinds(reader.refresh()) == ["two"]
    put(tmp_path, "s2.open.jsonl", line("two") + b'{"event":"three"}\n')
    book.append("four")
    book.close(final=True)

    assert sorted(map(str, kinds(reader.refresh()))) == ["four", "three"]
    assert reader.refresh() == []


EVENTS = st.lists(
    st.tuples(
        st.text(max_size=8),
        st.dictionaries(st.text(min_size=1, max_size=5), st.integers() | st.text(), max_size=3),
    ),
    min_size=1,
    max_size=5,
)


@given(events=EVENTS, cut=st.integers(min_value=0), chunk=st.integers(9, 90))
def test_a_journal_cut_anywhere_loses_at_most_its_last_event(
    tmp_path_factory: pytest.TempPathFactory,
    events: list[tuple[str, dict[str, object]]],
    cut: int,
    chunk: int,
) -> None:
    """Any prefix reads without error as the whole events in it, at once or bit by bit."""
    home = tmp_path_factory.mktemp("cut")
    book = writer(home)
    for kind, data in events:
        book.append(kind, data=data)
    book.close(final=False)
    whole = book.path.read_bytes()
    sent = journal.read(home)
    part = whole[: cut % (len(whole) + 1)]

    reader, seen = journal.Reader(home), []
    for size in range(0, len(part) + chunk, chunk):
        put(home, "s1.open.jsonl", part[:size])
        seen += reader.refresh()

    assert journal.read(home) == seen == sent[: part.count(b"\n")]


@given(content=st.binary(max_size=300))
def test_any_bytes_read_without_error(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    """No content of a file can make reading fail."""
    home = tmp_path_factory.mktemp("junk")
    put(home, "s1.open.jsonl", content + b"\n" + line("ok"))

    assert kinds(journal.read(home))[-1:] == ["ok"]


def test_a_generation_is_claimed_once(tmp_path: Path) -> None:
    """Of all who claim one generation of a job exactly one gets it; the next is free again."""
    got: list[str] = []
    gate = threading.Barrier(8)

    def take(session: str) -> None:
        gate.wait()
        if journal.claim(tmp_path, "abcd", session, generation=1):
            got.append(session)

    threads = [threading.Thread(target=take, args=(f"s{n}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = journal.claim(tmp_path, "abcd", got[0], generation=1)
    later = journal.claim(tmp_path, "abcd", "late", generation=10)
    other = journal.claim(tmp_path, "abcde", "other", generation=2)

    assert (len(got), again, later, other) == (1, False, True, True)
    assert journal.claims(tmp_path, "abcd") == [(1, got[0]), (10, "late")]
    assert journal.all_claims(tmp_path)["abcde"] == [(2, "other")]
    assert len(list((tmp_path / "claims").iterdir())) == 3


@pytest.mark.parametrize("job", ["", "abc", "../abcd", "ABCD", "ab/cd", "a" * 41, "abcd\n"])
def test_a_job_id_is_never_a_path(tmp_path: Path, job: str) -> None:
    """Claims are made and looked up for plain lower-case ids only."""
    with pytest.raises(ValueError, match="job"):
        journal.claim(tmp_path, job, "s1", generation=1)
    with pytest.raises(ValueError, match="job"):
        journal.claims(tmp_path, job)
    assert list(tmp_path.iterdir()) == []


def test_a_strange_claim_names_nobody(tmp_path: Path) -> None:
    """A claim file with nonsense in it counts as claimed, by no session."""
    (tmp_path / "claims").mkdir()
    (tmp_path / "claims" / "abcd.1").write_bytes(b"../../\xff")
    (tmp_path / "claims" / "abcd.x").write_bytes(b"s1")

    assert journal.claims(tmp_path, "abcd") == [(1, "")]


@pytest.mark.parametrize("text", ["", "yesterday", "2026-11-22T18:40:01", None, 5, "9" * 400])
def test_times_read_back_or_are_none(text: object) -> None:
    """A written time reads back to the millisecond; what is no time with zone is None."""
    assert journal.seconds(journal.timestamp(NOON)) == pytest.approx(NOON, abs=0.001)
    assert journal.seconds(text) is None


def test_a_long_journal_is_quick(tmp_path: Path) -> None:
    """100,000 events take well under two seconds of the processor, appending one under 0.2 ms."""
    book = writer(tmp_path)
    laps = []
    for _ in range(20):
        start = time.process_time()
        for number in range(100):
            book.append("status", job="abcdefgh", status="processing", progress=number)
        laps.append((time.process_time() - start) / 100)
    put(tmp_path, "s2.jsonl", book.path.read_bytes() * 49)
    start = time.process_time()
    events = journal.read(tmp_path)
    reading = time.process_time() - start

    assert len(events) == 100_000
    assert min(laps) < 0.0002
    assert reading < 2
