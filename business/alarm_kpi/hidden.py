"""What was kept from the operators: shelved, suppressed by design, out of service; and verdicts. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from actors.messages import JournalRow
from business.alarm_kpi.messages import HiddenAlarm, VerdictLine

SHELVED, SUPPRESSED, OUT_OF_SERVICE = "shelved", "suppressed", "out-of-service"
HIDES: Final[Mapping[str, str]] = MappingProxyType(
    {"shelve": SHELVED, "suppress": SUPPRESSED, "remove_from_service": OUT_OF_SERVICE}
)
SHOWS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "unshelve": SHELVED, "shelve_timeout": SHELVED, "unsuppress": SUPPRESSED,
        "return_to_service": OUT_OF_SERVICE,
    }
)  # fmt: skip
VERDICT: Final = "verdict"

Judged = tuple[str, str, str]
"""Zone, device and verdict."""


@dataclass(frozen=True, slots=True)
class Hidden:
    at_end: tuple[HiddenAlarm, ...]
    """What was hidden when the time ended, the oldest first."""
    unauthorised: int
    """How often in the time an alarm was shelved or taken out of service without a person or a reason."""


def hidden(rows: Iterable[JournalRow], since_ns: int) -> Hidden:
    """`rows`, oldest first, are those of HIDES and SHOWS up to the end of the time."""
    now: dict[tuple[str, str, str, str], HiddenAlarm] = {}
    unauthorised = 0
    for row in rows:
        if kind := HIDES.get(row.transition):
            one = HiddenAlarm(kind, row.device, row.point, row.rule, row.time_ns, row.user, row.note)
            now[kind, row.device, row.point, row.rule] = one
            is_unfounded = kind != SUPPRESSED and not (row.user and row.note)
            unauthorised += row.time_ns >= since_ns and is_unfounded
        elif kind := SHOWS.get(row.transition):
            now.pop((kind, row.device, row.point, row.rule), None)
    return Hidden(tuple(sorted(now.values(), key=lambda one: one.since_ns)), unauthorised)


def verdicts(judged: Iterable[Judged]) -> tuple[VerdictLine, ...]:
    """By zone, each followed by its detectors, those that were wrong most often first."""
    found: dict[tuple[str, str], Counter[str]] = {}
    for zone, device, verdict in judged:
        for who in ("", device):
            found.setdefault((zone, who), Counter())[verdict] += 1
    lines = [VerdictLine(zone, device, dict(counts)) for (zone, device), counts in found.items()]
    return tuple(
        sorted(lines, key=lambda line: (line.zone, line.device != "", -line.false_share, line.device))
    )
