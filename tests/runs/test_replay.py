"""A recording answers: the same requests, the same videos, no network, nothing written."""

from __future__ import annotations

import hashlib
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from canary import CANARY

from seedance_nb.core.errors import ConfigError, InvalidRequest, TaskFailed
from seedance_nb.runs import log
from seedance_nb.runs.cleaning import clean
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.replay import ReplaySession, opened
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from peer import Peer


@pytest.fixture
def recording(tmp_path: Path, peer: Peer) -> Path:
    """The folder of a session that is over: two takes of a dog, and a cat that failed."""
    peer.polls = 1
    settings = {"api_key": CANARY, "base_url": peer.url, "home": tmp_path / "runs"}
    session = Session(resolve(settings, {}, {}, cwd=tmp_path))
    session.generate("a dog", duration=4).wait(20)
    session.generate("a dog", duration=4, new=True).wait(20)
    peer.on_create = [("fails", "content_policy_violation", "no cats")]
    with pytest.raises(TaskFailed):
        session.generate("a cat", duration=4).wait(20)
    log.read(session).export(tmp_path / "recording.zip")
    session.close()
    return tmp_path / "runs"


@pytest.fixture
def replay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., ReplaySession]]:
    """Makes replays, with every way to the network closed."""
    made = []

    def nowhere(*_: Any) -> None:
        raise AssertionError

    def session(home: Path, **settings: Any) -> ReplaySession:
        monkeypatch.setattr("socket.socket.connect", nowhere)
        given = {"backend": "replay", "home": home, **settings}
        made.append(ReplaySession(resolve(given, {}, {}, cwd=tmp_path)))
        return made[-1]

    yield session
    for one in made:
        one.close()


def everything(folder: Path) -> dict[str, str]:
    """Each file of a folder, by its hash."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def one(session: Session, prompt: str, **fields: Any) -> Job:
    """A job, and not several."""
    job = session.generate(prompt, **fields)
    assert isinstance(job, Job)
    return job


@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_recording_answers_by_itself(
    form: str, recording: Path, replay: Callable[..., ReplaySession]
) -> None:
    """Folder and zip alike give the recorded videos and failures, and are left as they were."""
    place = recording if form == "folder" else recording.parent / "recording.zip"
    before = everything(recording)
    session = replay(place)

    first, second = one(session, "a dog", duration=4), one(session, "a dog", duration=4, new=True)
    both = session.generate("a dog", duration=4, takes=2)

    assert isinstance(both, Jobs)
    assert [1, 2, 1, 2] == [job.take for job in (first.wait(), second.wait(), *both.wait())]
    assert first.video is not None
    assert first.video.sha256 == hashlib.sha256(first.video.path.read_bytes()).hexdigest()
    assert "replayed" == first.origin
    assert "live" == first.backend
    with pytest.raises(TaskFailed, match="no cats"):
        one(session, "a cat", duration=4).wait()
    assert before == everything(recording)


def test_what_was_not_recorded_names_the_nearest(
    recording: Path, replay: Callable[..., ReplaySession]
) -> None:
    """A request that is not in the recording is refused with the fields in which it differs."""
    session = replay(recording)

    nearest = "|".join(job.id for job in session.jobs()[:2])
    differs = f"`duration` is 5; the nearest recorded one, ({nearest}), has 4"
    with pytest.raises(InvalidRequest, match=differs):
        one(session, "a dog", duration=5)
    with pytest.raises(InvalidRequest, match=r"Take 3 .* recorded: 1, 2"):
        session.generate("a dog", duration=4, takes=3)


@pytest.mark.parametrize("altered", [False, True])
def test_a_video_that_is_not_there_is_said(
    altered: bool,  # noqa: FBT001 - a parameter of the test
    recording: Path,
    replay: Callable[..., ReplaySession],
) -> None:
    """A recording whose video is gone (git leaves it out) or is another one shows none."""
    for video in (recording / "videos").glob("*.mp4"):
        data = video.read_bytes()
        video.unlink()
        if altered:
            video.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))

    with pytest.raises(ConfigError, match=r"\.mp4"):
        one(replay(recording), "a dog", duration=4)


def test_a_replay_can_take_its_time(recording: Path, replay: Callable[..., ReplaySession]) -> None:
    """At a pace a job is seen in the making before it is there again."""
    session = replay(recording, replay_pace=1)
    seen: list[str] = []

    job = one(session, "a dog", duration=4)
    job.subscribe(lambda j: seen.append(j.status))
    job.wait(20)

    assert job.video is not None
    assert "completed" == seen[-1]


def test_a_replay_has_the_jobs_that_were_asked_for(
    recording: Path, replay: Callable[..., ReplaySession]
) -> None:
    """`jobs()` grows as it did when it was recorded; by id every recorded job is found."""
    session = replay(recording)
    everything = [job.id for job in session.jobs()]

    job = one(session, "a dog", duration=4, new=True)
    one(session, "a dog", duration=4)

    assert 3 == len(everything)
    assert [job.id] == [each.id for each in session.jobs()]
    assert job.id == session.job().id
    assert everything == [session.job(name).id for name in everything]


def test_asking_again_is_replayed(tmp_path: Path, peer: Peer) -> None:
    """In the replay of a zip `again` gives the recorded take, and its video is there by id."""
    peer.polls = 1
    given = {"api_key": CANARY, "base_url": peer.url, "home": tmp_path / "runs"}
    session = Session(resolve(given, {}, {}, cwd=tmp_path))
    second = one(session, "a dog", duration=4).wait(20).again().wait(20)
    path = log.read(session).export(tmp_path / "recording.zip")
    session.close()

    replayed = ReplaySession(resolve({"backend": "replay", "home": path}, {}, {}, cwd=tmp_path))
    again = one(replayed, "a dog", duration=4).again()
    found = replayed.job(second.id)
    replayed.close()

    assert second.id == again.id
    assert found.video is not None
    assert found.video.path.is_file()


def test_a_recording_is_known_whole(recording: Path, replay: Callable[..., ReplaySession]) -> None:
    """What it cost and what belongs to it are known, however little was asked for so far."""
    for part in ("inputs/old.png", "videos/old.mp4.part", "simulator/media/old.mp4"):
        (recording / part).parent.mkdir(parents=True, exist_ok=True)
        (recording / part).write_bytes(b"x")
    session = replay(recording)
    before = everything(recording)

    one(session, "a dog", duration=4)

    assert 3 == len(session.states()) == len(log.read(session))
    assert [] == clean(session, yes=False)[1]
    clean(session, yes=True)
    assert before == everything(recording)


def test_a_replay_has_no_service(recording: Path, replay: Callable[..., ReplaySession]) -> None:
    """What needs a service is refused in words."""
    session = replay(recording)

    for call in (session.resume, session.credits, lambda: session.adopt("task-unified-1-a")):
        with pytest.raises(ConfigError, match="recording"):
            call()


def test_a_hostile_zip_writes_nowhere_else(tmp_path: Path) -> None:
    """Members with other places, folders or endings are left in the zip."""
    path = tmp_path / "hostile.zip"
    names = [
        "../evil.jsonl", "/abs.jsonl", "journal/../../evil.jsonl", "videos/a.py", "other/a.mp4",
        "journal/deep/a.jsonl", "videos/..\\evil.mp4", "a.jsonl",
    ]  # fmt: skip
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
        archive.writestr("journal/s1.jsonl", '{"event":"asked"}\n')

    folder = opened(path)

    assert ["s1.jsonl"] == [p.name for p in folder.rglob("*") if p.is_file()]
    assert [path] == [p for p in tmp_path.rglob("*") if p.is_file()]


def test_a_zip_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A zip that would unpack to hundreds of times its size is refused before it does."""
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in "abcd":
            archive.writestr(f"videos/{name * 4}.mp4", bytes(17 * 1024**2))

    with pytest.raises(ConfigError, match="too large"):
        opened(path)


def test_a_damaged_zip_is_refused_in_words(tmp_path: Path) -> None:
    """Whichever byte of a zip is wrong, there is a message that names the file, or no harm."""
    path = tmp_path / "damaged.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("journal/s1.jsonl", "".join(f'{{"event":"n{n}"}}\n' for n in range(40)))
    whole = path.read_bytes()
    refused = []

    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        try:
            opened(path)
        except ConfigError as error:
            refused.append(str(error))

    assert len(refused) > len(whole) / 2
    assert all(str(path) in message for message in refused)


@pytest.mark.parametrize("packing", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_plain_packing_is_unpacked(packing: int, tmp_path: Path) -> None:
    """What is packed in ways that can swell a thousandfold is refused."""
    path = tmp_path / "odd.zip"
    with zipfile.ZipFile(path, "w", packing) as archive:
        archive.writestr("journal/s1.jsonl", "x")

    with pytest.raises(ConfigError, match="compression"):
        opened(path)


@pytest.mark.parametrize("content", [None, b"no zip at all"])
def test_a_recording_that_is_none_is_refused(content: bytes | None, tmp_path: Path) -> None:
    """A place without a recording, or a file that is no zip, is an error that names it."""
    place = tmp_path / "recording.zip"
    if content is not None:
        place.write_bytes(content)

    with pytest.raises(ConfigError, match="recording"):
        opened(place)
