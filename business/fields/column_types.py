"""Types of database columns that SQLite and PostgreSQL both keep exactly."""

import json
from decimal import Decimal
from typing import Any

from sqlalchemy import Dialect, Numeric, Text
from sqlalchemy.types import TypeDecorator

from business.fields.written import SAFE_DIGITS


def plain(value: Decimal) -> Decimal:
    """The same number without closing zeros and without an exponent, so that its text is as people write."""
    value = value.normalize()
    if not value:
        return Decimal(0)
    return value.quantize(Decimal(1)) if value.as_tuple().exponent > 0 else value  # type: ignore[operator]


class Exact(TypeDecorator[Decimal]):
    """NUMERIC(digits, scale). SQLite keeps it as a double, which is exact for so many digits."""

    impl = Numeric
    cache_ok = True

    def __init__(self, digits: int, scale: int) -> None:
        if not 0 <= scale <= digits <= SAFE_DIGITS:
            raise ValueError(f"NUMERIC({digits}, {scale}): at most {SAFE_DIGITS} digits are kept exactly")
        super().__init__(digits, scale, asdecimal=False)
        self.digits = digits
        self.scale = scale

    @property
    def python_type(self) -> type[Decimal]:
        return Decimal

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        if value is None or dialect.name != "sqlite":
            return value
        return float(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        if value is None:
            return None
        return plain(Decimal(repr(value) if isinstance(value, float) else value))


class TextList(TypeDecorator[tuple[str, ...]]):
    """Several texts, as JSON."""

    impl = Text
    cache_ok = True

    @property
    def python_type(self) -> type[tuple[str, ...]]:
        return tuple

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))
