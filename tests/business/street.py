"""Neighbours, their families, a flat share and a company, each with belongings: whose is what."""

from dataclasses import dataclass
from typing import Any

from actors.messages import Issuer
from business.access import Reach
from business.property.entities import ENTITIES
from business.property.messages import LinkUser, SetHouseState
from business.registry.queries import Wanted, page
from tests.business.estate import Estate


@dataclass
class Street:
    """Two neighbours, their families, a flat share and a company, each with belongings; ids by name."""

    estate: Estate
    ids: dict[str, int]

    def __getitem__(self, name: str) -> int:
        return self.ids[name]

    def seat(self, user: str, role: str, *, person: str = "", company: str = "", scope: int = 0) -> Issuer:
        office = self.estate.office
        office.create(user, role, scope=scope)
        if person or company:
            linked = LinkUser(user, self.ids.get(person), self.ids.get(company))
            self.estate.do(linked)
        return office.log_in(user)

    def reach(self, seat: Issuer, entity: str, action: str = "read") -> Reach:
        person = self.estate.office.authority.person(seat.session)
        assert person is not None
        return person.reach(f"{entity}.{action}")

    def seen(self, seat: Issuer, entity: str, **wanted: Any) -> set[int]:
        with self.estate.read() as session:
            found = page(session, ENTITIES[entity], self.reach(seat, entity), Wanted(**wanted))
            assert found.total == len(found.rows)
            return {row.id for row in found.rows}

    def named(self, seat: Issuer) -> dict[str, set[str]]:
        """Everything that he is shown in any list, by entity and by the names of this street."""
        names: dict[tuple[str, int], str] = {}
        for name, id_ in self.ids.items():
            names[name.split(":")[0], id_] = name.split(":")[1]
        found = {}
        for entity in ENTITIES:
            rows = {names.get((entity.name, id_), f"#{id_}") for id_ in self.seen(seat, entity.name)}
            if rows:
                found[entity.name] = rows
        return found


def street_of(estate: Estate) -> Street:
    """Build it."""
    ids: dict[str, int] = {}

    def add(as_: str, /, **values: Any) -> None:
        values = {
            name: ids[value] if isinstance(value, str) and value in ids else value
            for name, value in values.items()
        }
        ids[as_] = estate.create(as_.split(":")[0], **values)

    for name, room in (("zhang", "501"), ("li", "502"), ("shared", "503"), ("shop", "101")):
        ids[f"house:{name}"] = estate.house(room=room, certificate=f"沪房-{room}")
    add("company:acme", name="尖峰公司", credit_code="91350100M000100Y43")
    add("company:other", name="别家公司")
    for name, zh in (
        ("zhang", "张三"), ("wife", "王芳"), ("child", "张小明"), ("li", "李四"), ("lodger", "赵六"),
        ("flatmate", "钱七"), ("nobody", "孙八"),
    ):  # fmt: skip
        add(f"person:{name}", name=zh, phone=f"1380013{8000 + len(ids)}", mail=f"{name}@example.com")
    add("person:worker", name="周九", employer_id="company:acme")
    add(
        "ownership:zhang",
        house_id="house:zhang",
        person_id="person:zhang",
        share=100,
        since="2015-01-01",
    )
    add("ownership:li", house_id="house:li", person_id="person:li", share=100, since="2015-01-01")
    add(
        "ownership:shared",
        house_id="house:shared",
        person_id="person:li",
        share=100,
        since="2015-01-01",
    )
    add(
        "ownership:shop",
        house_id="house:shop",
        company_id="company:acme",
        share=100,
        since="2015-01-01",
    )
    for name, house, role, relation in (
        ("zhang", "zhang", "owner", "head"), ("wife", "zhang", "family", "spouse"),
        ("child", "zhang", "family", "child"), ("li", "li", "owner", "head"),
        ("lodger", "shared", "tenant", None), ("flatmate", "shared", "tenant", "co-tenant"),
    ):  # fmt: skip
        add(f"stay:{name}", house_id=f"house:{house}", person_id=f"person:{name}", role=role,
            relation=relation, since="2016-01-01")  # fmt: skip
    for at, name in enumerate(("zhang", "li", "wife")):
        add(f"vehicle:{name}", plate=f"沪A1234{at}", owner_id=f"person:{name}", brand="红旗")
        add(f"pet:{name}", name=f"旺财{at}", owner_id=f"person:{name}")
        add(f"key:{name}", code=f"K-{at}", holder_id=f"person:{name}")
        add(f"parking_space:{name}", code=f"P-{at}", user_id=f"person:{name}")
    add("vehicle:acme", plate="沪A99999", company_id="company:acme")
    add("vehicle:nobody", plate="沪A88888")
    for name in ("zhang", "li", "shop"):
        add(f"utility_account:{name}", number=f"W-{name}", utility="water", house_id=ids[f"house:{name}"])
    for name, company in (("acme", "acme"), ("other", "other")):
        add(f"merchant:{name}", name=f"{name} 店", company_id=f"company:{company}")
    add(
        "payer:zhang",
        house_id="house:zhang",
        fee="property",
        person_id="person:zhang",
        since="2015-01-01",
    )
    add("payer:li", house_id="house:li", fee="property", person_id="person:li", since="2015-01-01")
    estate.do(SetHouseState((ids["house:li"],), "occupied", "2020-01-01", remark="李四出租"))
    return Street(estate, ids)
