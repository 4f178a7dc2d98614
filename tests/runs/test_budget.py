"""Money: estimates with their sources, caps, and the yes, against another server on loopback."""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any, cast

import pytest
from canary import CANARY as KEY
from hypothesis import given
from hypothesis import strategies as st

from seedance_nb.core.errors import (
    BudgetExceeded,
    ConfigError,
    InvalidRequest,
    SubmitUncertain,
    TaskFailed,
    TransportError,
)
from seedance_nb.core.request import VideoRequest
from seedance_nb.evolink.prices import PriceList
from seedance_nb.runs.budget import Consent, check, committed, of_day, of_session
from seedance_nb.runs.estimate import AGAIN, Estimate, PriceBook, estimate
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.record import JobState
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve
from seedance_nb.runs.terminal import summary

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import Clock
    from peer import Peer

TEXT = "seedance-2.0-text-to-video"
PER_SECOND = 5.115  # what the peer reserves


def price_list(credits_per_second: float = PER_SECOND, **more: Any) -> dict[str, Any]:
    """A list with one price, in the form that the official client reads."""
    row = {
        "sku_name": TEXT, "model_name": TEXT, "model_type": "video", "billing_rule": "per_second",
        "cny_price": credits_per_second / 10, "metadata": "{}",
    }  # fmt: skip
    return {"success": True, "data": [{"model_name": "other"}, {**row, **more}]}


async def quick(seconds: float) -> None:
    """A sleep that keeps the order of things and not their length."""
    await asyncio.sleep(min(seconds, 0.01))


@pytest.fixture
def make(peer: Peer, tmp_path: Path, clock: Clock) -> Iterator[Callable[..., Session]]:
    """Makes sessions on the peer that share a folder; no day ends in the middle of a test."""
    made = []

    def session(**settings: Any) -> Session:
        given = {"api_key": KEY, "base_url": peer.url, "home": tmp_path / "runs", **settings}
        made.append(Session(resolve(given, {}, {}, cwd=tmp_path), sleep=quick, now=clock))
        return made[-1]

    yield session
    for one in made:
        one.close()


def one(session: Session, prompt: str = "a dog", **fields: Any) -> Job:
    """A job, and not several."""
    job = session.generate(prompt, **fields)
    assert isinstance(job, Job)
    return job


def many(session: Session, prompt: str = "a dog", **fields: Any) -> Jobs:
    """Several jobs."""
    jobs = session.generate(prompt, **fields)
    assert isinstance(jobs, Jobs)
    return jobs


# --- estimates ------------------------------------------------------------------------------------


def test_the_price_list_tells_without_seeing_the_key(
    peer: Peer, make: Callable[..., Session]
) -> None:
    """An estimate comes from the public list of the server in use, asked once, with no key."""
    peer.prices = price_list()
    session = make()

    first = session.estimate("a dog", duration=4)
    unfiltered = session.estimate("a dog", duration=4, content_filter=False)

    assert (20.46, "price list") == (first.credits, first.source)
    assert 22.506 == unfiltered.credits
    assert "plus each search" in session.estimate("a dog", web_search=True).text
    assert "plus each search" not in first.text
    assert peer.url.removeprefix("http://") in first.text
    [asked] = peer.others
    assert "authorization" not in asked.headers
    assert not [value for value in asked.headers.values() if KEY in value]


def test_the_record_tells_where_no_list_does(peer: Peer, make: Callable[..., Session]) -> None:
    """Without a list the latest job of the same model and quality tells, and is named."""
    session = make()
    before = session.estimate("a dog", duration=10)
    made = one(session, "a kite", duration=4).wait(20)
    after = session.estimate("a dog", duration=10)

    assert (None, "unknown") == (before.credits, before.source)
    assert "unknown" in before.text
    assert (51.15, "record") == (after.credits, after.source)
    assert made.id in after.text
    assert session.estimate("a dog", quality="480p").credits is None
    assert session.estimate("a dog", tier="fast").credits is None


def test_the_latest_like_job_tells(tmp_path: Path) -> None:
    """Of several the latest; one in flight tells too, and one that failed or is unlike does not."""
    settings = resolve({"api_key": "k" * 20, "home": tmp_path}, {}, {}, cwd=tmp_path)
    asked = VideoRequest("a dog", duration=4)
    job = JobState(id="a", backend="live", base_url=settings.server, request=asked)
    states = [
        job.with_(status="completed", credits_charged=8.0),
        job.with_(status="processing", credits_reserved=11.0,
                  request=asked.replace(content_filter=False, duration=5)),
        job.with_(status="failed", credits_charged=0.0),
        job.with_(status="completed", credits_charged=99.0, base_url="https://other.example"),
        job.with_(status="queued"),
    ]  # fmt: skip

    for count, expected in ((1, 8.0), (2, 8.0), (5, 8.0), (0, None)):
        found = estimate(asked, settings, prices=None, states=states[:count])
        assert expected == found.credits
    dear = [states[0], job.with_(status="completed", credits_charged=12.0)]
    assert 12.0 == estimate(asked, settings, prices=None, states=dear).credits


def test_a_simulator_costs_nothing(tmp_path: Path) -> None:
    """On the simulator the estimate is 0, says why, and asks nobody."""
    session = Session(resolve({"home": tmp_path}, {}, {}, cwd=tmp_path))

    found = session.estimate("a dog")

    assert (0.0, "simulator") == (found.credits, found.source)
    assert session.simulator is None
    session.close()


def test_input_videos_have_no_estimate(peer: Peer, make: Callable[..., Session]) -> None:
    """They are charged by a length that nobody told, so no number is made up."""
    peer.prices = price_list(model_name="seedance-2.0-reference-to-video")
    found = make().estimate("a dog", videos=["https://x.org/a.mp4"])

    assert (None, "unknown") == (found.credits, found.source)
    assert "input videos" in found.text


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"routing_note": "$0.199-$0.219 per second."}, (13.532, 14.892)),
        ({"cny_price": None, "price_range": {"min_usd": 0.1, "max_usd": 0.2}}, (6.8, 13.6)),
        ({"resolution_multipliers": {"720p": 2, "480p": 1}}, (10.0, 10.0)),
        ({"resolution_multipliers": {"480p": 1}}, None),
        ({"metadata": '{"resolution_multipliers": {"720p": 0.5}}'}, (2.5, 2.5)),
        ({"sku_name": "t2v 720p"}, (5.0, 5.0)),
        ({"sku_name": "t2v 480p"}, None),
        ({"sku_name": "web search"}, None),
        ({"billing_rule": "per_call"}, None),
        ({"routing_note": "$3 per 1M tokens"}, None),
        ({"cny_price": float("nan")}, None),
        ({"cny_price": -1}, None),
        ({"cny_price": "0.5"}, None),
        ({"model_name": "seedance-2.0"}, None),
        (
            {"price_range": {"min_usd": 0.1, "max_usd": 0.2},
             "resolution_multipliers": {"480p": 0.5, "720p": 1}},
            (13.6, 13.6),
        ),
    ],
)  # fmt: skip
def test_rows_of_the_price_list(row: dict[str, Any], expected: tuple[float, float] | None) -> None:
    """A row that says a price per second for the quality is read; any other gives none."""
    price = PriceList(price_list(5.0, **row)).find(TEXT, "720p")

    assert expected == (price and tuple(round(end, 6) for end in price.of(1)))


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(
            st.sampled_from(["data", "model_name", "sku_name", "billing_rule", "cny_price",
                             "price_range", "min_usd", "resolution_multipliers", "metadata"])
            | st.text(), inner),
        max_leaves=12,
    )
)  # fmt: skip
def test_any_list_is_read_or_tells_nothing(data: Any) -> None:
    """Whatever stands where the list should be, there is no exception and no infinite price."""
    for shape in (data, {"data": data}, {"data": [{**price_list()["data"][1], "metadata": data}]}):
        price = PriceList(shape).find(TEXT, "720p")
        assert price is None or 0 < price.least <= price.most < float("inf")


def test_a_list_that_does_not_come_is_not_waited_for_twice() -> None:
    """One try that fails holds for a minute, and a slow one is left to come by itself."""
    begun: list[Future[Any]] = []
    now = [0.0]

    def start() -> Future[Any]:
        begun.append(Future())
        return begun[-1]

    book = PriceBook(start, clock=lambda: now[0])
    assert book.get(0.01) is None
    begun[0].set_exception(TransportError())
    assert book.get(0.01) is None
    now[0] = AGAIN + 1
    assert book.get(0) is None
    assert 2 == len(begun)
    begun[1].set_result(price_list())
    assert book.get(0) is not None


# --- caps -----------------------------------------------------------------------------------------


def test_a_cap_of_a_call_refuses_before_the_post(peer: Peer, make: Callable[..., Session]) -> None:
    """`--max-credits` counts all takes of the cell, names itself, and nothing is sent."""
    peer.prices = price_list()
    session = make()

    with pytest.raises(BudgetExceeded, match="--max-credits = 50"):
        session.generate("a dog", takes=2, consent=Consent(max_credits=50))
    assert [] == peer.creates
    assert not list(session.jobs())
    many(session, takes=2, consent=Consent(max_credits=52)).wait(20)
    assert 2 == len(peer.creates)


def test_what_is_there_already_is_free(peer: Peer, make: Callable[..., Session]) -> None:
    """The cap of a call counts what it sends, and not the takes that it only shows."""
    peer.prices = price_list()
    session = make()
    many(session, takes=2).wait(20)

    many(session, takes=3, consent=Consent(max_credits=30)).wait(20)
    assert 3 == len(peer.creates)


@pytest.mark.parametrize("setting", ["max_credits", "max_credits_day"])
def test_a_cap_counts_what_is_in_flight(
    setting: str, peer: Peer, make: Callable[..., Session]
) -> None:
    """Queued, running and done jobs count; what would go beyond is refused and the cap named."""
    peer.prices, peer.seconds = price_list(), 60
    session = make(max_active=1, **{setting: 80})

    jobs = many(session, "a kite", takes=3)  # 77 credits: one in flight, two queued
    with pytest.raises(BudgetExceeded, match=f"{setting} = 80"):
        one(session, "a dog", duration=4)
    peer.seconds = 0
    jobs.wait(20)
    with pytest.raises(BudgetExceeded, match=f"{setting} = 80"):
        one(session, "a dog", duration=4)
    assert [job.id for job in jobs] == [job.id for job in many(session, "a kite", takes=3)]
    assert 3 == len(peer.creates)


def test_what_failed_counts_no_more(peer: Peer, make: Callable[..., Session]) -> None:
    """The reservation of a failed task comes back, and the cap leaves room for another."""
    peer.prices = price_list()
    session = make(max_credits=30)
    peer.on_create.append(("fails", "service_error", "no"))
    job = one(session)
    with pytest.raises(BudgetExceeded):
        one(session, "a kite")
    with pytest.raises(TaskFailed):
        job.wait(20)

    one(session, "a kite").wait(20)
    assert 2 == len(peer.creates)


def test_an_uncertain_job_counts(peer: Peer, make: Callable[..., Session]) -> None:
    """A request whose fate is not known may have been paid for, so its estimate counts."""
    peer.prices = price_list()
    peer.on_create.append(("drop",))
    session = make(max_credits=30)
    with pytest.raises(SubmitUncertain):
        one(session).wait(20)

    with pytest.raises(BudgetExceeded, match="max_credits = 30"):
        one(session, "a kite")


@pytest.mark.parametrize("setting", ["max_credits", "max_credits_day", "--max-credits"])
def test_a_cap_that_cannot_be_checked_refuses(
    setting: str, peer: Peer, make: Callable[..., Session]
) -> None:
    """Where the price is not known a cap refuses and names itself; without it one may send."""
    session = make() if setting.startswith("-") else make(**{setting: 1000})
    consent = Consent(max_credits=1000 if setting.startswith("-") else None)

    with pytest.raises(BudgetExceeded, match=f"{setting} = 1000 cannot be kept"):
        session.generate("a dog", consent=consent)
    assert [] == peer.creates


def test_a_cap_counts_nothing_whose_price_nobody_knows() -> None:
    """A job of which nobody knows what it cost is named, and the cap refuses."""
    request = VideoRequest("a dog")
    lost = JobState(id="lost2345", backend="live", status="uncertain", request=request)
    cap, known = of_session(1000, "", 0.0), Estimate(credits=5.0, source="price list")
    unknown = Estimate(credits=None, source="unknown")

    with pytest.raises(BudgetExceeded, match="lost2345"):
        check([cap], [lost], [known], lambda _: unknown)


def test_the_last_look_is_before_the_post(peer: Peer, make: Callable[..., Session]) -> None:
    """Where the service reserves more than the list said, what is still queued ends unsent."""
    peer.prices = price_list(PER_SECOND / 2)  # half of what it will reserve: 12.8 and not 25.6
    session = make(max_active=1)

    jobs = many(session, takes=4, consent=Consent(max_credits=52))
    with pytest.raises(BudgetExceeded, match="--max-credits = 52"):
        jobs.wait(20)

    # 25.6 + 12.8, then 51.2 + 12.8
    assert 2 == len(peer.creates)
    assert ["completed", "completed", "failed", "failed"] == [job.status for job in jobs]


def test_two_kernels_share_the_cap_of_a_day(peer: Peer, make: Callable[..., Session]) -> None:
    """The cap of the day counts what another session of the folder sent; a session's own not."""
    peer.prices = price_list()
    one(make()).wait(20)

    with pytest.raises(BudgetExceeded, match="max_credits_day"):
        one(make(max_credits_day=50), "a kite")
    one(make(max_credits=50), "a kite").wait(20)


def test_many_at_once_keep_the_cap(peer: Peer, make: Callable[..., Session]) -> None:
    """However many threads and kernels ask at the same moment, no more is sent than fits."""
    peer.prices = price_list()
    kernels = [make(max_credits_day=80), make(max_credits_day=80)]
    outcomes: list[str] = []

    def ask(number: int) -> None:
        try:
            outcomes.append(one(kernels[number % 2], f"dog {number}").wait(30).status)
        except BudgetExceeded:
            outcomes.append("refused")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert {"completed": 3, "refused": 5} == Counter(outcomes)
    assert 3 == len(peer.creates)


def test_yesterday_does_not_count(clock: Any) -> None:
    """The cap of the day counts from midnight here; what is queued will be sent today."""
    counts = of_day(1, clock()).counts
    old = clock() - 2 * 86_400

    assert counts(JobState(id="a", submitted_at=clock()))
    assert not counts(JobState(id="a", submitted_at=old, asked_at=old))
    assert counts(JobState(id="a", asked_at=old))


def test_a_session_counts_what_it_sends() -> None:
    """A job that was taken over counts where it is sent now, and not where that was done before."""
    counts = of_session(1, "mine", began=100.0).counts

    assert counts(JobState(id="a", session="mine"))
    assert counts(JobState(id="a", session="mine", submitted_at=101.0))
    assert not counts(JobState(id="a", session="mine", submitted_at=99.0))
    assert not counts(JobState(id="a", session="other", submitted_at=101.0))


def test_resume_keeps_the_caps(peer: Peer, make: Callable[..., Session]) -> None:
    """What a dead session left queued is told with its estimate, and sent under the caps."""
    peer.prices, peer.seconds = price_list(), 60
    before = make(max_active=1)
    jobs = many(before, takes=2)
    while jobs[0].task_id is None:
        time.sleep(0.005)
    before.close()
    peer.seconds = 0
    said: list[str] = []

    resumed = make(max_credits_day=30).resume(tell=said.append)

    assert "25.57 credits" in said[0]
    with pytest.raises(BudgetExceeded, match="max_credits_day = 30"):
        resumed.wait(20)
    assert 1 == len(peer.creates)
    make(max_credits_day=60).resume(tell=said.append).wait(20)
    assert 2 == len(peer.creates)


def test_again_keeps_the_caps(peer: Peer, make: Callable[..., Session]) -> None:
    """A new take asked for with `again` is held against the cap like any other."""
    peer.prices = price_list()
    job = one(make(max_credits=30)).wait(20)

    with pytest.raises(BudgetExceeded, match="max_credits = 30"):
        job.again()


def test_the_simulator_knows_no_cap(tmp_path: Path) -> None:
    """Caps concern live accounts only."""
    settings = resolve({"home": tmp_path, "max_credits": 0, "time_scale": 0.002}, {}, {},
                       cwd=tmp_path)  # fmt: skip
    session = Session(settings)

    one(session, quality="480p", consent=Consent(max_credits=0)).wait(60)
    session.close()


@pytest.mark.parametrize("value", ["much", -1, float("nan"), float("inf")])
def test_a_cap_is_a_number(value: Any, tmp_path: Path) -> None:
    """Anything else is refused, as a setting and with a call."""
    with pytest.raises(ConfigError, match="max_credits"):
        resolve({"max_credits": value}, {}, {}, cwd=tmp_path)
    with pytest.raises(InvalidRequest, match="max_credits"):
        Consent(max_credits=value)


def test_a_job_from_elsewhere_counts_what_is_known() -> None:
    """A task that others made counts its credits, and nothing where none are told."""
    unknown = Estimate(credits=None, source="unknown")
    adopted = JobState(id="a", backend="live", task_id="task-unified-1-a")

    assert 0.0 == committed(adopted, lambda _: unknown)
    assert 7.0 == committed(adopted.with_(credits_reserved=7.0), lambda _: unknown)


# --- the yes --------------------------------------------------------------------------------------


def test_many_takes_want_a_yes(peer: Peer, make: Callable[..., Session]) -> None:
    """More than 4 new takes on a live account say number, cost and the line, and send nothing."""
    peer.prices = price_list()
    session = make()

    with pytest.raises(BudgetExceeded) as caught:
        session.generate("a dog", takes=5, consent=Consent(line="do it -y"))
    message = str(caught.value)
    assert all(word in message for word in ("5 video", "127.9 credits", "price list", "do it -y"))
    assert [] == peer.creates

    many(session, takes=4).wait(20)
    many(session, takes=5).wait(20)  # one new one only
    many(session, "a kite", takes=5, consent=Consent(yes=True)).wait(20)
    assert 10 == len(peer.creates)


def test_the_cap_of_a_call_speaks_of_that_call(make: Callable[..., Session], peer: Peer) -> None:
    """A cap of a call says "in this call", and of an unknown price how to learn it."""
    session = make()
    unknown = Consent(max_credits=1000)
    with pytest.raises(BudgetExceeded, match="the record then knows it"):
        one(session, consent=unknown)
    one(session).wait(timeout=20)

    with pytest.raises(BudgetExceeded) as caught:
        one(session, new=True, consent=Consent(max_credits=1))
    assert "1 video in this call for up to" in str(caught.value)
    assert "already spent" not in str(caught.value)
    assert 1 == len(peer.creates)


def test_a_sum_counts_what_was_reserved_where_no_charge_is_told() -> None:
    """A look at a task need not name its charge: a completed video does not seem to be free."""
    told = {"credits_reserved": 50.0, "credits_charged": 48.0}
    states = [
        JobState(id="a", backend="live", status="completed", **told),  # type: ignore[arg-type]
        JobState(id="b", backend="live", status="completed", credits_reserved=50.0),
        JobState(id="c", backend="live", status="pending", credits_reserved=20.0),
        JobState(id="d", backend="live", status="failed", credits_reserved=30.0),
        JobState(id="e", backend="simulator", status="completed", credits_reserved=70.0),
    ]
    jobs = Jobs(Job(state, cast("Any", None)) for state in states)

    assert summary(jobs).endswith("98 credits spent, 20 reserved")
    assert "credits" not in summary(jobs[4:])
