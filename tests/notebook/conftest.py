"""What the tests of the notebook layer stand on: jobs made of data, a stage that records."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from seedance_nb.core import texts
from seedance_nb.core.request import VideoRequest
from seedance_nb.core.secret import Secret
from seedance_nb.notebook.desk import Desk
from seedance_nb.notebook.stage import Stage
from seedance_nb.notebook.video import Budget
from seedance_nb.runs.budget import Prospect
from seedance_nb.runs.estimate import Estimate
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.library import Video
from seedance_nb.runs.record import JobState
from seedance_nb.runs.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from seedance_nb.core.errors import SeedanceError
    from seedance_nb.notebook.live import Act

NOON = 1_795_348_800.0
CLIP = Path(__file__).parents[1] / "data" / "clip.mp4"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Every test begins and ends in English."""
    texts.use("en")
    yield
    texts.use("en")


@pytest.fixture
def make_state() -> Callable[..., JobState]:
    """Makes the state of a job out of what differs."""

    def state(prompt: str = "a lighthouse in a storm", **known: Any) -> JobState:
        request = known.pop("request", VideoRequest(prompt, **known.pop("fields", {})))
        given = {
            "id": "kite2345",
            "digest": "sha256:" + "4f" * 32,
            "request": request,
            "backend": "simulator",
            "asked_at": NOON,
        }
        return JobState(**{**given, **known})

    return state


@pytest.fixture
def video(tmp_path: Path) -> Video:
    """A file on disk, as the library describes it."""
    path = tmp_path / "runs" / "videos" / "kite2345.mp4"
    path.parent.mkdir(parents=True)
    path.write_bytes(CLIP.read_bytes())
    size = path.stat().st_size
    return Video(
        path=path, sha256="0" * 64, size=size, duration=5.0, width=1280, height=720,
        expires_at=NOON + 86_400,
    )  # fmt: skip


class Keeper:
    """A session as far as a job needs one; keeps count."""

    def __init__(self) -> None:
        self.time = NOON + 6
        self.halted: list[str] = []
        self.made: Job | None = None

    def now(self) -> float:
        """The time that the test sets."""
        return self.time

    def tick(self, job: Job) -> None:
        """Nothing moves by itself."""

    def halt(self, job: Job) -> None:
        """Remember it."""
        self.halted.append(job.id)

    def send_again(self, job: Job, cell: Any = None) -> Job:
        """The job that the test prepared."""
        assert self.made is not None
        return self.made

    def resend(self, job: Job) -> None:
        """Never in these tests."""
        raise AssertionError

    def fetch(self, job: Job) -> None:
        """Never in these tests."""
        raise AssertionError

    def show(self, job: Job | Jobs) -> None:
        """Never in these tests."""
        raise AssertionError


class Flow:
    """A flow that lasts until the test ends it."""

    def __init__(self) -> None:
        self.over = False

    def done(self) -> bool:
        """Whether the test ended it."""
        return self.over


@pytest.fixture
def keeper() -> Keeper:
    """The keeper of the jobs of a test."""
    return Keeper()


@pytest.fixture
def make_job(make_state: Callable[..., JobState], keeper: Keeper) -> Callable[..., Job]:
    """Makes jobs; one that is not final runs until the test says otherwise."""

    def job(prompt: str = "a lighthouse in a storm", **known: Any) -> Job:
        made = Job(make_state(prompt, **known), keeper)
        if not made.state.is_final:
            made.flow = Flow()  # type: ignore[assignment]
        return made

    return job


class Shown(list[SimpleNamespace]):
    """Outputs in the order in which they were published."""

    def __call__(self, bundle: dict[str, Any], display_id: str, *, update: bool) -> None:
        """Take one in."""
        html = bundle.get("text/html", "")
        plain = bundle["text/plain"]
        self.append(
            SimpleNamespace(id=display_id, update=update, html=html, plain=plain, bundle=bundle)
        )

    @property
    def saved(self) -> list[SimpleNamespace]:
        """Those that tell something in the saved notebook."""
        return [output for output in self if output.plain]


class Picture:
    """A widget without a front end."""

    def __init__(self, act: Callable[[str], object]) -> None:
        self.act = act
        self.model_id = "m0del"
        self.painted: list[tuple[str, list[str]]] = []
        self.ended = ""

    def paint(self, html: str, acts: Sequence[Act] = ()) -> None:
        """Remember picture and buttons."""
        self.painted.append((html, [act.label for act in acts]))

    def end(self, html: str) -> None:
        """Remember the last picture."""
        self.ended = html


@pytest.fixture
def shown() -> Shown:
    """What was displayed."""
    return Shown()


@pytest.fixture
def make_stage(shown: Shown, keeper: Keeper, tmp_path: Path) -> Callable[..., Stage]:
    """Makes a stage for a front end that records what is shown."""

    def stage(front_end: Any = "lab", **given: Any) -> Stage:
        return Stage(
            front_end=front_end,
            now=keeper.now,
            cwd=tmp_path,
            budget=Budget(),
            publish=shown,
            make_widget=Picture,  # type: ignore[arg-type]
            **given,
        )

    return stage


class FakeSession:
    """A session that answers what the test prepared."""

    def __init__(self, home: Path, make_job: Callable[..., Job], keeper: Keeper, key: str) -> None:
        self.settings = Settings(backend="simulator", home=home, wait="never")
        self.home = home
        self.backend = "simulator"
        self.where = "Simulator: no credits spent"
        self.secret = Secret(key)
        self.now = keeper.now
        self.asked: list[dict[str, Any]] = []
        self.foreseen: list[dict[str, Any]] = []
        self.answers: Iterator[Any] = itertools.repeat({})
        self.kept = Jobs([])
        self.refusal: SeedanceError | None = None
        self.ledger = SimpleNamespace(has_owner=lambda _: False)
        self.is_mine = lambda _: True
        self.ticking: list[Callable[[], bool]] = []
        self.tracker = SimpleNamespace(tick=lambda _, beat: self.ticking.append(beat))
        self._make_job = make_job
        self._serial = itertools.count(1)
        self.free = Estimate(credits=0.0, source="simulator")
        self.purse = SimpleNamespace(estimate=lambda *_: self.free)

    def foresee(self, requests: Sequence[VideoRequest], *, takes: int, **how: Any) -> Prospect:
        """Everything is new."""
        self.foreseen.append({"takes": takes, **how})
        return Prospect(fresh=(takes,) * len(requests), cost=self.free)

    def generate(self, request: VideoRequest, **how: Any) -> Job | Jobs:
        """Jobs that run, or the refusal."""
        if self.refusal:
            raise self.refusal
        self.asked.append({"request": request, **how})
        made = [
            self._make_job(request=request, id=f"made{next(self._serial)}", take=take)
            for take in range(1, how["takes"] + 1)
        ]
        return made[0] if how["takes"] == 1 else Jobs(made)

    def states(self) -> list[JobState]:
        """Of all jobs."""
        return [job.state for job in self.jobs()]

    def jobs(self) -> Jobs:
        """What the test prepared."""
        return self.kept

    def job(self, name: str | None = None) -> Job:
        """One of them."""
        return self.kept[-1] if name is None else self.kept.find(name, home=self.home)

    def resume(self, *, tell: Callable[[str], object]) -> Jobs:
        """All of them."""
        return self.kept

    def adopt(self, task_id: str) -> Job:
        """The last of them."""
        return self.kept[-1]

    def credits(self) -> Any:
        """The amounts of the documentation."""
        return {
            "token": {"remaining_credits": 99416.4429, "unlimited_credits": False,
                      "used_credits": 583.5571},
            "user": {"remaining_credits": 1095.3996, "used_credits": 135.9048},
        }  # fmt: skip


class FakeSessions:
    """Stands where `runs.session` stands."""

    def __init__(self, session: FakeSession) -> None:
        self.session = session
        self.configured: list[dict[str, Any]] = []
        self.config: dict[str, Any] = {}
        self.viewer: Any = None

    def current(self) -> Any:
        """The one session."""
        return self.session

    def configure(self, **settings: Any) -> Any:
        """Remember what was asked."""
        self.configured.append(settings)
        return self.session

    def use_config(self, config: Any) -> None:
        """Remember it."""
        self.config = dict(config)

    def use_viewer(self, viewer: Any) -> None:
        """Remember it."""
        self.viewer = viewer

    def use_caller(self, caller: Any) -> None:
        """Remember it."""
        self.caller = caller


@pytest.fixture
def session(
    tmp_path: Path, make_job: Callable[..., Job], keeper: Keeper, canary: str
) -> FakeSession:
    """The session of a test."""
    return FakeSession(tmp_path / "runs", make_job, keeper, canary)


@pytest.fixture
def sessions(session: FakeSession) -> FakeSessions:
    """Where the magic gets it from."""
    return FakeSessions(session)


@pytest.fixture
def shell() -> Iterator[Any]:
    """A fresh IPython that leaves nothing on disk."""
    config = Config()
    config.HistoryManager.hist_file = ":memory:"
    config.HistoryManager.enabled = False
    config.TerminalInteractiveShell.colors = "nocolor"
    make: Any = InteractiveShell
    made = make(config=config)
    yield made
    made.restore_sys_module_state()


@pytest.fixture
def run(
    shell: Any, sessions: FakeSessions, make_stage: Callable[..., Stage]
) -> Callable[[str], Any]:
    """Runs a cell in an IPython that has the magic."""
    from seedance_nb.notebook.magics import SeedanceMagics  # noqa: PLC0415 - it needs a shell

    def desk(*given: Any, **named: Any) -> Desk:
        return Desk(*given, **named, stage=lambda _, embed: make_stage(embed=embed or "auto"))

    shell.register_magics(
        SeedanceMagics(shell, sessions=sessions, ask=lambda _: "sk-new-key", desk=desk)
    )
    return lambda source: shell.run_cell(source, store_history=True)
