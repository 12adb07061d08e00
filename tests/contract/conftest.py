from __future__ import annotations

from tests.simulator.running_simulator import simulator, simulator_process

__all__ = ["simulator", "simulator_process"]
