"""The house list as offices keep it: a row a house, with its code in one cell and its owners in others."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import String, or_, select
from sqlalchemy.orm import Session

from actors.said import in_language, said
from business.access.model import Scope, ScopeKind
from business.exchange.columns import Column
from business.fields.field_type import FieldError, FieldType
from business.fields.house_code import HouseCode, house_code, parse_house_code
from business.fields.times import day
from business.fields.written import as_text, narrow, wrong
from business.importing.chunk import Carrier
from business.importing.columns import WRITTEN
from business.importing.draft import Draft
from business.importing.messages import ImportRow
from business.importing.model import Existing
from business.importing.plan import Plan
from business.property.estate import Building, Unit
from business.property.house import House
from business.property.house_places import make_missing
from business.property.living import WHOLE, Ownership
from business.property.people import CARD, PHONE, Person
from config.text import Text

_SHARE = re.compile(r"(\d+(?:\.\d+)?)\s*%|(\d+)\s*/\s*(\d+)")
_BETWEEN_SHARES = re.compile(r"[、,，;；\s]+|(?<=%)\s*/\s*")
_STEP = Decimal("0.0001")


def shares_of(text: str) -> tuple[Fraction, ...] | None:
    """50%/50%, 1/2、1/2, 60%；40%; None for a text that is none. Raises FieldError for impossible ones."""
    pieces = [piece for piece in _BETWEEN_SHARES.split(narrow(text)) if piece]
    found = [_SHARE.fullmatch(piece) for piece in pieces]
    if not pieces or not all(found):
        return None
    shares = []
    for one in found:
        assert one is not None
        below = int(one[3] or 1)
        share = Fraction(one[1]) / 100 if one[1] else Fraction(int(one[2]), below) if below else Fraction(0)
        if not 0 < share <= 1:
            raise wrong(one[0], "不在 0 到 100% 之间，请更正", "is not between 0 and 100 %: correct it")
        shares.append(share)
    return tuple(shares)


def _shares(value: object) -> tuple[Fraction, ...]:
    if isinstance(value, tuple):
        return value
    found = shares_of(as_text(value))
    if found is None:
        raise wrong(value, "不是份额；请写成 50%/50% 或 1/2、1/2", "are no shares: write 50%/50% or 1/2、1/2")
    return found


SHARES: Final[FieldType[tuple[Fraction, ...]]] = FieldType(
    "shares",
    Text("份额", "Shares"),
    lambda: String(200),  # type: ignore[arg-type, return-value]  # no column holds them
    _shares,
    lambda value, _language: "、".join(map(str, value)),
)
CODE = Column("code", Text("房号", "House code"), house_code())
OWNERS = Column(
    "owners", Text("业主", "Owners"), WRITTEN, many=True, synonyms=("所有权人", "业主名单", "产权人姓名")
)
PHONES = Column(
    "owner_phones",
    Text("业主电话", "Owners' phones"),
    PHONE,
    many=True,
    synonyms=("联系电话", "手机号", "电话", "业主手机"),
)
CARDS = Column(
    "owner_cards",
    Text("业主身份证号", "Owners' identity cards"),
    CARD,
    many=True,
    synonyms=("身份证号", "身份证", "证件号码", "证件号"),
)
SHARE = Column("owner_shares", Text("产权份额", "Shares"), SHARES, synonyms=("份额", "占比", "共有份额"))
SINCE = Column("owned_since", Text("产权起始日期", "Owned since"), day(), synonyms=("购房日期", "产权日期"))


@dataclass(frozen=True, slots=True)
class _Owner:
    values: Mapping[str, Any]
    """Of the person."""
    share: Decimal


class HouseList:
    """Taken apart into house, persons and ownerships."""

    columns = (CODE, OWNERS, PHONES, CARDS, SHARE, SINCE)

    def __init__(self, zone: ZoneInfo, wall_ns: Callable[[], int]) -> None:
        self._zone = zone
        self._wall_ns = wall_ns

    def expand(self, session: Session, drafts: Sequence[Draft], plan: Plan, carrier: Carrier) -> None:
        """3-2-501 is building 3, unit 2, room 501; what has a column of its own counts more."""
        for draft in drafts:
            code = draft.values.pop(CODE.name, None)
            if code is not None:
                parts = parse_house_code(code)
                for name, value in (
                    ("building_id", parts.building), ("unit_id", parts.unit), ("room", parts.room)
                ):  # fmt: skip
                    if draft.values.get(name) is None:
                        draft.values[name] = value
        if plan.make_missing:
            make_missing(session, drafts, plan, carrier)

    def locate(self, session: Session, drafts: Sequence[Draft]) -> None:
        for draft in drafts:
            building_id, unit_id, room = (draft.values.get(one) for one in ("building_id", "unit_id", "room"))
            building = session.get(Building, building_id) if isinstance(building_id, int) else None
            unit = session.get(Unit, unit_id) if isinstance(unit_id, int) else None
            if building is not None and room:
                code = HouseCode(building.code, unit.code if unit else None, narrow(room).upper())
                draft.values[CODE.name] = str(code)

    def check(self, session: Session, drafts: Sequence[Draft], plan: Plan) -> None:
        named = [draft for draft in drafts if draft.values.get(OWNERS.name)]
        current = self._current(session, [one.record.id for one in named if one.record is not None])
        for draft in named:
            try:
                owners = _owners(draft.values)
            except FieldError as error:
                draft.refuse(OWNERS.name, str(error))
                continue
            draft.values[OWNERS.name] = owners
            there = current.get(draft.record.id, ()) if draft.record is not None else ()
            if there:
                names = sorted(one.values["name"] for one in owners)
                if names == sorted(there):
                    draft.values[OWNERS.name] = ()
                else:
                    draft.refuse(OWNERS.name, _other_owners(there))
            elif not (plan.reach("person.import").paths and plan.reach("ownership.import").paths):
                draft.refuse(
                    OWNERS.name,
                    said(
                        "您没有导入人员和产权的权限，请去掉业主列或联系管理员",
                        "you may not import persons and ownerships: leave the owners out, "
                        "or ask an administrator",
                    ),
                )

    def _current(self, session: Session, houses: Sequence[int]) -> dict[int, tuple[str, ...]]:
        """The names of the present owners, by house."""
        today = self._today()
        query = (
            select(Ownership.house_id, Person.name)
            .join(Person, Person.id == Ownership.person_id)
            .where(Ownership.house_id.in_(houses), Ownership.removed_ns.is_(None))
            .where(or_(Ownership.until.is_(None), Ownership.until > today))
            .order_by(Ownership.id)
        )
        found: dict[int, tuple[str, ...]] = {}
        for house, name in session.execute(query):
            found[house] = (*found.get(house, ()), name)
        return found

    def follow(self, session: Session, drafts: Sequence[Draft], plan: Plan, carrier: Carrier) -> None:
        """What is refused here is said of the row, though its house is imported."""
        by_project: dict[int, list[tuple[Draft, _Owner]]] = {}
        for draft in drafts:
            for owner in draft.values.get(OWNERS.name) or ():
                by_project.setdefault(_project(session, draft), []).append((draft, owner))
        for project, pairs in by_project.items():
            self._write(session, plan, carrier, project, pairs)

    def _write(
        self,
        session: Session,
        plan: Plan,
        carrier: Carrier,
        project: int,
        pairs: Sequence[tuple[Draft, _Owner]],
    ) -> None:
        persons: dict[tuple[Any, ...], Draft] = {}
        for draft, owner in pairs:
            known = draft.row.number if len(owner.values) == 1 else 0  # a name alone tells nobody
            key = (known, *sorted(owner.values.items()))
            persons.setdefault(key, Draft(ImportRow(draft.row.number, (), {}), dict(owner.values)))
        people = Plan("person", Existing.SKIP, project, plan.reach)
        carrier.carry(session, people, list(persons.values()), {})
        titles: list[tuple[Draft, Draft]] = []
        for draft, owner in pairs:
            known = draft.row.number if len(owner.values) == 1 else 0
            person = persons[known, *sorted(owner.values.items())]
            house = draft.record
            assert isinstance(house, House)
            if person.problems or person.record is None:
                _blame(draft, person)
                continue
            since = draft.values.get(SINCE.name) or house.certified_on or house.built_on or self._today()
            values = {
                "house_id": house.id, "person_id": person.record.id, "share": owner.share, "since": since,
            }  # fmt: skip
            titles.append((draft, Draft(ImportRow(draft.row.number, (), {}), values)))
        shares = Plan("ownership", Existing.SKIP, project, plan.reach)
        carrier.carry(session, shares, [title for _, title in titles], {})
        for draft, title in titles:
            if title.problems:
                _blame(draft, title)

    def _today(self) -> date:
        return datetime.fromtimestamp(self._wall_ns() / 1e9, self._zone).date()


def _owners(values: Mapping[str, Any]) -> tuple[_Owner, ...]:
    """From the cells of a row to persons and shares. Raises FieldError."""
    names: list[str] = []
    shares: list[Fraction] = []
    for part in values[OWNERS.name]:
        alone = shares_of(part.value)
        if alone is not None:
            shares += alone
        else:
            names.append(part.value)
            shares += [part.share] if part.share is not None else []
    shares = list(values.get(SHARE.name) or shares)
    phones = [part.value for part in values.get(PHONES.name) or ()]
    cards = [part.value for part in values.get(CARDS.name) or ()]
    count = len(names)
    if shares and len(shares) != count:
        raise FieldError(
            said(
                f"有 {count} 位业主，{len(shares)} 个份额，请为每位业主写明份额",
                f"{count} owners and {len(shares)} shares: give each owner a share",
            )
        )
    if sum(shares) > 1:
        raise FieldError(
            said(
                f"份额合计 {float(sum(shares)) * 100:g}%，超过 100%，请更正",
                f"the shares add up to {float(sum(shares)) * 100:g} %, over 100 %: correct them",
            )
        )
    people = [dict(next(iter(Person.meant(name)))) for name in names]
    if count == 1 and len(phones) == 2:
        people[0]["phone_2"] = phones.pop()
    for name, found in (("phone", phones), ("identity_number", cards)):
        if len(found) > count:
            raise FieldError(
                said(
                    f"有 {count} 位业主，{len(found)} 个号码，请一一对应",
                    f"{count} owners and {len(found)} numbers: give one for each",
                )
            )
        for person, value in zip(people, found, strict=False):
            person.setdefault(name, value)
    if any("name" not in person for person in people):
        raise FieldError(said("请填写业主姓名", "write the owner's name"))
    return tuple(
        _Owner(person, share)
        for person, share in zip(people, _percent(shares or [Fraction(1, count)] * count), strict=True)
    )


def _percent(shares: Sequence[Fraction]) -> list[Decimal]:
    found = [(WHOLE * share.numerator / share.denominator).quantize(_STEP, ROUND_DOWN) for share in shares]
    if sum(shares) == 1:
        found[0] += WHOLE - sum(found)
    return found


def _project(session: Session, draft: Draft) -> int:
    assert draft.record is not None
    scope = session.get_one(Scope, draft.record.scope_id)
    return scope.parent_id or scope.id if scope.kind == ScopeKind.BUILDING else scope.id


def _blame(draft: Draft, other: Draft) -> None:
    zh, en = ("；".join(in_language(why, one) for _, why in other.problems) for one in ("zh", "en"))
    reason = said(f"房屋已导入，业主未导入：{zh}", f"the house is imported, its owners are not: {en}")
    draft.refuse(OWNERS.name, reason)


def _other_owners(there: Sequence[str]) -> str:
    names = "、".join(there)
    return said(
        f"此房屋现有业主 {names}，与文件不同；变更业主请办理过户",
        f"this house is owned by {names}: to change that, transfer the house",
    )
