"""The session: the only place that puts the parts together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from seedance_nb.core.errors import (
    BudgetExceeded,
    ConfigError,
    SeedanceError,
    SubmitUncertain,
)
from seedance_nb.core.texts import say
from seedance_nb.runs.asking import as_request, as_sweep, check_place, new_name
from seedance_nb.runs.budget import (
    FREE_TAKES,
    NO_CONSENT,
    Consent,
    Prospect,
    check_yes,
    say_plan,
)
from seedance_nb.runs.caretaker import Caretaker
from seedance_nb.runs.estimate import PATIENCE, Estimate
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.record import JobState, hopeful, next_take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from seedance_nb.core.request import VideoRequest
    from seedance_nb.runs.settings import Settings

    Plan = list[tuple[VideoRequest, dict[int, JobState | None]]]


class Session(Caretaker):
    """Jobs on one server, kept in one folder: asks for new ones, looks after those that exist."""

    # --- asking ---------------------------------------------------------------------------------

    def generate(
        self,
        prompt: str | VideoRequest,
        *,
        takes: int = 1,
        new: bool = False,
        cell: Mapping[str, Any] | None = None,
        consent: Consent = NO_CONSENT,
        explain: bool = False,
        **fields: Any,
    ) -> Job | Jobs:
        """Ask for a video, or for several takes of it; never blocks.

        The same request is never sent twice while it can still yield a video: what is on disk is
        shown, what is on its way is joined.

        Raises:
            InvalidRequest: With every problem; nothing was sent.
            BudgetExceeded: A cap, or a yes that is wanted; nothing was sent.
            SubmitUncertain: The same request went out before and its fate is not known.
            ConfigError: Settings, or a journal that cannot be written.
        """
        request = as_request(prompt, fields, takes)
        made = self.ask(
            [request], takes=takes, new=new, cell=cell, consent=consent, explain=explain
        )
        return made[0] if takes == 1 else made

    def sweep(
        self,
        prompt: str | Iterable[str],
        *,
        takes: int = 1,
        new: bool = False,
        cell: Mapping[str, Any] | None = None,
        consent: Consent = NO_CONSENT,
        **fields: Any,
    ) -> Jobs:
        """Ask for each combination of the lists among the fields; raises what `generate` does."""
        requests = as_sweep(prompt, fields, takes)
        return self.ask(requests, takes=takes, new=new, cell=cell, consent=consent, tell=print)

    def ask(  # noqa: PLR0913 - what a cell can ask for
        self,
        requests: Sequence[VideoRequest],
        *,
        takes: int = 1,
        new: bool = False,
        cell: Mapping[str, Any] | None = None,
        consent: Consent = NO_CONSENT,
        tell: Callable[[str], object] | None = None,
        explain: bool = False,
    ) -> Jobs:
        """Ask for takes of one request, or of each of a sweep; all of it or nothing.

        Args:
            requests: What to ask for.
            takes: How many videos of each.
            new: Whether to make new takes even if there are some.
            cell: What asks.
            consent: What the user allows.
            tell: Gets number and cost of a sweep, before anything is sent; None for no sweep.
            explain: Whether to keep what is exchanged for them, to be shown.

        Raises:
            SeedanceError: As for `generate`.
        """
        check_place(requests, self.settings)
        paid = self.backend == "live"
        asks = paid and (tell is not None or takes > FREE_TAKES)
        if asks:  # what is there already costs nothing, not even a look at the price list
            asks = bool(self._fresh(self._plan(requests, takes=takes, new=new)))
        self.purse.prepare(consent, asks=asks)
        with self.ledger.asking():
            plan = self._plan(requests, takes=takes, new=new)
            fresh = self._fresh(plan)
            self.purse.check(fresh, consent)
            if paid and (tell is not None or len(fresh) > FREE_TAKES):
                check_yes(consent, len(fresh), self.purse.estimate(fresh, 0), self.where)
            for request in fresh:
                self.inputs.kept(request)
            if tell is not None:
                tell(say_plan(plan, self.purse.estimate(fresh, 0), self.where))
            made = self._note(plan, cell or {}, takes=takes, new=new, explain=explain)
            self.purse.hold(_sent(made), consent)
            for job in _sent(made):
                self._pursue(job)
        return Jobs(made)

    def foresee(
        self,
        requests: Sequence[VideoRequest],
        *,
        takes: int = 1,
        new: bool = False,
        consent: Consent = NO_CONSENT,
        patience: float = PATIENCE,
    ) -> Prospect:
        """What `ask` would send with the same arguments, and whether a cap refuses that.

        Args:
            requests: What would be asked for.
            takes: How many videos of each.
            new: Whether to make new takes even if there are some.
            consent: What the user allows.
            patience: Seconds that the price list is waited for, the first time.
        """
        refusal: SeedanceError | None = None
        try:
            plan = self._plan(requests, takes=takes, new=new)
        except SubmitUncertain as error:
            plan, refusal = [(request, {}) for request in requests], error
        fresh = self._fresh(plan)
        cost = self.purse.estimate(fresh, patience)
        try:
            self.purse.check(fresh, consent)
        except BudgetExceeded as error:
            refusal = error
        counts = (sum(state is None for state in known.values()) for _, known in plan)
        return Prospect(fresh=tuple(counts), cost=cost, refusal=refusal)

    def estimate(self, prompt: str | VideoRequest, **fields: Any) -> Estimate:
        """What a request will probably cost, and where that is known from.

        Raises:
            InvalidRequest: With every problem.
        """
        return self.purse.estimate([as_request(prompt, fields, 1)])

    def _plan(self, requests: Sequence[VideoRequest], *, takes: int, new: bool) -> Plan:
        """What is there already of each take.

        Raises:
            SubmitUncertain: Of one of them nobody knows whether it was accepted.
        """
        alike: dict[str, list[JobState]] = {request.digest: [] for request in requests}
        for state in self.ledger.states():
            if state.digest in alike and self._is_here(state):
                alike[state.digest].append(state)
        plan = []
        for request in requests:
            same = alike[request.digest]
            first = next_take(same) if new or not self.settings.reuse else 1
            known = {take: hopeful(same, take) for take in range(first, first + takes)}
            for found in known.values():
                if found is not None and found.status == "uncertain":
                    raise found.error or SubmitUncertain(job=found.id, detail="-")
            plan.append((request, known))
        return plan

    @staticmethod
    def _fresh(plan: Plan) -> list[VideoRequest]:
        """What has to be sent, once for each take."""
        return [request for request, known in plan for state in known.values() if state is None]

    def _note(
        self, plan: Plan, cell: Mapping[str, Any], *, takes: int, new: bool, explain: bool
    ) -> list[Job]:
        """Write down all that is asked for, before any of it is sent; or take it back."""
        made: list[Job] = []
        again = new or not self.settings.reuse
        try:
            for request, known in plan:
                for take, state in known.items():
                    made.append(
                        self._reuse(state, request, explain=explain)
                        if state
                        else self._ask(request, take, cell, explain=explain)
                    )
                self.ledger.note_call(request, made[-len(known) :], cell, takes=takes, new=again)
        except (OSError, SeedanceError):
            for job in _sent(made):
                error = SeedanceError("error.job.stopped", job=job.id)
                self.ledger.record(job, "cancelled", error=error.to_dict())
            raise
        return made

    def _ask(
        self,
        request: VideoRequest,
        take: int,
        cell: Mapping[str, Any],
        *,
        explain: bool = False,
    ) -> Job:
        request = self.inputs.kept(request)
        job = self._job(JobState(id=new_name(self._rng, 8)))
        job = job.explain() if explain else job
        host = urlsplit(request.callback_url).hostname if request.callback_url else None
        self.ledger.record(
            job,
            "asked",
            durable=True,
            digest=request.digest,
            take=take,
            request=self.ledger.request_facts(request),
            model=request.model,
            catalog=request.catalog,
            callback_host=host,
            backend=self.backend,
            base_url=self.settings.server,
            idempotency_key=f"seedance-nb-{new_name(self._rng, 32)}",
            cell=self.ledger.call_facts(cell),
        )
        job.become(job.state.with_(request=request))
        job.origin = "sent"
        return job

    def _reuse(self, state: JobState, request: VideoRequest, *, explain: bool = False) -> Job:
        job = self._job(state)
        job = job.explain() if explain else job
        if job.state.request is None or request.callback_url:
            job.become(job.state.with_(request=request))
        if state.is_final and self._is_whole(state):
            job.origin = "shown"
            return job
        job.origin = "joined"
        if state.is_final:
            self.fetch(job)
        else:
            self.look_after(job)
        return job

    def _is_whole(self, state: JobState) -> bool:
        """Whether all files of a job are there as they came."""
        return all(self.library.is_as_it_came(one, state.finished_at) for one in state.videos)

    # --- finding --------------------------------------------------------------------------------

    def jobs(self) -> Jobs:
        """All jobs that the journal of this folder knows, the oldest first."""
        with self.ledger.reading():
            return Jobs([self._job(state) for state in self.ledger.states()])

    def states(self) -> list[JobState]:
        """All that is known of all jobs of the folder, the oldest first."""
        return [job.state for job in self.jobs()]

    def job(self, name: str | None = None) -> Job:
        """The job with this id, task id or beginning of one; without a name the latest.

        Raises:
            ConfigError: There is none, or more than one.
        """
        jobs = self.jobs()
        if not jobs:
            raise ConfigError("error.job.nothing", home=self.home)
        return jobs[-1] if name is None else jobs.find(name, home=self.home)

    def send_again(self, job: Job, cell: Mapping[str, Any] | None = None) -> Job:
        """A new job for the request of an ended one; `cell` is what asks."""
        cell = self.caller() if cell is None else cell
        state = self.ledger.honest(job.state)
        if state.request is None:
            raise ConfigError("error.job.norequest", job=job.id)
        if state.status == "uncertain":
            raise state.error or SubmitUncertain(job=job.id, detail="-")
        if not state.is_final:
            status = say(f"log.status.{state.status}")
            raise ConfigError("error.job.again", job=job.id, status=status)
        check_place([state.request], self.settings)
        self.purse.prepare(NO_CONSENT)
        with self.ledger.asking():
            states = self.ledger.states()
            same = [s for s in states if s.digest == state.digest and self._is_here(s)]
            new = state.status == "completed"
            take = next_take(same) if new else state.take
            known = hopeful(same, take)
            if known:
                made = self._reuse(known, state.request)
            else:
                self.purse.check([state.request], NO_CONSENT)
                made = self._ask(state.request, take, cell)
                self._pursue(made)
            self.ledger.note_call(state.request, [made], cell, takes=1, new=new)
        return made

    def serves(self, settings: Settings) -> bool:
        """Whether these settings mean the same server and folder."""

        def place(found: Settings) -> tuple[object, ...]:
            pace = (found.catalog, found.time_scale) if found.backend == "simulator" else ()
            return found.backend, found.base_url, found.home, *pace

        return place(settings) == place(self.settings)

    def update(self, settings: Settings) -> None:
        """Go on with changed settings; a new key serves the jobs that an old one left, too."""
        if settings != self.settings:
            renewed = settings.key != self.settings.key
            self.settings = self.ledger.settings = settings
            self.server.update(settings)
            if renewed:
                self.go_on()


def _sent(jobs: Iterable[Job]) -> list[Job]:
    """The jobs that a call made, and did not find there."""
    return [job for job in jobs if job.origin == "sent"]
