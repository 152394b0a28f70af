"""What has become of each house: the states that it went through, with their days."""

from dataclasses import dataclass
from datetime import date, timedelta

from business.demo.buildings import Block, Door
from business.demo.drafts import Ref, Sheet

SHARES = {
    "flat": {"unsold": 8, "sold": 6, "delivered": 7, "decorating": 7, "occupied": 50, "let": 15, "vacant": 7},
    "office": {
        "unsold": 10, "sold": 3, "delivered": 4, "decorating": 6, "occupied": 22, "let": 45, "vacant": 10,
    },
    "shop": {
        "unsold": 8, "sold": 2, "delivered": 3, "decorating": 7, "occupied": 15, "let": 55, "vacant": 10,
    },
}  # fmt: skip
"""Of a hundred houses of a type."""
_RECENT = {"sold": (4, 90), "delivered": (5, 200), "decorating": (3, 110)}
"""How many days ago what does not last began; the rest began any time since the houses stand."""
_GAPS = {"sold": (45, 240), "delivered": (15, 120), "decorating": (80, 200), "occupied": (200, 700)}
"""Days until the next state."""
_WAYS = {
    "unsold": (),
    "sold": ("sold",),
    "delivered": ("sold", "delivered"),
    "decorating": ("sold", "delivered", "decorating"),
    "occupied": ("sold", "delivered", "decorating", "occupied"),
    "let": ("sold", "delivered", "decorating", "let"),
    "vacant": ("sold", "delivered", "decorating", "occupied", "vacant"),
}
_USES = {"let": "let", "vacant": "vacant"}
_OWN_USES = {"flat": "residence", "office": "office", "shop": "shop"}
PRESALE_DAYS = 420
"""Before completion."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What a house has come to."""

    door: Door
    status: str
    since: dict[str, date]
    """The day of every state."""

    @property
    def sold(self) -> date | None:
        return self.since.get("sold")

    @property
    def handed_over(self) -> date | None:
        return self.since.get("delivered")

    @property
    def last(self) -> date:
        return self.since[self.status]


def fate(sheet: Sheet, block: Block, door: Door, status: str = "") -> Fate:
    """Drawn by the shares of its type, unless it is told."""
    shares = SHARES[door.type]
    status = status or sheet.dice.choices(tuple(shares), tuple(shares.values()))[0]
    since = {"unsold": block.built_on - timedelta(days=PRESALE_DAYS)}
    way = _WAYS[status]
    if way:
        longest = (sheet.day - block.built_on).days - sum(_GAPS[one][1] for one in way[:-1] if one != "sold")
        on = sheet.ago(*_RECENT.get(status, (10, max(11, longest))))
        days = [on]
        for state in reversed(way[:-1]):
            on -= timedelta(days=sheet.dice.randint(*_GAPS[state]))
            days.append(on)
        since |= dict(zip(way, reversed(days), strict=True))
        # Sold off the plan is handed over when the building stands.
        since["sold"] = max(since["sold"], since["unsold"] + timedelta(days=1))
    return Fate(door, status, since)


def put(sheet: Sheet, block: Block, found: Fate, *, right: str, contact: Ref | None = None) -> Ref:
    """The house with its states."""
    door = found.door
    handed_over = found.handed_over
    certified = handed_over is not None and sheet.dice.random() < 0.8
    number = sheet.serial("house")
    house = sheet.add(
        "house",
        building_id=block.ref,
        unit_id=door.unit,
        room=door.room,
        floor=door.floor,
        door=f"{block.code}号{door.room}" if door.type == "shop" else None,
        type=door.type,
        layout=door.layout,
        orientation=door.orientation,
        decoration=_decoration(sheet, found),
        built_area=str(door.built),
        usable_area=str(door.usable),
        shared_area=f"{door.built - door.usable:.2f}",
        right=right,
        certificate=f"示(2020)不动产权第{number:07}号" if certified else None,
        certified_on=handed_over + timedelta(days=30) if certified and handed_over else None,
        built_on=block.built_on,
        contact_id=contact,
    )
    own_use = _OWN_USES[door.type]
    for status, since in found.since.items():
        use = _USES.get(status, own_use)
        sheet.add("house_state", house_id=house, status=status, use=use, since=since)
    return house


def _decoration(sheet: Sheet, found: Fate) -> str:
    if found.status in {"unsold", "sold", "delivered", "decorating"}:
        return "shell"
    return sheet.dice.choices(("simple", "medium", "fine", "luxury"), (25, 40, 30, 5))[0]
