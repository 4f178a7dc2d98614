"""The session in use: the one that the settings call for just now.

When they change (a key appears, another server, another folder) a new session is made; jobs stay
with the session that made them.
"""

from __future__ import annotations

import atexit
import importlib
import os
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from seedance_nb.core import catalog, media, spelling, texts
from seedance_nb.core.secret import Secret
from seedance_nb.core.words import listed
from seedance_nb.evolink import fit, inputs
from seedance_nb.runs import keys, settings
from seedance_nb.runs.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from seedance_nb.runs.job import Job, Jobs
    from seedance_nb.runs.record import JobState
    from seedance_nb.runs.settings import Settings

_state: dict[str, Any] = {"overrides": {}, "config": {}, "session": None, "all": [], "found": None,
                          "strange": []}  # fmt: skip
_guard = threading.RLock()


def configure(**changes: Any) -> Session:
    """Change settings; None gives one back to environment and default.

    Raises:
        ConfigError: With every setting that is not valid; nothing was changed.
    """
    with _guard:
        before = dict(_state["overrides"])
        changed = {**before, **changes}
        _state["overrides"] = {key: value for key, value in changed.items() if value is not None}
        try:
            return current()
        except Exception:
            _state["overrides"] = before
            raise


def use_config(config: Mapping[str, Any]) -> None:
    """Take over the values of `%config SeedanceMagics`."""
    with _guard:
        _state["config"] = dict(config)


def current() -> Session:
    """The session that the settings call for just now."""
    environ = _environment()
    with _guard:
        found = settings.resolve(
            _state["overrides"],
            _state["config"],
            environ,
            cwd=Path.cwd(),
            find_key=_other_keys,
        )
        texts.use(found.language)
        catalog.use(found.catalog)
        media.use(inputs.opened, fit.fit)
        spelling.use(Path.cwd())
        _tell_strange(found)
        session: Session | None = _state["session"]
        if session is not None and session.serves(found):
            session.update(found)
        else:
            session = _made(found)
            atexit.register(_end, session)
            session.siblings = lambda: tuple(_state["all"])
            if _state.get("viewer"):
                session.viewer = _state["viewer"]
            if _state.get("caller"):
                session.caller = _state["caller"]
            _state["session"] = session
            _state["all"].append(session)
        return session


def _made(found: Settings) -> Session:
    if found.backend == "replay":
        session: Session = importlib.import_module("seedance_nb.runs.replay").ReplaySession(found)
        return session
    return Session(found)


def use_viewer(viewer: Callable[[Job | Jobs], None]) -> None:
    """Show jobs in this way from now on."""
    with _guard:
        _state["viewer"] = viewer
        for session in _state["all"]:
            session.viewer = viewer


def use_caller(caller: Callable[[], Mapping[str, Any]]) -> None:
    """Take from here which cell runs when a job is asked again."""
    with _guard:
        _state["caller"] = caller
        for session in _state["all"]:
            session.caller = caller


def _environment() -> dict[str, Any]:
    """The variables that settings come from; a traceback that shows them does not show the key."""
    found: dict[str, Any] = {n: os.environ[n] for n in settings.VARIABLES if n in os.environ}
    found |= dict.fromkeys(filter(settings.is_strange, os.environ))
    return {**found, keys.NAME: Secret(found.get(keys.NAME))}


def _tell_strange(found: Settings) -> None:
    """Say once of each variable that looks like a setting that it is none."""
    for problem in found.strange:
        if problem not in _state["strange"]:
            _state["strange"].append(problem)
            print(problem.text, file=sys.stderr)  # noqa: T201 - there is no view of settings


def _other_keys() -> list[tuple[str, Secret]]:
    """The keys of further places; asked once, since both can block."""
    if _state["found"] is None:
        _state["found"] = [
            ("Colab", Secret(keys.from_colab())),
            ("keyring", Secret(keys.from_keyring())),
        ]
    return cast("list[tuple[str, Secret]]", _state["found"])


def _end(session: Session) -> None:
    try:
        session.close()
    finally:  # only now is nothing sent any more
        _tell_left(session)


def _tell_left(session: Session) -> None:
    left = [job.state for job in session.unfinished()]
    for kind, states in _by_fate(left).items():
        line = texts.say(f"session.exit{kind}", jobs=listed((s.id for s in states), 5))
        print(line, file=sys.stderr)  # noqa: T201 - the last word of a dying process


def _by_fate(states: Iterable[JobState]) -> dict[str, list[JobState]]:
    """Unfinished jobs by what is true of them: never sent, uncertain, or at the service."""
    fates: dict[str, list[JobState]] = {}
    for state in states:
        kind = {"queued": ".unsent", "uncertain": ".uncertain", "submitting": ".uncertain"}
        fates.setdefault(kind.get(state.status, ""), []).append(state)
    return fates
