"""What `steward profile show` prints: one profile, resolved, with the documents that state its facts."""

import math
from collections.abc import Iterator

from config.parameters import Parameters
from config.profile_catalogue import Profile
from config.profile_schema import CATEGORIES
from config.rules import Rule
from config.site import Point, Template
from config.text import Text

_LABELS = {
    "id": Text("编号", "id"),
    "category": Text("类别", "category"),
    "manufacturer": Text("厂家", "manufacturer"),
    "products": Text("型号", "products"),
    "symbol": Text("图符", "symbol"),
    "driver": Text("驱动", "driver"),
    "options": Text("驱动选项", "options"),
    "period": Text("周期", "period"),
    "lineage": Text("继承自", "extends"),
    "parameters": Text("参数", "parameters"),
    "remote": Text("远方开关", "remote switch"),
    "source": Text("资料来源", "source"),
    "points": Text("点", "points"),
    "offers": Text("可用点", "offers"),
    "range": Text("量程", "range"),
    "plausible": Text("合理范围", "plausible"),
    "write": Text("可写", "write"),
    "two": Text("双人", "two persons"),
    "history": Text("历史", "history"),
    "alarm": Text("报警", "alarm"),
    "cause": Text("原因", "cause"),
    "consequence": Text("后果", "consequence"),
    "action": Text("处置", "action"),
    "base": Text("基础模板", "base"),
}
_REQUIRED = Text("必须给出", "must be given")
_BASE = Text("供其他模板继承，设备不能直接使用", "for other profiles to extend; no device uses it as it is")


def page(profile: Profile, given: Parameters, language: str) -> Iterator[str]:
    """`given` are the parameters that differ from their defaults."""

    def label(key: str) -> str:
        return _LABELS[key].in_language(language)

    family, said = profile.family, profile.description
    yield f"{profile.name.zh} / {profile.name.en}"
    head = {
        "id": family.id,
        "category": f"{profile.category.value} ({CATEGORIES[profile.category].in_language(language)})",
        "manufacturer": said.manufacturer.text().in_language(language) if said.manufacturer else "",
        "products": ", ".join(said.products),
        "symbol": said.symbol.value if said.symbol else "",
        "lineage": " < ".join(family.lineage[1:]),
    }
    if (template := profile.template) is not None:
        options = template.options.model_dump(mode="json", exclude_defaults=True)
        head |= {
            "driver": template.driver,
            "options": ", ".join(f"{key} = {value}" for key, value in options.items()),
            "period": f"{template.period_s:g} s",
            "remote": f"{template.remote_point} = {template.remote_value}" if template.remote_point else "",
        }
    for key, text in head.items():
        if text:
            yield f"  {label(key)}: {text}"
    if family.is_base:
        yield f"  {label('base')}: {_BASE.in_language(language)}"
    for document in said.source:
        parts = (document.title, document.edition, document.licence)
        yield f"  {label('source')}: {', '.join(part for part in parts if part)}"
    for name in family.required:
        yield f"  {label('parameters')}: {name} = {given.get(name, _REQUIRED.in_language(language))}"
    for name, default in family.parameters.items():
        changed = f" ({default})" if name in given and given[name] != default else ""
        yield f"  {label('parameters')}: {name} = {given.get(name, default)}{changed}"
    if template is None:
        yield f"  {label('offers')}: {', '.join(family.points)}"
        return
    yield f"{label('points')}: {len(template.points)}"
    for point in template.points:
        yield from _point(point, template, language)


def _point(point: Point, template: Template, language: str) -> Iterator[str]:
    def label(key: str) -> str:
        return _LABELS[key].in_language(language)

    source = point.source.model_dump(mode="json", exclude_defaults=True)
    yield (
        f"  {point.id}  {point.name.zh} / {point.name.en}  {point.kind.value}"
        f"{f' {point.unit}' if point.unit else ''}{'  *' if point.main else ''}"
    )
    scaling = "" if (point.scale, point.offset) == (1, 0) else f" × {point.scale:g}"
    scaling += f" + {point.offset:g}" if point.offset else ""
    yield f"    {template.driver}: {', '.join(f'{key} = {value}' for key, value in source.items())}{scaling}"
    if point.states:
        named = (f"{number} {name.in_language(language)}" for number, name in point.states.items())
        yield f"    {label('range')}: {', '.join(named)}"
    elif point.kind.value != "text":
        yield f"    {label('range')}: {point.low:g} – {point.high:g} {point.unit}".rstrip()
    if not (math.isinf(point.plausible_low) and math.isinf(point.plausible_high)):
        yield f"    {label('plausible')}: {point.plausible_low:g} – {point.plausible_high:g}"
    if (write := point.write) is not None:
        how = [f"{write.verify.value} {write.feedback}".rstrip(), f"{write.within_s:g} s"]
        how += [label("two")] if write.two_person else []
        yield f"    {label('write')}: {write.low:g} – {write.high:g} ({', '.join(how)})"
    if point.history.value != "change":
        yield f"    {label('history')}: {point.history.value}"
    for rule in point.rules:
        yield from _rule(rule, point, language)


def _rule(rule: Rule, point: Point, language: str) -> Iterator[str]:
    limit = ", ".join(f"{one:g}" for one in rule.states)
    if not limit and not math.isnan(rule.limit):
        limit = f"{rule.limit:g} {point.unit if not point.states else ''}".rstrip()
    terms = [f"{rule.kind.value} {limit}".rstrip(), rule.alarm_class, rule.priority.value]
    what = f"{_LABELS['alarm'].in_language(language)} {rule.name} ({', '.join(terms)})"
    yield f"    {what}: {rule.text.in_language(language)}"
    for key, text in (("cause", rule.cause), ("consequence", rule.consequence), ("action", rule.action)):
        if text is not None:
            yield f"      {_LABELS[key].in_language(language)}: {text.in_language(language)}"
