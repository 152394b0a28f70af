"""People and companies: owners, tenants, family, merchants (B06, B09 to B12)."""

from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Mapped, Session

from business.fields import phone as phones
from business.fields.identity_card import birthday, identity_card, is_male
from business.fields.keyring import Keyring
from business.fields.phone import last_four
from business.fields.sealed import keyring_of
from business.fields.texts import email, files, note, person_name, text
from business.fields.times import day
from business.property.estate import PICTURES, REMARK
from business.registry.declare import Sensitive, attribute, coded, reference, sealed
from business.registry.record import Kind, Record
from config.site import Text

IDENTITY = Text("身份", "Identity")
CONTACT = Text("联系方式", "Contact")
MORE = Text("其他", "More")
PROVES = Sensitive(
    Text(
        "核实业主和住户身份，办理产权与合同", "To prove who owns and who lives here, for titles and contracts"
    ),
    keep_days=365 * 3,
)
REACHES = Sensitive(
    Text("通知、报修和紧急联系", "To be reached for notices, repairs and emergencies"), keep_days=365
)
PHONE = phones.phone()
NAMES = Sensitive(Text("登记业主和住户", "To register owners and residents"), keep_days=365 * 3)


def tail_code(keyring: Keyring, tail: str) -> str:
    """By which the search finds the last four digits of a number, and says nothing of the number."""
    return f"tail:{keyring.index(tail, 'search phone tail').hex()}"


class Person(Record):
    """Anybody whom the estate knows; what he is to a house stands in ownerships and stays."""

    __tablename__ = "persons"
    kind = Kind("person", Text("人员", "Person"), title=("name",), order="name")

    name: Mapped[str] = attribute(
        Text("姓名", "Name"),
        person_name(),
        required=True,
        searchable=True,
        listed=True,
        index=True,
        sensitive=NAMES,
        group=IDENTITY,
    )
    category: Mapped[str | None] = coded(
        Text("人员类别", "Category"), "person_category", listed=True, group=IDENTITY
    )
    gender: Mapped[str | None] = coded(Text("性别", "Gender"), "gender", listed=True, group=IDENTITY)
    born_on: Mapped[date | None] = attribute(
        Text("出生日期", "Born on"), day(), group=IDENTITY, hint=Text("身份证可推算", "Follows from the card")
    )
    certificate_kind: Mapped[str | None] = coded(
        Text("证件类型", "Kind of certificate"), "certificate_kind", group=IDENTITY
    )
    identity_number: Mapped[str | None] = sealed(
        Text("身份证号", "Identity card no."), identity_card(), PROVES, group=IDENTITY
    )
    phone: Mapped[str | None] = sealed(
        Text("手机", "Phone"), PHONE, REACHES, tail=last_four, listed=True, group=CONTACT
    )
    phone_2: Mapped[str | None] = sealed(
        Text("备用电话", "Second phone"), PHONE, REACHES, tail=last_four, group=CONTACT
    )
    mail: Mapped[str | None] = attribute(
        Text("电子邮箱", "E-mail"), email(), sensitive=REACHES, masked=True, group=CONTACT
    )
    address: Mapped[str | None] = attribute(Text("通讯地址", "Postal address"), text(), group=CONTACT)

    level: Mapped[str | None] = coded(Text("客户等级", "Level"), "customer_level", group=MORE)
    employer_id: Mapped[int | None] = reference(
        Text("工作单位", "Employer"), "company", "companies", group=MORE
    )
    consented_on: Mapped[date | None] = attribute(
        Text("同意处理个人信息日期", "Consented to processing on"), day(), group=MORE
    )
    photo: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files(), group=MORE)
    remark: Mapped[str | None] = attribute(REMARK, note(), group=MORE)

    def settle(self, session: Session) -> None:
        """The identity card says birthday and sex; what was entered otherwise stays as it is."""
        del session
        if self.identity_number is not None:
            self.born_on = self.born_on or birthday(self.identity_number)
            self.gender = self.gender or ("male" if is_male(self.identity_number) else "female")
            self.certificate_kind = self.certificate_kind or "id-card"

    def subtitle(self, session: Session) -> str:
        """Where he lives, or what he owns."""
        from business.property.house import House  # they refer to persons
        from business.property.living import Stay

        query = select(House.code).join(Stay, Stay.house_id == House.id)
        found = session.scalars(query.where(Stay.person_id == self.id, Stay.until.is_(None)).limit(3))
        return "、".join(found)

    def codes(self, session: Session) -> tuple[str, ...]:
        keyring = keyring_of(session.get_bind())
        numbers = [one for one in (self.phone, self.phone_2) if one]
        tails = {last_four(one) for one in numbers}
        return tuple(tail_code(keyring, tail) for tail in sorted(tails))

    @classmethod
    def own(cls, person_id: int) -> ColumnElement[bool]:
        return cls.id == person_id
