"""Where people run notebooks without a page, and what they need for it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).parents[2]
SMALL = "-d 4 -q 480p -t fast"
CELLS = (
    "%load_ext seedance_nb",
    f"%%seedance kite {SMALL}\na red kite over the dunes",
    f"%%seedance boats {SMALL} --takes 2 --no-wait\na paper boat in the rain",
    "await boats\nprint([boat.status for boat in boats])",
)


@pytest.fixture
def environ(canary: str, tmp_path: Path) -> dict[str, str]:
    """Somebody's environment, with a key in it; the simulator does not keep one waiting."""
    own = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
    return {
        **own,
        "PYTHONPATH": str(CHECKOUT),
        "EVOLINK_API_KEY": canary,
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "SEEDANCE_NB_BACKEND": "simulator",
        "SEEDANCE_NB_LANGUAGE": "en",
        "SEEDANCE_NB_TIME_SCALE": "0.01",
        "TERM": "dumb",
    }


@pytest.fixture
def work(tmp_path: Path) -> Path:
    """A notebook with two cells that ask for videos, in a folder of its own."""
    cells: list[dict[str, object]] = [
        {
            "cell_type": "code",
            "id": f"cell-{number}",
            "metadata": {},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for number, source in enumerate(CELLS)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    book = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "work.ipynb"
    path.write_text(json.dumps(book), "utf-8")
    return path
