"""What is wrong with profiles beyond what stops a site: what people miss who choose or answer by them."""

import math
from collections.abc import Hashable, Mapping

from config.alarms import standard_classes
from config.driver_schema import DriverSchema, Mapped
from config.entries import Entry
from config.inherit import Family, MergedPoint
from config.parameters import Parameters
from config.problems import Problems, Where
from config.rules import AlarmClass, Rule
from config.site import Point, PointKind
from config.templates import Built, Templates

_TOLERANCE = 1e-9
_RATIONALE = {"cause": "原因", "consequence": "后果", "action": "处置"}


def check_profiles(
    entries: Mapping[str, Entry],
    known: Mapping[str, Entry],
    drivers: Mapping[str, DriverSchema],
    problems: Problems,
    given: Parameters | None = None,
) -> None:
    """Adds what is wrong with `entries`, which may extend any of `known`.

    Each is built with its default parameters; `given` stand in for those that have none, else 1 does.
    """
    templates = Templates({**known, **entries}, drivers, standard_classes(), problems)
    extended = {entry.table.get("extends") for entry in entries.values()}
    for name, entry in entries.items():
        family = templates.family(name)
        if family is None or (family.is_base and name in extended):
            continue
        _check_description(family, entry.where, problems)
        values = {**dict.fromkeys(family.required, "1"), **_fitting(given or {}, family)}
        built = templates.get(family, values, entry.where, "")
        if built is not None:
            _check_points(built, drivers.get(built.template.driver), templates.classes, problems)


def _fitting(given: Parameters, family: Family) -> Parameters:
    return {name: value for name, value in given.items() if name in {**family.parameters, **family.required}}


def _check_description(family: Family, where: Where, problems: Problems) -> None:
    said = family.description
    if "category" not in said:
        problems.add(
            where.at("category"), None, "no category says what kind of equipment it is",
            'Add category = "power-meter" or the like',
            zh="没有说明设备类别；请填写 category，如 power-meter",
        )  # fmt: skip
    if "manufacturer" in said and not said.get("source"):
        problems.add(
            where.at("source"), None, "the device of a maker without a source of its facts",
            "Add source = [{ title = ..., edition = ..., licence = ... }], the document that states them",
            zh="厂家设备没有注明资料来源；请填写 source（文件名称、版本、许可）",
        )  # fmt: skip


def _check_points(
    built: Built, driver: DriverSchema | None, classes: Mapping[str, AlarmClass], problems: Problems
) -> None:
    taken: dict[Hashable, str] = {}
    for point in built.template.points:
        merged = built.family.points[point.id]
        if point.kind is PointKind.COUNTER and not point.unit:
            problems.add(
                merged.place("unit"), None, f"counter {point.id!r} has no unit",
                'Add unit = "kWh" or the like; "×" for what is only counted',
                zh=f"累计点 {point.name.zh} 没有单位；请填写 unit，纯计数写 ×",
            )  # fmt: skip
        for at, rule in enumerate(point.rules):
            _check_rule(merged, at, rule, classes, problems)
        if driver is None or not isinstance(point.source, driver.source):
            continue  # told already
        if isinstance(driver, Mapped):
            _check_range(point, merged, driver, built, problems)
            cells = driver.cells(point.source, built.template.options)
        else:
            cells = frozenset([point.source.model_dump_json(exclude_defaults=True)])
        _check_cells(point, merged, cells, taken, built.template.profile, problems)


def _check_rule(
    merged: MergedPoint, at: int, rule: Rule, classes: Mapping[str, AlarmClass], problems: Problems
) -> None:
    if rule.alarm_class in classes and classes[rule.alarm_class].event:
        return  # nobody is called, so nobody has to know what to do
    missing = [key for key in _RATIONALE if getattr(rule, key) is None]
    if missing:
        names = "、".join(_RATIONALE[key] for key in missing)
        problems.add(
            merged.place("rule", at), None,
            f"rule {rule.name!r} of point {merged.id!r} does not say its {', '.join(missing)}",
            "Add them in both languages: whoever is called at night reads nothing else",
            zh=f"点 {merged.id} 的规则 {rule.name} 没有写明{names}；请用中英文填写，值班员只看这些",
        )  # fmt: skip


def _check_range(point: Point, merged: MergedPoint, driver: Mapped, built: Built, problems: Problems) -> None:
    raw = driver.span(point.source, built.template.options)
    if raw is None or point.kind is PointKind.TEXT:
        return
    ends = sorted(end * point.scale + point.offset for end in raw)
    slack = abs(point.scale) + _TOLERANCE
    span = f"{ends[0]:g} to {ends[1]:g} {point.unit}".rstrip()
    for key, value in (("low", point.low), ("high", point.high)):
        if key not in merged.table or math.isinf(value) or ends[0] - slack <= value <= ends[1] + slack:
            continue
        problems.add(
            merged.place(key), value,
            f"{key} {value:g} of point {point.id!r} is outside {span}, all that its register and scale hold",
            "Correct the type, the scale or the range",
            context=f"in {built.template.profile}",
            zh=f"点 {point.name.zh} 的 {key} = {value:g} 超出寄存器和比例能表示的 {ends[0]:g}–{ends[1]:g} "
            f"{point.unit}；请核对类型、比例或量程",
        )  # fmt: skip


def _check_cells(
    point: Point,
    merged: MergedPoint,
    cells: frozenset[Hashable],
    taken: dict[Hashable, str],
    profile: str,
    problems: Problems,
) -> None:
    shared = next((cell for cell in cells if cell in taken), None)
    if shared is not None:
        place = " ".join(str(part) for part in shared) if isinstance(shared, tuple) else str(shared)
        other = taken[shared]
        problems.add(
            merged.place("source"), merged.table.get("source"),
            f"point {point.id!r} reads {place}, which point {other!r} reads already",
            "Correct the address, or remove one of the two",
            context=f"in {profile}",
            zh=f"点 {point.id} 与点 {other} 读同一地址 {place}；请更正地址或删去其一",
        )  # fmt: skip
    taken |= dict.fromkeys(cells, point.id)
