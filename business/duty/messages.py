"""Commands and events of duty. Days travel as '2026-03-01', times of day as '08:00', instants in UTC
nanoseconds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from business.access import OWN
from business.access.roles import DISPATCHER, GUARD, MANAGING, OPERATING, SHIFT_LEADER, SYSTEM, TECHNICIAN
from config.text import Text

READ = "duty.read"
MANAGE = "duty.manage"
PERMISSIONS: Mapping[str, Text] = {
    READ: Text("查看值班", "See who is on duty"),
    MANAGE: Text("管理值班", "Manage teams and rosters"),
}
DEFAULTS: Mapping[str, frozenset[str]] = {
    READ: MANAGING | OPERATING | {DISPATCHER, TECHNICIAN, GUARD, SYSTEM},
    MANAGE: MANAGING | {SHIFT_LEADER, SYSTEM},
}

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CreateTeam:
    label: ClassVar[Text] = Text("新建班组", "Create a team")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "teams/{team}"
    team: str
    """Its id, by which plans and alarm classes name it."""
    zh: str
    en: str
    phone: str = ""
    """The duty phone; '' for none."""


@dataclass(frozen=True, slots=True)
class ChangeTeam:
    label: ClassVar[Text] = Text("修改班组", "Change a team")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "teams/{team}"
    team: str
    zh: str
    en: str
    phone: str = ""


@dataclass(frozen=True, slots=True)
class RemoveTeam:
    """With its members and rosters."""

    label: ClassVar[Text] = Text("删除班组", "Remove a team")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "teams/{team}"
    team: str


@dataclass(frozen=True, slots=True)
class EnlistMember:
    """Who is in the team already gets the rank."""

    label: ClassVar[Text] = Text("编入班组", "Put somebody into a team")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "teams/{team}"
    team: str
    user: str
    rank: str
    """member, leader or manager"""


@dataclass(frozen=True, slots=True)
class DischargeMember:
    label: ClassVar[Text] = Text("移出班组", "Take somebody out of a team")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "teams/{team}"
    team: str
    user: str


@dataclass(frozen=True, slots=True)
class RosterLine:
    """A shift of the cycle."""

    day: int
    """1 for the first day of the cycle."""
    start: str
    end: str
    """Not after `start`: on the day that follows."""
    user: str
    days: tuple[str, ...] = ()
    """Kinds of days on which it takes place; () for every day."""


@dataclass(frozen=True, slots=True)
class CreateRoster:
    label: ClassVar[Text] = Text("新建排班", "Create a roster")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "teams/{team}"
    team: str
    name: str
    first_day: str
    last_day: str
    """The last day on which a shift begins; '' for no end."""
    length: int
    """Days of the cycle."""
    shifts: tuple[RosterLine, ...]


@dataclass(frozen=True, slots=True)
class ChangeRoster:
    label: ClassVar[Text] = Text("修改排班", "Change a roster")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "rosters/{roster}"
    roster: int
    name: str
    first_day: str
    last_day: str
    length: int
    shifts: tuple[RosterLine, ...]


@dataclass(frozen=True, slots=True)
class RemoveRoster:
    label: ClassVar[Text] = Text("删除排班", "Remove a roster")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "rosters/{roster}"
    roster: int


@dataclass(frozen=True, slots=True)
class EnterAbsence:
    """Leave, illness, or a swap."""

    label: ClassVar[Text] = Text("登记不当值", "Enter an absence from duty")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "users/{user}"
    user: str
    substitute: str
    """'' for nobody, which everybody who manages duty is warned of."""
    since_ns: int
    until_ns: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RemoveAbsence:
    label: ClassVar[Text] = Text("删除不当值", "Remove an absence from duty")
    permission: ClassVar[str] = MANAGE
    about: ClassVar[str] = "absences/{absence}"
    absence: int


@dataclass(frozen=True, slots=True)
class SayReachable:
    """Whoever is on duty says that his phone is on and with him, for the shift that goes on or comes next."""

    label: ClassVar[Text] = Text("确认可联系", "Say that one can be reached")
    permission: ClassVar[str] = OWN
    about: ClassVar[str] = "teams/{team}"
    team: str


COMMANDS: tuple[type, ...] = (
    CreateTeam,
    ChangeTeam,
    RemoveTeam,
    EnlistMember,
    DischargeMember,
    CreateRoster,
    ChangeRoster,
    RemoveRoster,
    EnterAbsence,
    RemoveAbsence,
    SayReachable,
)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TeamChanged:
    team: str


@dataclass(frozen=True, slots=True)
class RosterChanged:
    roster: int


@dataclass(frozen=True, slots=True)
class AbsenceChanged:
    absence: int
