"""What was found here: key, backend, versions, encoder, folder, clock, reachability, open jobs.

Every trouble is a finding. The key is never part of one, not even its beginning.
"""

from __future__ import annotations

import importlib
import platform
import shutil
import tempfile
from importlib import metadata, util
from typing import TYPE_CHECKING

from seedance_nb.core import catalog, texts
from seedance_nb.core.errors import SeedanceError
from seedance_nb.core.texts import say
from seedance_nb.runs.journal import timestamp

if TYPE_CHECKING:
    from pathlib import Path

    from seedance_nb.runs.record import JobState
    from seedance_nb.runs.session import Session

PACKAGES = ("ipython", "ipykernel", "ipywidgets", "httpx", "tornado", "av", "pillow")
ENCODER = {"PyAV": "av", "Pillow": "PIL"}
PATIENCE = 10  # seconds for the one question that goes over the network
LITTLE = 500_000_000  # bytes: room for about a hundred videos
NEWEST_FACT = 1_787_270_400  # epoch seconds of 2026-08-21, the date of the newest catalog
TOLERANCE = 120  # seconds that two clocks may disagree
UNIT = 1000


class Trouble(str):
    """A finding that needs attention."""

    __slots__ = ()


def report(session: Session, *, front_end: str) -> list[tuple[str, str]]:
    """What was found, as (label, finding) in words; a finding that needs attention is a `Trouble`.

    Args:
        session: Its backend is asked for the balance, which is free.
        front_end: Who shows the output: "lab", "vscode", "colab", "terminal", "script", "none".
    """
    rows = [
        (say("doctor.key"), _key(session)),
        (say("doctor.backend"), session.where),
        (say("doctor.catalog"), _catalog(session)),
        (say("doctor.versions"), _versions()),
        (say("doctor.kernel"), _kernel()),
        (say("doctor.front_end"), _front_end(front_end)),
        (say("doctor.encoder"), _encoder()),
        (say("doctor.home"), _home(session.home)),
        (say("doctor.clock"), _clock(session)),
        (say("doctor.reach"), _reach(session)),
        (say("doctor.jobs"), _jobs(session)),
    ]
    return [(label, finding) for label, finding in rows if finding]


def _key(session: Session) -> str:
    if session.secret:
        return say("doctor.key.yes", source=session.settings.key_source)
    if session.backend == "live":
        return Trouble(say("doctor.key.missing"))
    return say("doctor.key.no")


def _catalog(session: Session) -> str:
    name = session.settings.catalog
    return say("doctor.catalog.is", name=name, models=len(catalog.CATALOGS[name].models))


def _versions() -> str:
    ours = importlib.import_module("seedance_nb").__version__
    found = [f"seedance_nb {ours}", f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(say("doctor.absent", name=name))
    return ", ".join(found)


def _kernel() -> str:
    """Before 7.4, ipykernel 7 may leave a cell unread (github.com/ipython/ipykernel/pull/1529)."""
    try:
        version = metadata.version("ipykernel")
    except metadata.PackageNotFoundError:
        return ""
    bad = version.startswith(("7.0.", "7.1.", "7.2.", "7.3."))
    return Trouble(say("doctor.kernel.deaf", version=version)) if bad else ""


def _front_end(name: str) -> str:
    text_id = f"doctor.front_end.{name}"
    return say(text_id) if text_id in texts.TABLE else name


def _encoder() -> str:
    missing = [name for name, module in ENCODER.items() if util.find_spec(module) is None]
    if missing:
        absent = ", ".join(say("doctor.absent", name=name) for name in missing)
        return say("doctor.encoder.ready", missing=absent)
    if not _has_x264():
        return say("doctor.encoder.ready", missing=say("doctor.encoder.codec"))
    return say("doctor.encoder.real")


def _has_x264() -> bool:
    try:
        return "libx264" in importlib.import_module("av").codecs_available
    except (ImportError, AttributeError):  # a wheel that does not fit this machine
        return False


def _home(home: Path) -> str:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    try:
        with tempfile.TemporaryFile(dir=existing):
            free = shutil.disk_usage(existing).free
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return Trouble(say("doctor.home.bad", home=home, reason=reason))
    if free < LITTLE:
        return Trouble(say("doctor.home.low", home=home, free=_size(free)))
    return say("doctor.home.good", home=home, free=_size(free))


def _size(count: float) -> str:
    for unit in ("B", "kB", "MB", "GB"):
        if count < UNIT:
            return f"{count:.0f} {unit}"
        count /= UNIT
    return f"{count:.1f} TB"


def _clock(session: Session) -> str:
    now = session.now()
    latest = max((state.asked_at or 0.0 for state in _states(session)), default=0.0)
    if now < NEWEST_FACT:
        return Trouble(say("doctor.clock.past", time=_time(now)))
    if latest > now + TOLERANCE:
        return Trouble(say("doctor.clock.behind", time=_time(now), later=_time(latest)))
    return say("doctor.clock.good", time=_time(now))


def _time(moment: float) -> str:
    return timestamp(moment)[: len("2026-11-22T18:40")].replace("T", " ")


def _reach(session: Session) -> str:
    try:
        left = session.credits(timeout=PATIENCE)["user"].get("remaining_credits")
    except TimeoutError:
        reason = say("doctor.reach.slow", seconds=PATIENCE)
    except (SeedanceError, OSError) as error:
        reason = error.message if isinstance(error, SeedanceError) else str(error)
    else:
        if left is None:
            return say("doctor.reach.plain", url=session.base_url)
        return say("doctor.reach.yes", url=session.base_url, credits=f"{left:,.0f}")
    text = say("doctor.reach.no", reason=reason)
    return text if session.backend == "replay" else Trouble(text)


def _jobs(session: Session) -> str:
    try:
        states = session.ledger.states()
    except OSError as error:
        return Trouble(say("doctor.jobs.bad", reason=error.strerror or type(error).__name__))
    left = sum(not state.is_final for state in states)
    if not states:
        return say("doctor.jobs.none")
    if not left:
        return say("doctor.jobs.done", count=len(states))
    return say("doctor.jobs.resume", count=len(states), left=left, hint=say("doctor.jobs.hint"))


def _states(session: Session) -> list[JobState]:
    try:
        return session.ledger.states()
    except OSError:
        return []
