"""The master alarm database as a workbook: a row an alarm, the classes, and what each column means."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

from xlsxwriter import Workbook  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from business.alarm_database.columns import (
    ENABLED,
    ENABLED_ABOUT,
    NAMES,
    NAMES_ABOUT,
    TOLD,
    columns_of,
    heading,
)
from business.alarm_database.definitions import Alarm
from business.alarm_database.fields import FIELDS, PRIORITY_NAMES, Field, values_of
from business.exchange.columns import Column
from business.exchange.refusal import refused
from business.exchange.sheet import ROWS, letter
from business.exchange.text import escaped, writable
from business.exchange.xlsx_file import SHEET_ROWS, sheet_name
from config.rules import AlarmClass, Rule
from config.site import Site
from config.text import Text

ALARMS: Final = Text("报警", "Alarms")
CLASSES: Final = Text("类别", "Classes")
COLUMNS: Final = Text("说明", "Columns")
OWN, PROFILE = Text("本设备", "device"), Text("模板", "profile")
_YES_NO: Mapping[bool, Text] = {True: Text("是", "yes"), False: Text("否", "no")}
_CLASS_HEADS: Final = (
    Text("类别编号", "Id"),
    Text("名称（中文）", "Name (Chinese)"),
    Text("名称（英文）", "Name (English)"),
    Text("只记录", "Journaled only"),
    Text("恢复须确认", "Return acknowledged"),
    Text("锁存", "Latched"),
    Text("须定性", "Verdict"),
    Text("再报警（秒）", "Re-alarm (s)"),
    Text("最长搁置（秒）", "Longest shelving (s)"),
    Text("工单班组", "Work-order team"),
    Text("开工单的最低级别", "Work order from priority"),
    Text("持续多久开工单（秒）", "Work order after (s)"),
)
_COLUMN_HEADS: Final = (
    Text("列", "Column"),
    Text("含义", "Meaning"),
    Text("可填", "Permitted"),
)
Cell = str | float | None


def write_workbook(target: BinaryIO, site: Site, alarms: Iterable[Alarm], language: str) -> int:
    """The number of alarms. Raises FileRefused beyond what a sheet holds."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = Workbook(target, options)
    try:
        bold = book.add_format({"bold": True, "bg_color": "#E8E8E8", "border": 1, "text_wrap": True})
        sheet = book.add_worksheet(sheet_name(ALARMS.in_language(language)))
        count = _fill(sheet, bold, _labels(), _rows(site, alarms, language), _WIDTHS)
        sheet.freeze_panes(1, 3)
        _lists(sheet, min(count, SHEET_ROWS - 1), site, language)
        classes = book.add_worksheet(CLASSES.in_language(language))
        _fill(classes, bold, map(heading, _CLASS_HEADS), _classes(site.classes, language))
        about = book.add_worksheet(COLUMNS.in_language(language))
        _fill(about, bold, map(heading, _COLUMN_HEADS), _about(site, language), (34, 60, 80))
    finally:
        book.close()
    return count


def _fill(
    sheet: Worksheet,
    bold: Any,
    heads: Iterable[str],
    rows: Iterable[Sequence[Cell]],
    widths: Sequence[int] = (),
) -> int:
    labels = list(heads)
    for place, label in enumerate(labels):
        sheet.set_column(place, place, widths[place] if place < len(widths) else 16)
        sheet.write_string(0, place, label, bold)
    count = 0
    text, number = sheet.write_string, sheet.write_number
    for count, row in enumerate(rows, start=1):
        if count >= SHEET_ROWS:
            raise refused(
                f"超过 Excel 的 {SHEET_ROWS} 行上限，请按子系统分别导出",
                f"more than the {SHEET_ROWS} rows of an Excel sheet: export subsystem by subsystem",
            )
        for place, cell in enumerate(row):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                text(count, place, cell)
            else:
                number(count, place, cell)
    sheet.autofilter(f"A1:{letter(len(labels) - 1)}{count + 1}")
    return count


def _labels() -> list[str]:
    columns = [*NAMES, ENABLED, *(column for field in FIELDS for column in columns_of(field))]
    names, rest = columns[: len(NAMES)], columns[len(NAMES) :]
    return [heading(label) for label in (*_of(names), *(told.label for told in TOLD), *_of(rest))]


def _of(columns: Iterable[Column]) -> list[Text]:
    return [column.label for column in columns]


_WIDTHS: Final = (22, 18, 16, 24, 14, 18, 18, 18, 8, 10, 12, 8, *([14] * 13))


def _rows(site: Site, alarms: Iterable[Alarm], language: str) -> Iterator[list[Cell]]:
    cells: dict[int, list[Cell]] = {}
    """Of a rule, which many devices share; the site keeps them, so that no id is used twice."""
    safe = _Safe()
    for alarm in alarms:
        rule = alarm.rule
        if id(rule) not in cells:
            cells[id(rule)] = [safe(cell) for cell in _said(rule, language)]
        device, point = alarm.device, alarm.point
        zone, subsystem = site.zones.get(device.zone), site.subsystems.get(alarm.subsystem)
        told: tuple[Cell, ...] = (
            device.id,
            point.id if point else "",
            rule.name,
            device.name.in_language(language),
            alarm.tag,
            zone.name.in_language(language) if zone else "",
            subsystem.name.in_language(language) if subsystem else "",
            point.name.in_language(language) if point else "",
            point.unit if point else "",
            (OWN if alarm.own else PROFILE).in_language(language),
            PRIORITY_NAMES[rule.priority].in_language(language),
            _YES_NO[alarm.enabled].in_language(language),
        )
        yield [*map(safe, told), *cells[id(rule)]]


class _Safe:
    """Texts that no spreadsheet takes for a formula; the same ones come again and again."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}

    def __call__(self, cell: Cell) -> Cell:
        if not isinstance(cell, str):
            return cell
        if (found := self._known.get(cell)) is None:
            found = self._known[cell] = escaped(writable(cell)[0])
        return found


def _said(rule: Rule, language: str) -> Iterator[Cell]:
    values = values_of(rule)
    for field in FIELDS:
        value = values[field.key]
        if field.key == "text":
            value = (rule.text.zh, rule.text.en)
        if field.is_text:
            yield from value or (None, None)
        else:
            yield _cell(field, value, language)


def _cell(field: Field, value: Any, language: str) -> Cell:
    if value is None or value == () or value == {}:
        return None
    if isinstance(value, bool):
        return _YES_NO[value].in_language(language)
    return value if isinstance(value, float) else field.type.show(value, language)


def _lists(sheet: Worksheet, rows: int, site: Site, language: str) -> None:
    """What a cell may hold, to choose from; anything else may still be typed, and the import says so."""
    names = [column.name for column in NAMES] + [told.name for told in TOLD] + [ENABLED.name]
    names += [column.name for field in FIELDS for column in columns_of(field)]
    yes_no = [one.in_language(language) for one in _YES_NO.values()]
    lists: dict[str, Any] = {
        field.key: [one.in_language(language) for one in field.options.values()]
        for field in FIELDS
        if field.options is not None
    }
    lists |= {ENABLED.name: yes_no, "latched": yes_no}
    lists["alarm_class"] = f"='{CLASSES.in_language(language)}'!$A$2:$A${len(site.classes) + 1}"
    for name, source in lists.items():
        place = names.index(name)
        sheet.data_validation(
            1, place, max(rows, 1), place, {"validate": "list", "source": source, "error_type": "warning"}
        )


def _classes(classes: Mapping[str, AlarmClass], language: str) -> Iterator[list[Cell]]:
    def flag(value: object) -> str:
        return _YES_NO[bool(value)].in_language(language)

    safe = _Safe()
    for one in classes.values():
        cells: tuple[Cell, ...] = (
            one.id,
            one.name.zh,
            one.name.en,
            flag(one.event),
            flag(one.acknowledge_return),
            flag(one.latched),
            flag(one.verdict),
            one.re_alarm_s,
            one.shelve_limit_s,
            one.order_team,
            PRIORITY_NAMES[one.order_priority].in_language(language) if one.order_team else "",
            one.order_after_s if one.order_team else None,
        )
        yield [safe(cell) for cell in cells]


def _about(site: Site, language: str) -> Iterator[list[Cell]]:
    def both(text: Text) -> str:
        return f"{text.zh}\n{text.en}"

    for column, about in zip(NAMES, NAMES_ABOUT, strict=True):
        yield [heading(column.label), both(about), ""]
    for told in TOLD:
        yield [heading(told.label), both(told.about), ""]
    yield [heading(ENABLED.label), both(ENABLED_ABOUT), "是 yes, 否 no"]
    permitted: Callable[[Field], str] = lambda field: (  # noqa: E731
        "; ".join(f"{one.zh} {one.en}" for one in field.options.values())
        if field.options is not None
        else "; ".join(site.classes)
        if field.key == "alarm_class"
        else heading(field.type.label)
    )
    for field in FIELDS:
        for column in columns_of(field):
            yield [heading(column.label), both(field.about), permitted(field)]
    limit = Text(f"一次最多导入 {ROWS} 行", f"At most {ROWS} rows are imported at once")
    yield ["", both(limit), ""]
