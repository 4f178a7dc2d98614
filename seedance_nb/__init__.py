"""Make AI videos from a notebook with EvoLink's Seedance 2.0 models.

In a notebook: `%load_ext seedance_nb`, then `%%seedance` cells; `%%seedance?` tells the rest.
In Python:

    import seedance_nb as sd
    job = sd.generate("a golden retriever runs across a sunlit meadow")
    job.wait().video.path

Without an API key everything runs on a built-in simulator, at no cost. Nothing happens at import.
"""

from __future__ import annotations

import importlib
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike
    from types import ModuleType

    from IPython.core.interactiveshell import InteractiveShell

    from seedance_nb.core.errors import (
        AuthError,
        BudgetExceeded,
        ConfigError,
        InvalidRequest,
        Problem,
        ProtocolError,
        QuotaExceeded,
        RateLimited,
        SeedanceError,
        ServiceError,
        SubmitUncertain,
        TaskFailed,
        TransportError,
        WaitTimeout,
    )
    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.estimate import Estimate
    from seedance_nb.runs.job import Job, Jobs
    from seedance_nb.runs.library import Video
    from seedance_nb.runs.log import RequestLog
    from seedance_nb.runs.session import Session
    from seedance_nb.simulator.server import Simulator

__version__ = "0.1.0"
__all__ = [
    "AuthError",
    "BudgetExceeded",
    "ConfigError",
    "Estimate",
    "InvalidRequest",
    "Job",
    "Jobs",
    "Problem",
    "ProtocolError",
    "QuotaExceeded",
    "RateLimited",
    "RequestLog",
    "SeedanceError",
    "ServiceError",
    "Session",
    "Simulator",
    "SubmitUncertain",
    "TaskFailed",
    "TransportError",
    "Video",
    "VideoRequest",
    "WaitTimeout",
    "adopt",
    "configure",
    "enable_nested_asyncio",
    "estimate",
    "form",
    "gallery",
    "generate",
    "job",
    "jobs",
    "request_log",
    "resume",
    "sweep",
]

_HOMES = {
    "Estimate": "runs.estimate",
    "VideoRequest": "core.request",
    "Job": "runs.job",
    "Jobs": "runs.job",
    "RequestLog": "runs.log",
    "Video": "runs.library",
    "Session": "runs.session",
    "Simulator": "simulator.server",
}


def __getattr__(name: str) -> Any:
    """The public classes, imported when they are first used."""
    if name not in __all__:
        msg = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(msg)
    if name == "VideoRequest":
        _sessions().current()  # its catalog and language come from the settings
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'core.errors')}"), name)


def __dir__() -> list[str]:
    """The public names."""
    return [*__all__, "__version__"]


def configure(**settings: Any) -> Session:
    """Change settings, such as `backend`, `home`, `catalog`, `language`, `api_key`.

    Running jobs stay on the backend that they were made on; None gives a setting back to the
    environment and its default.

    Raises:
        ConfigError: With every setting that is not valid, or for a key that stands in the cell.
    """
    if settings.get("api_key") is not None:  # from here on no traceback shows it
        secret = importlib.import_module(f"{__name__}.core.secret").Secret
        settings["api_key"] = secret(settings["api_key"])
    if settings.get("api_key") and _in_notebook():
        cells = importlib.import_module(f"{__name__}.notebook.cells")
        cells.refuse_literal(settings["api_key"])
    session: Session = _sessions().configure(**settings)
    return session


def generate(
    prompt: str | VideoRequest,
    *,
    takes: int = 1,
    new: bool = False,
    yes: bool = False,
    max_credits: float | None = None,
    **fields: Any,
) -> Job | Jobs:
    """Ask for a video; never blocks.

    The same request is sent once: a second call shows or joins what the first one made.

    Args:
        prompt: What the video shows, or a whole `VideoRequest`.
        takes: How many videos of the same request; more than one gives `Jobs`.
        new: Make a new take even if there is one.
        yes: Agree to what it costs: more than 4 new takes on a live account want that.
        max_credits: Refuse if it could cost more than this on a live account.
        fields: The other fields of `VideoRequest`; `fit=True` scales, cuts or converts files that
            break a limit, and says so.

    Raises:
        InvalidRequest: With every problem; nothing was sent.
        BudgetExceeded: A cap, or a yes that is wanted; nothing was sent.
        SubmitUncertain: The same request went out before and its fate is not known.
        ConfigError: The settings do not allow it.
    """
    consent = _consent(yes=yes, max_credits=max_credits)
    made = _session().generate(
        prompt, takes=takes, new=new, cell=_cell(), consent=consent, **fields
    )
    _tell_fitted(made, fields)
    return made


def sweep(
    prompt: str | Iterable[str],
    *,
    takes: int = 1,
    new: bool = False,
    yes: bool = False,
    max_credits: float | None = None,
    **lists: Any,
) -> Jobs:
    """Ask for a video of each combination of values; never blocks.

    All combinations are checked before any is sent; the same one twice is one job.

    Args:
        prompt: What the videos show; `{day|night}` in it stands for either. Or several of them.
        takes: How many videos of each combination.
        new: Make new takes even if there are some.
        yes: Agree to what it costs: a sweep on a live account wants that.
        max_credits: Refuse if all of it could cost more than this on a live account.
        lists: Fields of `VideoRequest`: a sequence is a list of values, anything else is one. Of
            `images`, `videos` and `audios` each member of a list is what one combination takes.
            `fit=True` is as for `generate`.

    Raises:
        InvalidRequest: With every problem of all combinations; nothing was sent.
        BudgetExceeded: A cap, or the yes that is wanted; nothing was sent.
        SubmitUncertain: One of them went out before and its fate is not known.
        ConfigError: The settings do not allow it.
    """
    consent = _consent(yes=yes, max_credits=max_credits)
    made = _session().sweep(prompt, takes=takes, new=new, cell=_cell(), consent=consent, **lists)
    _tell_fitted(made, lists)
    return made


def estimate(prompt: str | VideoRequest, **fields: Any) -> Estimate:
    """What a video will probably cost, and where that is known from; nothing is sent.

    Args:
        prompt: What the video shows, or a whole `VideoRequest`.
        fields: The other fields of `VideoRequest`.
    """
    return _session().estimate(prompt, **fields)


def jobs() -> Jobs:
    """All jobs that the journal of this folder knows, the oldest first."""
    return _session().jobs()


def job(name: str | None = None) -> Job:
    """The job with this id, task id or beginning of one; without a name the latest."""
    return _session().job(name)


def gallery(jobs: Job | str | Iterable[Job | str] | None = None) -> Any:
    """Takes and variants side by side, with Play all; by default the latest that belong together.

    Args:
        jobs: Jobs, or their ids.

    Raises:
        ConfigError: There are no such jobs, or too many.
    """
    _sessions()
    return importlib.import_module(f"{__name__}.notebook.gallery_live").gallery(jobs)


def resume() -> Jobs:
    """Go on with all that is not finished, after a restart for instance; nothing is paid twice."""
    return _session().resume()


def request_log(session: str | None = None) -> RequestLog:
    """What was asked in this folder, from where, in which order, and what became of it.

    Args:
        session: Only what this session asked for; None for all of the folder.
    """
    log = importlib.import_module(f"{__name__}.runs.log")
    history: list[tuple[int, str]] = []
    if _in_notebook():
        history = importlib.import_module(f"{__name__}.notebook.cells").history()
    found: RequestLog = log.read(_session(), only=session, history=history)
    return found


def adopt(task_id: str, request: VideoRequest | Job | None = None) -> Job:
    """Follow a task that was made elsewhere, or that an uncertain request may have made.

    Args:
        task_id: The service's name of it.
        request: What was asked, or the uncertain job itself, where that is known.
    """
    return _session().adopt(task_id, request)


def form(source: VideoRequest | Job | str | PathLike[str] | None = None) -> Any:
    """A form to fill in, with everything a request can say; its videos appear below it.

    Args:
        source: What to fill in: a request, a job or its id, a digest, a video's path, or the path
            of the `.json` beside it.
    """
    _session()
    return importlib.import_module(f"{__name__}.notebook.form").open_form(source)


def enable_nested_asyncio() -> None:
    """Let cells call `asyncio.run`, for lessons that do; never needed by this package itself."""
    importlib.import_module("nest_asyncio2").apply()


def load_ipython_extension(shell: InteractiveShell) -> None:
    """`%load_ext seedance_nb`."""
    importlib.import_module(f"{__name__}.notebook.magics").load_ipython_extension(shell)


def unload_ipython_extension(shell: InteractiveShell) -> None:
    """`%unload_ext seedance_nb`."""
    importlib.import_module(f"{__name__}.notebook.magics").unload_ipython_extension(shell)


def _tell_fitted(made: Job | Jobs, fields: dict[str, Any]) -> None:
    """Say what was done to the files; in a script on stderr."""
    if not fields.get("fit"):
        return
    several = importlib.import_module(f"{__name__}.runs.job").Jobs
    jobs: Any = made if isinstance(made, several) else [made]
    lines = importlib.import_module(f"{__name__}.core.fitting").lines
    told = dict.fromkeys(line for job in jobs if job.request for line in lines(job.request.files))
    for line in told:
        print(line, file=sys.stdout if _in_notebook() else sys.stderr)


def _session() -> Session:
    session: Session = _sessions().current()
    return session


def _sessions() -> ModuleType:
    module = importlib.import_module(f"{__name__}.runs.current")
    if _in_notebook():
        module.use_viewer(_show)
        module.use_caller(_cell)
    return module


def _show(job: Job | Jobs) -> None:
    importlib.import_module(f"{__name__}.notebook.panel").show(job)


def _consent(**given: Any) -> Any:
    return importlib.import_module(f"{__name__}.runs.budget").Consent(**given)


def _cell() -> dict[str, Any]:
    if not _in_notebook():
        return {"kind": "call"}
    cells = importlib.import_module(f"{__name__}.notebook.cells")
    call: dict[str, Any] = cells.call()
    return call


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    return ipython is not None and ipython.get_ipython() is not None
