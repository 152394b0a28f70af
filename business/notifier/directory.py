"""Who is who, as the notifier knows it: people with what reaches them, teams, rosters. Pure.

The office tells it whenever it has changed; the notifier keeps what it was told last, so that whoever is on
duty is called while the office and its database are away.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from actors.wire import Codec
from business.duty.queries import AbsenceRow, Plan, RosterRow, TeamRow
from business.notifier.reach import Reach
from config.calendar import Calendar
from config.notification import Medium


@dataclass(frozen=True, slots=True)
class Person:
    user: str
    display: str
    language: str = "zh"
    reach: Reach = field(default_factory=Reach)
    addresses: Mapping[Medium, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """Where messages go by each medium, as `Outgoing.to` wants them."""
    pin_hash: str = field(default="", repr=False)
    """Of what he enters in a call before it counts; '' where none is set."""
    opted_out: frozenset[str] = frozenset()
    """Events of which he wants to hear nothing, where that is his to say."""
    disabled: bool = False

    @property
    def media(self) -> frozenset[Medium]:
        """By which he has an address."""
        return frozenset(medium for medium, addresses in self.addresses.items() if addresses)


@dataclass(frozen=True, slots=True)
class Directory:
    people: Mapping[str, Person]
    """By user name: everybody in a team, and all staff."""
    teams: Mapping[str, TeamRow]
    rosters: tuple[RosterRow, ...]
    absences: tuple[AbsenceRow, ...]

    def plan(self, zone: ZoneInfo, calendar: Calendar) -> Plan:
        displays = {one.user: one.display for one in self.people.values()}
        return Plan(self.teams, self.rosters, self.absences, displays, zone, calendar)


NOBODY = Directory({}, {}, (), ())
DIRECTORY = Codec(Directory)
