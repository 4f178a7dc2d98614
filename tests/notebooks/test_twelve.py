"""A notebook with a dozen requests of every kind, exported each way and run again from each."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nbformat
import pytest
from makers import picture

from seedance_nb.core import catalog
from seedance_nb.runs import journal, log
from seedance_nb.runs.session import Session
from seedance_nb.runs.settings import resolve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from seedance_nb.runs.log import RequestLog

pytestmark = pytest.mark.notebooks

ROOT = Path(__file__).parents[2]
QUICK = {"SEEDANCE_NB_TIME_SCALE": "0"}
CELLS = (
    "%load_ext seedance_nb\nimport seedance_nb as sd",
    "%%seedance kite -d 4 -q 480p\na red kite over the dunes",
    "animal = 'fox'",
    "%%seedance -d 4 -q 480p --no-audio\na {animal} in the snow, {{literal}}",
    "for hour in 'ab':\n    sd.generate(f'port {hour}', duration=4, quality='480p').wait()",
    "def film(what, **how):\n    return sd.generate(what, quality='480p', **how).wait()",
    "film('two\\nlines', tier='fast', duration=4)",
    "form = sd.form()\nform.controls['prompt'].value = 'a paper boat'",
    "form.controls['duration'].value, form.controls['quality'].value = 4, '480p'",
    "form.generate.click()\nsd.jobs()[-1].wait()",
    "%%seedance bears --sweep duration=4,5 -q 480p\na bear at night",
    "%%seedance -d 4 -q 480p --takes 2\nwaves",
    "%%seedance -d 4 -q 480p --image my\\ cat.png\nthe cat wakes up",
    "%%seedance -q 9p\nrefused before it is sent",
    "%seedance simulate fail:content_policy_violation",
    "%%seedance -d 4 -q 480p\nthe service does not like this one",
    "%seedance simulate normal",
    "%%seedance kite -d 4 -q 480p --new\na red kite over the dunes",
)
EXECUTE = """
import nbclient, nbformat, sys
book = nbformat.read(sys.argv[1], 4)
nbclient.NotebookClient(book, timeout=120).execute()
nbformat.write(book, sys.argv[1])
"""
READ = """
import json, sys
from seedance_nb.core.request import VideoRequest
head, *rows = map(json.loads, open(sys.argv[1], encoding="utf-8"))
print(*(VideoRequest.from_fields(row["request"]).digest for row in rows if row["job"]))
"""
HASHES = """
made = [globals()[f"job{n}"] for n in range(1, COUNT + 1)]
flat = [job for one in made for job in ([one] if isinstance(one, sd.Job) else one)]
print("HASHES", *(job.video.sha256 if job.video else job.status for job in flat))
"""


def run(code: str, path: Path, **environ: str) -> str:
    """Run something on a file in a Python of its own, in the file's folder; what it printed."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), **QUICK, **environ}
    command = [sys.executable, *(["-c", code] if code else []), str(path)]
    done = subprocess.run(
        command, cwd=path.parent, env=env, check=False, timeout=240, capture_output=True, text=True
    )
    assert 0 == done.returncode, done.stderr[-3000:]
    return done.stdout


def asked_in(home: Path) -> list[str]:
    """What was asked in a folder, in order."""
    calls = [event for event in journal.read(home) if event["event"] == "call"]
    return [str(c["digest"]) for c in calls for _ in c["jobs"]]  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the notebook was executed on the simulator, by nbclient."""
    made = tmp_path_factory.mktemp("twelve")
    (made / "my cat.png").write_bytes(picture())
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    for cell in cells:
        if "refused" in cell.source or "does not like" in cell.source:
            cell.metadata["tags"] = ["raises-exception"]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), made / "twelve.ipynb")
    run(EXECUTE, made / "twelve.ipynb")
    return made


@pytest.fixture(scope="module")
def record(folder: Path) -> Iterator[RequestLog]:
    """The log of that folder, read by another session."""
    home = folder / "seedance_runs"
    session = Session(resolve({"home": home}, {}, {}, cwd=folder))
    yield log.read(session)
    session.close()


def test_the_record_has_it_all(record: RequestLog, folder: Path) -> None:
    """Loop, function, form, sweep, takes, picture and failure are there, true, cell by cell."""
    kinds = [entry.cell["kind"] for entry in record]
    statuses = [entry.status for entry in record]

    assert 13 == len(record)
    assert ["cell"] * 2 + ["call"] * 3 + ["form"] + ["cell"] * 7 == kinds
    assert ["completed"] * 11 + ["failed", "completed"] == statuses
    assert [1, 2] == [e.state.take for e in record if e.state and e.digest == record[0].digest]
    assert {"animal": "fox"} == record[1].cell["variables"]
    assert {"none"} == {entry.cell["front_end"] for entry in record}
    assert [] == record.verify(folder / "twelve.ipynb")


@pytest.mark.parametrize("form", ["py", "ipynb", "zip", "jsonl"])
def test_each_export_asks_for_the_same(form: str, record: RequestLog, tmp_path: Path) -> None:
    """Script, notebook, zip and lines give the same list of digests, in a process of their own.

    Only the script waits for its videos.
    """
    path = record.export(tmp_path / f"again.{form}")

    if form == "zip":
        with zipfile.ZipFile(path) as archive:
            archive.extractall(tmp_path / "zip")
        path = tmp_path / "zip" / "requests.ipynb"
    code = {".py": "", ".jsonl": READ}.get(path.suffix, EXECUTE)
    said = run(code, path, SEEDANCE_NB_WAIT="never")

    again = said.split() if form == "jsonl" else asked_in(path.parent / "seedance_runs")
    assert record.digests == again


@pytest.mark.parametrize("form", ["py", "ipynb"])
def test_an_export_brings_its_catalog(form: str, tmp_path: Path) -> None:
    """What only a newer catalog offers is asked for again where the default one is in use."""
    settings = {"home": tmp_path / "runs", "catalog": "2026-08", "time_scale": 10}
    session = Session(resolve(settings, {}, {}, cwd=tmp_path))
    catalog.use("2026-08")
    try:
        session.generate("a dog", tier="mini", duration=4, quality="480p")
        record = log.read(session)
        path = record.export(tmp_path / f"again.{form}")
    finally:
        catalog.use(catalog.DEFAULT)
        session.close()

    run("" if form == "py" else EXECUTE, path, SEEDANCE_NB_WAIT="never")

    assert record.digests == asked_in(tmp_path / "seedance_runs")


def test_under_replay_the_files_are_the_same(record: RequestLog, tmp_path: Path) -> None:
    """From the zip alone, with no service, each cell of the export gives the recorded file."""
    path = record.export(tmp_path / "again.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "zip")
    place = tmp_path / "zip" / "requests.ipynb"
    book: Any = json.loads(place.read_text("utf-8"))
    count = sum("%%seedance" in c["source"] or "sd.generate" in c["source"] for c in book["cells"])
    source = HASHES.replace("COUNT", str(count))
    book["cells"].append(nbformat.v4.new_code_cell(f"import seedance_nb as sd\n{source}"))
    place.write_text(json.dumps(book), "utf-8")

    run(EXECUTE, place, SEEDANCE_NB_BACKEND="replay", SEEDANCE_NB_HOME=str(path))

    [output] = json.loads(place.read_text("utf-8"))["cells"][-1]["outputs"]
    states = [entry.state for entry in record if entry.state]
    recorded = [s.videos[0].sha256 if s.videos else s.status for s in states]
    assert ["HASHES", *recorded] == "".join(output["text"]).split()
