"""Jobs and log as tables of pandas, one flat row each."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from seedance_nb.core.catalog import MEDIA_FIELDS
from seedance_nb.core.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from seedance_nb.runs.record import JobState

_ASKED = (
    "prompt", "model", "tier", "duration", "quality", "aspect_ratio", *MEDIA_FIELDS,
    "generate_audio", "web_search", "content_filter", "catalog",
)  # fmt: skip


def make(rows: Sequence[dict[str, Any]]) -> Any:
    """Rows as a table of pandas.

    Raises:
        ConfigError: pandas is not installed.
    """
    try:
        pandas = importlib.import_module("pandas")
    except ImportError:
        raise ConfigError("error.pandas") from None
    return pandas.DataFrame(rows)


def row(state: JobState) -> dict[str, Any]:
    """A job as plain values: texts, numbers, times in UTC; None is what is not known.

    Several inputs of a kind are one text, with blanks between: URLs, and hashes of files.
    """
    video = state.videos[0] if state.videos else None
    times = ("asked_at", "submitted_at", "finished_at")
    return {
        "id": state.id,
        "task_id": state.task_id,
        "status": state.status,
        "take": state.take,
        "digest": state.digest,
        **{name: _plain(getattr(state.request, name, None)) for name in _ASKED},
        "backend": state.backend,
        "base_url": state.base_url,
        **{name: _time(getattr(state, name)) for name in times},
        "polls": state.polls,
        "progress": state.progress,
        "credits": state.credits,
        "error": state.error.message if state.error else None,
        "file": str(video.path) if video else None,
        "sha256": video.sha256 if video else None,
    }


def _plain(value: Any) -> Any:
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


def _time(moment: float | None) -> datetime | None:
    return None if moment is None else datetime.fromtimestamp(moment, UTC)
