"""Every field type, by name: what a definition of a field says as text becomes a type here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from business.fields import choices, digits, numbers, texts, times
from business.fields.credit_code import credit_code
from business.fields.district import district
from business.fields.field_type import FieldType
from business.fields.house_code import house_code
from business.fields.identity_card import identity_card
from business.fields.phone import mobile, phone
from business.fields.plate import plate

TYPES: Mapping[str, Callable[..., FieldType[Any]]] = MappingProxyType(
    {
        "text": texts.text,
        "note": texts.note,
        "person_name": texts.person_name,
        "url": texts.url,
        "email": texts.email,
        "tags": texts.tags,
        "files": texts.files,
        "integer": numbers.integer,
        "decimal": numbers.decimal,
        "money": numbers.money,
        "area": numbers.area,
        "percent": numbers.percent,
        "date": times.day,
        "month": times.month,
        "moment": times.moment,
        "boolean": choices.boolean,
        "choice": choices.choice,
        "dictionary": choices.dictionary,
        "reference": choices.reference,
        "identity_card": identity_card,
        "credit_code": credit_code,
        "phone": phone,
        "mobile": mobile,
        "plate": plate,
        "district": district,
        "bank_card": digits.bank_card,
        "postal_code": digits.postal_code,
        "house_code": house_code,
    }
)
"""Factories; each takes its parameters by name, and its type bears the name it stands under."""


def made(name: str, /, **parameters: Any) -> FieldType[Any]:
    """The type `name` with these parameters. Raises KeyError or TypeError for what does not exist."""
    return TYPES[name](**parameters)
