"""The API key of all tests, made anew in each run; `conftest.py` looks for it when a run ends."""

from __future__ import annotations

import os
import secrets

# By the environment, so that the processes of one run share it.
CANARY = os.environ.setdefault("TESTS_CANARY", "sk-canary-" + secrets.token_hex(16))
