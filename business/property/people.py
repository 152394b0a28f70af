"""People and companies: owners, tenants, family, merchants (B06, B09 to B12)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any

from sqlalchemy import JSON, ColumnElement, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from business.access import Reach
from business.audit.changes import HIDDEN
from business.fields import phone as phones
from business.fields.field_type import FieldError
from business.fields.identity_card import birthday, identity_card, is_male
from business.fields.keyring import Keyring
from business.fields.phone import last_four
from business.fields.sealed import keyring_of
from business.fields.texts import email, files, note, person_name, text
from business.fields.times import day
from business.identity.model import User
from business.property.estate import PICTURES, REMARK
from business.property.own import pass_on
from business.registry.declare import Sensitive, attribute, coded, reference, sealed
from business.registry.record import Kind, Record
from config.text import Text

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
CARD = identity_card()
_BETWEEN = re.compile(r"[\s()（）/／,，:：]+")
SHOWN_HOUSES = 3
FEWEST_DIGITS = 5
"""Of what may be a telephone number: anything shorter is part of a name."""
_NUMBER = re.compile(r"\+?[0-9](?:[\s-]?[0-9]){6,}[Xx]?")
SERVES = Sensitive(Text("服务住户", "To serve residents"), keep_days=365)
SHOWS = Sensitive(Text("辨认住户", "To recognise residents"), consent="photo", keep_days=365)
NAMES = Sensitive(Text("登记业主和住户", "To register owners and residents"), keep_days=365 * 3)


def _hidden(custom: dict[str, Any]) -> dict[str, str]:
    """What the trail tells of fields that a site has added."""
    return dict.fromkeys(custom, HIDDEN)


def tail_code(keyring: Keyring, tail: str) -> str:
    """By which the search finds the last four digits of a number, and says nothing of the number."""
    return f"tail:{keyring.index(tail, 'search phone tail').hex()}"


def _taken_apart(pieces: Sequence[str]) -> dict[str, str]:
    """The numbers among the pieces, and the name that is left; the most telling first."""
    found: dict[str, str] = {}
    words = []
    for piece in pieces:
        for name, kind in (("identity_number", CARD), ("phone", PHONE)):
            if name not in found and sum(map(str.isdigit, piece)) >= FEWEST_DIGITS:
                with suppress(FieldError):
                    found[name] = kind.parse(piece)
                    break
        else:
            words.append(piece)
    name = " ".join(" ".join(words).split())
    return {**found, "name": name} if name else found


class Person(Record):
    """Anybody whom the estate knows; what he is to a house stands in ownerships and stays."""

    __tablename__ = "persons"
    kind = Kind(
        "person",
        Text("人员", "Person"),
        title=("name",),
        order="name",
        known_by=(("identity_number",), ("phone", "name")),
        called_openly=("name", "phone"),
    )

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
        Text("出生日期", "Born on"),
        day(),
        sensitive=PROVES,
        group=IDENTITY,
        hint=Text("身份证可推算", "Follows from the card"),
    )
    certificate_kind: Mapped[str | None] = coded(
        Text("证件类型", "Kind of certificate"), "certificate_kind", group=IDENTITY
    )
    identity_number: Mapped[str | None] = sealed(
        Text("身份证号", "Identity card no."), CARD, PROVES, distinct=True, group=IDENTITY
    )
    phone: Mapped[str | None] = sealed(
        Text("手机", "Phone"), PHONE, REACHES, tail=last_four, distinct=True, listed=True, group=CONTACT
    )
    phone_2: Mapped[str | None] = sealed(
        Text("备用电话", "Second phone"), PHONE, REACHES, tail=last_four, group=CONTACT
    )
    mail: Mapped[str | None] = attribute(
        Text("电子邮箱", "E-mail"), email(), sensitive=REACHES, masked=True, group=CONTACT
    )
    address: Mapped[str | None] = attribute(
        Text("通讯地址", "Postal address"), text(), sensitive=REACHES, group=CONTACT
    )

    level: Mapped[str | None] = coded(Text("客户等级", "Level"), "customer_level", group=MORE)
    employer_id: Mapped[int | None] = reference(
        Text("工作单位", "Employer"), "company", "companies", group=MORE
    )
    consented_on: Mapped[date | None] = attribute(
        Text("同意处理个人信息日期", "Consented to processing on"), day(), group=MORE
    )
    photo: Mapped[tuple[str, ...] | None] = attribute(PICTURES, files(), sensitive=SHOWS, group=MORE)
    custom: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, info={"audit": _hidden})
    """What a site adds about people is personal too."""
    remark: Mapped[str | None] = attribute(REMARK, note(), sensitive=SERVES, group=MORE)

    def settle(self, session: Session) -> None:
        """The identity card says birthday and sex; what was entered otherwise stays as it is."""
        del session
        if self.identity_number is not None:
            self.born_on = self.born_on or birthday(self.identity_number)
            self.gender = self.gender or ("male" if is_male(self.identity_number) else "female")
            self.certificate_kind = self.certificate_kind or "id-card"

    @classmethod
    def subtitles(cls, session: Session, ids: Sequence[int]) -> Mapping[int, str]:
        """Where they live."""
        from business.property.house import House  # they refer to persons
        from business.property.living import Stay

        query = select(Stay.person_id, House.code).join(Stay, Stay.house_id == House.id)
        query = query.where(Stay.person_id.in_(ids), Stay.until.is_(None), Stay.removed_ns.is_(None))
        lived_in = query.order_by(Stay.since.desc(), Stay.id)
        found: dict[int, list[str]] = {}
        for person, code in session.execute(lived_in):
            found.setdefault(person, []).append(code)
        return {person: "、".join(codes[:SHOWN_HOUSES]) for person, codes in found.items()}

    @classmethod
    def meant(cls, text: str) -> Iterator[Mapping[str, Any]]:
        """张三, 张三 13800138000, 张三（身份证号）, 13800138000."""
        apart = _taken_apart(_BETWEEN.split(text))
        if apart.keys() <= {"name"} and (number := _NUMBER.search(text)):
            apart = _taken_apart([number[0], text.replace(number[0], " ")])
        if apart:
            yield apart
        yield {"name": text.strip()}

    def codes(self, session: Session) -> tuple[str, ...]:
        keyring = keyring_of(session.get_bind())
        numbers = [one for one in (self.phone, self.phone_2) if one]
        tails = {last_four(one) for one in numbers}
        return tuple(tail_code(keyring, tail) for tail in sorted(tails))

    def hand_over(self, session: Session, successor: int | None) -> None:
        pass_on(session, User.person_id, self.id, successor)

    @classmethod
    def own(cls, reach: Reach) -> ColumnElement[bool]:
        """Himself; of a company those whom it employs."""
        return reach.of_person(cls.id) | reach.of_company(cls.employer_id)
