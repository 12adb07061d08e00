from __future__ import annotations

from tests.simulator.running_simulator import simulator, simulator_process
from tests.simulator.webhook_receiver import hooks, receiver

__all__ = ["hooks", "receiver", "simulator", "simulator_process"]
