"""Commands and events of the guided acts: what changes several records of a house at once."""

from dataclasses import dataclass
from typing import ClassVar

from business.access.messages import USERS
from config.text import Text

# --- commands ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class GenerateHouses:
    """Floors, units and houses of a building by a pattern (S1-1.4d); what is there already stays."""

    label: ClassVar[Text] = Text("批量生成房屋", "Generate houses")
    permission: ClassVar[str] = "house.write"
    about: ClassVar[str] = "building/{building}"
    building: int
    units: tuple[str, ...]
    """Their numbers; empty for a building without units."""
    first_floor: int
    last_floor: int
    skipped_floors: tuple[int, ...]
    rooms: tuple["RoomPattern", ...]
    """From one door to the next, the same on every floor."""
    pattern: str = "{floor}{room:02}"
    """How a room is called; `floor` and `room` count, '{floor:02}' pads."""
    certificate: str = ""
    """How title numbers are made, with a counting `number`; none when empty."""
    certificate_from: int = 1


@dataclass(frozen=True, slots=True)
class RoomPattern:
    """What the rooms at one position have in common."""

    type: str = ""
    layout: str = ""
    orientation: str = ""
    built_area: str = ""
    usable_area: str = ""


@dataclass(frozen=True, slots=True)
class NewOwner:
    person: int | None
    company: int | None
    share: str
    """Percent."""


@dataclass(frozen=True, slots=True)
class TransferHouse:
    """Change of owner (过户): the old shares end, the new begin, and what hung on the old owners follows."""

    label: ClassVar[Text] = Text("过户", "Transfer a house")
    permission: ClassVar[str] = "house.write"
    about: ClassVar[str] = "house/{house}"
    house: int
    on: str
    """The first day of the new owners."""
    owners: tuple[NewOwner, ...]
    contract: str = ""
    certificate: str = ""
    end_stays: bool = True
    """Whether the old owners and their households move out on that day."""
    take_over_fees: bool = True
    """Whether what the old owners pay for the house falls to the largest new share."""
    move_utilities: bool = True
    """Whether utility accounts are put in the name of the largest new share."""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SetHouseState:
    """The state of houses from a day on (交付、装修、入住、出租、空置)."""

    label: ClassVar[Text] = Text("登记房屋状态", "Set the state of houses")
    permission: ClassVar[str] = "house.write"
    houses: tuple[int, ...]
    status: str
    since: str
    use: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Mover:
    person: int
    role: str
    relation: str = ""


@dataclass(frozen=True, slots=True)
class MoveIn:
    """People begin to live or work in a house, all on the same day (入住)."""

    label: ClassVar[Text] = Text("办理入住", "Move in")
    permission: ClassVar[str] = "house.write"
    about: ClassVar[str] = "house/{house}"
    house: int
    since: str
    people: tuple[Mover, ...]
    lease: str = ""
    status: str = ""
    """Of the house from that day on; as it is when empty."""


@dataclass(frozen=True, slots=True)
class MoveOut:
    """Stays end, and with them what was handed out (搬出)."""

    label: ClassVar[Text] = Text("办理搬出", "Move out")
    permission: ClassVar[str] = "house.write"
    about: ClassVar[str] = "house/{house}"
    house: int
    on: str
    """The first day on which they are gone."""
    stays: tuple[int, ...]
    keys_back: bool = True
    """Whether the keys of the house that they hold have come back."""
    status: str = ""


@dataclass(frozen=True, slots=True)
class LinkUser:
    """Say whom of the residents an account is, or for which company it acts; None takes it back."""

    label: ClassVar[Text] = Text("关联住户档案", "Link a user to a person")
    permission: ClassVar[str] = USERS
    about: ClassVar[str] = "users/{user}"
    user: str
    person: int | None = None
    company: int | None = None


COMMANDS: tuple[type, ...] = (GenerateHouses, TransferHouse, SetHouseState, MoveIn, MoveOut, LinkUser)


# --- events ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class HousesGenerated:
    building: int
    created: int
    kept: int
    """Those that were there."""


@dataclass(frozen=True, slots=True)
class HouseTransferred:
    house: int


@dataclass(frozen=True, slots=True)
class UserLinked:
    user: str


@dataclass(frozen=True, slots=True)
class HouseStateSet:
    house: int
    status: str


@dataclass(frozen=True, slots=True)
class HouseholdMoved:
    house: int
    came: int
    went: int
