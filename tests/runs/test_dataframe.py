"""Tables of pandas: what it is given, and what is said where it is not installed."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from seedance_nb.core.errors import ConfigError
from seedance_nb.runs import dataframe

ROOT = Path(__file__).parents[2]
# As much of pandas as is used, in a Python of its own: the real one is large.
PANDAS = """
class DataFrame:
    def __init__(self, rows):
        self.columns = list(rows[0])
        self.kinds = {name: type(rows[0][name]).__name__ for name in rows[0]}
        self.values = [list(row.values()) for row in rows]
"""
ASK = """
import json
import seedance_nb as sd
sd.sweep("a dog", duration=[4, 5], quality="480p").wait()
for frame in (sd.jobs().to_dataframe(), sd.request_log().to_dataframe()):
    print(json.dumps([frame.columns, frame.kinds, frame.values], default=str))
"""


def test_each_job_is_a_flat_row(tmp_path: Path) -> None:
    """Jobs and log give pandas a column a field: numbers, texts and times, nothing nested."""
    (tmp_path / "pandas.py").write_text(PANDAS)
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}"}
    done = subprocess.run(
        [sys.executable, "-c", ASK], env={**env, "SEEDANCE_NB_TIME_SCALE": "0"}, cwd=tmp_path,
        check=False, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert 0 == done.returncode, done.stderr[-2000:]

    jobs, log = (json.loads(line) for line in done.stdout.splitlines()[-2:])

    for columns, kinds, values in (jobs, log):
        rows = [dict(zip(columns, row, strict=True)) for row in values]
        assert [4, 5] == [row["duration"] for row in rows]
        assert {"a dog"} == {row["prompt"] for row in rows}
        assert {"completed"} == {row["status"] for row in rows}
        assert all(Path(row["file"]).is_file() for row in rows)
        assert {"asked_at", "submitted_at", "finished_at"} == {
            name for name, kind in kinds.items() if "datetime" == kind
        }
        assert {"str", "int", "float", "bool", "datetime", "NoneType"} >= set(kinds.values())
    assert ["session", "call", "how", "kind", "cell"] == log[0][:5]


@pytest.mark.skipif(importlib.util.find_spec("pandas") is not None, reason="pandas is installed")
def test_without_pandas_that_is_said() -> None:
    """Where pandas is not installed, a data frame is refused in words."""
    with pytest.raises(ConfigError, match="pandas"):
        dataframe.make([])
