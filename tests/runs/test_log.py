"""The record: what was asked and what became of it, in every form."""

from __future__ import annotations

import asyncio
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from canary import CANARY

from seedance_nb.core import texts
from seedance_nb.core.errors import BudgetExceeded, ConfigError, SeedanceError, TaskFailed
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs import exports, log, log_rows
from seedance_nb.runs.budget import Consent
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peer import Peer

    from seedance_nb.runs.log import RequestLog

SIGNED = "https://x.example.org/a.png?X-Amz-Signature=c0ffee&n=1"


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture
def make(tmp_path: Path, peer: Peer) -> Iterator[Callable[..., Session]]:
    """Makes sessions that share a folder, on the other server."""
    peer.polls = 1
    made = []

    def session(**settings: Any) -> Session:
        given = {"api_key": CANARY, "base_url": peer.url, "home": tmp_path / "runs", **settings}
        made.append(Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick))
        return made[-1]

    yield session
    for one in made:
        one.close()


def ask(session: Session, prompt: str, number: int, **fields: Any) -> None:
    """Ask as a cell does, and wait for what comes of it."""
    source = f"%%seedance\n{prompt}"
    cell = {"kind": "cell", "number": number, "source": source, "variables": {"animal": "dog"}}
    asked = {"duration": 4, "quality": "480p", **fields}
    session.generate(prompt, cell=cell, **asked).wait(20)


@pytest.fixture
def record(make: Callable[..., Session], peer: Peer) -> RequestLog:
    """The log of two sessions: takes, a failure that was asked again, a repetition."""
    peer.on_create = [("ok",), ("fails", "service_error", "busy")]
    first = make()
    ask(first, "a dog, {braces}", 2, duration=4)
    with pytest.raises(TaskFailed):
        ask(first, "a cat", 3)
    ask(first, "a cat", 4)
    ask(first, "two\nbirds", 5, takes=2, quality="480p")
    first.close()
    second = make()
    ask(second, "a dog, {braces}", 1, duration=4)
    ask(second, "a dog, {braces}", 2, duration=4, new=True)
    return log.read(second)


def test_the_log_has_every_call_in_order(record: RequestLog) -> None:
    """Each cell is there with number and source, what it asked for, and what became of it."""
    rows = [(entry.cell["number"], entry.how, entry.status) for entry in record]

    assert [
        (2, "sent", "completed"), (3, "sent", "failed"), (4, "sent", "completed"),
        (5, "sent", "completed"), (5, "sent", "completed"),
        (1, "shown", "completed"), (2, "sent", "completed"),
    ] == rows  # fmt: skip
    assert [1, 1, 1, 1, 2, 1, 2] == [entry.state.take for entry in record if entry.state]
    assert "%%seedance\na cat" == record[1].cell["source"]
    assert {"animal": "dog"} == record[1].cell["variables"]
    assert 2 == len(record.sessions)
    assert all("python" in facts["versions"] for facts in record.sessions.values())
    assert "service_error" == record[1].to_dict()["error"]["code"]
    assert record[0].state is not None
    assert record[0].state.polls >= 1
    assert 5 == len(record.filter(session=record[0].session))


def test_entries_are_chosen_by_any_column(record: RequestLog) -> None:
    """The log is filtered by cell, by what was asked and by what became of it."""
    chosen: list[dict[str, Any]] = [
        {"cell": 5}, {"prompt": "a cat"}, {"status": "failed"}, {"backend": "simulator"},
        {"how": "shown"}, {"take": 2, "cell": 2}, {"new": True}, {"job": record[0].job},
    ]  # fmt: skip

    assert [2, 2, 1, 0, 1, 1, 1, 2] == [len(record.filter(**fields)) for fields in chosen]
    with pytest.raises(AttributeError, match="promt"):
        record.filter(promt="a cat")


def test_asking_again_is_a_call_of_its_own(
    make: Callable[..., Session], peer: Peer, tmp_path: Path
) -> None:
    """`again` stands in log, exports and zip with its own cell, as the new take that it made."""
    session = make()
    session.caller = lambda: {"kind": "call", "number": 4, "source": "job.again()"}
    ask(session, "a dog", 2)
    by_python = session.jobs()[0].again().wait(20)
    by_click = by_python.again(cell={"kind": "board", "number": 5}).wait(20)

    record = log.read(session)
    rows = [(e.job, e.cell["kind"], e.cell["number"], e.how, e.new, e.takes) for e in record]
    script = record.export(tmp_path / "again.py").read_text("utf-8")
    book = json.loads(record.export(tmp_path / "again.ipynb").read_text("utf-8"))
    with zipfile.ZipFile(record.export(tmp_path / "again.zip")) as archive:
        names = archive.namelist()

    assert [
        (by_python.id, "call", 4, "sent", True, 1), (by_click.id, "board", 5, "sent", True, 1)
    ] == rows[1:]  # fmt: skip
    assert [2, 4, 5] == [job.state.cell["number"] for job in session.jobs()]
    assert 2 == script.count("new=True")
    assert 2 == sum("--new" in cell["source"] for cell in book["cells"])
    assert {f"videos/{job.id}.mp4" for job in session.jobs()} <= set(names)
    assert 3 == len(peer.creates)


def test_a_failed_take_sent_again_is_exported_as_that(
    make: Callable[..., Session], peer: Peer, tmp_path: Path
) -> None:
    """The export of a failed second take that was sent again makes no third one."""
    peer.on_create = [("ok",), ("fails", "service_error", "busy")]
    session = make()
    session.caller = lambda: {"kind": "call"}
    ask(session, "a dog", 2)
    with pytest.raises(TaskFailed):
        ask(session, "a dog", 3, new=True)
    again = session.jobs()[1].again().wait(20)

    book = json.loads(log.read(session).export(tmp_path / "again.ipynb").read_text("utf-8"))

    assert 2 == again.take
    lines = [cell["source"].partition("\n")[0] for cell in book["cells"][1:]]
    assert [False, True, False] == ["--new" in line for line in lines]
    assert [False, False, True] == ["--takes 2" in line for line in lines]


def test_cells_that_asked_for_nothing_are_shown_as_such(make: Callable[..., Session]) -> None:
    """A refused cell or a dry run of the running kernel stands in the log as not sent."""
    session = make()
    ask(session, "a dog", 2)

    history = [(1, "%load_ext seedance_nb"), (2, "%%seedance\na dog"), (3, "%%seedance -q 9p\nx")]
    found = log.read(session, history=history)

    assert [(2, "completed"), (3, "not sent")] == [(e.cell["number"], e.status) for e in found]


def test_the_order_is_that_of_asking(make: Callable[..., Session]) -> None:
    """A click in an early form and a call without a cell stand where they were made."""
    session = make()
    for number, kind in ((2, "cell"), (5, "cell"), (1, "form"), (None, "rerun"), (7, "cell")):
        cell = {"kind": kind, "number": number} if number else {"kind": kind}
        session.generate(f"{kind} {number}", duration=4, cell=cell)

    history = [(n, f"%%seedance\ncell {n}") for n in (2, 3, 5, 6, 7, 8)]
    found = log.read(session, history=history)

    assert [2, 3, 5, 6, 1, None, 7, 8] == [entry.cell.get("number") for entry in found]


def test_the_record_is_true_until_somebody_changes_it(record: RequestLog, tmp_path: Path) -> None:
    """`verify` finds nothing in an honest folder, and names a file that is gone or altered."""
    assert [] == record.verify()
    videos = [entry.state.videos[0].path for entry in record if entry.state and entry.state.videos]
    videos[0].write_bytes(b"x" * videos[0].stat().st_size)
    videos[1].unlink()
    beside = json.loads(videos[2].with_suffix(".json").read_text("utf-8"))
    beside["request"]["duration"] = 15
    videos[2].with_suffix(".json").write_text(json.dumps(beside), "utf-8")
    shown = {"cells": [{"outputs": [{"data": {"text/html": "runs/videos/zzzz2345.mp4"}}]}]}
    (tmp_path / "n.ipynb").write_text(json.dumps(shown), "utf-8")

    found = [(item.text_id, item.job) for item in record.verify(tmp_path / "n.ipynb")]

    assert {
        ("verify.altered", videos[0].stem), ("verify.missing", videos[1].stem),
        ("verify.sidecar", videos[2].stem), ("verify.notebook", "zzzz2345"),
    } == set(found)  # fmt: skip


def test_the_lines_hold_the_whole_record(record: RequestLog, tmp_path: Path) -> None:
    """The exported lines are JSON with a version, and each request makes its digest again."""
    lines = record.export(tmp_path / "log.jsonl").read_text("utf-8").splitlines()
    head, *rows = map(json.loads, lines)

    assert ("seedance_nb.request_log", 1) == (head["format"], head["version"])
    assert [VideoRequest(**row["request"]).digest for row in rows] == record.digests
    assert CANARY not in "".join(lines)
    assert record[0].state is not None
    assert record[0].state.videos[0].sha256 == rows[0]["videos"][0]["sha256"]


def test_every_line_is_of_the_documented_form(make: Callable[..., Session], peer: Peer) -> None:
    """Head and entries, those that were not sent too, are valid by the schema that is shipped."""
    session = make()
    ask(session, "a dog", 2, takes=2)
    peer.on_create = [("fails", "service_error", "busy")]
    with pytest.raises(TaskFailed):
        ask(session, "a cat", 3)
    found = log.read(session, history=[(4, "%%seedance -d 99\nx")])

    place = Path(log.__file__).with_name("request_log.schema.json")
    validator = jsonschema.Draft202012Validator(json.loads(place.read_text("utf-8")))
    lines = [json.loads(line) for line in found.to_lines()]

    assert [[]] * 5 == [[e.message for e in validator.iter_errors(line)] for line in lines]
    wrong: tuple[dict[str, Any], ...] = (
        {"how": "paid"}, {"status": "fine"}, {"request": {}}, {"digest": "sha256:0"}, {"takes": 0},
        {"error": {}}, {"videos": [{}]}, {"call": "1"}, {"backend": "replay"},
        {"request": {**lines[1]["request"], "images": [{"content": "x"}]}},
    )  # fmt: skip
    assert [] == [change for change in wrong if validator.is_valid({**lines[1], **change})]
    assert not validator.is_valid({**lines[0], "version": 2})


def test_the_zip_holds_all_that_a_reader_needs(record: RequestLog, tmp_path: Path) -> None:
    """The zip has record, notebook, journal, videos and sidecars, and the same log the same zip."""
    path = record.export(tmp_path / "log.zip")

    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        jobs = {entry.job for entry in record if entry.state and entry.state.videos}
        assert {"request_log.jsonl", "requests.ipynb"} <= names
        assert {f"videos/{job}{ending}" for job in jobs for ending in (".mp4", ".json")} <= names
        assert 2 == len([name for name in names if name.startswith("journal/")])
        assert not any(CANARY.encode() in archive.read(name) for name in names)


def test_half_characters_are_written_out(make: Callable[..., Session], tmp_path: Path) -> None:
    """A cell with half a character in it, as some editors leave, stops no export."""
    session = make()
    cell = {"kind": "cell", "number": 1, "source": "note = '\ud83d'"}
    session.generate("a dog", duration=4, cell=cell).wait(20)

    for ending in ("jsonl", "ipynb", "py", "zip"):
        log.read(session).export(tmp_path / f"log.{ending}")

    row = json.loads((tmp_path / "log.jsonl").read_text("utf-8").splitlines()[1])
    assert "note = '\ud83d'" == row["cell"]["source"]


def test_a_video_tells_what_made_it(record: RequestLog, tmp_path: Path) -> None:
    """From a video, or from the file beside it, comes the request that made it."""
    state = record[0].state
    assert state is not None
    path = state.videos[0].path

    for place in (path, path.with_suffix(".json"), str(path)):
        assert state.request == VideoRequest.from_file(place)
    with pytest.raises(ConfigError, match=r"nothing\.json"):
        VideoRequest.from_file(tmp_path / "nothing.mp4")


@pytest.mark.parametrize("place", ["a.txt/log.zip", f"{'x' * 300}.zip"])
def test_a_place_that_takes_no_file_is_told(record: RequestLog, tmp_path: Path, place: str) -> None:
    """Below a file, or under a name that is too long, no log can be written: that is said."""
    (tmp_path / "a.txt").touch()

    with pytest.raises(ConfigError, match="could not be used"):
        record.export(tmp_path / place)


def test_an_unknown_ending_is_refused(record: RequestLog, tmp_path: Path) -> None:
    """A file whose ending says no form is refused, with the endings there are."""
    with pytest.raises(ConfigError, match=r"\.jsonl, \.ipynb, \.py, \.zip"):
        record.export(tmp_path / "log.csv")


def test_asking_again_costs_a_yes(record: RequestLog, peer: Peer) -> None:
    """`rerun` on a paid service says how many and wants a yes, then makes each video anew, once."""
    before = len(peer.creates)
    made = {(e.digest, e.state.take): e.digest for e in record if e.state is not None}

    with pytest.raises(BudgetExceeded, match="5 request") as refused:
        record.rerun()
    assert "`import seedance_nb as sd; sd.request_log().rerun(yes=True)`" in str(refused.value)
    assert before == len(peer.creates)
    again = record.rerun(yes=True).wait(60)

    assert list(made.values()) == [job.state.digest for job in again]
    assert before + 5 == len(peer.creates)


def test_asking_again_twice_is_no_more_than_twice(
    record: RequestLog, make: Callable[..., Session]
) -> None:
    """What an earlier `rerun` made is not asked for by the next one."""
    record.rerun(yes=True).wait(60)

    with pytest.raises(BudgetExceeded, match="5 request"):
        log.read(make()).rerun()


def test_the_number_written_is_of_what_is_in_the_file(record: RequestLog) -> None:
    """A script and a notebook hold calls, the record entries; one of them is one."""
    first = record[:1]

    assert "6 calls in a.py." == exports.said(record, Path("a.py"))
    assert "7 entries in a.zip." == exports.said(record, Path("a.zip"))
    assert "1 call in a.ipynb." == exports.said(first, Path("a.ipynb"))
    assert "1 entry in a.jsonl." == exports.said(first, Path("a.jsonl"))
    assert "<RequestLog 1 entry, 1 session>" == repr(first)


def test_the_rows_of_a_sweep_differ(make: Callable[..., Session]) -> None:
    """The table has beginning and end of the prompt and what was asked for, in few columns."""
    session = make()
    long = "a golden retriever runs across a sunlit meadow at"
    jobs = session.sweep(f"{long} {{dawn|dusk}}", duration=[4, 6], consent=Consent(yes=True))
    session.generate("一只熊猫在竹林里吃竹子，柔和的晨光照在它的身上，慢镜头", aspect_ratio="9:16")
    jobs.wait(20)

    rows = [dict(zip(log_rows.COLUMNS, row, strict=True)) for row in log.read(session).to_rows()]

    assert [
        ("a golden retriever run…eadow at dawn", "4 s 720p"),
        ("a golden retriever run…eadow at dawn", "6 s 720p"),
        ("a golden retriever run…eadow at dusk", "4 s 720p"),
        ("a golden retriever run…eadow at dusk", "6 s 720p"),
        ("一只熊猫在竹林里吃竹子…身上，慢镜头", "5 s 720p 9:16"),
    ] == [(row["prompt"], row["asked"]) for row in rows]


@pytest.mark.parametrize("state", ["loose", "packed", "detached", "worktree", "empty", "hostile"])
def test_the_commit_of_the_folder_is_recorded(
    state: str, make: Callable[..., Session], tmp_path: Path
) -> None:
    """The head of the checkout around `home` is there, however git keeps it; no other file is."""
    sha1, git = "0123456789abcdef0123456789abcdef01234567", tmp_path / ".git"
    (tmp_path / "secret").write_text("correct horse battery staple")
    heads = {"detached": sha1, "hostile": "ref: ../secret"}
    files = {
        "HEAD": heads.get(state, "ref: refs/heads/main"),
        "packed-refs": f"# pack-refs\n{'f' * 40} refs/heads/other\n{sha1} refs/heads/main\n",
    }
    if state in ("loose", "worktree"):
        files |= {"packed-refs": "", "refs/heads/main": f"{sha1}\n"}
    if state == "worktree":
        git.write_text("gitdir: elsewhere/worktrees/w\n")
        git = tmp_path / "elsewhere"
        files |= {"worktrees/w/HEAD": files.pop("HEAD"), "worktrees/w/commondir": "../..\n"}
    git.mkdir(parents=True, exist_ok=True)
    for name, text in files.items() if state != "empty" else ():
        (git / name).parent.mkdir(parents=True, exist_ok=True)
        (git / name).write_text(text)
    session = make()
    ask(session, "a dog", 1)

    [facts] = log.read(session).sessions.values()

    assert (None if state in ("empty", "hostile") else sha1) == facts["commit"]


def test_the_words_of_the_table_are_in_the_users_language(record: RequestLog) -> None:
    """How it was answered and what became of it is said in Chinese where that is spoken."""
    how, status, asked = (log_rows.COLUMNS.index(name) for name in ("how", "status", "asked"))
    texts.use("zh")
    try:
        found = {(row[how], row[status]) for row in record.to_rows()}
        lengths = {row[asked].split(" 480p")[0] for row in record.to_rows()}
    finally:
        texts.use("en")

    assert {("已发送", "已完成"), ("已发送", "失败"), ("已显示", "已完成")} == found
    assert {"4 秒"} == lengths


def forms(session: Session, folder: Path) -> dict[str, bytes]:
    """All that a session left and all that can be made of it, by name; a zip by its members."""
    record = log.read(session)
    for ending in ("jsonl", "ipynb", "py", "zip"):
        record.export(folder / f"export.{ending}")
    files = {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with zipfile.ZipFile(folder / "export.zip") as archive:
        files |= {f"zip!{name}": archive.read(name) for name in archive.namelist()}
    return files


def test_no_key_and_no_signature_gets_in(
    make: Callable[..., Session], peer: Peer, tmp_path: Path
) -> None:
    """Keys in cells and variables, signed links in and out: in no journal, sidecar or export."""
    session = make()
    cell = {
        "kind": "call",
        "source": f"key = {CANARY!r}; image = {SIGNED!r}",
        "variables": {"key": CANARY, "image": SIGNED, "large": "x" * 9999, "odd": object},
    }
    session.generate("a dog", images=[SIGNED], cell=cell).wait(20)
    ask(session, "a cat", 2)
    peer.on_download = [("status", 403, "<Error>expired</Error>")] * 9
    with pytest.raises(SeedanceError):
        ask(session, "a bird", 3)

    found = forms(session, tmp_path)

    assert 4 == len([name for name in found if "export." in name])
    for private in (CANARY, "c0ffee", "Signature=", "x" * 600):
        assert [] == [name for name, data in found.items() if private.encode() in data]
    everything = b"".join(found.values())
    assert VideoRequest("a dog", images=[SIGNED]).digest.encode() in everything
    assert b"# 1 request is left out" in everything


@pytest.mark.parametrize("name", ["pictures", "prompt"])
def test_no_signature_gets_in_by_another_way(
    name: str, make: Callable[..., Session], tmp_path: Path
) -> None:
    """A signed link in a list of inputs, or in the prompt itself, is kept without its signature."""
    session = make()
    prompt = f"like {SIGNED}".replace("https", "HTTPS") if name == "prompt" else "a dog"
    cell = {"kind": "call", "variables": {"pictures": [SIGNED], "copies": (SIGNED, "b")}}
    session.generate(prompt, duration=4, cell=cell if name == "pictures" else {}).wait(20)

    found = forms(session, tmp_path)

    assert [] == [name for name, data in found.items() if b"c0ffee" in data]
    assert VideoRequest(prompt, duration=4).digest == log.read(session)[0].digest


def test_texts_can_be_kept_out(make: Callable[..., Session], peer: Peer, tmp_path: Path) -> None:
    """With `record_text` off, neither prompt nor cell nor variable is in any file, only hashes."""
    session = make(record_text=False)
    ask(session, "a secret dog", 2)
    peer.on_create = [("fails", "content_policy_violation", "'a secret cat' is not allowed")]
    with pytest.raises(TaskFailed, match="a secret cat"):
        ask(session, "a secret cat", 3)

    files = forms(session, tmp_path)
    found = log.read(session)

    assert [] == [name for name, data in files.items() if b"secret" in data or b'"dog"' in data]
    asked = VideoRequest("a secret dog", duration=4, quality="480p")
    assert asked.digest == found[0].digest
    assert [] == found.verify()
