"""The columns of the workbook: which alarm it is, what is told of it, and what is said of it."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import String

from business.alarm_database.fields import FIELDS, LONGEST, Field
from business.exchange.columns import Column
from business.exchange.layout import plain
from business.fields.choices import boolean
from business.fields.field_type import FieldType
from business.fields.written import as_text, wrong
from config.text import Text

CHINESE, ENGLISH = Text("（中文）", " (Chinese)"), Text("（英文）", " (English)")


@dataclass(frozen=True, slots=True)
class Told:
    """A column for the reader: what it holds is said elsewhere, and it is not read back."""

    name: str
    label: Text
    about: Text


def _name(value: object) -> str:
    text = as_text(value).strip()
    if len(text) > LONGEST:
        raise wrong(text, "过长；请核对", "is too long: check it")
    return text


_NAME: FieldType[str] = FieldType("name", Text("编号", "Id"), String, _name, lambda value, _language: value)

DEVICE: Final = Column("device", Text("设备编号", "Device"), _NAME, required=True)
POINT: Final = Column("point", Text("测点编号", "Point"), _NAME)
RULE: Final = Column("rule", Text("报警编号", "Alarm"), _NAME, required=True)
NAMES: Final = (DEVICE, POINT, RULE)
ENABLED: Final = Column("enabled", Text("启用", "Enabled"), boolean())
NAMES_ABOUT: Final = (
    Text("设备或通信节点的编号", "Id of the device or node"),
    Text("测点的编号；设备或节点本身的报警留空",
         "Id of the point; blank for the own alarms of a device or node"),
    Text("报警在该测点中的编号；写新的编号即增加一个报警",
         "Id of the alarm within the point; a new one adds an alarm"),
)  # fmt: skip
ENABLED_ABOUT: Final = Text("否：该设备没有这个报警", "no: the device does not have this alarm")

TOLD: Final = (
    Told("device_name", Text("设备名称", "Device name"), Text("只供阅读", "For reading only")),
    Told("tag", Text("位号", "Tag"), Text("只供阅读", "For reading only")),
    Told("zone", Text("位置", "Zone"), Text("只供阅读", "For reading only")),
    Told("subsystem", Text("子系统", "Subsystem"), Text("只供阅读", "For reading only")),
    Told("point_name", Text("测点名称", "Point name"), Text("只供阅读", "For reading only")),
    Told("unit", Text("单位", "Unit"), Text("只供阅读", "For reading only")),
    Told("source", Text("来源", "Source"),
         Text("设备模板，或本设备自己的定义", "The profile, or the device's own; for reading only")),
    Told("rank", Text("实际级别", "Priority in force"),
         Text("所写的，或由后果与响应时间得出的；只供阅读",
              "As written, or as it follows from severity and time; for reading only")),
)  # fmt: skip


def columns_of(field: Field) -> tuple[Column, ...]:
    """One, or for a text one of each language."""
    if not field.is_text:
        return (Column(field.key, field.label, field.type),)
    zh, en = field.label.zh, field.label.en
    return tuple(
        Column(f"{field.key}_{part}", Text(f"{zh}{language.zh}", f"{en}{language.en}"), field.type)
        for part, language in (("zh", CHINESE), ("en", ENGLISH))
    )


READ: Final = (*NAMES, ENABLED, *(column for field in FIELDS for column in columns_of(field)))
"""Those that are read back."""


def heading(label: Text) -> str:
    """In both languages, so that whoever opens the workbook can read it."""
    return f"{label.zh} {label.en}"


PLACES: Final = {
    plain(text): column.name
    for column in READ
    for text in (column.label.zh, column.label.en, heading(column.label))
}
"""The name of a column by its heading, in either language or both."""
IGNORED: Final = {
    plain(text) for told in TOLD for text in (told.label.zh, told.label.en, heading(told.label))
}
