"""What a template asks of an agent, worked out once for all of its devices."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from config.site import Template
from drivers.driver import Quality, Value
from drivers.readings import ReadingsDecoder
from drivers.snmp import ber, objects
from drivers.snmp.ber import Malformed
from drivers.snmp.pdu import Varbind
from drivers.snmp.schema import Options, Source
from drivers.snmp.terms import Kind


@dataclass(frozen=True, slots=True)
class AlarmTable:
    column: bytes
    counter: bytes | None
    """Variable with the number of its rows."""
    alarms: tuple[tuple[int, bytes], ...]
    """Column of a point, and the alarm that it stands for."""


class Plan(ReadingsDecoder):
    """Also the decoder: what the driver hands on is already numbers and texts."""

    def __init__(self, template: Template) -> None:
        assert isinstance(template.options, Options)
        self.options = template.options
        self.sources: list[Source] = []
        self.variables: dict[bytes, list[int]] = {}
        """Variable -> the columns that are made of it."""
        tables: dict[str, list[tuple[int, Source]]] = {}
        for column, point in enumerate(template.points):
            source = point.source
            assert isinstance(source, Source)
            self.sources.append(source)
            if source.variable is not None:
                self.variables.setdefault(ber.oid_content(source.variable), []).append(column)
            if source.alarm is not None:
                tables.setdefault(source.table, []).append((column, source))
        self.tables = tuple(_table(rows) for rows in tables.values())
        self.texts = tuple(column for column, source in enumerate(self.sources) if source.is_text)
        self.trapped = tuple(column for column, source in enumerate(self.sources) if source.trap is not None)
        self.asked = tuple(
            dict.fromkeys([*self.variables, *(table.counter for table in self.tables if table.counter)])
        )
        """What a scan asks for by GET."""


def value(source: Source, varbind: Varbind) -> tuple[Value, Quality]:
    """What the variable says to the point: BAD_INPUT where it cannot be understood."""
    try:
        found = _value(source, varbind.tag, varbind.content)
    except Malformed:
        return math.nan, Quality.BAD_INPUT
    if isinstance(found, float) and math.isnan(found):
        return found, Quality.BAD_INPUT
    return found, Quality.GOOD


def _value(source: Source, tag: int, content: bytes) -> Value:
    if source.type is Kind.TEXT:
        return objects.text(tag, content, source.encoding)
    if source.type is Kind.OCTETS:
        return content.hex(":")
    if source.bit is not None:
        return objects.bit(source.type, tag, content, source.bit)
    if source.type is Kind.HEX:
        digits = objects.hexadecimal(tag, content)
        return math.nan if digits is None else float(digits)
    return objects.number(tag, content)


def _table(rows: Sequence[tuple[int, Source]]) -> AlarmTable:
    first = rows[0][1]
    alarms = tuple((column, ber.oid_content(source.alarm)) for column, source in rows if source.alarm)
    counter = None if first.counter is None else ber.oid_content(first.counter)
    return AlarmTable(ber.oid_content(first.table), counter, alarms)
