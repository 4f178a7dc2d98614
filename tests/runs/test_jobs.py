"""Several jobs in one hand."""

from __future__ import annotations

import copy

import pytest

from seedance_nb.core.errors import ConfigError
from seedance_nb.runs.job import Jobs


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
