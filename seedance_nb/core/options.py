"""The line and the text of a cell, read into a request: one parser for magic and command line.

The options that concern the request come from `catalog.PARAMETERS`, the others from `RUN_OPTIONS`.
Everything that is wrong is reported at once.
"""

from __future__ import annotations

import argparse
import builtins
import keyword
import math
import re
import shlex
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, NoReturn

from seedance_nb.core import sweep, texts
from seedance_nb.core.catalog import PARAMETERS
from seedance_nb.core.checking import integer_problems, not_among
from seedance_nb.core.errors import InvalidRequest, Problem
from seedance_nb.core.filling import Filler
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.words import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_TAKES = 100
MOST_CREDITS = 1e9  # as a cap
WHEN = ("auto", "always", "never")
_FILES = {p.name: p.options[0] for p in PARAMETERS if p.kind == "media"}
_LIST = re.compile(r"[\w-]+\s*=")


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """An option that says how to run a request, not what to ask for."""

    name: str
    options: tuple[str, ...]
    metavar: str | None = None
    default: object = None
    choices: tuple[str, ...] = ()


RUN_OPTIONS: tuple[Option, ...] = (
    Option(name="takes", options=("--takes",), metavar="N", default=1),
    Option(name="sweep", options=("--sweep",), metavar="[key=a,b,c]"),
    Option(name="fit", options=("--fit",), default=False),
    Option(name="new", options=("--new",), default=False),
    Option(name="max_credits", options=("--max-credits",), metavar="N"),
    Option(name="yes", options=("-y", "--yes"), default=False),
    Option(name="wait", options=("--wait",)),
    Option(name="no_wait", options=("--no-wait",)),
    Option(name="timeout", options=("--timeout",), metavar="S"),
    Option(name="out", options=("-o", "--out"), metavar="PATH"),
    Option(name="embed", options=("--embed",), metavar="WHEN", choices=WHEN),
    Option(name="quiet", options=("--quiet",), default=False),
    Option(name="dry_run", options=("--dry-run",), default=False),
    Option(name="explain", options=("--explain",), default=False),
)


# What other tools call an option.
_ELSEWHERE = {"resolution": "--quality", "size": "--quality", "ratio": "--aspect-ratio",
              "length": "--duration", "seconds": "--duration", "mute": "--no-audio",
              "silent": "--no-audio", "n": "--takes", "count": "--takes"}  # fmt: skip

# What argparse says of options, to be said in the user's language.
_ENGLISH = (
    (r"argument (?P<option>.+): expected one argument", "problem.options.value"),
    (r"argument (?P<option>.+): ignored explicit argument (?P<value>.+)", "problem.options.flag"),
    (r"the following arguments are required: (?P<option>.+)", "problem.options.missing"),
    (r"unrecognized arguments: (?P<value>.+)", "problem.options.unknown"),
    (
        r"argument (?P<option>.+): invalid choice: (?P<value>.+) \(choose from (?P<choices>.+)\)",
        "problem.options.choice",
    ),
    (
        r"argument (?P<option>.+): invalid (?:int|float) value: (?P<value>.+)",
        "problem.options.number",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a cell or a command asks for.

    Attributes:
        requests: The checked requests: one, or each combination of a sweep.
        name: Variable that the job is bound to.
        takes: How many takes of each.
        sweep: Whether it is a sweep, be it of a single combination.
        new: Whether to make a new take even if there is one.
        wait: Whether to block; None leaves it to the setting.
        timeout: Seconds after which a wait ends.
        out: Where a copy of the file goes.
        embed: How the video is shown; None leaves it to the setting.
        quiet: Whether to show nothing.
        dry_run: Whether to show the exact request instead of sending it.
        explain: Whether to show what was sent and answered.
        max_credits: What it may cost at most; None where there is no cap.
        yes: Whether the user agrees to spend.
        repeated: How many combinations of a sweep were given before.
        variables: The variables that went in, by name.
    """

    requests: tuple[VideoRequest, ...]
    name: str | None = None
    takes: int = 1
    sweep: bool = False
    new: bool = False
    wait: bool | None = None
    timeout: float | None = None
    out: str | None = None
    embed: str | None = None
    quiet: bool = False
    dry_run: bool = False
    explain: bool = False
    max_credits: float | None = None
    yes: bool = False
    repeated: int = 0
    variables: Mapping[str, object] = field(default_factory=dict)

    @property
    def request(self) -> VideoRequest:
        """The request, or the first of a sweep."""
        return self.requests[0]

    @property
    def warnings(self) -> list[str]:
        """What is advised against in any of the requests, each sentence once."""
        found = [warning for one in self.requests for warning in one.warnings]
        # The choices of a sweep are made; what is left of braces was written twice.
        chosen = {"problem.prompt.choice"} if self.sweep else set()
        said = [warning.text for warning in found if warning.text_id not in chosen]
        said += [texts.say("sweep.repeated", count=self.repeated)] if self.repeated else []
        return list(dict.fromkeys(said))


class _Parser(argparse.ArgumentParser):
    """An argparse parser that raises our error instead of leaving the process."""

    def error(self, message: str) -> NoReturn:
        said = reworded(message)
        raise InvalidRequest(problems=[Problem("options", "problem.options", message=said)])


def reworded(message: str) -> str:
    """What argparse says is wrong, in the language of the user."""
    for pattern, text_id in _ENGLISH:
        if found := re.fullmatch(pattern, message):
            return texts.say(text_id, **found.groupdict())
    return message


def parser(prog: str = "%%seedance", *, positional: str = "name") -> argparse.ArgumentParser:
    """The parser of all options, for parsing and for help."""
    about = texts.say("magic.about")
    made = _Parser(prog=prog, add_help=False, allow_abbrev=False, description=about)
    metavar, nargs = ("NAME", "?") if positional == "name" else ("PROMPT", None)
    about = texts.say(f"option.{positional}")
    made.add_argument(positional, nargs=nargs, metavar=metavar, help=about)
    for parameter in PARAMETERS:
        if parameter.kind == "flag":
            _add_flag(made, parameter.name, parameter.options, value=parameter.value_when_given)
        elif parameter.options:
            action = "append" if parameter.kind == "media" else "store"
            _add_value(made, parameter.name, parameter.options, parameter.metavar, action)
    for option in RUN_OPTIONS:
        if option.name == "sweep":
            _add_value(made, option.name, option.options, "KEY=A,B", "append")
        elif option.metavar:
            _add_value(made, option.name, option.options, option.metavar)
        else:
            _add_flag(made, option.name, option.options, value=True)
    return made


def _add_flag(
    made: argparse.ArgumentParser, name: str, options: Sequence[str], *, value: bool
) -> None:
    about = texts.say(f"option.{name}")
    made.add_argument(*options, dest=name, action="store_const", const=value, help=about)


def _add_value(
    made: argparse.ArgumentParser,
    name: str,
    options: Sequence[str],
    metavar: str,
    action: str = "store",
) -> None:
    about = texts.say(f"option.{name}")
    made.add_argument(*options, dest=name, action=action, metavar=metavar, help=about)


def option_names() -> list[str]:
    """Every spelling of every option, for completion and near misses."""
    rows = [*(p.options for p in PARAMETERS), *(o.options for o in RUN_OPTIONS)]
    return [spelling for row in rows for spelling in row]


def wants_help(line: str) -> bool:
    """Whether the line asks for help and nothing else."""
    return line.split() in (["-h"], ["--help"])


def read_cell(
    line: str,
    body: str,
    namespace: Mapping[str, object],
    *,
    is_secret: Callable[[str], bool] = lambda _: False,
) -> Order:
    """The order of a `%%seedance` cell.

    Args:
        line: What stands behind `%%seedance`.
        body: The cell; verbatim the prompt, but for `{variable}`.
        namespace: The variables of the notebook.
        is_secret: Whether a text contains the API key; such a value is refused.

    Raises:
        InvalidRequest: With every problem of line, text and request.
    """
    try:
        words = shlex.split(line, posix=True)
    except ValueError as exc:
        raise InvalidRequest(
            problems=[Problem("options", "problem.quotes", message=str(exc))]
        ) from None
    return _order(words, Filler(namespace, is_secret), body.strip("\n"))


def read_words(words: Sequence[str]) -> Order:
    """The order of a command line: the prompt is its positional argument, taken verbatim."""
    return _order(words, Filler({}, lambda _: False), None)


def _order(words: Sequence[str], fill: Filler, body: str | None) -> Order:
    made = parser(positional="prompt" if body is None else "name")
    parsed, unknown = made.parse_known_args(readable(words))
    given = {key: value for key, value in vars(parsed).items() if value is not None}
    problems = [_unknown_word(word) for word in _without_values(unknown)]
    name = given.pop("name", None)
    # Behind an unknown option stands its value, which only looks like a name.
    if name is not None and not unknown:
        problems += _name_problems(name, given)
    prompt = given.pop("prompt") if body is None else body
    run = {option.name: given.pop(option.name, option.default) for option in RUN_OPTIONS}
    varied, fit = run.pop("sweep"), {"fit": True} if run.pop("fit") else {}
    run, run_problems = _read_run(run, fill)
    fields = {key: _typed(key, value, fill) for key, value in given.items()}
    try:
        requests, repeated = _requests(
            prompt, fields | fit, fill, varied, verbatim=body is None, **run
        )
    except InvalidRequest as error:
        problems += filter(fill.leaves, error.problems)
    problems += [*run_problems, *dict.fromkeys(fill.problems)]
    if problems:
        raise InvalidRequest(problems=problems)
    return Order(
        requests=requests,
        name=name,
        sweep=varied is not None,
        repeated=repeated,
        variables=dict(fill.used),
        **run,
    )


def _requests(
    prompt: str,
    fields: Mapping[str, Any],
    fill: Filler,
    varied: Sequence[str] | None,
    *,
    verbatim: bool,
    takes: object,
    **_: object,
) -> tuple[tuple[VideoRequest, ...], int]:
    """The request of a cell, or each of its sweep, and how many of these were there before."""
    read = str if verbatim else fill.text
    if varied is None:
        return (VideoRequest.of(read(prompt), **fields),), 0
    problems: list[Problem] = []
    lists: dict[str, list[Any]] = {}
    for word in filter(None, varied):
        key, values, wrong = sweep.read_list(word, fill.value)
        problems += wrong
        if key in lists or key in fields:
            problems.append(Problem("sweep", "problem.sweep.twice", key=key))
        if values:
            lists[key] = values
    prompts: list[str] = [prompt]
    try:
        prompts = [read(text) for text in sweep.alternatives(prompt)]
        requests = sweep.requests_of(prompts, lists, fields, takes=takes)
    except InvalidRequest as error:
        problems += error.problems
    if not problems and len(prompts) == 1 and not lists:
        problems.append(Problem("sweep", "problem.sweep.nothing"))
    if problems:
        raise InvalidRequest(problems=problems)
    return requests, len(prompts) * math.prod(map(len, lists.values())) - len(requests)


def readable(words: Sequence[str]) -> list[str]:
    """The words as the parser takes them: hyphens for underscores, `--sweep` never alone."""
    found: list[str] = []
    for word in map(_hyphened, words):
        if found and found[-1] == "--sweep":
            found[-1] = "--sweep="
            if _LIST.match(word):
                found[-1] += word
                continue
        found.append(word)
    return [*found[:-1], "--sweep="] if found and found[-1] == "--sweep" else found


def _name_problems(name: str, given: Mapping[str, Any]) -> list[Problem]:
    before = [option for key, option in _FILES.items() if key in given]
    if before and re.search(r"[/\\]|\.\w+$", name):
        return [Problem("name", "problem.name.file", value=name, option=before[-1])]
    if not name.isidentifier():
        return [Problem("name", "problem.name", value=name)]
    if keyword.iskeyword(name) or hasattr(builtins, name):
        return [Problem("name", "problem.name.taken", value=name)]
    return []


def _hyphened(word: str) -> str:
    """`--dry_run` and a long dash are understood as `--dry-run`; values stay as they are."""
    word = re.sub(r"^[\u2013\u2014](?=[a-z])", "--", word)
    head, equals, tail = word.partition("=")
    return head.replace("_", "-") + equals + tail if head.startswith("--") else word


def _typed(key: str, value: Any, fill: Filler) -> Any:
    if isinstance(value, list):
        return tuple(fill.value(item, key) for item in value)
    value = fill.value(value, key)
    return _number(value, int) if key == "duration" else value


def _number(value: Any, kind: type[int | float]) -> Any:
    try:
        return kind(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _read_run(given: dict[str, Any], fill: Filler) -> tuple[dict[str, Any], list[Problem]]:
    run = {key: fill.value(value, key) for key, value in given.items()}
    run["takes"] = _number(run["takes"], int)
    problems = takes_problems(run["takes"])
    run["timeout"] = _number(run["timeout"], float)
    timeout = run["timeout"]
    if timeout is not None and not (isinstance(timeout, int | float) and timeout > 0):
        problems.append(Problem("timeout", "problem.timeout", value=timeout))
    if run["embed"] is not None and run["embed"] not in WHEN:
        problems.append(not_among("embed", run["embed"], WHEN))
    ending = PurePath(str(run["out"] or "")).suffix
    if not isinstance(run["out"], str | PurePath | None):
        problems.append(Problem("out", "problem.out.kind", value=run["out"]))
    elif ending and ending.lower() != ".mp4":
        problems.append(Problem("out", "problem.out", value=run["out"], ending=ending))
    run["max_credits"] = _number(run["max_credits"], float)
    problems += cap_problems(run["max_credits"])
    no_wait = run.pop("no_wait")
    if run["wait"] and no_wait:
        problems.append(Problem("wait", "problem.wait.both"))
    run["wait"] = True if run["wait"] else (False if no_wait else None)
    return run, problems


def takes_problems(takes: object) -> list[Problem]:
    """What is wrong with a number of takes."""
    return integer_problems("takes", takes, 1, MOST_TAKES)


def cap_problems(cap: object) -> list[Problem]:
    """What is wrong with a cap in credits; None is none."""
    if cap is None or (isinstance(cap, int | float) and 0 <= cap < MOST_CREDITS):
        return []
    return [Problem("max_credits", "problem.credits", value=cap)]


def _without_values(unknown: Sequence[str]) -> list[str]:
    """The words nobody knows, less those that are the value of an unknown option."""
    pairs = zip(["", *unknown], unknown, strict=False)
    return [word for before, word in pairs if word.startswith("-") or not before.startswith("-")]


def _unknown_word(word: str) -> Problem:
    if not word.startswith("-"):
        return Problem("options", "problem.word", value=word)
    bare = word.partition("=")[0].lstrip("-")
    names = {name.lstrip("-"): name for name in option_names()}
    close = _ELSEWHERE.get(bare) or names.get(nearest(bare, names) or "")
    return Problem("options", "problem.option.close" if close else "problem.option",
                   value=word, close=close)  # fmt: skip
