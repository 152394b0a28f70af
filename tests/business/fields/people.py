"""A table with sealed columns, and numbers that belong to nobody."""

from sqlalchemy import String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from business.fields.identity_card import identity_card
from business.fields.keyring import Keyring
from business.fields.phone import last_four, phone
from business.fields.sealed import sealed_column

OLD_KEY, NEW_KEY = "a1" * 32, "b2" * 32
KEYS = Keyring((OLD_KEY,))
PHONE, OTHER_PHONE = "+8613800138000", "+8613912340001"
CARD = "11010519491231002X"
"""The example of GB 11643 itself."""


class Own(DeclarativeBase):
    """A catalogue apart from that of the program."""


class Person(Own):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(40))
    phone: Mapped[str] = sealed_column(phone(), tail=last_four)
    identity_number: Mapped[str | None] = sealed_column(identity_card())
