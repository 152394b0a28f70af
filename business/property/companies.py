"""Companies, merchants and contractors (B06, B12)."""

from datetime import date

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Mapped, Session

from business.access import Reach
from business.fields.credit_code import credit_code
from business.fields.phone import phone
from business.fields.texts import email, files, note, text
from business.fields.times import day
from business.identity.model import User
from business.property.estate import PICTURES, REMARK
from business.property.own import pass_on
from business.registry.declare import attribute, coded, reference
from business.registry.record import Kind, Record
from config.text import Text

NAME = Text("名称", "Name")
CREDIT = Text("统一社会信用代码", "Credit code")


class Company(Record):
    """A legal entity that owns, rents or employs."""

    __tablename__ = "companies"
    kind = Kind("company", Text("单位", "Company"), title=("name",), order="name", known_by=(("name",),))

    name: Mapped[str] = attribute(NAME, text(100), required=True, searchable=True, listed=True, index=True)
    credit_code: Mapped[str | None] = attribute(
        CREDIT, credit_code(), unique=True, searchable=True, listed=True
    )
    company_kind: Mapped[str | None] = coded(Text("类型", "Kind"), "company_kind", listed=True)
    representative: Mapped[str | None] = attribute(Text("法定代表人", "Legal representative"), text(60))
    contact: Mapped[str | None] = attribute(Text("联系人", "Contact"), text(60), listed=True)
    phone: Mapped[str | None] = attribute(Text("电话", "Phone"), phone(), listed=True)
    mail: Mapped[str | None] = attribute(Text("电子邮箱", "E-mail"), email())
    address: Mapped[str | None] = attribute(Text("地址", "Address"), text(), searchable=True)
    invoice_title: Mapped[str | None] = attribute(Text("开票抬头", "Invoice title"), text(100))
    bank: Mapped[str | None] = attribute(Text("开户行及账号", "Bank and account"), text(120))
    papers: Mapped[tuple[str, ...] | None] = attribute(Text("证照", "Licences"), files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    def codes(self, session: Session) -> tuple[str, ...]:
        del session
        return (self.credit_code,) if self.credit_code else ()

    def hand_over(self, session: Session, successor: int | None) -> None:
        pass_on(session, User.company_id, self.id, successor)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_company(cls.id)


class Merchant(Record):
    """A shop or a stall: one file each (一户一档, S0-3.3.2)."""

    __tablename__ = "merchants"
    kind = Kind(
        "merchant",
        Text("商户", "Merchant"),
        title=("name",),
        order="name",
        known_by=(("name",),),
        until="closed_on",
    )

    name: Mapped[str] = attribute(
        Text("店名", "Shop name"), text(100), required=True, searchable=True, listed=True, index=True
    )
    number: Mapped[str | None] = attribute(
        Text("档案号", "File no."), text(40), unique=True, searchable=True, listed=True
    )
    trade: Mapped[str | None] = coded(Text("业态", "Trade"), "trade", listed=True)
    house_id: Mapped[int | None] = reference(Text("铺位", "Premises"), "house", "houses", listed=True)
    company_id: Mapped[int | None] = reference(
        Text("经营单位", "Company"), "company", "companies", listed=True
    )
    keeper_id: Mapped[int | None] = reference(Text("经营者", "Keeper"), "person", "persons", listed=True)
    licence: Mapped[str | None] = attribute(Text("营业执照号", "Licence no."), text(40))
    licensed_until: Mapped[date | None] = attribute(
        Text("执照有效期", "Licence valid until"), day(), listed=True
    )
    opened_on: Mapped[date | None] = attribute(Text("开业日期", "Opened on"), day())
    closed_on: Mapped[date | None] = attribute(Text("撤场日期", "Closed on"), day())
    hours: Mapped[str | None] = attribute(Text("营业时间", "Hours"), text(60))
    pictures: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files())
    papers: Mapped[tuple[str, ...] | None] = attribute(Text("证照", "Licences"), files())
    remark: Mapped[str | None] = attribute(REMARK, note())

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        return reach.of_company(cls.company_id) | reach.of_person(cls.keeper_id)


class Contractor(Record):
    """Developers, builders, agents, decorators, maintenance firms (S1-1.4e, S1-1.3b)."""

    __tablename__ = "contractors"
    kind = Kind(
        "contractor", Text("合作单位", "Contractor"), title=("name",), order="name", known_by=(("name",),)
    )

    name: Mapped[str] = attribute(NAME, text(100), required=True, searchable=True, listed=True, index=True)
    contractor_kind: Mapped[str | None] = coded(Text("类型", "Kind"), "contractor_kind", listed=True)
    credit_code: Mapped[str | None] = attribute(
        CREDIT, credit_code(), unique=True, searchable=True, listed=True
    )
    contact: Mapped[str | None] = attribute(Text("联系人", "Contact"), text(60), listed=True)
    phone: Mapped[str | None] = attribute(Text("电话", "Phone"), phone(), listed=True)
    address: Mapped[str | None] = attribute(Text("地址", "Address"), text())
    qualification: Mapped[str | None] = attribute(Text("资质", "Qualification"), text(), listed=True)
    qualified_until: Mapped[date | None] = attribute(
        Text("资质有效期", "Qualified until"), day(), listed=True
    )
    remark: Mapped[str | None] = attribute(REMARK, note())
