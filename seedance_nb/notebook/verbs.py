"""What stands behind `%seedance VERB`."""

from __future__ import annotations

import contextlib
import getpass
import importlib
import re
from typing import TYPE_CHECKING, Any

from seedance_nb.core import catalog, spelling, task
from seedance_nb.core.errors import ConfigError
from seedance_nb.core.secret import Secret
from seedance_nb.core.texts import say
from seedance_nb.core.words import listed, nearest
from seedance_nb.notebook import cells, cost, stage
from seedance_nb.notebook.desk import Way
from seedance_nb.notebook.help import VERBS, help_page
from seedance_nb.runs import candidates
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.settings import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from seedance_nb.notebook.desk import Desk
    from seedance_nb.runs.log import RequestLog

_BRACED = re.compile(r"^\{(\w+)\}$")  # a variable, as an option takes it
MOST_PANELS = 12  # of one `resume`; more are shown as a board


def run(desk: Desk, words: Sequence[str]) -> None:
    """Do what the words of a `%seedance` line say.

    Raises:
        ConfigError: No such verb, or not the words that it takes.
        SeedanceError: What went wrong with it.
    """
    verb, *rest = words or ["help"]
    if verb not in _DOERS:
        close = nearest(verb, VERBS)
        text_id = "magic.verb.close" if close else "magic.verb.unknown"
        raise ConfigError(text_id, verb=verb, close=close, choices=listed(VERBS))
    doer, takes, least, most = _DOERS[verb]
    rest = [_BRACED.sub(r"\1", word) for word in rest]
    wrong = verb in _FLAGS and not set(rest) <= _FLAGS[verb]
    if wrong or not least <= len(rest) <= most:
        takes = say(f"magic.takes.{takes}")
        raise ConfigError("magic.verb.words", verb=verb, takes=takes, given=len(rest))
    doer(desk, *rest)


# --- jobs -----------------------------------------------------------------------------------------


def _jobs(desk: Desk) -> None:
    jobs = desk.session().jobs()
    if not jobs:
        desk.tell(ConfigError("error.job.nothing", home=desk.session().home).message)
        return
    desk.board(jobs)


def _gallery(desk: Desk, *names: str) -> None:
    desk.gallery([job for name in names for job in _find(desk, name)] or None)


def _show(desk: Desk, name: str | None = None) -> None:
    jobs = _find(desk, name)
    desk.show(jobs)
    for job in jobs:
        found = desk.session().candidates(job) if job.status == "uncertain" else None
        if text := candidates.tell(job.state, found):
            desk.tell(text)


def _find(desk: Desk, name: str | None) -> Sequence[Job]:
    """The jobs that a word means: a variable of the notebook, or an id; the latest without one."""
    value = desk.shell.user_ns.get(name) if name else None
    if isinstance(value, Job):
        return [value]
    return value if isinstance(value, Jobs) else [desk.session().job(name)]


def _wait(desk: Desk, name: str | None = None) -> None:
    session = desk.session()
    running = [] if name else [job for job in session.jobs() if job.active]
    desk.show(running or _find(desk, name), Way(wait=True))


def _stop(desk: Desk, name: str) -> None:
    for job in _find(desk, name):
        desk.tell(_halt(job))


def _halt(job: Job) -> str:
    if job.status in task.TERMINAL:
        status = say(f"panel.word.{job.status}")
        return say("magic.stopped.already", job=job.id, status=status)
    queued = job.status == "queued"
    job.stop()
    if job.status == "cancelled" and not queued:
        return say("magic.stopped.givenup", job=job.id)
    kind = ".queued" if queued else ".simulator" if job.backend == "simulator" else ""
    return say(f"magic.stopped{kind}", job=job.id)


def _again(desk: Desk, name: str) -> None:
    cell = {**cells.running_cell(desk.shell).to_record(), "kind": "cell"}
    desk.show([job.again(cell=cell) for job in _find(desk, name)], Way(wait=None))


def _resume(desk: Desk) -> None:
    session = desk.session()
    jobs = session.resume(tell=desk.tell)
    if not jobs:
        desk.tell(say("magic.resume.nothing", home=session.home))
    elif len(jobs) > MOST_PANELS:
        desk.tell(say("magic.resume.count", count=len(jobs)))
        desk.board(jobs)
    else:
        desk.show(jobs, Way(wait=None, lenient=True))


def _adopt(desk: Desk, task_id: str, name: str | None = None) -> None:
    session = desk.session()
    meant = _find(desk, name)[0] if name else None
    desk.show([session.adopt(task_id, meant)], Way(wait=None))


def _cell(desk: Desk, name: str | None = None) -> None:
    job = _find(desk, name)[0]
    if job.request is None:
        raise ConfigError("error.job.norequest", job=job.id)
    text = spelling.as_cell(job.request)
    if cells.front_end(desk.shell) == "none":
        desk.tell(text)
    else:
        desk.shell.set_next_input(text, replace=False)


def _form(desk: Desk, name: str | None = None) -> None:
    front_end = cells.front_end(desk.shell)
    if front_end in cells.WITH_LINES_ONLY:
        desk.tell(say("form.nowhere"))
        return
    source = desk.shell.user_ns.get(name, name) if name else None
    forms = importlib.import_module("seedance_nb.notebook.form")
    forms.Form(desk.sessions, source, named=name or "", front_end=front_end).show()


# --- the record -----------------------------------------------------------------------------------


def _read_log(desk: Desk) -> RequestLog:
    logs = importlib.import_module("seedance_nb.runs.log")
    found: RequestLog = logs.read(desk.session(), history=cells.history())
    return found


def _log(desk: Desk) -> None:
    importlib.import_module("seedance_nb.notebook.log_view").show(_read_log(desk))


def _export(desk: Desk, path: str) -> None:
    log = _read_log(desk)
    desk.tell(importlib.import_module("seedance_nb.runs.exports").said(log, log.export(path)))


def _rerun(desk: Desk, yes: str = "") -> None:
    log = _read_log(desk)
    made = log.rerun(yes=bool(yes), line="%seedance rerun -y")
    if not made:
        desk.tell(say("log.empty", home=log.home))
    desk.show(made, Way(wait=None))


# --- the account and this place -------------------------------------------------------------------


def _credits(desk: Desk) -> None:
    found = desk.session().credits()
    rows = []
    for name, label in (("token", "key"), ("user", "account")):
        part = found[name]
        left = say("magic.credits.unlimited") if part.get("unlimited_credits") else None
        left = left or _amount(part.get("remaining_credits"))
        rows.append([say(f"magic.credits.{label}"), left, _amount(part.get("used_credits"))])
    head = [say(f"magic.column.{name}") for name in ("credits_of", "remaining", "used")]
    practice = desk.session().backend == "simulator"
    desk.tell(say("magic.credits.practice") if practice else desk.session().where)
    desk.table(head, rows)


def _cost(desk: Desk) -> None:
    states, home = desk.session().states(), desk.session().home
    stage.present(cost.cost_html(states, home), cost.cost_text(states, home), desk.shell)


def _amount(value: object) -> str:
    return f"{value:,.2f}" if isinstance(value, int | float) else "-"


def _models(desk: Desk) -> None:
    desk.session()  # the catalog comes from the settings
    head = [say(f"magic.column.{n}") for n in ("model", "input", "tier", "quality", "search")]
    rows = [
        [
            model.id,
            say(f"magic.input.{model.mode}"),
            model.tier,
            ", ".join(model.qualities),
            say("magic.yes" if model.web_search else "magic.no"),
        ]
        for model in catalog.CATALOGS[catalog.in_use()].models
    ]
    desk.table(head, rows)


def _simulate(desk: Desk, name: str | None = None) -> None:
    practice = importlib.import_module("seedance_nb.runs.practice")
    session = desk.session()
    if name:
        practice.play(session, name)
    now = practice.playing(session)
    desk.tell(say("magic.simulate.now" if now != "normal" else "magic.simulate.normal", name=now))
    if not name:
        head = [say("magic.column.scenario"), say("magic.column.happens")]
        desk.table(head, [list(row) for row in practice.scenarios().items()])


def _clean(desk: Desk, yes: str = "") -> None:
    cleaning = importlib.import_module("seedance_nb.runs.cleaning")
    told, rows = cleaning.clean(desk.session(), yes=bool(yes))
    desk.tell(told)
    if rows:
        desk.table([say("magic.column.what"), say("clean.files")], rows)


def _doctor(desk: Desk) -> None:
    report = importlib.import_module("seedance_nb.runs.doctor").report(
        desk.session(), front_end=cells.front_end(desk.shell)
    )
    head = [say("magic.column.what"), say("magic.column.found")]
    desk.table(head, [[str(what), str(found)] for what, found in report])


def _login(desk: Desk, save: str = "") -> None:
    if not cells.has_viewer(desk.shell):
        raise ConfigError("magic.login.nobody")
    key = Secret()
    with contextlib.suppress(KeyboardInterrupt):  # thought better of it
        key = Secret((desk.ask or getpass.getpass)(say("magic.login.prompt")))
    if not key:
        raise ConfigError("magic.login.empty")
    session = desk.sessions.configure(api_key=key, backend=None)
    if save:
        importlib.import_module("seedance_nb.runs.keys").keep(key)
    desk.tell(say("magic.login.saved" if save else "magic.login.done", where=session.where))


def _config(desk: Desk) -> None:
    settings = desk.session().settings
    unused = ("base_url", "files_url") if settings.backend == "simulator" else ()
    values = {row.name: getattr(settings, row.name) for row in SETTINGS}
    rows = [[name, _setting(None if name in unused else value)] for name, value in values.items()]
    found = say("magic.key.from", source=settings.key_source)
    rows.append(["api_key", found if settings.key else say("magic.key.none")])
    desk.table([say("magic.column.setting"), say("magic.column.value")], rows)


def _setting(value: object) -> str:
    return "-" if value is None else str(value)


def _help(desk: Desk) -> None:
    desk.tell(help_page())


_FLAGS = {"login": {"--save"}, "clean": {"-y", "--yes"}, "rerun": {"-y", "--yes"}}
_DOERS: dict[str, tuple[Callable[..., Any], str, int, int]] = {
    "jobs": (_jobs, "none", 0, 0),
    "gallery": (_gallery, "many", 0, 24),
    "show": (_show, "maybe", 0, 1),
    "wait": (_wait, "maybe", 0, 1),
    "stop": (_stop, "one", 1, 1),
    "again": (_again, "one", 1, 1),
    "resume": (_resume, "none", 0, 0),
    "adopt": (_adopt, "task", 1, 2),
    "log": (_log, "none", 0, 0),
    "export": (_export, "file", 1, 1),
    "rerun": (_rerun, "yes", 0, 1),
    "cell": (_cell, "maybe", 0, 1),
    "form": (_form, "maybe", 0, 1),
    "cost": (_cost, "none", 0, 0),
    "credits": (_credits, "none", 0, 0),
    "models": (_models, "none", 0, 0),
    "simulate": (_simulate, "scenario", 0, 1),
    "clean": (_clean, "yes", 0, 1),
    "doctor": (_doctor, "none", 0, 0),
    "login": (_login, "login", 0, 1),
    "config": (_config, "none", 0, 0),
    "help": (_help, "none", 0, 0),
}
