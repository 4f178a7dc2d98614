from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

import seedance_nb
from seedance_nb.evolink.mp4 import inspect

if TYPE_CHECKING:
    from collections.abc import Callable

    from peer import Peer

    Run: TypeAlias = Callable[..., Any]  # fixture `run` or `call`: words in, what was said out

SMALL = ("-d", "4", "-q", "480p")
REFUSED = {"error": {"code": "insufficient_quota", "message": "no credits left"}}


# --- generate -------------------------------------------------------------------------------------


def test_generate_prints_the_path_and_nothing_else(run: Run) -> None:
    """The result is the only thing on stdout, and it is a playable video of what was asked."""
    said = run("generate", "a red kite", *SMALL)

    assert 0 == said.code
    [path] = said.out.splitlines()
    assert 4 == pytest.approx(inspect(Path(path)).duration, abs=0.1)
    assert Path(path).with_suffix(".json").is_file()
    assert "Simulator: no credits spent" in said.err


def test_a_process_ends_without_a_word(call: Run) -> None:
    """When the video is there the process ends, its simulator with it, and nothing complains."""
    said = call("generate", "a red kite", *SMALL, "--quiet")

    assert (0, "") == (said.code, said.err)


def test_generate_shows_what_is_there(run: Run) -> None:
    """The same words again give the same file, and say that nothing was sent."""
    first = run("generate", "a red kite", *SMALL)
    again = run("generate", "a red kite", *SMALL)

    assert first.out == again.out
    assert "nothing was sent" in again.err


def test_generate_makes_takes_and_copies(run: Run) -> None:
    """Each take is copied to the path that was asked for; no copy overwrites another."""
    said = run("generate", "a red kite", *SMALL, "--takes", "2", "--quiet", "-o", "kite.mp4")

    assert ["kite.mp4", "kite-2.mp4"] == said.out.split()
    assert all(inspect(Path(name)).duration for name in said.out.split())
    assert "" == said.err


def test_generate_names_all_mistakes(run: Run) -> None:
    """A bad request exits with 2, names every problem and leaves no trace."""
    said = run("generate", "a red kite", "-q", "1080p", "-d", "60", "--takse", "3")

    assert 2 == said.code
    assert "" == said.out
    assert all(word in said.err for word in ("1080p", "60", "--takes"))
    assert "Traceback" not in said.err
    assert not Path("seedance_runs").exists()


def test_generate_dry(run: Run, canary: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A dry run prints the body that would be sent, with or without a key, and sends nothing."""
    monkeypatch.setenv("EVOLINK_API_KEY", canary)
    monkeypatch.setenv("EVOLINK_BASE_URL", "http://127.0.0.1:9")

    said = run("generate", "--dry_run", "a red kite", "--no-audio")

    assert 0 == said.code
    body = json.loads(said.out)
    assert ("a red kite", 5, "720p", "16:9", False) == tuple(
        body[key] for key in ("prompt", "duration", "quality", "aspect_ratio", "generate_audio")
    )
    assert not Path("seedance_runs").exists()


def test_a_mistyped_setting_is_told_once(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable that is nearly a setting is named in one line; nearly a cap, nothing is sent."""
    monkeypatch.setenv("SEEDANCE_NB_EMBEDD", "always")
    said = [run("generate", "--dry-run", "a red kite") for _ in range(2)]
    told = "SEEDANCE_NB_EMBEDD, which is not a setting and has no effect; did you mean"

    assert [0, 0] == [one.code for one in said]
    assert 1 == "".join(one.err for one in said).count(told)

    monkeypatch.setenv("SEEDANCE_NB_MAX_CREDIT", "5")
    refused = run("generate", "a red kite")
    monkeypatch.delenv("SEEDANCE_NB_MAX_CREDIT")
    assert 2 == refused.code
    assert "SEEDANCE_NB_MAX_CREDITS" in refused.err
    assert not Path("seedance_runs").exists()


def test_generate_explains(run: Run, to_peer: Peer) -> None:
    """`--explain` tells on stderr what was sent and answered; stdout is the path alone."""
    said = run("generate", "a red kite", *SMALL, "--explain")

    assert [True] == [Path(line).is_file() for line in said.out.splitlines()]
    assert "POST /v1/videos/generations \u2192 200 OK" in said.err
    assert f"  > Idempotency-Key: {to_peer.creates[0].headers['idempotency-key']}" in said.err
    assert "  > Authorization: Bearer (hidden)" in said.err


def test_generate_sweeps(run: Run, to_peer: Peer) -> None:
    """A sweep wants `-y`, tells the line to run, then prints a path for each combination."""
    words = ("generate", "a {red|blue} kite", "--sweep", "duration=4,5")

    refused = run(*words)
    assert (2, "") == (refused.code, refused.out)
    assert "seedance-nb generate 'a {red|blue} kite' --sweep duration=4,5 -y" in refused.err
    assert [] == to_peer.creates

    said = run(*words, "-y")
    assert 0 == said.code
    assert 4 == len(set(said.out.split())) == len(to_peer.creates)
    assert "4 videos in 4 combinations" in said.err


def test_generate_dry_sweep(run: Run) -> None:
    """A dry sweep prints the list of all bodies, with digests and the total beside it."""
    said = run("generate", "a kite", "--sweep", "duration=4,5", "--takes", "2", "--dry-run")

    assert [4, 5] == [body["duration"] for body in json.loads(said.out)]
    assert 2 == said.err.count("sha256:")
    assert "0 credits (simulator)" in said.err
    assert not Path("seedance_runs").exists()


def test_generate_keeps_a_cap(run: Run, to_peer: Peer) -> None:
    """`--max-credits` exits with 2 before anything is sent, and so does the cap of the day."""
    of_call = run("generate", "a kite", "--max-credits", "1")
    os.environ["SEEDANCE_NB_MAX_CREDITS_DAY"] = "1"
    of_day = run("generate", "a kite")

    assert (2, 2) == (of_call.code, of_day.code)
    assert "--max-credits = 1" in of_call.err
    assert "max_credits_day = 1" in of_day.err
    assert [] == to_peer.creates


def test_generate_on_another_server(run: Run, to_peer: Peer) -> None:
    """With a server and a key in the environment the one POST goes there."""
    said = run("generate", "a red kite")

    assert 0 == said.code
    assert ["a red kite"] == [call.body["prompt"] for call in to_peer.creates]
    assert to_peer.video == Path(said.out.strip()).read_bytes()
    assert f"Live at {to_peer.url.removeprefix('http://')}" in said.err


def test_generate_fails(run: Run, to_peer: Peer) -> None:
    """A task that fails exits with 1 and says why."""
    to_peer.on_create.append(("fails", "content_policy_violation", "not this"))

    said = run("generate", "a red kite")

    assert (1, "") == (said.code, said.out)
    assert "content" in said.err.lower()


def test_generate_is_refused(run: Run, to_peer: Peer) -> None:
    """A refusal for want of credits exits with 1."""
    to_peer.on_create.append(("status", 402, REFUSED))

    assert 1 == run("generate", "a red kite").code


def test_generate_is_uncertain(run: Run, to_peer: Peer) -> None:
    """A request whose answer was lost exits with 3, twice, and is posted once."""
    to_peer.on_create.append(("drop",))

    first = run("generate", "a red kite")
    again = run("generate", "a red kite")
    resumed = run("resume")

    assert (3, 3, 3) == (first.code, again.code, resumed.code)
    assert 1 == len(to_peer.creates)


def test_generate_ends_a_wait_in_time(run: Run, to_peer: Peer) -> None:
    """A time limit exits with 1 and names the way on; `resume` then brings the file."""
    to_peer.seconds = 60

    said = run("generate", "a red kite", "--timeout", "0.3")
    to_peer.seconds = 0

    assert (1, "") == (said.code, said.out)
    assert "seedance-nb resume" in said.err
    assert 0 == run("resume").code
    assert 1 == len(to_peer.creates)


def test_generate_without_waiting(call: Run, to_peer: Peer) -> None:
    """`--no-wait` leaves as soon as the task is accepted; a new process resumes it."""
    to_peer.seconds = 60
    server = {"EVOLINK_BASE_URL": to_peer.url, "EVOLINK_API_KEY": to_peer.key}

    left = call("generate", "a red kite", "--no-wait", **server)
    to_peer.seconds = 0
    resumed = call("resume", **server)

    assert 0 == left.code
    assert "Traceback" not in left.err
    assert 1 == len(to_peer.creates)
    assert 0 == resumed.code
    assert f"{left.out.strip()}.mp4" == Path(resumed.out.strip()).name


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is sent as a POSIX signal")
def test_generate_interrupted(environ: dict[str, str], to_peer: Peer) -> None:
    """Ctrl-C exits with 130, says how to go on, and loses no task."""
    to_peer.seconds = 60
    process = subprocess.Popen(
        [sys.executable, "-m", "seedance_nb", "generate", "a red kite"],
        env={**environ, **{k: v for k, v in os.environ.items() if k.startswith("EVOLINK_")}},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    for line in process.stderr:
        if "Accepted" in line or "making" in line:
            break
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)

    assert (130, "") == (process.returncode, out)
    assert "seedance-nb resume" in err
    assert "Traceback" not in err


# --- the others -----------------------------------------------------------------------------------


def test_jobs_lists_them(run: Run) -> None:
    """One row a job, with its id, status and prompt; without jobs nothing on stdout."""
    empty = run("jobs")
    run("generate", "a red kite", *SMALL)
    listed = run("jobs")

    assert (0, "") == (empty.code, empty.out)
    head, row = listed.out.splitlines()
    assert "Status" in head
    assert all(word in row for word in ("Completed", "Simulator", "a red kite", ".mp4"))


def test_jobs_of_a_sweep_are_told_apart(run: Run) -> None:
    """The newest comes first, and each row says in what it differs."""
    made = run("generate", "a red kite", "--sweep", "duration=4,5", "-q", "480p", "-y")
    _, second, first = run("jobs").out.splitlines()

    assert "2 jobs: Completed 2" in made.err.splitlines()
    both = [line for line in made.err.splitlines() if line.startswith("0 of 2 done")]
    assert all(row.split()[0] in both[0] for row in (first, second))

    assert "duration: 5" in second
    assert "duration: 4" in first


def test_resume_with_nothing_to_do(run: Run) -> None:
    """It says so, and that is no failure."""
    said = run("resume")

    assert (0, "") == (said.code, said.out)
    assert "Nothing to resume" in said.err


def test_resume_without_a_key(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that allow nothing exit with 2 and name the mend."""
    monkeypatch.setenv("SEEDANCE_NB_BACKEND", "live")

    said = run("resume")

    assert 2 == said.code
    assert "EVOLINK_API_KEY" in said.err


def test_simulate_serves_until_told_to_stop(environ: dict[str, str], call: Run) -> None:
    """The first line is its URL, a client can use it, and SIGTERM ends it well."""
    command = [sys.executable, "-m", "seedance_nb", "simulate", "--home", "sim", "--seed", "3"]
    with subprocess.Popen(
        command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        made = call("generate", "x", *SMALL, EVOLINK_BASE_URL=url, EVOLINK_API_KEY="any")
        server.terminate()
        _, err = server.communicate(timeout=30)

    assert url.startswith("http://127.0.0.1:")
    assert 0 == made.code, made.err
    assert Path(made.out.strip()).is_file()
    assert 0 == server.returncode
    assert f"EVOLINK_BASE_URL={url}" in err


@pytest.mark.parametrize(
    "words", [("--scenario", "nope"), ("--time-scale", "-1"), ("--port", "99999")]
)
def test_simulate_refuses_nonsense(run: Run, words: tuple[str, str]) -> None:
    """What it cannot do is a sentence and exit code 2."""
    said = run("simulate", *words)

    assert (2, "") == (said.code, said.out)
    assert "cannot start" in said.err


def test_clean_removes_with_a_yes_only(run: Run) -> None:
    """`clean` lists what can go, `-y` removes that; a video and its record stay."""
    made = Path(run("generate", "a red kite", *SMALL, "--quiet").out.strip())
    half = made.with_name(".kite2345.1-1.part")
    half.write_bytes(b"half")
    clips = [*Path("seedance_runs/simulator/media").glob("*.mp4")]

    listed = run("clean")
    assert 0 == listed.code
    assert 2 == len(listed.out.splitlines())
    assert "`-y` removes them" in listed.err
    assert all(path.exists() for path in (made, half, *clips))

    removed = run("clean", "-y")
    assert (0, "") == (removed.code, removed.out)
    assert f"{1 + len(clips)} files removed" in removed.err
    assert [True, False] == [path.exists() for path in (made, half)]
    assert "Nothing to remove" in run("clean").err


def test_doctor_tells_what_it_found(run: Run, to_peer: Peer, canary: str) -> None:
    """Where the key comes from, but nothing of the key; and whether the server answers."""
    said = run("doctor")

    assert 0 == said.code
    assert "EVOLINK_API_KEY" in said.out
    assert canary[:9] not in said.out + said.err
    assert f"{to_peer.url} answers" in said.out
    backend = next(line for line in said.out.splitlines() if line.startswith("Backend"))
    assert 1 == backend.count("127.0.0.1")
    assert seedance_nb.__version__ in said.out


def test_doctor_ends_with_1_where_something_is_wrong(
    run: Run, canary: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that cannot be reached is a finding, and an exit code for scripts."""
    monkeypatch.setenv("EVOLINK_API_KEY", canary)
    monkeypatch.setenv("EVOLINK_BASE_URL", "http://127.0.0.1:9")

    said = run("doctor")

    assert 1 == said.code
    assert "no: No connection to 127.0.0.1:9" in said.out


@pytest.mark.parametrize(("version", "code"), [("7.0.1", 1), ("7.3.0", 1), ("7.4.0", 0)])
def test_doctor_knows_kernels_that_stop_listening(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str, code: int
) -> None:
    """An ipykernel that may leave a cell unread is a finding, with the line that mends it."""
    installed = tmp_path / "site" / f"ipykernel-{version}.dist-info" / "METADATA"
    installed.parent.mkdir(parents=True)
    installed.write_text(f"Metadata-Version: 2.1\nName: ipykernel\nVersion: {version}\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path / "site")

    said = run("doctor")

    assert code == said.code
    assert bool(code) == ("pip install -U ipykernel" in said.out)


@pytest.mark.parametrize(
    "words",
    ["bogus", "jobs --what", "demo --backend x", "simulate --port x", "export", "doctor --leaks"],
)
def test_mistakes_are_told_in_the_language_of_the_user(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """No English is left of what argparse says, but for names; and it tells where help is."""
    monkeypatch.setenv("SEEDANCE_NB_LANGUAGE", "zh")

    said = run(*words.split())

    assert (2, "") == (said.code, said.out)
    wrong, hint = said.err.splitlines()
    assert not re.search("argument|invalid|choose|required|usage", said.err)
    assert wrong.startswith("无法读取命令：")
    assert "--help" in hint


def test_version(run: Run) -> None:
    """The version alone, for scripts."""
    said = run("--version")

    assert (0, f"{seedance_nb.__version__}\n") == (said.code, said.out)


@pytest.mark.parametrize("command", ["generate", "simulate", "demo", "lab", "jobs"])
def test_help(run: Run, command: str) -> None:
    """Each command explains itself."""
    said = run(command, "--help")

    assert 0 == said.code
    assert f"seedance-nb {command}" in said.out


def test_the_help_tells_that_files_are_taken(run: Run) -> None:
    """On the command line, too, an input is a path or an address."""
    said = " ".join(run("generate", "--help").out.split())

    assert 3 == said.count("path or address of a")


@pytest.mark.parametrize("words", [(), ("bogus",), ("jobs", "--what"), ("generate",)])
def test_a_command_line_that_makes_no_sense(run: Run, words: tuple[str, ...]) -> None:
    """It exits with 2, and stdout stays empty."""
    said = run(*words)

    assert (2, "") == (said.code, said.out)
    assert said.err


def test_language(call: Run) -> None:
    """`--language` is heard wherever it stands, also in help and errors."""
    assert "生成视频" in call("--language", "zh", "--help").out
    assert "没有" in call("jobs", "--language", "zh").err
    assert "没有" in call("jobs", SEEDANCE_NB_LANGUAGE="zh").err


def test_lab_opens_the_notebooks(call: Run, tmp_path: Path) -> None:
    """JupyterLab gets the quickstart and whatever else stood on the line."""
    fake = tmp_path / "fake" / "jupyterlab"
    fake.mkdir(parents=True)
    fake.joinpath("__init__.py").touch()
    fake.joinpath("__main__.py").write_text("import sys; print(sys.argv[1:])")
    paths = os.pathsep.join([str(fake.parent), str(Path(seedance_nb.__file__).parents[1])])

    said = call("lab", "--no-browser", PYTHONPATH=paths)

    assert 0 == said.code
    assert "01_quickstart.ipynb" in said.out
    assert "--no-browser" in said.out


@pytest.mark.parametrize("command", ["generate", "doctor", "export"])
def test_help_speaks_chinese_throughout(
    run: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What argparse says by itself in its help is said in the user's language, too."""
    monkeypatch.setenv("SEEDANCE_NB_LANGUAGE", "zh")
    said = run(command, "--help").out

    assert 1 == said.count("用法：") == said.count("选项:")
    assert not any(word in said for word in ("usage", "options:", "positional", "show this"))
