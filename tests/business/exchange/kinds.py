"""Small field types for the tests of exchange, and ways there and back."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import Any, BinaryIO

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Numeric, String

from actors.said import said
from business.exchange.columns import Column
from business.exchange.layout import guessed, header_of, records_of
from business.exchange.opening import opened
from business.exchange.reading import Outcome, outcomes
from business.exchange.table import Table, Written
from business.fields.field_type import FieldError, FieldType
from config.text import Text

DAY = date(2026, 11, 21)


def wrong(value: object) -> FieldError:
    return FieldError(said(f"“{value}”不对，请更正", f"'{value}' is wrong: correct it"))


def _text(value: object) -> str:
    return str(value)


def _integer(value: object) -> int:
    if isinstance(value, int):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+", value.strip()):
        raise wrong(value)
    return int(value)


def _decimal(value: object) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation as cause:
        raise wrong(value) from cause


def _money(value: object) -> int:
    return value if isinstance(value, int) else int(_decimal(value) * 100)


def _yuan(fen: int, _language: str) -> str:
    return f"{'-' if fen < 0 else ''}{abs(fen) // 100}.{abs(fen) % 100:02}"


def _date(value: object) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip().replace("/", "-"))
    except ValueError as cause:
        raise wrong(value) from cause


def _moment(value: object) -> datetime:
    if isinstance(value, datetime):
        return value
    return datetime.fromisoformat(str(value))


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    return {"是": True, "否": False, "yes": True, "no": False}[str(value)]


def _shown_flag(value: bool, language: str) -> str:
    return {"zh": ("否", "是"), "en": ("no", "yes")}[language][value]


def _plainly(value: Any, _language: str) -> str:
    return str(value)


TEXT: FieldType[str] = FieldType("text", Text("文本", "Text"), lambda: String(), _text, _plainly)
INTEGER: FieldType[int] = FieldType(
    "integer", Text("整数", "Integer"), lambda: BigInteger(), _integer, _plainly
)
DECIMAL: FieldType[Decimal] = FieldType(
    "decimal", Text("数", "Number"), lambda: Numeric(), _decimal, _plainly
)
MONEY: FieldType[int] = FieldType("money", Text("金额", "Money"), lambda: BigInteger(), _money, _yuan)
DATE: FieldType[date] = FieldType("date", Text("日期", "Date"), lambda: Date(), _date, _plainly)
MOMENT: FieldType[datetime] = FieldType("moment", Text("时刻", "Time"), lambda: DateTime(), _moment, _plainly)
FLAG: FieldType[bool] = FieldType("flag", Text("是否", "Yes or no"), lambda: Boolean(), _flag, _shown_flag)

HOUSE = Column("house", Text("房号", "House"), TEXT, required=True)
OWNER = Column("owner", Text("业主", "Owner"), TEXT, many=True)
PHONE = Column("phone", Text("电话", "Phone"), TEXT)
SIZE = Column("size", Text("面积（㎡）", "Size (m²)"), DECIMAL)
FEE = Column("fee", Text("应收金额", "Fee due"), MONEY)
SINCE = Column("since", Text("入住日期", "Living there since"), DATE, synonyms=("迁入日期", "move-in date"))
COLUMNS = (HOUSE, OWNER, PHONE, SIZE, FEE, SINCE)

Writer = Callable[[BinaryIO, Table], Written]


def table(columns: Sequence[Column], rows: Sequence[dict[str, Any]], language: str = "zh") -> Table:
    return Table("业主清单", tuple(columns), rows, language, DAY)


def written(
    writer: Writer, columns: Sequence[Column], rows: Sequence[dict[str, Any]], language: str = "zh"
) -> bytes:
    target = BytesIO()
    result = writer(target, table(columns, rows, language))
    assert result.rows == len(rows)
    return target.getvalue()


def came_back(data: bytes, columns: Sequence[Column], keys: Sequence[str] = ()) -> list[Outcome]:
    """What the file holds, its columns guessed."""
    sheet = opened(data)[0]
    header = header_of(sheet, columns)
    return list(outcomes(records_of(sheet, header), header, guessed(header.labels, columns), columns, keys))


def csv_bytes(text: str) -> bytes:
    return text.encode()
