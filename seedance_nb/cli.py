"""The command line: `seedance-nb`, for terminals and scripts.

What was asked for goes to stdout, all else to stderr. Exit codes: 0 done, 1 failed, 2 bad request
or settings, 3 uncertain whether a request was accepted, 130 interrupted.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os
import runpy
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from seedance_nb.core import options, texts
from seedance_nb.core.checking import integer_problems
from seedance_nb.core.errors import (
    BudgetExceeded,
    ConfigError,
    InvalidRequest,
    SeedanceError,
    SubmitUncertain,
)
from seedance_nb.core.texts import say
from seedance_nb.runs import cleaning, log_rows, settings, terminal
from seedance_nb.runs import current as sessions
from seedance_nb.runs import demo as demos
from seedance_nb.runs import doctor as doctors
from seedance_nb.runs import leaks as leaking
from seedance_nb.runs import log as logs
from seedance_nb.runs.errand import (
    BAD,
    DONE,
    FAILED,
    INTERRUPTED,
    UNCERTAIN,
    finish,
    generate,
    tell,
)
from seedance_nb.runs.tracker import SLICE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


LAST_PORT = 65535


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; its exit code."""
    try:
        words, language = _language(list(sys.argv[1:] if argv is None else argv))
        texts.use(language)
        return _run(words)
    except SeedanceError as error:
        tell(str(error))
        return _code(error)
    except KeyboardInterrupt:
        with contextlib.suppress(KeyboardInterrupt):  # a second one, while the first is told of
            tell(say("cli.interrupted"))
        return INTERRUPTED
    except SystemExit as end:  # argparse has said what there is to say
        return int(end.code or 0)


def _language(words: list[str]) -> tuple[list[str], texts.Language]:
    """The command line without `--language X`, and what to speak."""
    own = words.index("--") if "--" in words else len(words)
    found = _Parser(prog="seedance-nb", add_help=False, allow_abbrev=False)
    found.add_argument("--language")
    given, rest = found.parse_known_args(words[:own])
    if given.language:
        return rest + words[own:], sessions.configure(language=given.language).settings.language
    names = ("SEEDANCE_NB_LANGUAGE", *settings.SPEECH)
    environ = {name: os.environ[name] for name in names if name in os.environ}
    return words, settings.resolve({}, {}, environ, cwd=Path()).language


def _run(words: list[str]) -> int:
    command, rest = words[0] if words else "", words[1:]
    wants_help = bool({"-h", "--help"} & set(rest))
    if command == "generate" and not wants_help:
        return generate(rest)
    if command == "lab" and not wants_help:
        return lab(rest)
    parser = _parser(command)
    if not words:
        parser.print_help(sys.stderr)
        return BAD
    given = parser.parse_args(words)
    commands: dict[str, Callable[[argparse.Namespace], int]] = {
        "demo": demo, "simulate": simulate, "jobs": jobs, "resume": resume, "log": log,
        "export": export, "clean": clean, "doctor": doctor,
    }  # fmt: skip
    return commands[given.command](given)


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Help whose one word of its own is ours."""

    def add_usage(
        self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None
    ) -> None:
        super().add_usage(usage, actions, groups, say("cli.usage") if prefix is None else prefix)


class _Parser(argparse.ArgumentParser):
    """An argparse parser that raises our error, in our words, instead of leaving the process."""

    def __init__(self, *, add_help: bool = True, **given: Any) -> None:
        parents = given.pop("parents", ())
        super().__init__(**{"formatter_class": _Formatter, **given}, add_help=False)
        _entitle(self)
        for parent in parents:  # after the headings, by which groups are brought together
            self._add_container_actions(parent)
        if add_help:
            self.add_argument("-h", "--help", action="help", help=say("cli.help"))

    def error(self, message: str) -> NoReturn:
        raise ConfigError("cli.words", message=options.reworded(message), command=self.prog)


def _entitle(made: argparse.ArgumentParser) -> None:
    """The headings of a parser's help; argparse has no other way to them."""
    made._positionals.title = say("cli.arguments")  # noqa: SLF001
    made._optionals.title = say("cli.options")  # noqa: SLF001


# --- help -----------------------------------------------------------------------------------------


def _parser(command: str) -> argparse.ArgumentParser:
    version = importlib.import_module("seedance_nb").__version__
    made: argparse.ArgumentParser = _Parser(
        prog="seedance-nb",
        description=say("cli.about"),
        epilog=say("cli.epilog"),
        add_help=False,
        allow_abbrev=False,
    )
    made.add_argument("-h", "--help", action="help", help=say("cli.help"))
    made.add_argument("--version", action="version", version=version, help=say("cli.version"))
    made.add_argument("--language", metavar="en|zh", help=say("cli.language"))
    commands = made.add_subparsers(
        title=say("cli.commands"), dest="command", metavar="COMMAND", required=True
    )

    def add(name: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        about = say(f"cli.{name}")
        return commands.add_parser(
            name, help=about, description=about, parents=list(parents), allow_abbrev=False
        )

    _add_demo(add("demo"))
    add("lab").usage = "seedance-nb lab [...]"
    add("generate", *([_generate_options()] if command == "generate" else []))
    _add_simulate(add("simulate"), listed=command == "simulate")
    for name in ("jobs", "resume"):
        add(name)
    add("clean").add_argument("-y", "--yes", action="store_true", help=say("cli.clean.yes"))
    add("doctor").add_argument("--leaks", metavar="PATH", help=say("cli.doctor.leaks"))
    log_options = add("log")
    log_options.add_argument("--verify", action="store_true", help=say("cli.log.verify"))
    log_options.add_argument("--notebook", metavar="FILE", help=say("cli.log.notebook"))
    add("export").add_argument("file", metavar="FILE", help=say("cli.export.file"))
    return made


def _generate_options() -> argparse.ArgumentParser:
    made = options.parser("seedance-nb generate", positional="prompt")
    _entitle(made)
    for action in made._actions:  # noqa: SLF001 - argparse tells of its options in no other way
        text_id = f"cli.option.{action.dest}"
        action.help = say(text_id) if text_id in texts.TABLE else action.help
        if action.dest == "embed":  # there is no notebook to embed it in
            action.help = argparse.SUPPRESS
    return made


def _add_demo(made: argparse.ArgumentParser) -> None:
    about = say("cli.demo.backend")
    made.add_argument("--backend", choices=("simulator", "live"), default="simulator", help=about)
    made.add_argument("-y", "--yes", action="store_true", help=say("cli.demo.yes"))
    about = say("cli.demo.folder")
    made.add_argument("--folder", type=Path, default=Path("seedance_demo"), help=about)


def _add_simulate(made: argparse.ArgumentParser, *, listed: bool) -> None:
    module = importlib.import_module("seedance_nb.simulator") if listed else None
    names = ", ".join(module.SCENARIOS) if module else ""
    rows: list[tuple[str, type, Any]] = [
        ("port", int, 0), ("time_scale", float, None), ("seed", int, 0),
        ("scenario", str, "normal"), ("catalog", str, "quickstart"), ("home", Path, None),
    ]  # fmt: skip
    for name, kind, default in rows:
        option, about = f"--{name.replace('_', '-')}", say(f"cli.simulate.{name}", names=names)
        metavar = "N" if kind in (int, float) else name.upper()
        made.add_argument(option, type=kind, default=default, metavar=metavar, help=about)


# --- commands -------------------------------------------------------------------------------------


def resume(_: argparse.Namespace) -> int:
    """Go on with all that is not finished, and wait for it."""
    session = sessions.current()
    found = session.resume(tell=tell)
    if not found:
        tell(say("cli.resume.none", home=session.home))
        return DONE
    return finish(found)


def jobs(_: argparse.Namespace) -> int:
    """List the jobs of this folder."""
    session = sessions.current()
    lines = terminal.table(session.jobs())
    if not lines:
        tell(say("cli.jobs.none", home=session.home))
    for line in lines:
        print(line)
    return DONE


def log(given: argparse.Namespace) -> int:
    """List what was asked; with `--verify` check that it is all true."""
    found = logs.read(sessions.current())
    if not given.verify:
        for line in terminal.lines(log_rows.head(), found.to_rows()):
            print(line)
        return DONE
    try:
        wrong = found.verify(given.notebook)
    except (OSError, ValueError) as error:
        raise ConfigError("cli.log.unreadable", path=given.notebook, reason=error) from None
    for disagreement in wrong:
        print(disagreement.text)
    if not wrong:
        tell(say("verify.good", count=len(found)))
    return FAILED if wrong else DONE


def export(given: argparse.Namespace) -> int:
    """Write the log to a file; its ending says how."""
    print(logs.read(sessions.current()).export(given.file))
    return DONE


def clean(given: argparse.Namespace) -> int:
    """List what nobody needs, or remove it."""
    told, rows = cleaning.clean(sessions.current(), yes=given.yes)
    for line in terminal.lines(None, rows):
        print(line)
    tell(told)
    return DONE


def doctor(given: argparse.Namespace) -> int:
    """Say what was found here, or which files hold a key or a signed link."""
    if given.leaks is not None:
        return leaks(given.leaks)
    found = doctors.report(sessions.current(), front_end="script")
    print(*terminal.lines(None, [[label, finding] for label, finding in found]), sep="\n")
    return FAILED if any(isinstance(finding, doctors.Trouble) for _, finding in found) else DONE


def leaks(path: str) -> int:
    """List keys and signed links in a file or folder, one a line."""
    count = 0
    for leak in leaking.find(Path(path).expanduser(), sessions.current().secret):
        print(leak)
        count += 1
    tell(say("leaks.found", count=count) if count else say("leaks.none", path=_shown(path)))
    return FAILED if count else DONE


def _shown(path: str) -> str:
    """A path that says where it is: `.` and `..` do not."""
    return path if Path(path).name not in ("", "..") else str(Path(path).resolve())


def simulate(given: argparse.Namespace) -> int:
    """Run the simulator until Ctrl-C or SIGTERM; its URL is the first line of stdout."""
    session = sessions.current()
    home = given.home or session.home / "simulator"
    scale = session.settings.time_scale if given.time_scale is None else given.time_scale
    if wrong := integer_problems("port", given.port, 0, LAST_PORT):
        raise ConfigError("cli.simulate.bad", reason=wrong[0].text)
    try:
        simulator = importlib.import_module("seedance_nb.simulator").Simulator(
            home, port=given.port, seed=given.seed, time_scale=scale,
            scenario=given.scenario, catalog=given.catalog,
        ).start()  # fmt: skip
    except (ValueError, OverflowError, OSError) as error:
        raise ConfigError("cli.simulate.bad", reason=error) from None
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())
    try:
        print(simulator.url, flush=True)
        tell(say("cli.simulate.how", url=simulator.url, home=home))
        if not simulator.renders:
            tell(say("cli.simulate.ready_made"))
        while not ended.wait(SLICE):  # in slices, so that Ctrl-C is heard everywhere
            pass
    except KeyboardInterrupt:
        pass
    finally:
        simulator.stop()
    return DONE


def demo(given: argparse.Namespace) -> int:
    """Run the quickstart notebook from end to end."""
    demos.require()
    lesson = demos.notebooks()[0] / demos.LESSON
    where = say("session.simulator")
    if given.backend == "live":
        session = sessions.configure(backend="live")
        if session.settings.trouble:
            raise session.settings.trouble
        where = session.where
        if not given.yes:
            tell(say("cli.demo.live", count=demos.count_requests(lesson), where=where))
            return BAD
    tell(say("cli.demo.start", where=where))
    begun = time.monotonic()
    outcome = demos.play(
        lesson, given.folder,
        environ=demos.environment(os.environ, live=given.backend == "live"),
        write=lambda text: print(text, end="", file=sys.stderr, flush=True),
        stopwatch=time.monotonic,
    )  # fmt: skip
    for path in (outcome.notebook, outcome.page, *outcome.videos):
        print(path)
    if outcome.trouble:
        tell(say("cli.demo.failed", reason=outcome.trouble))
        return FAILED
    took, count = time.monotonic() - begun, len(outcome.videos)
    tell(say("cli.demo.done", seconds=took, videos=count, html=outcome.page))
    return DONE


def lab(more: Sequence[str]) -> int:
    """Open the notebooks in JupyterLab; what follows `lab` on the line is passed on to it."""
    demos.require(("jupyterlab",))
    folder, is_checkout = demos.notebooks()
    if not is_checkout:
        folder = demos.copies(folder)
        tell(say("cli.lab.copied", folder=folder))
    sys.argv = ["jupyterlab", str(folder / demos.LESSON), *more]
    runpy.run_module("jupyterlab", run_name="__main__")  # in this process: Ctrl-C is Lab's own
    return DONE


def _code(error: SeedanceError) -> int:
    if isinstance(error, SubmitUncertain):
        return UNCERTAIN
    return BAD if isinstance(error, InvalidRequest | ConfigError | BudgetExceeded) else FAILED
