"""Several jobs in one hand."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import pytest

from seedance_nb.core.errors import ConfigError
from seedance_nb.core.request import VideoRequest
from seedance_nb.runs.job import Job, Jobs
from seedance_nb.runs.record import JobState

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def make_jobs() -> Callable[..., Jobs]:
    """Makes queued jobs for requests."""

    def jobs(*requests: VideoRequest | None) -> Jobs:
        states = (
            JobState(id=f"job{number}", digest="", request=request, backend="live", asked_at=0.0)
            for number, request in enumerate(requests)
        )
        return Jobs(Job(state, keeper=None) for state in states)  # type: ignore[arg-type]

    return jobs


def test_what_one_job_has_several_name_the_way_to() -> None:
    """`jobs.video` is an AttributeError that says what to write; so is a word that nobody knows."""
    jobs = Jobs([])

    with pytest.raises(AttributeError, match=r"These are 0 jobs.*`jobs\[0\]\.video`"):
        _ = jobs.video  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match=r"^'Jobs' object has no attribute 'vidoe'$"):
        _ = jobs.vidoe  # type: ignore[attr-defined]
    assert not hasattr(copy.copy(jobs), "_repr_html_")


def test_a_list_without_a_folder_names_none() -> None:
    """`jobs[ID]` of a job that is not among them says so in a whole sentence."""
    with pytest.raises(ConfigError, match=r"^There is no job 'kite2345' in this list\."):
        _ = Jobs([])["kite2345"]


@pytest.mark.parametrize(
    ("field", "mend"), [("stauts", "did you mean 'status'"), ("banana", "has no 'banana'")]
)
def test_a_filter_by_what_no_job_has_is_refused(field: str, mend: str) -> None:
    """`jobs.filter(stauts="failed")` says so, also where there are no jobs to ask."""
    with pytest.raises(ConfigError, match=mend):
        Jobs([]).filter(**{field: "failed"})


def test_a_filter_knows_what_was_asked_for(make_jobs: Callable[..., Jobs]) -> None:
    """`jobs.filter(duration=8, status="queued")` goes by the request and by the job."""
    jobs = make_jobs(VideoRequest("a", duration=8), VideoRequest("b"), None)

    assert [jobs[0]] == list(jobs.filter(duration=8, status="queued"))


def test_a_name_that_is_no_text_finds_nothing() -> None:
    """`jobs.find(5)` is refused like any name that no job has."""
    with pytest.raises(ConfigError, match="no job '5'"):
        Jobs([]).find(5)  # type: ignore[arg-type]
