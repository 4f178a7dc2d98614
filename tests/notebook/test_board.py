"""The board: what it says of many jobs, what its controls do, and how little it sends."""

from __future__ import annotations

import re
import threading
import time
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from pages import HOSTILE, read

from seedance_nb.core import texts
from seedance_nb.core.errors import ConfigError, SubmitUncertain, TaskFailed, TransportError
from seedance_nb.notebook import board_live
from seedance_nb.notebook.board import board_html, board_text
from seedance_nb.notebook.board_live import LiveBoard, Source
from seedance_nb.notebook.board_state import Entry, View, actions_of, board_state
from seedance_nb.runs.job import Jobs

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.job import Job
    from seedance_nb.runs.library import Video
    from seedance_nb.runs.record import JobState

NOON = 1_795_348_800.0
HOUR = 3600.0
LIVE = {"backend": "live", "base_url": "https://api.evolink.ai"}


def ids(entries: list[Entry], view: View | None = None) -> list[str]:
    """The ids of a page, in order."""
    return [row.job for row in board_state(entries, NOON, view or View()).rows]


@pytest.fixture
def mixed(make_state: Callable[..., JobState]) -> list[Entry]:
    """Jobs of many kinds, the oldest first."""
    error = TransportError()
    old = {"submitted_at": NOON - 20 * HOUR, "asked_at": NOON - 20 * HOUR, **LIVE}
    return [
        Entry(state=make_state(id="done", status="completed", asked_at=NOON - 90)),
        Entry(state=make_state(id="maybe", status="uncertain", asked_at=NOON - 80, **LIVE)),
        Entry(state=make_state(id="runs", status="processing", asked_at=NOON - 70), following=True),
        Entry(state=make_state("Über den Fluss", id="bad", status="failed", asked_at=NOON - 60),
              mine=False),
        Entry(state=make_state(id="late", status="downloading", task_id="task-unified-7",
                               error=error, credits_reserved=30.0, **old), mine=False),
        Entry(state=make_state(id="wait", status="queued", asked_at=NOON - 50), following=True),
        Entry(state=make_state(id="gone", status="completed", task_id="task-unified-8",
                               credits_charged=24.5, **old), missing=True),
    ]  # fmt: skip


def test_what_needs_you_comes_first_then_what_runs_then_the_newest(mixed: list[Entry]) -> None:
    """Uncertain and soon to expire is on top, whatever is newer."""
    found = ids(mixed)

    assert {"maybe", "late", "gone"} == set(found[:3])
    assert ["wait", "runs", "bad", "done"] == found[3:]


def test_a_link_that_is_over_or_far_from_its_end_is_not_urgent(mixed: list[Entry]) -> None:
    """A day after it was sent nothing can be saved; ten hours before that nothing hurries."""
    late = mixed[6]

    assert not late.is_expiring(NOON - 10 * HOUR)
    assert late.is_expiring(NOON)
    assert not late.is_expiring(NOON + 5 * HOUR)
    assert "Video not here yet" in board_state([late], NOON).rows[0].warning


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        (View(group="attention"), {"maybe", "late"}),
        (View(group="running"), {"runs", "wait"}),
        (View(group="failed"), {"bad"}),
        (View(group="completed"), {"done", "gone"}),
        (View(origin="others"), {"bad", "late"}),
        (View(origin="Live"), {"maybe", "late", "gone"}),
        (View(text="ÜBER den"), {"bad"}),
        (View(text="unified-8"), {"gone"}),
        (View(text="text-to-video", group="failed"), {"bad"}),
        (View(text="no such thing"), set()),
    ],
)
def test_filters(view: View, expected: set[str], mixed: list[Entry]) -> None:
    """By status, by where it was made, and by a piece of prompt, model or id."""
    assert expected == set(ids(mixed, view))


@pytest.mark.parametrize(
    ("sort", "first", "last"),
    [("newest", "wait", "late"), ("oldest", "gone", "wait"), ("status", "wait", "late"),
     ("credits", "late", "done"), ("prompt", "wait", "bad")],
)  # fmt: skip
def test_sorting(sort: str, first: str, last: str, mixed: list[Entry]) -> None:
    """By each of the columns that can be chosen."""
    found = ids(mixed, View(sort=sort))

    assert (first, last) == (found[0], found[-1])


def test_pages(make_state: Callable[..., JobState]) -> None:
    """Forty-five jobs take three pages; a page that is not there is the last one."""
    entries = [Entry(state=make_state(id=f"job{n:02d}", asked_at=NOON + n)) for n in range(45)]
    board = board_state(entries, NOON, View(page=9))

    assert (3, 2, 45) == (board.pages, board.page, board.found)
    assert [41, 42, 43, 44, 45] == [row.number for row in board.rows]
    assert "41 to 45 of 45" in board_html(board)


def test_totals_count_all_and_credits_only_what_is_live(mixed: list[Entry]) -> None:
    """The sums are of all jobs, also of those that a filter hides."""
    board = board_state(mixed, NOON, View(group="failed"))

    assert ("Completed", "good", 2) in board.totals
    assert len(mixed) == sum(count for _, _, count in board.totals)
    assert "24.5 credits spent, 30 reserved" == board.money
    assert "" == board_state(mixed[:1], NOON).money


@pytest.mark.parametrize(
    ("known", "how", "expected"),
    [
        ({"status": "queued"}, {"following": True}, ("dequeue",)),
        ({"status": "processing"}, {"following": True}, ("stop",)),
        ({"status": "processing", "task_id": "t"}, {"watched": True}, ()),
        ({"status": "processing", "task_id": "t"}, {}, ("follow",)),
        ({"status": "queued"}, {}, ()),
        ({"status": "uncertain"}, {}, ("resend",)),
        ({"status": "uncertain"}, {"here": False}, ()),
        ({"status": "failed"}, {}, ("again",)),
        ({"status": "failed"}, {"here": False}, ()),
        ({"status": "failed", "request": None}, {}, ()),
        ({"status": "downloading", "task_id": "t"}, {}, ("fetch",)),
        ({"status": "completed", "task_id": "t"}, {}, ()),
        ({"status": "completed", "task_id": "t"}, {"missing": True}, ("fetch",)),
    ],
)
def test_what_each_state_allows(
    known: dict[str, Any],
    how: dict[str, Any],
    expected: tuple[str, ...],
    make_state: Callable[..., JobState],
) -> None:
    """A button for what can be done; none that would pay on another server or for the unsent."""
    assert expected == actions_of(Entry(state=make_state(**known), **how))


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_hostile_text_stays_text(
    language: texts.Language, make_state: Callable[..., JobState]
) -> None:
    """Prompts, paths, servers and errors: no tag and no attribute comes of any of them."""
    texts.use(language)
    states = [
        make_state(HOSTILE + "x" * 10_000, id=HOSTILE, status=status, base_url=f"https://{HOSTILE}",
                   backend="live", error=TaskFailed(detail=HOSTILE))
        for status in ("failed", "uncertain", "processing")
    ]  # fmt: skip
    board = board_state([Entry(state=state) for state in states], NOON, say_file=lambda _: HOSTILE)
    html = board_html(board, asof="now")
    reader = read(html)

    assert reader.tags <= {"div", "span", "b", "table", "thead", "tbody", "tr", "th", "td", "code"}
    assert not [name for name, _ in reader.attributes if name.startswith("on")]
    assert not {"\0", "\u202e"} & {*html, *board_text(board)}
    assert len(html) < 12_000


def test_styles_survive_a_notebook_that_is_not_trusted(mixed: list[Entry]) -> None:
    """Inline styles with plain values only, and no colour on text."""
    reader = read(board_html(board_state(mixed, NOON)))
    styles = ";".join(value or "" for name, value in reader.attributes if name == "style")

    assert not re.search(r"var\(|currentcolor|inherit|aspect-ratio|transition", styles.lower())
    assert not re.search(r"(^|;)\s*color\s*:", styles)


def test_narrow_columns_break_between_words_only(make_state: Callable[..., JobState]) -> None:
    """Date and time, percent and time left may part at half width, and nothing inside of them."""
    state = make_state(status="processing", submitted_at=NOON - 70, estimated_time=165.0)
    board = board_state([Entry(state=state, following=True)], NOON)
    [row] = board.rows

    whole = re.findall(r"white-space:nowrap[^>]*>([^<]+)<", board_html(board))

    assert [row.job, *row.asked.split(), *row.clock.split(" · ")] == whole
    assert 6 == len(whole)


def test_ten_thousand_jobs_make_no_larger_a_page(make_state: Callable[..., JobState]) -> None:
    """What is drawn depends on the page alone, and is quick."""
    states = [make_state(id=f"job{n:05d}", asked_at=NOON + n) for n in range(10_000)]
    entries = [Entry(state=state, following=True) for state in states]
    began = time.thread_time()
    many = board_html(board_state(entries, NOON))
    took = time.thread_time() - began

    assert len(many) < 1.05 * len(board_html(board_state(entries[:100], NOON)))
    assert len(many) < 40_000
    assert took < 2


# --- on show --------------------------------------------------------------------------------------


class Wire:
    """Counts the messages of widgets; stands where a kernel's comms would."""

    def __init__(self) -> None:
        self.sent: list[int] = []

    def __call__(self, **_: Any) -> Any:
        """A channel for a widget."""
        serial = f"comm{len(self.sent)}-{id(object()):x}"
        return SimpleNamespace(comm_id=serial, send=self.send, on_msg=print, close=print)

    def send(self, data: Any = None, **_: Any) -> None:
        """Note how long it is."""
        self.sent.append(len(str(data)))


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """What all widgets of a test send through."""
    made = Wire()
    monkeypatch.setattr("comm.create_comm", made)
    return made


@pytest.fixture
def make_board(
    session: Any, make_stage: Callable[..., Any], wire: Wire
) -> Callable[..., LiveBoard]:
    """Makes a board of these jobs, on show."""

    def board(*jobs: Job) -> LiveBoard:
        session.kept = Jobs(jobs)
        made = LiveBoard(Source(session, session.kept), make_stage())
        made.show()
        return made

    return board


def test_a_thousand_running_jobs_send_little(
    make_board: Callable[..., LiveBoard],
    make_job: Callable[..., Job],
    keeper: Any,
    wire: Wire,
    session: Any,
) -> None:
    """At most five small messages a second, with a thousand jobs in the making."""
    jobs = [
        make_job(id=f"job{n:05d}", status="processing", submitted_at=NOON, estimated_time=90.0)
        for n in range(1000)
    ]
    make_board(*jobs)
    [beat] = session.ticking
    wire.sent.clear()
    for _ in range(40):
        keeper.time += 0.25
        assert beat()

    assert 5 <= len(wire.sent) <= 50
    assert max(wire.sent) < 40_000


def test_an_idle_board_sends_nothing(
    make_board: Callable[..., LiveBoard],
    make_job: Callable[..., Job],
    keeper: Any,
    wire: Wire,
    session: Any,
) -> None:
    """Where nothing changes nothing is sent, for hours; a new job is seen within a second."""
    make_board(make_job(status="failed", error=TaskFailed(detail="no")))
    [beat] = session.ticking
    wire.sent.clear()
    for _ in range(100):
        keeper.time += 60
        beat()
    assert [] == wire.sent

    session.kept = Jobs([*session.kept, make_job(id="lamp2345", status="queued")])
    keeper.time += 1
    beat()
    assert wire.sent


def test_a_board_is_saved_as_a_table(
    make_board: Callable[..., LiveBoard], make_job: Callable[..., Job], shown: Any
) -> None:
    """The notebook keeps HTML and text that say when they were true, below the widget."""
    make_board(make_job())
    live, output = shown

    assert (3, 2) == (len(live.bundle), len(output.bundle))
    assert "kite2345" in output.html
    assert "As of" in output.html
    assert output.plain.splitlines()[1].startswith("kite2345")


def test_a_run_without_a_front_end_gets_a_table(
    session: Any, make_stage: Callable[..., Any], make_job: Callable[..., Job], shown: Any
) -> None:
    """No widget is made where nobody could see it; a terminal gets lines."""
    session.kept = Jobs([make_job()])
    lines: list[str] = []
    board_live.show(session.kept, session, make_stage("none"))
    board_live.show(session.kept, session, make_stage("terminal", write=lines.append))

    assert {"text/html", "text/plain"} == set(shown[0].bundle)
    assert 1 == len(shown)
    assert "In the" not in lines[0]
    assert "kite2345  Queued" in lines[0]


def test_sending_again_what_is_uncertain_takes_two_clicks(
    make_board: Callable[..., LiveBoard], make_job: Callable[..., Job], keeper: Any
) -> None:
    """The first click explains, a double click is one click, the second one sends."""
    resent: list[str] = []
    keeper.resend = lambda job: resent.append(job.id)
    board = make_board(make_job(status="uncertain", error=SubmitUncertain(job="kite2345")))
    board.choose("kite2345")
    board.do("resend")
    keeper.time += 0.3
    board.do("resend")
    assert [] == resent

    keeper.time += 2
    board.do("resend")
    assert ["kite2345"] == resent


def test_another_choice_takes_the_first_click_back(
    make_board: Callable[..., LiveBoard], make_job: Callable[..., Job], keeper: Any
) -> None:
    """A warning that was read for one job is not a yes for another."""
    resent: list[str] = []
    keeper.resend = lambda job: resent.append(job.id)
    lost = {"status": "uncertain", "error": SubmitUncertain(job="-")}
    board = make_board(make_job(**lost), make_job(id="lamp2345", **lost))
    board.choose("kite2345")
    board.do("resend")
    keeper.time += 5
    board.choose("lamp2345")
    board.do("resend")

    assert [] == resent


def test_again_makes_a_job_and_a_refusal_is_told(
    session: Any,
    make_stage: Callable[..., Any],
    make_job: Callable[..., Job],
    keeper: Any,
) -> None:
    """The new job is the chosen one then; what cannot be done is said and breaks nothing."""
    drawn: list[tuple[str, str, list[tuple[str, str]]]] = []
    controls = SimpleNamespace(
        model_id="m0del",
        draw=lambda board, view: None,
        draw_job=lambda job, picture, message, actions: drawn.append((job, message, [*actions])),
    )
    failed = make_job(status="failed", error=TaskFailed(detail="no"))
    session.kept = Jobs([failed, make_job(id="lamp2345", status="queued")])
    board = LiveBoard(Source(session, session.kept), make_stage(), lambda _: controls)  # type: ignore[arg-type,return-value]
    board.show()
    keeper.made = session.kept[1]
    board.choose("kite2345")
    assert [("again", "Again")] == drawn[-1][2]
    board.do("again")
    assert "lamp2345" == drawn[-1][0]
    assert "Sent again, as lamp2345" in drawn[-1][1]

    def refuse(job: Job) -> None:
        raise ConfigError("error.job.fetch", job=job.id, status=job.status)

    keeper.halt = refuse
    board.do("dequeue")
    assert "lamp2345" in drawn[-1][1]
    assert ConfigError("error.job.fetch", job="lamp2345", status="queued").message in drawn[-1][1]


def test_the_background_does_not_wait_for_a_click(
    make_board: Callable[..., LiveBoard], session: Any, make_job: Callable[..., Job], keeper: Any
) -> None:
    """A click may wait for what the background brings, so a beat in its midst is left out."""
    board = make_board(make_job(status="queued"))
    [beat] = session.ticking
    board.choose("kite2345")
    beats = threading.Thread(target=beat, daemon=True)
    ended = []

    def halt(_: Job) -> None:
        beats.start()
        beats.join(5)
        ended.append(not beats.is_alive())

    keeper.halt = halt
    keeper.time += 60
    board.do("dequeue")

    assert [True] == ended


def test_a_lost_file_is_noticed(
    make_board: Callable[..., LiveBoard],
    make_job: Callable[..., Job],
    video: Video,
    session: Any,
) -> None:
    """A completed job whose file was deleted says so and offers to fetch it."""
    job = make_job(status="completed", videos=(video,), task_id="task-unified-1")
    assert not Source(session, Jobs([job])).entry(job).missing
    video.path.unlink()

    assert Source(session, Jobs([job])).entry(job).missing


def test_the_oldest_of_many_boards_rests(
    session: Any, make_stage: Callable[..., Any], make_job: Callable[..., Job], wire: Wire
) -> None:
    """Only a few boards move at the same time; an old one ends its beat."""
    session.kept = Jobs([make_job()])
    for _ in range(board_live.MOST_LIVE + 1):
        board_live.show(session.kept, session, make_stage())
    moving = [beat() for beat in session.ticking]

    assert [False] + [True] * board_live.MOST_LIVE == moving


def test_a_call_in_text_keeps_its_order_and_says_what_differs(
    session: Any, make_job: Callable[..., Job], make_stage: Callable[..., Any]
) -> None:
    """Jobs of a sweep are written as they were asked for, each with what sets it apart."""
    lines: list[str] = []
    sweep = [
        make_job(id=f"kite234{seconds}", fields={"duration": seconds}, asked_at=NOON + seconds)
        for seconds in (4, 8)
    ]
    session.kept = Jobs([make_job(id="boat2345", asked_at=NOON), *sweep])
    board_live.show(Jobs(sweep), session, make_stage("terminal", write=lines.append))
    _, first, second = "\n".join(lines).splitlines()

    assert first.startswith("kite2344")
    assert "duration: 4" in first
    assert "duration: 8" in second
