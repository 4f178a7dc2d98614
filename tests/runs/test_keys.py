"""The key: wherever it comes from and whatever fails, it shows nowhere."""

from __future__ import annotations

import copy
import dataclasses
import json
import logging
import os
import pickle
import subprocess
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from makers import picture as image

from seedance_nb.core import media
from seedance_nb.core.errors import InvalidRequest, SeedanceError
from seedance_nb.core.secret import Secret, hidden, holds_key
from seedance_nb.evolink import fit, inputs
from seedance_nb.runs.job import Job
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from peer import Peer

ROOT = Path(__file__).parents[2]


@pytest.fixture
def session(peer: Peer, canary: str, tmp_path: Path) -> Iterator[Session]:
    """A session on the other server."""
    media.use(inputs.opened, fit.fit)
    given = {"base_url": peer.url, "files_url": peer.files_url, "home": tmp_path / "runs"}
    made = Session(resolve({**given, "api_key": canary}, {}, {}, cwd=tmp_path))
    yield made
    made.close()


def one(session: Session, prompt: str) -> Job:
    """A short job."""
    job = session.generate(prompt, duration=4, quality="480p")
    assert isinstance(job, Job)
    return job


def everything(error: BaseException | None) -> str:
    """All that a report of an error can show: texts, causes, and the locals of our frames."""
    shown = ""
    while error is not None:
        step = error.__traceback__
        while step and "seedance_nb" not in step.tb_frame.f_code.co_filename:
            step = step.tb_next
        report = traceback.TracebackException(type(error), error, step, capture_locals=True).format(
            chain=False
        )
        shown += "".join(report) + repr(error.__dict__)
        error = error.__cause__ or error.__context__
    return shown


def run(code: str, folder: Path, **environ: str) -> str:
    """What a script in a process of its own prints, on either stream."""
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}", **environ}
    del env["TESTS_CANARY"]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=env, capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


# --- from where it comes --------------------------------------------------------------------------

STAND_INS = {
    "keyring.py": """
import os, pathlib
kept = pathlib.Path("kept")
def get_password(service, name):
    assert (service, name) == ("seedance_nb", "EVOLINK_API_KEY")
    return kept.read_text()[::-1] if kept.exists() else None
def set_password(service, name, password):
    if "BROKEN" in os.environ:
        raise RuntimeError("locked: " + password)
    kept.write_text(password[::-1])
""",
    "google/colab/userdata.py": """
import os
def get(name):
    assert name == "EVOLINK_API_KEY"
    return os.environ["ON_COLAB"][::-1]
""",
}
SHOW_ALL = """
import sys, traceback
def hook(*error):
    lines = traceback.TracebackException(*error, capture_locals=True).format()
    print("".join(lines), file=sys.stderr)
sys.excepthook = hook
import logging
logging.basicConfig(level=logging.DEBUG)
import seedance_nb as sd
"""
LOGIN = """
from IPython.core.interactiveshell import InteractiveShell
from seedance_nb.notebook.magics import SeedanceMagics
shell = InteractiveShell.instance()
shell.register_magics(SeedanceMagics(shell, ask=lambda _: open("paper").read()[::-1]))
shell.run_cell("%xmode Verbose")
shell.run_cell("%seedance login --save")
shell.run_cell("%seedance config")
shell.run_cell("!env")
print("WHERE", sd.configure())
sd.configure(api_key=None)
"""


@pytest.fixture
def stand_ins(tmp_path: Path, canary: str) -> Path:
    """A folder with a keyring and Colab's secrets, and the key on a sheet of paper."""
    for name, code in STAND_INS.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(code)
    (tmp_path / "paper").write_text(canary[::-1])  # the canary itself may be in no file
    return tmp_path


def test_login_keeps_the_key_in_the_keyring(stand_ins: Path, canary: str) -> None:
    """A key that was typed in is found in the keyring by the next process; neither shows it."""
    first = run(SHOW_ALL + LOGIN, stand_ins, HOME=str(stand_ins))
    second = run(f"{SHOW_ALL}\nprint(sd.configure().settings)", stand_ins)

    assert "WHERE <Session Live;" in first, first
    assert "keyring" in second
    assert "backend='live'" in second
    assert canary not in first + second


def test_a_keyring_that_fails_quotes_no_key(stand_ins: Path, canary: str) -> None:
    """Where the keyring breaks and repeats the key, the cell says what to do, and nothing more."""
    out = run(SHOW_ALL + LOGIN, stand_ins, BROKEN="1", HOME=str(stand_ins))

    assert "RuntimeError" in out
    assert "EVOLINK_API_KEY" in out
    assert canary not in out


def test_a_key_among_colabs_secrets(stand_ins: Path, canary: str) -> None:
    """The key of Colab is found; a setting that is wrong beside it does not bring it out."""
    code = f"import google.colab\n{SHOW_ALL}\nprint(sd.configure())\nsd.configure(home=1, wait='x')"
    out = run(code, stand_ins, ON_COLAB=canary[::-1])

    assert "<Session Live;" in out
    assert "ConfigError" in out
    assert canary not in out


@pytest.mark.parametrize("place", ["environment", "call"])
def test_a_wrong_setting_beside_the_key(place: str, tmp_path: Path, canary: str) -> None:
    """A traceback with all locals shows the key neither of the environment nor of the call."""
    code = "sd.configure(api_key=open('paper').read()[::-1], wait='x')"
    (tmp_path / "paper").write_text(canary[::-1])
    environ = {"EVOLINK_API_KEY": canary} if place == "environment" else {}
    out = run(
        SHOW_ALL + (code if place == "call" else "sd.configure(wait='x')"), tmp_path, **environ
    )

    assert "ConfigError" in out
    assert canary not in out


def test_a_password_in_an_address_is_refused(canary: str, tmp_path: Path) -> None:
    """User name and password in a server's address are refused, and not repeated."""
    for name in ("base_url", "files_url"):
        for scheme in ("https://", "http://", ""):
            with pytest.raises(SeedanceError) as caught:
                resolve({name: f"{scheme}me:{canary}@a.example"}, {}, {}, cwd=tmp_path)
            assert "password" in str(caught.value)
            assert canary not in str(caught.value)


@pytest.mark.parametrize("given", [b"sk-as-bytes-0123456789", 12345, ["sk-in-a-list-0123456789"]])
def test_what_is_no_text_is_no_key(given: Any, tmp_path: Path) -> None:
    """Bytes, numbers and lists are told to be no key; they are not shown."""
    found = resolve({"api_key": given}, {}, {}, cwd=tmp_path)

    assert "no key" in str(found.trouble)
    assert "0123456789" not in f"{found}{found.trouble}"


# --- where it could show --------------------------------------------------------------------------


def test_nothing_of_a_session_holds_the_key(session: Session, canary: str) -> None:
    """No text form, copy or pickle of session, settings or key holds it."""
    works: list[Callable[[Any], Any]] = [
        repr, str, vars, pickle.dumps, copy.copy, copy.deepcopy, dataclasses.asdict,
        lambda it: it.__getstate__(), lambda it: json.dumps(it, default=str),
    ]  # fmt: skip
    for thing in (session, session.settings, session.secret, session.server.client):
        for work in works:
            try:
                shown = repr(work(thing))
            except Exception as error:  # noqa: BLE001 - refused, in whatever way
                shown = str(error)
            assert canary not in shown, (thing, work)


@pytest.mark.parametrize("field", ["prompt", "images", "videos", "callback_url", "file"])
def test_a_key_in_a_request_is_refused(
    field: str, session: Session, peer: Peer, canary: str, tmp_path: Path
) -> None:
    """A key in prompt, address or file name, ours or a new one, is not sent and not written."""
    for key in (canary, "sk-" + "a1" * 12):
        picture = tmp_path / f"{key[::-1]}.png"
        picture.write_bytes(image((320, 320)))
        cases: dict[str, dict[str, Any]] = {
            "prompt": {"prompt": f"a dog {key}"},
            "images": {"images": [f"https://a.example/{key}.png"]},
            "videos": {"videos": [f"https://a.example/v.mp4?token={key}"]},
            "callback_url": {"callback_url": f"https://a.example/{key}"},
            "file": {"images": [picture.rename(tmp_path / f"{key}.png")]},
        }
        with pytest.raises(InvalidRequest) as caught:
            session.generate(**{"prompt": "a dog", **cases[field]})

        assert "holds an API key" in str(caught.value)
        assert key not in str(caught.value)
    assert [] == peer.creates


@pytest.mark.parametrize(
    "ask",
    [
        lambda session, key: session.generate("a dog", quality=key),
        lambda session, key: session.generate("a dog", images=[f"/nowhere/{key}.png"]),
        lambda session, key: session.generate("a dog", **{key: 1}),
        lambda session, key: session.job(key),
        lambda session, key: session.adopt(key),
    ],
)
def test_a_key_in_the_wrong_place_is_not_repeated(
    ask: Callable[..., object], session: Session, canary: str
) -> None:
    """Pasted where something else belongs, it is refused in words that do not quote it."""
    one(session, "there is a job").wait(20)
    for key in (canary, "sk-" + "a1" * 12):
        with pytest.raises(SeedanceError) as caught:
            ask(session, key)
        assert key not in f"{caught.value}{caught.value!r}{caught.value.to_dict()}"


def hostile(key: str) -> dict[str, tuple[str, tuple[Any, ...]]]:
    """Ways of a server to give the key back, and the list of steps that each belongs to."""
    echo = {"error": {"code": key, "message": f"bad {key}", "type": key}}
    gone = f"http://10.0.0.1/{key}?k={key}"
    return {
        "an error's body": ("on_create", ("status", 400, echo)),
        "a header": ("on_create", ("status", 401, echo, {"x-request-id": key, "Retry-After": key})),
        "a page": ("on_create", ("status", 500, f"<h1>{key}</h1>".encode(), {"Content-Type": key})),
        "an ID": ("on_create", ("merge", {"id": f"task-{key}"})),
        "a failed task": ("on_create", ("fails", key, f"your {key}")),
        "an unknown status": ("on_poll", ("merge", {"status": key, "x": key})),
        "a link": ("on_poll", ("merge", {"status": "completed", "results": [gone]})),
        "a redirect": ("on_poll", ("status", 302, b"", {"Location": gone})),
        "a moved video": ("on_download", ("status", 302, b"", {"Location": gone})),
    }


@pytest.mark.parametrize("how", hostile(""))
def test_a_hostile_server(
    how: str, session: Session, peer: Peer, canary: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever a server echoes: not in error, traceback, locals, journal, files, or any log."""
    caplog.set_level(logging.DEBUG)
    where, step = hostile(canary)[how]
    getattr(peer, where).append(step)

    job = one(session, "a dog")
    shown = ""
    try:
        job.wait(20)
    except SeedanceError as error:
        group = ExceptionGroup("together", [error])
        shown = everything(error) + "".join(traceback.format_exception(group))
    assert canary not in shown
    files = [file for file in session.home.rglob("*") if file.is_file()]
    assert not [
        file for file in files if canary in f"{file}" or canary.encode() in file.read_bytes()
    ]
    assert canary not in caplog.text + repr(job) + repr(getattr(job, "state", ""))
    assert "HTTP Request" in caplog.text


def test_the_http_librarys_log(
    session: Session, peer: Peer, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG it tells of our calls without signed queries; other people's lines stay whole."""
    caplog.set_level(logging.DEBUG)
    one(session, "a dog").wait(20)
    logging.getLogger("httpx").info("HTTP Request: GET %s", "https://theirs.example/?Signature=1")

    ours, theirs = caplog.text.split("https://theirs.example/")
    assert "/0.mp4" in ours
    assert "Signature=" not in ours
    assert theirs.startswith("?Signature=1")


def test_what_is_known_as_a_key(canary: str) -> None:
    """Keys of this process and what looks like one are hidden; words and task IDs are not."""
    assert "x (hidden) y" == hidden(f"x {Secret(canary).reveal()} y")
    other = Secret(canary[::-1])  # by its looks nobody would take it for one
    assert "x (hidden) y" == hidden(f"x {other.reveal()} y")
    assert holds_key("--sk-" + "a1" * 12)
    assert holds_key(f"/tmp/{canary}.png")
    for text in (
        "task-unified-1774857405-abc123",
        "sk-is-no-key-without-digits",
        "sk-123",
        "a dog",
    ):
        assert not holds_key(text)
