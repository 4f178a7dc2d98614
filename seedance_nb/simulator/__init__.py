"""A peer that speaks the API on this machine: `Simulator`; it shares no code with the client."""

from __future__ import annotations

from seedance_nb.simulator.scenario import SCENARIOS
from seedance_nb.simulator.server import Simulator

__all__ = ["SCENARIOS", "Simulator"]
