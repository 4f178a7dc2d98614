"""The settings: where they come from, which of them wins, what is wrong with them.

Highest first: keyword of `configure()`, `%config SeedanceMagics.x`, environment, default.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit, urlunsplit

from seedance_nb.core import catalog, texts
from seedance_nb.core.addresses import is_loopback, is_url
from seedance_nb.core.checking import not_among
from seedance_nb.core.errors import ConfigError, Problem
from seedance_nb.core.options import WHEN
from seedance_nb.core.secret import Secret, is_sendable
from seedance_nb.core.words import FLAGS, listed, nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    KeyFinders = Callable[[], Iterable[tuple[str, Secret | str | None]]]

Backend = Literal["live", "simulator", "replay"]
EVOLINK = "https://api.evolink.ai"
EVOLINK_FILES = "https://files-api.evolink.ai"
HOME = "seedance_runs"
# Kind, lowest and highest value of the settings that are numbers.
_NUMBERS: dict[str, tuple[type[int | float], int, int]] = {
    "max_active": (int, 1, 10_000),
    "max_credits": (float, 0, 1_000_000_000),
    "max_credits_day": (float, 0, 1_000_000_000),
    "time_scale": (float, 0, 10),
    "replay_pace": (float, 0, 10),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One row of the table of settings."""

    name: str
    environment: str
    default: Any
    choices: tuple[str, ...] = ()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="backend",
        environment="SEEDANCE_NB_BACKEND",
        default=None,
        choices=("live", "simulator", "replay"),
    ),
    Setting(name="base_url", environment="EVOLINK_BASE_URL", default=None),
    Setting(name="files_url", environment="EVOLINK_FILES_URL", default=None),
    Setting(name="home", environment="SEEDANCE_NB_HOME", default=None),
    Setting(
        name="catalog",
        environment="SEEDANCE_NB_CATALOG",
        default="quickstart",
        choices=(*catalog.CATALOGS, *catalog.ALIASES),
    ),
    Setting(
        name="language",
        environment="SEEDANCE_NB_LANGUAGE",
        default=None,
        choices=texts.LANGUAGES,
    ),
    Setting(name="max_credits", environment="SEEDANCE_NB_MAX_CREDITS", default=None),
    Setting(name="max_credits_day", environment="SEEDANCE_NB_MAX_CREDITS_DAY", default=None),
    Setting(name="max_active", environment="SEEDANCE_NB_MAX_ACTIVE", default=3),
    Setting(
        name="wait",
        environment="SEEDANCE_NB_WAIT",
        default="auto",
        choices=WHEN,
    ),
    Setting(
        name="embed",
        environment="SEEDANCE_NB_EMBED",
        default="auto",
        choices=WHEN,
    ),
    Setting(name="reuse", environment="SEEDANCE_NB_REUSE", default=True),
    Setting(name="record_text", environment="SEEDANCE_NB_RECORD_TEXT", default=True),
    Setting(name="replay_pace", environment="SEEDANCE_NB_REPLAY_PACE", default=0.0),
    Setting(name="time_scale", environment="SEEDANCE_NB_TIME_SCALE", default=0.06),
)
NAMES = tuple(row.name for row in SETTINGS)
_OURS = "SEEDANCE_NB_"
SPEECH = ("LC_ALL", "LC_MESSAGES", "LANG")
VARIABLES = (*(row.environment for row in SETTINGS), "EVOLINK_API_KEY", *SPEECH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings in force.

    Attributes:
        backend: "live", "simulator" or "replay"; the first two are chosen by whether there is a
            key.
        key: The API key.
        key_source: Where it was found, in a word; empty without one.
        base_url: Origin of the service, without a slash or `/v1` at the end.
        files_url: Origin for uploads; None where a server of one's own names none.
        home: Folder of journal and videos, absolute.
        max_credits: What the session may spend on a live account; None for no cap.
        max_credits_day: What all that use this folder may spend between two midnights.
        max_active: Tasks in flight at a time on a live account.
        record_text: Whether prompts, cells and variables are written down, or only their hashes.
        replay_pace: Factor on the time that recorded jobs took; 0 shows them at once.
        time_scale: Factor on the waiting times of the simulator; 1 is as long as in earnest.
        trouble: Why nothing can be sent with these settings; None when all is well.
        strange: Variables of the environment that look like settings and are none.
    """

    backend: Backend
    key: Secret = field(default_factory=Secret)
    key_source: str = ""
    base_url: str = EVOLINK
    files_url: str | None = EVOLINK_FILES
    home: Path
    catalog: str = "quickstart"
    language: texts.Language = "en"
    max_credits: float | None = None
    max_credits_day: float | None = None
    max_active: int = 3
    wait: str = "auto"
    embed: str = "auto"
    reuse: bool = True
    record_text: bool = True
    replay_pace: float = 0.0
    time_scale: float = 0.06
    trouble: ConfigError | None = field(default=None, compare=False)
    strange: tuple[Problem, ...] = field(default=(), compare=False)

    @property
    def server(self) -> str:
        """The server as it is recorded; empty for the simulator, whose port changes."""
        return self.base_url if self.backend == "live" else ""


def say_where(backend: str, server: str, *, short: bool = False) -> str:
    """Who made something, in words; in short, without what it costs."""
    if backend == "simulator":
        return texts.say("session.simulator.short" if short else "session.simulator")
    if backend == "replay":
        return texts.say("session.replay")
    if server in ("", EVOLINK):
        return texts.say("session.live")
    return texts.say("session.live.at", host=urlsplit(server).netloc)


def resolve(
    overrides: Mapping[str, Any],
    config: Mapping[str, Any],
    environ: Mapping[str, Any],
    *,
    cwd: Path,
    find_key: KeyFinders = lambda: (),
) -> Settings:
    """The settings in force.

    Args:
        overrides: What `configure()` was given, `api_key` included.
        config: What `%config SeedanceMagics` was given.
        environ: The environment.
        cwd: Folder that a relative `home` is meant from.
        find_key: The keys of further places, by name; asked only when there is none so far.

    Raises:
        ConfigError: With every setting that is not valid.
    """
    problems = [_unknown(name) for name in overrides if name not in (*NAMES, "api_key")]
    strange = [_strange(name) for name in environ if is_strange(name)]
    problems += [each for each in strange if "MAX_CREDITS" in str(each.values["close"])]
    given = {row.name: _pick(row, overrides, config, environ) for row in SETTINGS}
    for row in SETTINGS:
        given[row.name], problem = _check(row, given[row.name])
        problems += [problem] if problem else []
    key, source = _key(overrides, environ, find_key, wanted=given["backend"] in (None, "live"))
    base_url = _origin(given["base_url"])
    for name in ("base_url", "files_url"):
        if str(given[name]).startswith("http://") and not _is_local(given[name]):
            problems.append(Problem(name, "problem.setting.http", value=given[name]))
    if problems:
        listing = "\n".join(f"  - {problem.text}" for problem in problems)
        raise ConfigError("error.settings", listing=listing, count=len(problems))
    backend, trouble = _backend(given["backend"], key, base_url)
    is_evolink = base_url in (None, EVOLINK)
    given |= {
        "backend": backend,
        "base_url": base_url or EVOLINK,
        "files_url": _origin(given["files_url"]) or (EVOLINK_FILES if is_evolink else None),
        "home": (cwd / (given["home"] or HOME)).resolve(),
        "catalog": catalog.ALIASES.get(given["catalog"], given["catalog"]),
        "language": given["language"] or _locale(environ),
    }
    return Settings(**given, key=key, key_source=source, trouble=trouble, strange=tuple(strange))


def _pick(
    row: Setting,
    overrides: Mapping[str, Any],
    config: Mapping[str, Any],
    environ: Mapping[str, Any],
) -> Any:
    for value in (overrides.get(row.name), config.get(row.name), environ.get(row.environment)):
        if value is not None and value != "":
            return value
    return row.default


def _check(row: Setting, value: Any) -> tuple[Any, Problem | None]:
    """The value as it is used, or the default and what is wrong with the one given."""
    if value is None:
        return None, None
    if row.choices:
        return _check_choice(row, value)
    if row.name in _NUMBERS:
        return _check_number(row, value)
    if isinstance(row.default, bool):
        flag = FLAGS.get(str(value).lower())
        return flag, None if flag is not None else Problem(row.name, "problem.flag", value=value)
    if row.name.endswith("_url"):
        return _check_url(row, value)
    return _check_folder(row, value) if row.name == "home" else (value, None)


def _check_folder(row: Setting, value: Any) -> tuple[Any, Problem | None]:
    try:
        place = Path(value).expanduser()
        if "\0" not in str(place):
            return place, None
    except (TypeError, RuntimeError):  # no text, nobody's folder
        pass
    return None, Problem(row.name, "problem.setting.folder", value=value)


def _check_url(row: Setting, value: Any) -> tuple[Any, Problem | None]:
    if "@" in str(value):  # the value may hold a password, and is not repeated
        return None, Problem(row.name, "problem.setting.user")
    if not is_url(value):
        return None, Problem(row.name, "problem.setting.url", value=value)
    return value, None


def _check_choice(row: Setting, value: Any) -> tuple[Any, Problem | None]:
    if value in row.choices:
        return value, None
    return row.default, not_among(row.name, value, row.choices)


def _check_number(row: Setting, value: Any) -> tuple[Any, Problem | None]:
    kind, low, high = _NUMBERS[row.name]
    try:
        number = kind(value)
    except (TypeError, ValueError, OverflowError):
        number = low - 1
    if low <= number <= high:
        return number, None
    return row.default, Problem(row.name, "problem.setting.number", value=value, low=low, high=high)


def _key(
    overrides: Mapping[str, Any],
    environ: Mapping[str, Any],
    find_key: KeyFinders,
    *,
    wanted: bool,
) -> tuple[Secret, str]:
    for name, secret in (
        ("configure", _secret(overrides.get("api_key"))),
        ("EVOLINK_API_KEY", _secret(environ.get("EVOLINK_API_KEY"))),
    ):
        if secret:
            return secret, name
    for name, value in find_key() if wanted else ():
        if value:
            return _secret(value), name
    return Secret(), ""


def _secret(value: object) -> Secret:
    return value if isinstance(value, Secret) else Secret(value)


def _backend(
    asked: str | None, key: Secret, base_url: str | None
) -> tuple[Backend, ConfigError | None]:
    if asked == "replay":
        return "replay", None
    if asked == "simulator" or (asked is None and not key and not base_url):
        return "simulator", None
    if key and not is_sendable(key.reveal()):
        return "live", ConfigError("error.key.shape")
    if not key:
        text_id = "error.key.base_url" if base_url else "error.key.missing"
        return "live", ConfigError(text_id, base_url=base_url)
    return "live", None


def _origin(url: str | None) -> str | None:
    """The URL without a slash, `/v1`, query or fragment at its end."""
    if not url:
        return None
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix("/v1").rstrip("/")
    return urlunsplit((parts.scheme, parts.netloc.lower(), path, "", ""))


def _is_local(url: str) -> bool:
    return is_loopback(urlsplit(url).hostname or "")


def _locale(environ: Mapping[str, Any]) -> texts.Language:
    for name in SPEECH:
        if environ.get(name):
            return "zh" if environ[name].lower().startswith("zh") else "en"
    return "en"


def is_strange(variable: str) -> bool:
    """Whether a variable of the environment looks like a setting and is none."""
    return variable.startswith(_OURS) and variable not in VARIABLES


def _strange(variable: str) -> Problem:
    ends = {name.removeprefix(_OURS).removeprefix("EVOLINK_"): name for name in VARIABLES}
    end = nearest(variable.removeprefix(_OURS), list(ends))
    close = ends[end] if end else None
    text_id = "problem.environment.close" if close else "problem.environment"
    return Problem(variable, text_id, close=close)


def _unknown(name: str) -> Problem:
    close = nearest(name, [*NAMES, "api_key"])
    return Problem(name, "problem.setting.close" if close else "problem.setting", close=close,
                   choices=listed([*NAMES, "api_key"]))  # fmt: skip
