"""Firms in the offices and shops, their people, and who works for the estate from outside."""

from datetime import date

from business.demo.buildings import Block, Door
from business.demo.drafts import Ref, Sheet
from business.demo.houses import Fate, fate, put
from business.demo.keys import connect
from business.demo.numbers import credit_code, mobile
from business.demo.people import Crowd, Somebody, later

MOST_ROOMS = 4
"""Of one firm."""
INVESTORS = 0.6
"""Of the let offices; the rest are the developer's."""
LICENCES, CONTRACTORS = 100_000_000, 200_000_000
"""Where the credit codes of keepers and of contractors begin to be counted."""
WITH_COMPANY = 0.4
"""Of the shops; the others are their keepers' own."""


class Firms:
    """Lets and sells the offices and shops of a building."""

    def __init__(self, sheet: Sheet, crowd: Crowd) -> None:
        self._sheet = sheet
        self._crowd = crowd
        self._names: set[str] = set()
        self.at_work: list[tuple[Ref, Ref, date]] = []
        """Firms with the office in which they are, and since when."""

    def offices(self, block: Block, doors: list[Door]) -> None:
        """Firms take rooms that lie side by side."""
        landlord = self.company("翠湖资产管理", "owner")
        at = 0
        while at < len(doors):
            found = fate(self._sheet, block, doors[at])
            rooms = self._sheet.dice.randint(1, MOST_ROOMS) if found.status in {"occupied", "let"} else 1
            same = [Fate(door, found.status, found.since) for door in doors[at : at + rooms]]
            self._take(block, same, landlord)
            at += rooms

    def shop(self, block: Block, door: Door) -> None:
        sheet, dice = self._sheet, self._sheet.dice
        found = fate(sheet, block, door)
        if found.sold is None:
            connect(sheet, put(sheet, block, found, right="developer"), found, "")
            return
        owner = self._crowd.somebody("owner")
        house = put(sheet, block, found, right="private", contact=owner.ref)
        self._own(house, found, person=owner.ref)
        connect(sheet, house, found, owner.name)
        if found.status not in {"occupied", "let"}:
            return
        keeper = owner if found.status == "occupied" else self._crowd.somebody("tenant", ages=(25, 55))
        trade = dice.choice(tuple(sheet.words.shops))
        name = self._unused(sheet.words.shops[trade])
        company = self.company(f"{name}商贸", "tenant", keeper) if dice.random() < WITH_COMPANY else None
        opened = later(found.last, 0, 30, sheet)
        number = sheet.serial("merchant")
        sheet.add(
            "merchant",
            name=name,
            number=f"SH-{number:06}",
            trade=trade,
            house_id=house,
            company_id=company,
            keeper_id=keeper.ref,
            licence=credit_code(LICENCES + number),
            licensed_until=later(sheet.day, -60, 1800, sheet),
            opened_on=min(opened, sheet.day),
            hours=dice.choice(("08:00-22:00", "09:00-21:00", "10:00-22:30", "00:00-24:00")),
        )
        if found.status == "let":
            for fee in ("property", "water", "electricity"):
                sheet.add("payer", house_id=house, fee=fee, person_id=keeper.ref, since=found.last)

    def hire(self, people: int) -> None:
        """Until the sheet has so many people, the firms register theirs."""
        sheet = self._sheet
        while self.at_work and sheet.count("person") < people:
            company, house, since = sheet.dice.choice(self.at_work)
            employee = self._crowd.somebody("staff", ages=(21, 58), employer=company)
            began = min(later(since, 0, 900, sheet), sheet.day)
            sheet.add("stay", house_id=house, person_id=employee.ref, role="staff", since=began)

    def company(self, name: str, kind: str, head: Somebody | None = None) -> Ref:
        sheet = self._sheet
        number = sheet.serial("company")
        surname, contact = self._crowd.full_name(male=sheet.dice.random() < 0.5)
        full = f"示范市{name}有限公司"
        return sheet.add(
            "company",
            name=full,
            credit_code=credit_code(number),
            company_kind=kind,
            representative=head.name if head else self._crowd.full_name(male=sheet.dice.random() < 0.6)[1],
            contact=contact if surname else None,
            phone=mobile(sheet.dice),
            mail=f"contact{number}@example.com",
            address=sheet.words.place.address,
            invoice_title=full,
        )

    def _take(self, block: Block, rooms: list[Fate], landlord: Ref) -> None:
        sheet, dice, first = self._sheet, self._sheet.dice, rooms[0]
        if first.sold is None:
            for room in rooms:
                connect(sheet, put(sheet, block, room, right="developer"), room, "")
            return
        company, name = None, "翠湖资产管理"
        if first.status in {"occupied", "let"}:
            name = self._unused(
                [mark + trade for mark in sheet.words.firms.marks for trade in sheet.words.firms.trades]
            )
            company = self.company(name, "owner" if first.status == "occupied" else "tenant")
        investor = self._crowd.somebody("owner") if dice.random() < INVESTORS else None
        for room in rooms:
            owned_by_firm = room.status == "occupied"
            house = put(
                sheet,
                block,
                room,
                right="private" if investor or owned_by_firm else "developer",
                contact=investor.ref if investor and not owned_by_firm else None,
            )
            if owned_by_firm:
                self._own(house, room, company=company)
            elif investor:
                self._own(house, room, person=investor.ref)
            else:
                self._own(house, room, company=landlord)
            connect(sheet, house, room, f"示范市{name}有限公司")
            if company is not None:
                self.at_work.append((company, house, room.last))
                if room.status == "let":
                    for fee in ("property", "rent", "electricity"):
                        sheet.add("payer", house_id=house, fee=fee, company_id=company, since=room.last)

    def _own(self, house: Ref, found: Fate, *, person: Ref | None = None, company: Ref | None = None) -> None:
        since = found.sold
        assert since is not None
        number = self._sheet.serial("ownership")
        self._sheet.add(
            "ownership",
            house_id=house,
            person_id=person,
            company_id=company,
            share="100",
            since=since,
            contract=f"CHYY-{since.year}-{number:06}",
        )

    def _unused(self, names: tuple[str, ...] | list[str]) -> str:
        free = [name for name in names if name not in self._names] or list(names)
        name = self._sheet.dice.choice(free)
        self._names.add(name)
        return name


def contractors(sheet: Sheet) -> dict[str, Ref]:
    """One of every kind at least; by kind, the first of each."""
    crowd = Crowd(sheet)
    found: dict[str, Ref] = {}
    for kind, names in sheet.words.contractors.items():
        for name in names:
            ref = sheet.add(
                "contractor",
                name=name,
                contractor_kind=kind,
                credit_code=credit_code(CONTRACTORS + sheet.count("contractor")),
                contact=crowd.full_name(male=sheet.dice.random() < 0.7)[1],
                phone=mobile(sheet.dice),
                address=f"示范市{sheet.dice.choice('东西南北')}区工业路{sheet.dice.randint(1, 200)}号",
                qualification=f"{sheet.dice.choice('一二三')}级资质",
                qualified_until=later(sheet.day, 30, 1500, sheet),
            )
            found.setdefault(kind, ref)
    return found
