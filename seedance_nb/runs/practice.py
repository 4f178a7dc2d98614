"""The simulator's scenarios: bad days to practise for, chosen while it runs.

The simulator is a peer that is known by name only: where there is no text of ours for a scenario,
its own words tell what it is.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from seedance_nb.core import texts
from seedance_nb.core.errors import ConfigError
from seedance_nb.core.words import listed, nearest

if TYPE_CHECKING:
    from seedance_nb.runs.session import Session


def scenarios() -> dict[str, str]:
    """What the simulator can play, and a line about each."""
    rows = importlib.import_module("seedance_nb.simulator.scenario").SCENARIOS
    return {name: _say(f"scenario.{name}", row.summary) for name, row in rows.items()}


def _say(text_id: str, otherwise: str) -> str:
    return texts.say(text_id) if text_id in texts.TABLE else otherwise


def playing(session: Session) -> str:
    """The scenario of the tasks that are made from now on.

    Raises:
        ConfigError: The session is not on the simulator.
    """
    _start(session)
    return str(session.simulator.scenario)


def play(session: Session, name: str) -> None:
    """Let everything that is asked from now on go as this scenario says.

    Args:
        session: One on the simulator.
        name: Of a scenario, or `fail:CODE` with a documented code of a failed task.

    Raises:
        ConfigError: There is no such scenario, or the session is not on the simulator.
    """
    _start(session)
    try:
        session.simulator.scenario = name
    except ValueError:
        known = list(scenarios())
        close = nearest(name.partition(":")[0], known)
        text_id = "error.scenario.close" if close else "error.scenario"
        raise ConfigError(text_id, value=name, close=close, choices=listed(known)) from None


def _start(session: Session) -> None:
    if session.backend != "simulator":
        raise ConfigError("error.scenario.live", where=session.where)
    _ = session.server.client  # starts it
