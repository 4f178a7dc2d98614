"""`--explain` in a cell: a fold below the panel, and lines in a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pages

from seedance_nb.evolink.exchanges import Exchange
from seedance_nb.notebook.exchange_view import Exhibit, exchange_html
from seedance_nb.runs import explain

if TYPE_CHECKING:
    from collections.abc import Callable

    from seedance_nb.runs.job import Job

POLL = Exchange(
    kind="query",
    method="GET",
    url="https://api.example/v1/tasks/t1",
    sent=(("Authorization", "Bearer (hidden)"),),
    status=200,
    answer='{\n  "prompt": "<script>&"\n}',
)


def test_it_is_drawn_anew_for_news_and_in_the_end(
    make_job: Callable[..., Job], shown: Any, keeper: Any
) -> None:
    """Looks like the last one leave what somebody has opened alone; the end has all counts."""
    job = make_job(status="processing").explain()
    assert job.exchanges is not None
    Exhibit(job, shown).show()
    for _ in range(7):
        job.exchanges.add(POLL)
        job.beat()
    assert ["nothing ye", "1 exchange"] == [out.plain.split(": ")[1][:10] for out in shown]

    job.become(job.state.with_(status="completed"))
    assert 3 == len(shown)
    assert "\u00d7 7" in shown[-1].html
    assert "\u00d7 7" in shown[-1].plain
    assert [False, True, True] == [out.update for out in shown]
    assert 1 == len({out.id for out in shown})


def test_it_reads_well_without_trust(make_job: Callable[..., Job]) -> None:
    """What came is escaped, indented, and styled with what an untrusted notebook keeps."""
    job = make_job(status="processing").explain()
    assert job.exchanges is not None
    job.exchanges.add(POLL)
    html = exchange_html(job, explain.kept(job))

    assert {"div", "details", "summary", "br"} == pages.read(html).tags
    assert "  &quot;prompt&quot;: &quot;&lt;script&gt;&amp;&quot;" in html
    assert html.count("<details") == 2
    assert not any(word in html for word in ("var(", "currentColor", "<svg", "class="))


def test_a_cell_that_explains_asks_for_it(run: Callable[[str], Any], session: Any) -> None:
    """The option reaches the session, and only where it is given."""
    assert run("%%seedance kite --explain\na kite").success
    assert run("%%seedance kite\na boat").success

    assert [True, False] == [asked["explain"] for asked in session.asked]
