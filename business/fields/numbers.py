"""Numbers: whole, with a scale, money, areas, percents. Never a float inside."""

import re
from decimal import Decimal

from sqlalchemy import BigInteger

from business.fields.column_types import Exact, plain
from business.fields.field_type import FieldType
from business.fields.written import as_text, narrow, wrong
from config.text import Text

LARGEST = 10**15 - 1
MOST_DIGITS = 28
"""As many a Decimal computes with; one more would be rounded unseen."""
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|[+-]?\.[0-9]+")


def integer(least: int = -LARGEST, most: int = LARGEST) -> FieldType[int]:
    def parse(value: object) -> int:
        if type(value) is int:
            number = value
        else:
            found = _number(value, narrow(value))
            if found != found.to_integral_value():
                raise wrong(value, "不是整数；请去掉小数", "is no whole number: leave the decimals out")
            number = int(found)
        _check_range(value, number, least, most)
        return number

    return FieldType("integer", Text("整数", "Whole number"), BigInteger, parse, lambda v, _: str(v))


def decimal(
    scale: int = 2, digits: int = 12, least: Decimal | None = None, most: Decimal | None = None
) -> FieldType[Decimal]:
    return _decimals("decimal", Text("小数", "Number"), scale, digits, least, most, ())


def area() -> FieldType[Decimal]:
    """Square metres."""
    units = ("平方米", "平米", "㎡", "m²", "m2", "M2", "sqm")
    return _decimals("area", Text("面积（㎡）", "Area (m²)"), 2, 12, Decimal(0), None, units)


def _decimals(
    name: str,
    label: Text,
    scale: int,
    digits: int,
    least: Decimal | None,
    most: Decimal | None,
    units: tuple[str, ...],
) -> FieldType[Decimal]:
    limit = (Decimal(10) ** digits - 1).scaleb(-scale)
    low, high = -limit if least is None else least, limit if most is None else most

    def parse(value: object) -> Decimal:
        found = _number(value, _without(narrow(value), units))
        found = _scaled(value, found, scale)
        _check_range(value, found, low, high)
        return found

    return FieldType(
        name, label, lambda: Exact(digits, scale), parse, lambda value, _language: str(plain(value))
    )


def money(least: int = -LARGEST, most: int = LARGEST) -> FieldType[int]:
    """An amount in fen. Text and Decimal are yuan; an int is fen, as the canonical value is; a float, of
    which nobody knows what it was, is refused. `least` and `most` are fen."""

    def parse(value: object) -> int:
        if type(value) is int:
            fen = value
        elif isinstance(value, float | bool):
            raise wrong(
                value,
                '不能作为金额：浮点数不精确；请以文本填写，例如 "1234.50"',
                'is no amount, floating-point numbers are not exact: give it as text, as in "1234.50"',
            )
        else:
            text = narrow(value).removeprefix("人民币").removesuffix("人民币").strip()
            text = _without(text, ("元", "圆", "¥", "RMB", "CNY", "yuan"))
            sign, amount = ("-", text[1:]) if text.startswith("-") else ("", text)
            for mark in ("¥", "RMB", "CNY"):
                amount = amount.removeprefix(mark).lstrip()
            fen = int(_scaled(value, _number(value, sign + amount), 2) * 100)
        if not least <= fen <= most:
            low, high = _yuan(least), _yuan(most)
            raise wrong(
                value if type(value) is not int else _yuan(fen),
                f"不在 {low} 到 {high} 元之间；请核对金额",
                f"is not between {low} and {high} yuan: check the amount",
            )
        return fen

    return FieldType(
        "money", Text("金额（元）", "Amount (yuan)"), BigInteger, parse, lambda fen, _language: _yuan(fen)
    )


def _yuan(fen: int) -> str:
    yuan, rest = divmod(abs(fen), 100)
    return f"{'-' if fen < 0 else ''}{yuan:,}.{rest:02}"


def percent(scale: int = 4) -> FieldType[Decimal]:
    """0 to 100, in percent. A bare number below 1 is refused: a spreadsheet that shows 60% hands on 0.6."""

    def parse(value: object) -> Decimal:
        text = narrow(value)
        bare = text.removesuffix("%").rstrip()
        found = _number(value, bare)
        if bare == text and 0 < found <= 1 and not isinstance(value, Decimal):
            as_is, times = plain(found), plain(found * 100)
            raise wrong(
                text,
                f"可能是 {as_is}%，也可能是 {times}%；请带上 % 填写",
                f"may be {as_is}% or {times}%: write it with a % sign",
            )
        found = _scaled(value, found, scale)
        _check_range(value, found, Decimal(0), Decimal(100))
        return found

    return FieldType(
        "percent",
        Text("百分比", "Percent"),
        lambda: Exact(3 + scale, scale),
        parse,
        lambda value, _language: f"{plain(value)}%",
    )


def _without(text: str, units: tuple[str, ...]) -> str:
    for unit in units:
        if text.endswith(unit):
            return text.removesuffix(unit).rstrip()
    return text


def _number(value: object, text: str) -> Decimal:
    if isinstance(value, Decimal) and _is_computable(value):
        return value
    if isinstance(value, float) and "e" in text:
        text = format(Decimal(text), "f")
    if isinstance(value, bool) or len(text) > MOST_DIGITS or not _NUMBER.fullmatch(text):
        raise wrong(
            as_text(value),
            "不是数字；请只填写数字，例如 1234.5 或 1,234.5",
            "is no number: write digits only, as in 1234.5 or 1,234.5",
        )
    return Decimal(text.replace(",", ""))


def _is_computable(value: Decimal) -> bool:
    if not value.is_finite():
        return False
    return len(value.as_tuple().digits) <= MOST_DIGITS and abs(value.adjusted()) <= MOST_DIGITS


def _scaled(value: object, number: Decimal, scale: int) -> Decimal:
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and -exponent <= scale:
        return plain(number)
    number = plain(number)
    if -number.as_tuple().exponent > scale:  # type: ignore[operator]
        raise wrong(
            as_text(value),
            f"的小数超过 {scale} 位；请四舍五入到 {scale} 位",
            f"has more than {scale} decimals: round it to {scale}",
        )
    return number


def _check_range(value: object, number: Decimal | int, least: Decimal | int, most: Decimal | int) -> None:
    if not least <= number <= most:
        raise wrong(
            as_text(value),
            f"不在 {least} 到 {most} 之间；请核对",
            f"is not between {least} and {most}: check it",
        )
