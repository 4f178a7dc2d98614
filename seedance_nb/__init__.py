"""Make AI videos from a notebook with EvoLink's Seedance 2.0 models."""

from __future__ import annotations

__version__ = "0.1.0"
