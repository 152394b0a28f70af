"""Who owns, lives in and pays for the flats of a tower."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from business.demo.buildings import Block, Door
from business.demo.drafts import Ref, Sheet
from business.demo.houses import Fate, fate, put
from business.demo.keys import connect
from business.demo.people import JOINING, Crowd, Somebody, later

CO_OWNERS = ((1, 55), (2, 40), (3, 5))
"""How many own a flat, and of a hundred flats how many those own."""
SHARES_OF = {1: ("100",), 2: ("50", "50"), 3: ("33.34", "33.33", "33.33")}
SECOND_FLAT, RESOLD = 0.06, 0.03
LEASED_BY_SEVERAL = 0.3


@dataclass(slots=True)
class Household:
    """Those who live in one house now."""

    house: Ref
    head: Somebody
    since: date
    rented: bool
    members: list[Somebody] = field(default_factory=list)
    """Beside the head."""

    @property
    def next_relation(self) -> str:
        """How the next one to come is related to the head; '' when the house is full."""
        place = len(self.members)
        return JOINING[place] if place < len(JOINING) else ""


class Households:
    """Fills the flats of a tower, and then its people up to a number."""

    def __init__(self, sheet: Sheet, crowd: Crowd) -> None:
        self._sheet = sheet
        self._crowd = crowd
        self.lived_in: list[Household] = []
        self.owned: list[tuple[Ref, Somebody, Fate]] = []
        """Houses that somebody has bought, with the first of their owners."""

    def flat(self, block: Block, door: Door) -> None:
        sheet, dice = self._sheet, self._sheet.dice
        found = fate(sheet, block, door)
        if found.sold is None:
            connect(sheet, put(sheet, block, found, right="developer"), found, "")
            return
        several = dice.choices([count for count, _ in CO_OWNERS], [weight for _, weight in CO_OWNERS])[0]
        owners = self._owners(found, several)
        house = put(sheet, block, found, right="shared" if several > 1 else "private", contact=owners[0].ref)
        connect(sheet, house, found, owners[0].name)
        self.owned.append((house, owners[0], found))
        self._ownerships(house, found, owners)
        if found.status == "occupied":
            self._move_in(house, found, owners)
        elif found.status == "let":
            self._let(house, found)

    def fill(self, people: int) -> None:
        """Until there are so many: families grow, and then there are those who once lived here."""
        sheet, dice = self._sheet, self._sheet.dice
        growing = [one for one in self.lived_in if one.next_relation]
        while growing and sheet.count("person") < people * 0.97:
            at = dice.randrange(len(growing))
            self._join(growing[at])
            if not growing[at].next_relation:
                growing.pop(at)
        while self.owned and sheet.count("person") < people:
            self._once_lived_here()

    def _owners(self, found: Fate, several: int) -> list[Somebody]:
        first = None
        if self.owned and found.status in {"let", "vacant"} and self._sheet.dice.random() < SECOND_FLAT:
            first = self._sheet.dice.choice(self.owned)[1]
        first = first or self._crowd.somebody("owner")
        return [first, *(self._crowd.relative(first, JOINING[at], "owner") for at in range(several - 1))]

    def _ownerships(self, house: Ref, found: Fate, owners: list[Somebody]) -> None:
        sheet, since = self._sheet, found.sold
        assert since is not None
        old = found.status in {"occupied", "let", "vacant"} and sheet.dice.random() < RESOLD
        if old:
            changed = found.last - timedelta(days=20)
            seller = self._crowd.somebody("other")
            self._ownership(house, seller, "100", since, until=changed)
            since = changed
        for owner, share in zip(owners, SHARES_OF[len(owners)], strict=True):
            self._ownership(house, owner, share, since)

    def _ownership(
        self, house: Ref, owner: Somebody, share: str, since: date, until: date | None = None
    ) -> None:
        contract = f"CHYY-{since.year}-{self._sheet.serial('ownership'):06}"
        self._sheet.add(
            "ownership",
            house_id=house,
            person_id=owner.ref,
            share=share,
            since=since,
            until=until,
            contract=contract,
        )

    def _move_in(self, house: Ref, found: Fate, owners: list[Somebody]) -> None:
        home = Household(house, owners[0], found.last, rented=False)
        self._stay(home, owners[0], "owner", "head", home.since)
        for at, owner in enumerate(owners[1:]):
            self._stay(home, owner, "owner", JOINING[at], home.since)
            home.members.append(owner)
        self.lived_in.append(home)

    def _let(self, house: Ref, found: Fate) -> None:
        tenant = self._crowd.somebody("tenant", ages=(22, 50))
        home = Household(house, tenant, found.last, rented=True)
        self._stay(home, tenant, "tenant", "head", home.since)
        if self._sheet.dice.random() < LEASED_BY_SEVERAL:
            mate = self._crowd.somebody("tenant", ages=(22, 38))
            self._stay(home, mate, "tenant", "co-tenant", later(home.since, 0, 3, self._sheet))
            home.members += [mate] * len(JOINING)  # who shares a flat brings no family
        for fee in ("water", "electricity"):
            self._sheet.add("payer", house_id=house, fee=fee, person_id=tenant.ref, since=home.since)
        self.lived_in.append(home)

    def _join(self, home: Household) -> None:
        relation = home.next_relation
        member = self._crowd.relative(home.head, relation)
        since = max(home.since, member.born)
        self._stay(home, member, "family", relation, min(since, self._sheet.day))
        home.members.append(member)

    def _stay(
        self, home: Household, who: Somebody, role: str, relation: str, since: date, until: date | None = None
    ) -> None:
        rented = role == "tenant"
        self._sheet.add(
            "stay",
            house_id=home.house,
            person_id=who.ref,
            role=role,
            relation=relation,
            since=min(since, self._sheet.day),
            until=until,
            lease=f"CHYY-ZL-{since.year}-{self._sheet.serial('stay'):06}" if rented else None,
        )

    def _once_lived_here(self) -> None:
        """A tenant of former days, in a house that somebody has moved out of or into since."""
        sheet = self._sheet
        house, _, found = sheet.dice.choice(self.owned)
        gone = self._crowd.somebody("other", ages=(24, 55))
        if found.status not in {"occupied", "let", "vacant"}:
            return
        until = found.last - timedelta(days=sheet.dice.randint(5, 40))
        home = Household(house, gone, until - timedelta(days=sheet.dice.randint(30, 60)), rented=True)
        self._stay(home, gone, "tenant", "head", home.since, until)
