"""From one row of a workbook to what the device has to say of its own about the alarm."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from actors.said import said
from business.alarm_database.columns import CHINESE, ENGLISH
from business.alarm_database.definitions import Definitions
from business.alarm_database.fields import FIELD, FIELDS, Field, values_of
from config.alarm_edits import AlarmEdit, AlarmName, without_name
from config.own_alarms import OF_OWN
from config.rules import Rule
from config.table import ID_RULE, is_id

_SILENT: Mapping[str, Any] = {field.key: field.blank for field in FIELDS}


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with one value of a row."""

    column: str
    reason: str


@dataclass(frozen=True, slots=True)
class Judged:
    """A row that was understood: `edit` is None where it says what is so already."""

    edit: AlarmEdit | None = None
    wrong: tuple[Wrong, ...] = ()


class Judge:
    """Compares rows with one version of the configuration."""

    def __init__(self, known: Definitions) -> None:
        self._known = known

    def __call__(self, row: Mapping[str, Any]) -> Judged:
        """`row` holds the values of the columns that the file has, None for a blank cell."""
        name: AlarmName = (row["device"], row.get("point") or "", row["rule"])
        if wrong := self._named(name):
            return Judged(wrong=(wrong,))
        live, profiled = self._known.live(name), self._known.of_profile(name)
        table = self._known.tables.get(name)
        enabled = row.get("enabled")
        if enabled is False:
            return self._taken_away(name, live, profiled)
        if live is None and enabled is None and profiled is not None:
            return Judged()  # away, and the row does not say that it is to come back
        standing = live or profiled
        now = dict(_SILENT) if standing is None else values_of(standing)
        wanted, wrong_texts = self._wanted(row, now, standing.text if standing else None)
        if wrong_texts:
            return Judged(wrong=tuple(wrong_texts))
        if live is not None and wanted == now:
            return Judged()
        base = dict(_SILENT) if profiled is None else values_of(profiled)
        said_of_it, wrongs = self._table(name, wanted, base)
        if profiled is None and live is None:
            wrongs += self._added(name, wanted)
        if wrongs:
            return Judged(wrong=tuple(wrongs))
        if said_of_it == (None if table is None else without_name(table)):
            return Judged()
        return Judged(AlarmEdit(name, said_of_it or None))

    # -- the alarm

    def _named(self, name: AlarmName) -> Wrong | None:
        site = self._known.site
        device = site.devices.get(name[0])
        owner = device or site.nodes.get(name[0])
        if owner is None:
            return Wrong("device", _unknown("设备", "device", name[0], [*site.devices, *site.nodes]))
        if name[1] and (device is None or device.template.find(name[1]) is None):
            return Wrong("point", _unknown("测点", "point", name[1], device.template.index if device else ()))
        if not name[1] and name[2] not in owner.own_rules:
            return Wrong("rule", _unknown("设备报警", "alarm of a device", name[2], owner.own_rules))
        return None

    def _taken_away(self, name: AlarmName, live: Rule | None, profiled: Rule | None) -> Judged:
        if not name[1]:
            reason = said(
                f"{name[2]} 不能停用：设备失联必须报警；可降低级别，或将设备退出服务",
                f"{name[2]} cannot be taken away: a lost device is an alarm; lower its priority, or take the "
                "device out of service",
            )
            return Judged(wrong=(Wrong("enabled", reason),))
        if live is None:
            return Judged()
        return Judged(AlarmEdit(name, None if profiled is None else {"enabled": False}))

    @staticmethod
    def _added(name: AlarmName, wanted: Mapping[str, Any]) -> list[Wrong]:
        if not is_id(name[2]):
            zh = f"“{name[2]}”不能作为报警编号；请用小写字母、数字和连字符，最多 64 个"
            return [Wrong("rule", said(zh, f"'{name[2]}' is no id of an alarm: {ID_RULE}"))]
        if wanted["kind"] is None:
            zh = f"{'/'.join(name)} 没有此报警；如要增加请填写类型，否则请更正编号"
            en = f"there is no alarm {'/'.join(name)}: give its kind to add it, or correct its name"
            return [Wrong("kind", said(zh, en))]
        return []

    # -- its fields

    def _wanted(
        self, row: Mapping[str, Any], now: Mapping[str, Any], text: Any
    ) -> tuple[dict[str, Any], list[Wrong]]:
        """What the alarm is to say; a column that the file does not have leaves what is."""
        wanted: dict[str, Any] = {}
        wrong: list[Wrong] = []
        for field in FIELDS:
            if not field.is_text:
                value = row.get(field.key, now[field.key])
                wanted[field.key] = field.blank if value is None else value
                continue
            before = now[field.key]
            shown = (text.zh, text.en) if field.key == "text" and text is not None else before
            pair = tuple(
                row.get(f"{field.key}_{part}", shown[at] if shown else None)
                for at, part in enumerate(("zh", "en"))
            )
            if pair == (None, None) or (before is None and pair == shown):
                wanted[field.key] = None
            elif None in pair:
                part, language = (("zh", CHINESE), ("en", ENGLISH))[pair.index(None)]
                wrong.append(Wrong(f"{field.key}_{part}", _half(field, language.zh, language.en)))
            else:
                wanted[field.key] = pair
        return wanted, wrong

    def _table(
        self, name: AlarmName, wanted: Mapping[str, Any], base: Mapping[str, Any]
    ) -> tuple[dict[str, Any], list[Wrong]]:
        """What differs from the profile; nothing may be taken back that it says."""
        table: dict[str, Any] = {}
        wrong: list[Wrong] = []
        for field in FIELDS:
            value, profiled = wanted[field.key], base[field.key]
            if value == profiled:
                continue
            column = f"{field.key}_zh" if field.is_text else field.key
            if not name[1] and field.key not in OF_OWN:
                wrong.append(Wrong(column, _fixed(field)))
            elif value is None or (field.key == "sets" and set(profiled) - set(value)):
                wrong.append(Wrong(column, _said_by_profile(field, profiled)))
            else:
                table[field.key] = _written(field, value)
        return table, wrong


def _written(field: Field, value: Any) -> Any:
    """As TOML and JSON have it."""
    if field.is_text:
        return {"zh": value[0], "en": value[1]}
    if isinstance(value, tuple):
        return [_number(one) for one in value]
    return {key: _number(one) for key, one in value.items()} if isinstance(value, dict) else _number(value)


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e15 else value


def columns_of_key(key: str) -> Iterator[str]:
    """The columns in which a key of a rule's table stands."""
    field = FIELD.get(key)
    if field is None:
        return
    yield from ((f"{key}_zh", f"{key}_en") if field.is_text else (key,))


def _unknown(zh: str, en: str, name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name[:60], list(known), n=1)
    way_zh = f"是否指 {near[0]}？" if near else "请核对编号"
    way_en = f"did you mean {near[0]}?" if near else "check its id"
    return said(f"没有{zh}“{name[:60]}”；{way_zh}", f"there is no {en} '{name[:60]}': {way_en}")


def _half(field: Field, zh: str, en: str) -> str:
    return said(
        f"{field.label.zh}{zh}没有填写；请填写两种语言，或都留空",
        f"{field.label.en}{en} is missing: write it in both languages, or in neither",
    )


def _fixed(field: Field) -> str:
    return said(
        f"设备本身的报警不能修改{field.label.zh}；请恢复原值",
        f"{field.label.en} of an alarm that every device has cannot be changed: put it back",
    )


def _said_by_profile(field: Field, value: Any) -> str:
    shown = " / ".join(value) if field.is_text else field.type.show(value, "zh")
    shown_en = " / ".join(value) if field.is_text else field.type.show(value, "en")
    return said(
        f"设备模板规定了{field.label.zh}（{shown[:80]}），不能去掉；请填写新的值，或修改设备模板",
        f"the profile says {field.label.en} ({shown_en[:80]}), which cannot be taken back: write another "
        "value, or change the profile",
    )
