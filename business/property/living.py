"""Who owns, lives in and pays for a house, and in what state it is: each with its days (B09, B11, B05).

Spans are half-open: `since` is the first day, `until` the first day after it; None as long as it lasts.
"""

import itertools
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Mapped, Session

from actors.said import said
from business.access import Reach
from business.fields.numbers import percent
from business.fields.texts import files, note, text
from business.fields.times import day
from business.gate import Refused
from business.property.estate import REMARK
from business.property.house import UNSOLD, House
from business.registry.declare import attribute, coded, reference
from business.registry.record import Kind, Record
from config.text import Text

SINCE = Text("起始日期", "Since")
UNTIL = Text("结束日期（不含）", "Until (not including)")
WHOLE = Decimal(100)
FAMILY = (
    "head", "spouse", "child", "parent", "parent-in-law", "grandparent", "grandchild", "sibling",
)  # fmt: skip
"""The relations to the head of a household by which people are one family."""


def _of_a_house(name: str, label: Text, *known_by: tuple[str, ...], tells_of: str = "") -> Kind:
    return Kind(
        name,
        label,
        title=("since",),
        order="since",
        descending=True,
        within="house_id",
        known_by=known_by,
        tells_of=tells_of,
        until="until",
        has_page=False,
    )


class Ownership(Record):
    """A share of a house that somebody owns."""

    __tablename__ = "ownerships"
    kind = _of_a_house(
        "ownership",
        Text("产权", "Ownership"),
        ("house_id", "person_id", "since"),
        ("house_id", "company_id", "since"),
    )

    house_id: Mapped[int] = reference(Text("房屋", "House"), "house", "houses", required=True, listed=True)
    person_id: Mapped[int | None] = reference(Text("业主", "Owner"), "person", "persons", listed=True)
    company_id: Mapped[int | None] = reference(
        Text("业主单位", "Owning company"), "company", "companies", listed=True
    )
    share: Mapped[Decimal] = attribute(
        Text("份额", "Share"), percent(), required=True, listed=True, default=WHOLE
    )
    since: Mapped[date] = attribute(SINCE, day(), required=True, listed=True)
    until: Mapped[date | None] = attribute(UNTIL, day(), listed=True)
    contract: Mapped[str | None] = attribute(Text("购房合同号", "Contract no."), text(60))
    papers: Mapped[tuple[str, ...] | None] = attribute(Text("附件", "Papers"), files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    def settle(self, session: Session) -> None:
        _one_of(self.person_id, self.company_id, Text("业主", "owner"))
        check_span(self.since, self.until)
        if not Decimal(0) < self.share <= WHOLE:
            raise Refused(
                said(
                    f"份额 {self.share}% 须大于 0、不超过 100",
                    f"a share of {self.share} % is not in 0 to 100",
                )
            )
        check_shares(session, self)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_person(cls.person_id) | reach.of_company(cls.company_id)


class Stay(Record):
    """Somebody who lives or works in a house: from when, until when, as what."""

    __tablename__ = "stays"
    kind = _of_a_house(
        "stay", Text("居住记录", "Stay"), ("house_id", "person_id", "since"), tells_of="person_id"
    )

    house_id: Mapped[int] = reference(Text("房屋", "House"), "house", "houses", required=True, listed=True)
    person_id: Mapped[int] = reference(
        Text("住户", "Resident"), "person", "persons", required=True, listed=True
    )
    role: Mapped[str] = coded(Text("身份", "As"), "person_category", required=True, listed=True)
    relation: Mapped[str | None] = coded(
        Text("与户主关系", "Relation to the head"), "household_relation", listed=True
    )
    since: Mapped[date] = attribute(SINCE, day(), required=True, listed=True)
    until: Mapped[date | None] = attribute(UNTIL, day(), listed=True)
    lease: Mapped[str | None] = attribute(Text("租赁合同号", "Lease no."), text(60))
    remark: Mapped[str | None] = attribute(REMARK, note())

    def settle(self, session: Session) -> None:
        check_span(self.since, self.until)
        same = select(Stay).where(
            Stay.house_id == self.house_id,
            Stay.person_id == self.person_id,
            Stay.removed_ns.is_(None),
            Stay.id != (self.id or 0),
        )
        for other in session.scalars(same):
            if overlap(self.since, self.until, other.since, other.until):
                raise Refused(
                    said(
                        f"此人自 {other.since} 起已登记在此房屋，请先填写该记录的结束日期",
                        f"he is registered in this house since {other.since} already; end that stay first",
                    )
                )

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        """His, and those of his household: a family sees who lives with it, flatmates do not."""
        mine = select(Stay.house_id).where(
            reach.of_person(Stay.person_id), lasting(Stay, reach.today), _of_family(Stay)
        )
        family = cls.house_id.in_(mine) & lasting(cls, reach.today) & _of_family(cls)
        return reach.of_person(cls.person_id) | family


class Payer(Record):
    """Who pays one kind of fee of a house; without one it is the owner with the largest share."""

    __tablename__ = "payers"
    kind = _of_a_house("payer", Text("缴费人", "Payer"), ("house_id", "fee", "since"))

    house_id: Mapped[int] = reference(Text("房屋", "House"), "house", "houses", required=True, listed=True)
    fee: Mapped[str] = coded(Text("费用", "Fee"), "fee_kind", required=True, listed=True)
    person_id: Mapped[int | None] = reference(Text("缴费人", "Payer"), "person", "persons", listed=True)
    company_id: Mapped[int | None] = reference(
        Text("缴费单位", "Paying company"), "company", "companies", listed=True
    )
    since: Mapped[date] = attribute(SINCE, day(), required=True, listed=True)
    until: Mapped[date | None] = attribute(UNTIL, day(), listed=True)

    def settle(self, session: Session) -> None:
        _one_of(self.person_id, self.company_id, Text("缴费人", "payer"))
        check_span(self.since, self.until)
        same = select(Payer).where(
            Payer.house_id == self.house_id,
            Payer.fee == self.fee,
            Payer.removed_ns.is_(None),
            Payer.id != (self.id or 0),
        )
        for other in session.scalars(same):
            if overlap(self.since, self.until, other.since, other.until):
                raise Refused(
                    said(
                        f"该费用自 {other.since} 起已有缴费人；同时只能有一个，请先填写其结束日期",
                        f"the fee has a payer since {other.since}; one at a time: end that one first",
                    )
                )

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_person(cls.person_id) | reach.of_company(cls.company_id)


class HouseState(Record):
    """What state a house was in, from when until when."""

    __tablename__ = "house_states"
    kind = _of_a_house("house_state", Text("房屋状态记录", "State of a house"), ("house_id", "since"))

    house_id: Mapped[int] = reference(Text("房屋", "House"), "house", "houses", required=True, listed=True)
    status: Mapped[str] = coded(Text("状态", "Status"), "house_status", required=True, listed=True)
    use: Mapped[str | None] = coded(Text("用途", "Use"), "house_use", listed=True)
    since: Mapped[date] = attribute(SINCE, day(), required=True, listed=True)
    until: Mapped[date | None] = attribute(UNTIL, day(), derived=True, listed=True)
    remark: Mapped[str | None] = attribute(REMARK, note(), listed=True)

    def settle(self, session: Session) -> None:
        others = self._others(session)
        if any(other.since == self.since for other in others):
            raise Refused(
                said(
                    f"该房屋在 {self.since} 已登记状态，一天一个状态，请修改那条记录",
                    f"the house has a state since {self.since} already; change that one",
                )
            )
        _follow_each_other(session.get_one(House, self.house_id), (*others, self))

    def left(self, session: Session) -> None:
        _follow_each_other(session.get_one(House, self.house_id), self._others(session))

    def _others(self, session: Session) -> tuple["HouseState", ...]:
        query = select(HouseState).where(
            HouseState.house_id == self.house_id,
            HouseState.removed_ns.is_(None),
            HouseState.id != (self.id or 0),
        )
        return tuple(session.scalars(query))


def _follow_each_other(house: House, states: Iterable[HouseState]) -> None:
    """Each state lasts until the next; the house shows the last."""
    ordered = sorted(states, key=lambda one: one.since)
    for one, following in itertools.zip_longest(ordered, ordered[1:]):
        one.until = following.since if following is not None else None
    last = ordered[-1] if ordered else None
    house.status, house.status_since = (last.status, last.since) if last else (UNSOLD, None)
    house.use = next((one.use for one in reversed(ordered) if one.use), house.use)


def lasting(spans: type[Ownership] | type[Stay], on: date) -> ColumnElement[bool]:
    """Those that hold on a day."""
    return and_(spans.removed_ns.is_(None), spans.since <= on, or_(spans.until.is_(None), spans.until > on))


def _of_family(stays: type[Stay]) -> ColumnElement[bool]:
    related = stays.relation.in_(FAMILY)
    return stays.role.in_(("owner", "family")) & (stays.relation.is_(None) | related) | related


def overlap(since: date, until: date | None, other_since: date, other_until: date | None) -> bool:
    """Whether two half-open spans share a day."""
    return (other_until is None or since < other_until) and (until is None or other_since < until)


def check_span(since: date, until: date | None) -> None:
    if until is not None and until <= since:
        raise Refused(
            said(
                f"结束日期 {until} 须晚于起始日期 {since}",
                f"the end {until} must come after the beginning {since}",
            )
        )


def check_shares(session: Session, changed: Ownership) -> None:
    """On no day do the shares of a house add up to more than the whole."""
    others = session.scalars(
        select(Ownership).where(
            Ownership.house_id == changed.house_id,
            Ownership.removed_ns.is_(None),
            Ownership.id != (changed.id or 0),
        )
    ).all()
    everything = (*others, changed)
    for at in {one.since for one in everything if changed.since <= one.since} | {changed.since}:
        if changed.until is not None and at >= changed.until:
            continue
        total = sum(
            (one.share for one in everything if one.since <= at and (one.until is None or at < one.until)),
            Decimal(0),
        )
        if total > WHOLE:
            raise Refused(
                said(
                    f"{at} 起该房屋产权份额合计 {total}%，超过 100%，请先结束原业主的份额或改小",
                    f"from {at} the shares of this house add up to {total} %, over 100 %: "
                    "end or lower the share of another owner",
                )
            )


def _one_of(person_id: int | None, company_id: int | None, what: Text) -> None:
    if (person_id is None) is (company_id is None):
        raise Refused(
            said(f"{what.zh}须填写个人或单位其中一个", f"the {what.en} is either a person or a company")
        )
