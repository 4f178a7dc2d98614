"""The library: a name under `videos/` means a whole, verified file that nobody altered."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core import texts
from seedance_nb.core.errors import ConfigError, ProtocolError, SeedanceError, TransportError
from seedance_nb.evolink import mp4
from seedance_nb.runs.disk import disk_error
from seedance_nb.runs.journal import timestamp
from seedance_nb.runs.library import Library, Video, bare_link, check_target

CLIP = Path(__file__).parent.parent / "data" / "clip.mp4"
WHOLE = CLIP.read_bytes()
LINK = "https://me:pw@media.example/a/b.mp4?Signature=canary#canary"


def store(library: Library, job: str = "abcd", index: int = 0, **sidecar: object) -> Video:
    with library.incoming(job, index) as incoming:
        for start in range(0, len(WHOLE), 5000):
            incoming.write(WHOLE[start : start + 5000])
        told = {"job": job, **sidecar}
        return incoming.finish(len(WHOLE), told, url=LINK, expires_at=1795435201.0)


def names(library: Library) -> list[str]:
    return sorted(path.name for path in library.folder.iterdir())


@pytest.fixture
def library(tmp_path: Path) -> Library:
    """Make a library in a home that does not exist yet."""
    return Library(tmp_path / "home")


def test_a_finished_download_is_the_bytes_that_came(library: Library) -> None:
    """The file has its name, the server's bytes, and facts that agree with them."""
    video = store(library)

    assert video.path == library.home / "videos" / "abcd.mp4"
    assert video.path.read_bytes() == WHOLE
    assert video.sha256 == hashlib.sha256(WHOLE).hexdigest()
    assert (video.size, video.duration) == (len(WHOLE), 5.0)
    assert (video.width, video.height) == (1280, 720)
    assert names(library) == ["abcd.json", "abcd.mp4"]
    assert library.has(video)
    assert library.verify(video)


def test_the_sidecar_says_what_made_it_and_keeps_no_signature(library: Library) -> None:
    """The sidecar is what the caller told plus the video's record, without the signed link."""
    video = store(library, digest="sha256:1", request={"prompt": "一只狗 \ud83d"})

    text = (library.folder / "abcd.json").read_text(encoding="utf-8")
    beside = json.loads(text)

    assert beside == {
        "v": 1,
        "job": "abcd",
        "digest": "sha256:1",
        "request": {"prompt": "一只狗 \ud83d"},
        "video": video.to_record(library.home),
    }
    assert "canary" not in text + repr(video)
    assert "pw" not in text + repr(video)
    assert "一只狗" in text


def test_a_second_result_has_a_number(library: Library) -> None:
    """Several results of a task lie side by side."""
    paths = [store(library, index=index).path.name for index in (0, 1)]

    assert paths == ["abcd.mp4", "abcd-2.mp4"]


@pytest.mark.parametrize("job", ["../x", "ABCD", "abc", "a/bcd"])
def test_a_job_id_never_becomes_a_path(library: Library, job: str) -> None:
    """Ids that are no ids are refused before anything is created."""
    with pytest.raises(ValueError, match="job"):
        library.incoming(job)
    assert not library.home.exists()


@pytest.mark.parametrize(
    ("content", "expected", "kind", "text"),
    [
        (WHOLE[:900], len(WHOLE), TransportError, "error.file.short"),
        (WHOLE[:900], None, TransportError, "error.file.truncated"),
        (b"<html>", None, ProtocolError, "error.file.not_mp4"),
        (b"", 0, ProtocolError, "error.file.not_mp4"),
        (WHOLE.replace(b"moov", b"free"), None, ProtocolError, "error.file.no_index"),
    ],
)
def test_what_is_not_whole_gets_no_name(
    library: Library, content: bytes, expected: int | None, kind: type[SeedanceError], text: str
) -> None:
    """A short or broken download is refused as paid for and worth a retry, without a trace."""
    with library.incoming("abcd") as incoming:
        incoming.write(content)
        with pytest.raises(kind) as caught:
            incoming.finish(expected, {}, url=None, expires_at=None)

    assert (caught.value.text_id, caught.value.billed) == (text, "yes")
    assert caught.value.retryable
    assert names(library) == []


def test_every_refusal_has_words() -> None:
    """Each reason that the MP4 walk can give has a message."""
    reasons = mp4.Reason.__args__  # type: ignore[attr-defined]
    assert {f"error.file.{reason}" for reason in reasons} <= texts.TABLE.keys()


def test_an_exception_leaves_nothing(library: Library) -> None:
    """A download that is given up or fails half-way leaves no file, nor does a bad sidecar."""
    with suppress(KeyboardInterrupt), library.incoming("abcd") as incoming:
        incoming.write(b"x" * 100)
        raise KeyboardInterrupt
    with pytest.raises(TypeError):
        store(library, request=object())
    library.incoming("abcd").discard()

    assert names(library) == []


def test_a_full_disk_leaves_nothing_and_says_so(library: Library) -> None:
    """When the disk takes no more, the caller gets an error with the path and what to do."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, hard))
    try:
        with pytest.raises(OSError, match="large") as caught:
            store(library)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    told = disk_error(caught.value, library.folder, billed="yes")
    assert names(library) == []
    assert (told.text_id, told.billed) == ("error.disk.full", "yes")
    assert str(library.folder) in str(told)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (errno.ENOSPC, "error.disk.full"),
        (errno.EDQUOT, "error.disk.full"),
        (errno.EACCES, "error.disk.denied"),
        (errno.EROFS, "error.disk.denied"),
        (errno.EIO, "error.disk.failed"),
    ],
)
def test_the_systems_words_become_ours(number: int, text: str, tmp_path: Path) -> None:
    """Each kind of disk trouble is a ConfigError with its own text."""
    assert disk_error(OSError(number, os.strerror(number)), tmp_path).text_id == text


def test_a_sidecar_that_cannot_be_written_loses_no_video(library: Library) -> None:
    """The video counts even if its sidecar's place is taken by a folder."""
    (library.folder / "abcd.json").mkdir(parents=True)
    video = store(library)

    assert library.verify(video)
    assert names(library) == ["abcd.json", "abcd.mp4"]


def test_a_job_replaces_its_own_file_only(library: Library) -> None:
    """Fetching again mends an altered file; a file of another job is never touched."""
    video = store(library)
    video.path.write_bytes(b"altered")
    assert not library.has(video)
    assert library.verify(store(library))
    (library.folder / "abcd.json").write_text('{"job": "other"}')

    with pytest.raises(ConfigError) as caught:
        store(library)

    assert caught.value.text_id == "error.file.taken"
    assert names(library) == ["abcd.json", "abcd.mp4"]


def test_what_a_killed_download_left_is_swept(library: Library) -> None:
    """The next download of the job removes the part of a dead process, not of a living one."""
    code = (
        "import sys, time; from pathlib import Path; from seedance_nb.runs.library import Library\n"
        "i = Library(Path(sys.argv[1])).incoming('abcd'); i.write(b'x' * 99_999)\n"
        "print(flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, library.home], stdout=subprocess.PIPE)
    with child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"\n"
        with library.incoming("abcd"):
            both = names(library)
        child.kill()
    store(library)

    assert len(both) == 2
    assert names(library) == ["abcd.json", "abcd.mp4"]


def test_a_removed_part_is_worth_another_try(library: Library) -> None:
    """Whoever removes a download in the making, or its folder, makes it begin anew, not end."""
    with library.incoming("abcd") as incoming:
        incoming.write(WHOLE)
        shutil.rmtree(library.folder)
        with pytest.raises(TransportError) as caught:
            incoming.finish(len(WHOLE), {}, url=None, expires_at=None)

    assert caught.value.retryable
    assert "yes" == caught.value.billed
    assert store(library).path.read_bytes() == WHOLE


def test_what_nobody_will_fetch_again_is_swept_too(library: Library) -> None:
    """Old leftovers of any job go, empty ones too; young ones and those in use stay."""
    video = store(library)
    for name in (".abcd.1-1.part", ".efgh.1-1.part", ".ijkl.1-1.part"):
        (library.folder / name).touch()
        os.utime(library.folder / name, (1000, 1000 if name < ".i" else 3000))
    with library.incoming("mnop") as incoming:
        library.sweep(before=2000)
        young = names(library)
        library.sweep(before=video.path.stat().st_mtime + 9)
        incoming.write(b"x")

        assert [".ijkl.1-1.part", "abcd.json", "abcd.mp4"] == [n for n in young if "mnop" not in n]
        assert 3 == len(names(library))


def test_deleted_and_altered_files_are_noticed(library: Library) -> None:
    """`has` sees a missing or shorter file; `verify` sees a changed byte."""
    video = store(library)
    video.path.write_bytes(WHOLE[:-1] + b"!")
    altered = library.has(video), library.verify(video)
    video.path.unlink()

    assert altered == (True, False)
    assert (library.has(video), library.verify(video)) == (False, False)


def test_saving_never_overwrites(library: Library, tmp_path: Path) -> None:
    """Copies get -2, -3; a folder takes the file's name; missing folders are made."""
    video = store(library)
    out = tmp_path / "deep" / "dog.mp4"
    out.parent.mkdir()
    out.write_bytes(WHOLE[:-1] + b"!")
    out.with_stem("dog-2").write_bytes(b"")

    copy = video.save(out)
    in_folder = video.save(f"{tmp_path}/new/")

    assert copy == out.with_stem("dog-3")
    assert in_folder == tmp_path / "new" / "abcd.mp4"
    assert copy.read_bytes() == in_folder.read_bytes() == WHOLE
    assert WHOLE[:-1] + b"!" == out.read_bytes()


def test_the_same_copy_is_written_once(library: Library, tmp_path: Path) -> None:
    """Where the target, or one of its numbered names, has the same bytes, that is the copy."""
    video = store(library)
    out = tmp_path / "dog.mp4"

    assert [out, out] == [video.save(out), video.save(out)]
    out.write_bytes(b"another")
    assert [out.with_stem("dog-2")] * 2 == [video.save(out), video.save(out)]
    assert video.path == video.save(video.path.parent)
    assert ["dog-2.mp4", "dog.mp4"] == sorted(path.name for path in tmp_path.glob("*.mp4"))


def test_a_target_is_checked_beforehand(tmp_path: Path) -> None:
    """A place below a file takes no copy; one whose folders are still to be made does."""
    (tmp_path / "file").write_text("")
    check_target(tmp_path / "deep" / "dog.mp4")
    check_target(f"{tmp_path}/new/")

    with pytest.raises(ConfigError) as caught:
        check_target(tmp_path / "file" / "dog.mp4")

    assert str(tmp_path / "file") in str(caught.value)


def test_saving_says_what_is_wrong(library: Library, tmp_path: Path) -> None:
    """A target below a file, and a video that is gone, are clear errors."""
    video = store(library)
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError) as caught:
        video.save(tmp_path / "file" / "x.mp4")
    assert caught.value.text_id == "error.disk.failed"
    video.path.unlink()
    with pytest.raises(ConfigError) as caught:
        video.save(tmp_path / "x.mp4")

    assert caught.value.text_id == "error.file.gone"
    assert not (tmp_path / "x.mp4").exists()


def test_a_copy_that_fails_is_not_said_to_be_a_loss(
    library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the place of a copy is gone, that is told, and not that the video is."""
    video = store(library)
    (tmp_path / "away").mkdir()
    monkeypatch.chdir(tmp_path / "away")
    (tmp_path / "away").rmdir()

    with pytest.raises(ConfigError) as caught:
        video.save("x.mp4")

    assert caught.value.text_id == "error.disk.failed"
    assert "x.mp4" in str(caught.value)


def test_a_record_reads_back(library: Library) -> None:
    """A record is JSON, names the file relative to home, and gives the same video."""
    video = store(library)
    record = json.loads(json.dumps(video.to_record(library.home)))

    assert record["file"] == "videos/abcd.mp4"
    assert library.video_from_record(record) == video


@pytest.mark.parametrize(
    "file",
    [
        "/etc/passwd.mp4",
        "../videos/abcd.mp4",
        "videos/../../abcd.mp4",
        "videos/../journal/x.mp4",
        "videos\\..\\x.mp4",
        "C:/videos/x.mp4",
        "videos",
        "videos/abcd.json",
        "journal/x.mp4",
        "videos/out/abcd.mp4",
        "videos/link.mp4",
        "videos/loop.mp4",
        "videos/\0.mp4",
        7,
        None,
    ],
)
def test_a_record_never_leads_out_of_the_library(library: Library, file: object) -> None:
    """Paths that leave home, by spelling or by links, make no video."""
    record = store(library).to_record(library.home)
    outside = library.home.parent / "outside.mp4"
    outside.write_bytes(WHOLE)
    (library.folder / "link.mp4").symlink_to(outside)
    (library.folder / "out").symlink_to(library.home.parent)
    (library.folder / "loop.mp4").symlink_to("loop.mp4")

    assert library.video_from_record({**record, "file": file}) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)
KEYS = ("file", "sha256", "size", "duration", "width", "height", "url", "expires_at")


@given(changes=st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8))
def test_a_hostile_record_makes_a_sane_video_or_none(
    tmp_path_factory: pytest.TempPathFactory, changes: dict[str, object]
) -> None:
    """Whatever a record holds, its video has numbers, a hash and a path inside."""
    home = tmp_path_factory.getbasetemp() / "hostile"
    good = {"file": "videos/abcd.mp4", "sha256": "0" * 64, "size": 1, "duration": 1}
    record = {**good, "width": 2, "height": 2, **changes}

    video = Library(home).video_from_record(record)

    if video is not None:
        assert video.path.is_relative_to(home / "videos")
        assert len(video.sha256) == 64
        assert all(value >= 0 for value in (video.size, video.duration, video.width))
        assert video.expires_at is None or timestamp(video.expires_at)


@pytest.mark.parametrize(
    ("url", "bare"),
    [
        (LINK, "https://media.example/a/b.mp4"),
        ("http://127.0.0.1:8/x.mp4?a=b", "http://127.0.0.1:8/x.mp4"),
        ("javascript:alert(1)", None),
        ("file:///etc/passwd", None),
        ("http://[bad", None),
        (None, None),
        (5, None),
    ],
)
def test_links_are_kept_without_what_is_secret(url: object, bare: str | None) -> None:
    """User, query and fragment go; what is no web link goes altogether."""
    assert bare_link(url) == bare
