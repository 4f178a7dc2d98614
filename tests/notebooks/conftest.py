"""What the tests of the lessons share."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="module")
def environ(canary: str) -> dict[str, str]:
    """Somebody's environment, with a key in it; the simulator does not keep one waiting."""
    own = {name: os.environ[name] for name in os.environ if not name.startswith("PYTEST_")}
    return {**own, "EVOLINK_API_KEY": canary, "SEEDANCE_NB_TIME_SCALE": "0.005"}
