"""`%%seedance` makes videos, `%seedance` does everything else."""

from __future__ import annotations

import importlib
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import traitlets
from IPython.core.magic import (
    Magics,
    line_cell_magic,
    magics_class,
    needs_local_scope,
    no_var_expand,
)

from seedance_nb.core import options, texts
from seedance_nb.core.errors import ConfigError, InvalidRequest, SeedanceError
from seedance_nb.core.secret import holds_key
from seedance_nb.core.texts import say
from seedance_nb.notebook import cells, completion
from seedance_nb.notebook.dryrun import dry_run
from seedance_nb.notebook.help import help_page
from seedance_nb.runs import journal, settings
from seedance_nb.runs.asking import check_order
from seedance_nb.runs.budget import Consent
from seedance_nb.runs.record import Fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from seedance_nb.core.options import Order
    from seedance_nb.notebook.desk import Desk, Sessions
    from seedance_nb.runs.job import Job, Jobs

_SESSIONS = "seedance_nb.runs.current"
_MOST_IDS = 50
_MOST_BYTES = 1_000_000  # of journal that `%load_ext` reads to count jobs


def _trait(name: str) -> Any:
    row = next(row for row in settings.SETTINGS if row.name == name)
    about = say("magic.setting.about", name=name, environment=row.environment)
    return traitlets.Any(None, allow_none=True, help=about).tag(config=True)


@magics_class
class SeedanceMagics(Magics):
    """Videos from cells; `%config SeedanceMagics.language = "zh"` and the like change settings.

    Args:
        shell: The IPython it is registered in.
        sessions: Where sessions come from; `runs.current` by default.
        ask: Asks for a key without showing it; `getpass` by default.
        desk: Makes what a line or cell works with; `Desk` by default.
    """

    api_key = traitlets.Any(None, help=say("magic.setting.key")).tag(config=True)
    backend = _trait("backend")
    base_url = _trait("base_url")
    files_url = _trait("files_url")
    home = _trait("home")
    catalog = _trait("catalog")
    language = _trait("language")
    max_credits = _trait("max_credits")
    max_credits_day = _trait("max_credits_day")
    max_active = _trait("max_active")
    wait = _trait("wait")
    embed = _trait("embed")
    reuse = _trait("reuse")
    record_text = _trait("record_text")
    replay_pace = _trait("replay_pace")
    time_scale = _trait("time_scale")

    def __init__(
        self,
        shell: Any = None,
        *,
        sessions: Sessions | None = None,
        ask: Callable[[str], str] | None = None,
        desk: Callable[..., Desk] | None = None,
    ) -> None:
        self._given = sessions
        self._ask = ask
        self._make_desk = desk
        self._known: Sessions | None = None
        super().__init__(shell)
        self.matcher = completion.matcher(self._job_ids, self._names, self._visible)
        self.observe(lambda _: self._changed(), list(settings.NAMES))

    @no_var_expand
    @needs_local_scope
    @line_cell_magic
    def seedance(
        self, line: str, cell: str | None = None, local_ns: Mapping[str, Any] | None = None
    ) -> None:
        """Make a video of the text in the cell; `%seedance help` tells everything."""
        if options.wants_help(line) or (cell is None and line.split() in ([], ["help"])):
            self._desk().tell(help_page())
        elif cell is None:
            desk = self._desk()
            self._refuse_key(desk, cells.running_cell(self.shell).source)
            importlib.import_module("seedance_nb.notebook.verbs").run(desk, _split(line))
        else:
            self._cell(line, cell, {**self._variables(), **(local_ns or {})})

    def _cell(self, line: str, body: str, names: Mapping[str, Any]) -> None:
        name, automatic = _glance(line)
        try:
            order, made = self._ask_for(line, body, names, automatic=automatic)
        except BaseException as error:
            self._variables().pop(name, None)  # no later cell shall use a stale one
            if isinstance(error, KeyboardInterrupt):
                interrupt = importlib.import_module("seedance_nb.runs.interrupt")
                raise interrupt.Interrupted(()) from None
            raise
        if made is None:
            return
        if order.name:
            self._variables()[order.name] = made
        way = importlib.import_module("seedance_nb.notebook.desk").Way(
            wait=order.wait,
            timeout=order.timeout,
            embed=order.embed,
            out=order.out,
            quiet=order.quiet,
            automatic=automatic,
            together=order.sweep,
            explain=order.explain,
        )
        self._desk().show(made if order.takes > 1 or order.sweep else [made], way)

    def _ask_for(
        self, line: str, body: str, names: Mapping[str, Any], *, automatic: bool
    ) -> tuple[Order, Any]:
        """Read the cell and send it off; for a dry run print it, and None in place of a job."""
        desk = self._desk()
        session = desk.session()
        running = cells.running_cell(self.shell)
        self._refuse_key(desk, running.source)
        order = options.read_cell(line, body, names, is_secret=holds_key)
        check_order(order, session.settings)
        consent = Consent(order.yes, order.max_credits, f"%%seedance {line.strip()} -y")
        how: dict[str, Any] = {"takes": order.takes, "new": order.new, "consent": consent}
        if order.dry_run:
            prospect = session.foresee(order.requests, **how)
            url = session.settings.base_url
            desk.tell(dry_run(order, base_url=url, automatic=automatic, prospect=prospect))
            return order, None
        for text in () if order.quiet else order.warnings:
            desk.tell(say("magic.warning", text=text))
        how["cell"] = {**running.to_record(), "kind": "cell", "variables": order.variables}
        how["explain"] = order.explain
        if order.sweep:
            tell = (lambda _: None) if order.quiet else desk.tell
            return order, session.ask(order.requests, tell=tell, **how)
        return order, session.generate(order.request, **how)

    # --- inside ---------------------------------------------------------------------------------

    def _variables(self) -> dict[str, Any]:
        shell: Any = self.shell
        variables: dict[str, Any] = shell.user_ns
        return variables

    def _desk(self) -> Desk:
        make = self._make_desk or importlib.import_module("seedance_nb.notebook.desk").Desk
        desk: Desk = make(self.shell, self._sessions(), ask=self._ask)
        return desk

    def _sessions(self) -> Sessions:
        """Where sessions come from, told once about settings and how jobs are shown."""
        if self._known is None:
            known: Any = self._given or importlib.import_module(_SESSIONS)
            known.use_viewer(_show)
            known.use_caller(cells.call)
            self._known = known
            self._hand_on()
        assert self._known is not None  # noqa: S101 - set by the lines above
        return self._known

    def _changed(self) -> None:
        """A setting was changed: calls from Python are to know it too."""
        self._sessions()
        self._hand_on()

    def _hand_on(self) -> None:
        if self._known is not None:
            values = {name: getattr(self, name) for name in settings.NAMES}
            self._known.use_config({key: v for key, v in values.items() if v is not None})

    @traitlets.validate("api_key")
    def _no_key(self, proposal: Any) -> None:
        """Refuse a key: the line that gives it is saved."""
        if proposal["value"] is not None:
            raise traitlets.TraitError(str(ConfigError("error.key.literal")))

    @traitlets.validate(*settings.NAMES)
    def _valid(self, proposal: Any) -> Any:
        """Refuse a value that is not valid, in the words of the settings."""
        name, value = proposal["trait"].name, proposal["value"]
        try:
            settings.resolve({}, {name: value}, {}, cwd=Path.cwd())
        except ConfigError as error:
            raise traitlets.TraitError(error.message) from None
        return value

    def _refuse_key(self, desk: Desk, source: str) -> None:
        desk.session()  # with it the key is known
        if holds_key(source):
            raise ConfigError("error.key.literal")

    def _job_ids(self) -> Iterable[str]:
        if self._known is None:
            return ()
        try:
            ids = [job.id for job in reversed(self._known.current().jobs())][:_MOST_IDS]
        except SeedanceError:
            return ()
        kinds = importlib.import_module("seedance_nb.runs.job")
        return [*self._named(kinds.Job, kinds.Jobs), *ids]

    def _names(self) -> Iterable[str]:
        """The variables that can be put into a prompt or an option."""
        return self._named(str, int, float, os.PathLike, list, tuple)

    def _named(self, *kinds: type) -> list[str]:
        """The notebook's own variables of these kinds."""
        return [name for name, value in self._visible().items() if isinstance(value, kinds)]

    def _visible(self) -> dict[str, Any]:
        """The notebook's own variables."""
        hidden = getattr(self.shell, "user_ns_hidden", ())
        return {
            name: value
            for name, value in list(self._variables().items())
            if not name.startswith("_") and name not in hidden
        }


# IPython asks the function for its help: so it comes in the language of the moment.
_documented: Any = SeedanceMagics.seedance
_documented.getdoc = help_page


def _show(job: Job | Jobs) -> None:
    importlib.import_module("seedance_nb.notebook.panel").show(job)


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _glance(line: str) -> tuple[str, bool]:
    """The name on the line, and whether the model is left to the inputs, whatever else is wrong."""
    try:
        seen, _ = options.parser().parse_known_args(options.readable(_split(line)))
    except InvalidRequest:
        return line.split(maxsplit=1)[0], False
    return seen.name or "", seen.model is None


# --- loading --------------------------------------------------------------------------------------


def load_ipython_extension(shell: Any) -> None:
    """Register the magic and its completion; one line if there is something to resume."""
    home = _settle_in(shell)
    magics = SeedanceMagics(shell)
    shell.register_magics(magics)
    if magics.matcher is not None and shell.Completer is not None:
        shell.Completer.custom_matchers.append(magics.matcher)
    count = unfinished(home) if home is not None else 0
    if count != 0:
        text_id = "magic.unfinished" if count else "magic.unfinished.many"
        print(say(text_id, count=count))  # noqa: T201 - this is a notebook's output


def unload_ipython_extension(shell: Any) -> None:
    """Take out what `load_ipython_extension` put in."""
    manager = shell.magics_manager
    magics = manager.registry.pop("SeedanceMagics", None)
    for kind in ("line", "cell"):
        manager.magics[kind].pop("seedance", None)
    if magics is None:
        return
    if magics in shell.configurables:
        shell.configurables.remove(magics)
    matchers = getattr(shell.Completer, "custom_matchers", [])
    if magics.matcher in matchers:
        matchers.remove(magics.matcher)


def _settle_in(shell: Any) -> Path | None:
    """Speak the language of the settings; the folder where the jobs are kept."""
    given = getattr(shell, "config", {}).get("SeedanceMagics", {})
    try:
        found = settings.resolve({}, dict(given), os.environ, cwd=Path.cwd())
    except ConfigError:
        return None  # the first use says what is wrong
    texts.use(found.language)
    return found.home


def unfinished(home: Path) -> int | None:
    """How many jobs of sessions that ended are not finished; None where counting takes long."""
    dead = {s for s in journal.open_sessions(home) if not journal.is_alive(home, s)}
    if not dead:
        return 0
    if sum(journal.size(home, session) for session in dead) > _MOST_BYTES:
        return None
    fold = Fold(lambda _: None)
    touched = fold.add(journal.read(home, dead))
    elsewhere = {
        job for job, takers in journal.all_claims(home).items() if takers[-1][1] not in dead
    }
    return sum(not fold.state(job).is_final for job in touched - elsewhere)
