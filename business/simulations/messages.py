"""The command by which a simulation is remembered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access.roles import OPERATING, SYSTEM
from config.text import Text

SIMULATE = "linkage.simulate"
PERMISSIONS: Mapping[str, Text] = {SIMULATE: Text("登记联动模拟结果", "Record simulations of plans")}
DEFAULTS: Mapping[str, frozenset[str]] = {SIMULATE: OPERATING | {SYSTEM}}


@dataclass(frozen=True, slots=True)
class RecordSimulation:
    """A plan was played as it is defined now, against history or by hand."""

    label: ClassVar[Text] = Text("登记预案模拟", "Record the simulation of a plan")
    permission: ClassVar[str] = SIMULATE
    about: ClassVar[str] = "plan_simulations/{plan}"
    plan: str
    fingerprint: str
    """Of the definition: `config.plan_fingerprint`."""
    by_history: bool
    since_ns: int
    until_ns: int
    """The time that was played."""
    runs: int
    """How often the plan would have started."""
    failed: int
    """Steps that did not succeed."""


COMMANDS: tuple[type, ...] = (RecordSimulation,)
