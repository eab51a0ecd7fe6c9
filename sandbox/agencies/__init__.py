"""The simulated agencies: one package each, for what is particular to its wire."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sandbox.agencies.cloud_collect.simulator import CloudCollectSimulator
from sandbox.agencies.intrum.simulator import IntrumSimulator
from sandbox.agencies.svea.simulator import SveaSimulator
from sandbox.wire import Simulator

SIMULATORS: Final[Mapping[str, Simulator]] = MappingProxyType(
    {
        "cloud_collect": CloudCollectSimulator(),
        "intrum": IntrumSimulator(),
        "svea": SveaSimulator(),
    }
)
"""Every agency of the sandbox, by the name in its URL."""
