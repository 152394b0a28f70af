"""To what people have consented, and what they took back (PIPL 14 to 16)."""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped, Session

from business.access import Reach
from business.fields.texts import files, note
from business.fields.times import day
from business.property.estate import REMARK
from business.property.people import Person
from business.registry.declare import attribute, coded, reference
from business.registry.record import Kind, Record
from config.text import Text

PROCESSING, GIVEN, WITHDRAWN = "processing", "given", "withdrawn"


class Consent(Record):
    """One statement of one person; the last one about a purpose counts. Its history says who recorded it."""

    __tablename__ = "consents"
    kind = Kind(
        "consent",
        Text("个人信息同意", "Consent"),
        title=("on",),
        order="on",
        descending=True,
        within="person_id",
        known_by=(("person_id", "purpose", "on"),),
        has_page=False,
    )

    person_id: Mapped[int] = reference(
        Text("人员", "Person"), "person", "persons", required=True, belongs=False, listed=True
    )
    purpose: Mapped[str] = coded(Text("同意事项", "About"), "consent_purpose", required=True, listed=True)
    state: Mapped[str] = coded(Text("状态", "State"), "consent_state", required=True, listed=True)
    on: Mapped[date] = attribute(Text("日期", "On"), day(), required=True, listed=True)
    way: Mapped[str | None] = coded(Text("方式", "How"), "consent_way", listed=True)
    papers: Mapped[tuple[str, ...] | None] = attribute(Text("凭证", "Papers"), files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    def settle(self, session: Session) -> None:
        """The person's own file shows since when he agrees to processing at all."""
        if self.purpose == PROCESSING:
            query = select(Consent).where(
                Consent.person_id == self.person_id,
                Consent.purpose == PROCESSING,
                Consent.removed_ns.is_(None),
                Consent.id != (self.id or 0),
            )
            last = max((*session.scalars(query), self), key=lambda one: (one.on, one.id or 2**31))
            person = session.get_one(Person, self.person_id)
            person.consented_on = last.on if last.state == GIVEN else None

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_person(cls.person_id)
