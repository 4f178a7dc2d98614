"""The API key of all tests, made anew in each run; `conftest.py` looks for it when a run ends."""

from __future__ import annotations

import secrets

CANARY = "sk-canary-" + secrets.token_hex(16)
