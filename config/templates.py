"""Fills profiles with parameters: one `Template` for all devices with the same profile and parameters."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from config.check import check_point, check_template
from config.driver_schema import Acknowledged, Barring, Commanding, DriverSchema
from config.entries import Entry, fill_entry
from config.inherit import Family, MergedPoint, inherited
from config.parameters import Parameters, names_in
from config.points import point_of
from config.problems import Finding, Problems, Where
from config.profile_schema import DescriptionTable
from config.rules import AlarmClass
from config.schema import BodyTable, PointTable
from config.site import HistoryPolicy, Point, Template
from config.validate import validated


def digest(*parts: object) -> str:
    """Equal for equal parts, in every process: their `repr` must say all that matters."""
    return sha256(repr(parts).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Built:
    """A template, its digest, and what its points read of other devices."""

    template: Template
    digest: str
    references: tuple[tuple[str, str], ...]
    """(point id, the `device/point` that it reads)."""
    family: Family

    def place(self, point: str, keys: tuple[str | int, ...]) -> Where:
        return self.family.points[point].place(*keys) if point else self.family.place(*keys)


@dataclass(frozen=True, slots=True)
class _BuiltPoint:
    point: Point | None
    digest: str
    references: tuple[str, ...]


class _Unknown(BaseModel):
    """Stands where only a driver could say what belongs there."""


class Templates:
    """Makes templates on request and remembers them; whatever is wrong goes to `problems`, once."""

    def __init__(
        self,
        definitions: Mapping[str, Entry],
        drivers: Mapping[str, DriverSchema],
        classes: Mapping[str, AlarmClass],
        problems: Problems,
    ) -> None:
        self._definitions = definitions
        self.drivers = drivers
        self.classes = classes
        self._problems = problems
        self._families: dict[str, Family | None] = {}
        self._built: dict[tuple[str, str], Built | None] = {}
        self._plain: dict[tuple[str, ...], Point | None] = {}
        self._digests: dict[int, str] = {}
        self._points: dict[tuple[str, ...], _BuiltPoint] = {}
        self._uses: dict[tuple[str, str], tuple[list[str], list[str]]] = {}

    def family(self, profile: str) -> Family | None:
        """The profile with its ancestors; `profile` must be defined."""
        if profile not in self._families:
            self._families[profile] = inherited(profile, self._definitions, self._problems)
        return self._families[profile]

    @property
    def profiles(self) -> Mapping[str, Entry]:
        """Every profile that is defined."""
        return self._definitions

    def check_unused(self, profiles: Mapping[str, Entry]) -> None:
        """Finds what is wrong in profiles that no device uses yet, as far as it shows without one."""
        used = {profile for profile, _ in self._built}
        parents = [entry.table.get("extends") for entry in profiles.values()]
        for name, entry in profiles.items():
            if name in used or name in parents:
                continue
            family = self.family(name)
            if family is not None and not family.required:
                self.get(family, {}, entry.where, "")

    def driver(self, family: Family) -> DriverSchema | None:
        name = family.body.get("driver")
        return self.drivers.get(name) if isinstance(name, str) else None

    def get(self, family: Family, given: Parameters, place: Where, device: str) -> Built | None:
        """The template for a device at `place` that gives these parameters."""
        values = {**family.parameters, **given}
        allowed = {**family.parameters, **family.required}
        for name in given:
            if name not in allowed:
                self._problems.unknown(place.at("parameters", name), "parameter", name, allowed)
        if missing := [name for name in family.required if name not in given]:
            message = f"parameters of profile {family.id!r} are missing: {', '.join(missing)}"
            way_out = f"Add parameters = {{{', '.join(f'{name} = ...' for name in missing)}}}"
            self._problems.add(place.at("parameters"), None, message, way_out)
            return None
        signature = digest(sorted(values.items()), family.variant)[:8] if values or family.variant else ""
        key = (family.id, signature)
        if key not in self._built:
            self._built[key] = self._build(family, values, signature, device)
        return self._built[key]

    def _build(self, family: Family, values: Parameters, signature: str, device: str) -> Built | None:
        problems = self._problems
        context = f"as {device} uses it, with {_told(values)}" if values and device else ""
        driver = self.driver(family)
        name = family.body.get("driver")
        if isinstance(name, str) and driver is None:
            problems.unknown(family.place("driver"), "driver", name, self.drivers)
        table = fill_entry(
            _without(family.body, "options"), BodyTable, values, family.place, problems, context
        )
        body = None if table is None else validated(BodyTable, table, family.place, problems, context)
        options = self._model(
            driver.options if driver else None, family.body, "options", values, family.place, context
        )
        validated(DescriptionTable, family.description, family.place, problems, context)
        built = [
            self._point(family, point, driver, options, values, context) for point in family.points.values()
        ]
        if body is None or options is None:
            return None
        template = Template(
            id=f"{family.id}#{signature}" if signature else family.id,
            profile=family.id,
            name=body.name.text(),
            driver=body.driver,
            period_s=body.period_s,
            timeout_s=body.timeout_s,
            points=tuple(each.point for each in built if each.point is not None),
            options=options,
            remote_point=body.remote_point,
            remote_value=body.remote_value,
            model=body.model,
        )
        for at, finding, is_unknown in check_template(template, family.points):
            place = family.points[at].place(*finding.keys) if at else family.place(*finding.keys)
            report(problems, place, finding, family.points if is_unknown else None, context)
        return Built(
            template=template,
            digest=digest(body, options, [each.digest for each in built]),
            references=tuple(_references(built)),
            family=family,
        )

    def _point(
        self,
        family: Family,
        point: MergedPoint,
        driver: DriverSchema | None,
        options: BaseModel | None,
        values: Parameters,
        context: str,
    ) -> _BuiltPoint:
        """A point, shared among all templates in which the parameters that it mentions are the same."""
        plain_uses, source_uses = self._uses_of(family, point)
        plain_key = (family.id, point.variant, point.id, *_given(plain_uses, values))
        if plain_key not in self._plain:
            self._plain[plain_key] = self._plain_point(point, values, context)
        key = (*plain_key, "source", *_given(source_uses, values))
        if key not in self._points:
            plain = self._plain[plain_key]
            self._points[key] = self._sourced(plain, point, driver, options, values, context)
        return self._points[key]

    def _uses_of(self, family: Family, point: MergedPoint) -> tuple[list[str], list[str]]:
        """The parameters that a point mentions, and those that its source and the options do."""
        key = (family.id, f"{point.variant}/{point.id}")
        if key not in self._uses:
            source = names_in(point.table.get("source")) | names_in(family.body.get("options"))
            self._uses[key] = sorted(names_in(_without(point.whole(), "source"))), sorted(source)
        return self._uses[key]

    def _plain_point(self, merged: MergedPoint, values: Parameters, context: str) -> Point | None:
        """The point without its source, checked; None where it is wrong."""
        problems = self._problems
        content = _without(merged.whole(), "source")
        filled = fill_entry(content, PointTable, values, merged.place, problems, context)
        table = None if filled is None else validated(PointTable, filled, merged.place, problems, context)
        if table is None:
            return None
        if (point := point_of(table, _Unknown(), self.classes)) is None:
            message = f"analogue point {merged.id!r} has no high"
            problems.add(merged.place("high"), None, message, "Add low = ... and high = ..., its range")
            return None
        for finding in check_point(point):
            report(problems, merged.place(*finding.keys), finding, None, context)
        for at, rule in enumerate(point.rules):
            if rule.alarm_class not in self.classes:
                where = merged.place("rule", at, "alarm_class")
                problems.unknown(where, "alarm class", rule.alarm_class, self.classes)
        return point

    def _sourced(
        self,
        plain: Point | None,
        merged: MergedPoint,
        driver: DriverSchema | None,
        options: BaseModel | None,
        values: Parameters,
        context: str,
    ) -> _BuiltPoint:
        model = driver.source if driver else None
        source = self._model(model, merged.table, "source", values, merged.place, context)
        if source is None or driver is None:
            return _BuiltPoint(plain, "", ())
        if options is not None:
            for said in driver.problems(source, options):
                where, written = merged.place("source"), merged.table.get("source")
                self._problems.add(where, written, said.rstrip("."), context=context)
            if plain is not None and plain.write is not None and isinstance(driver, Barring):
                self._check_writing(merged, driver.bars_writing(source, options), context)
        if plain is None:
            return _BuiltPoint(None, "", ())
        if (plain_digest := self._digests.get(id(plain))) is None:
            plain_digest = self._digests[id(plain)] = digest(plain)
        write_only = isinstance(driver, Commanding) and driver.is_write_only(source)
        return _BuiltPoint(
            replace(
                plain,
                source=source,
                acknowledge=isinstance(driver, Acknowledged) and driver.acknowledges(source),
                write_only=write_only,
                history=HistoryPolicy.NONE if write_only else plain.history,
            ),
            digest(plain_digest, source.model_dump_json()),
            tuple(driver.references(source)),
        )

    def _check_writing(self, merged: MergedPoint, barred: tuple[str, str] | None, context: str) -> None:
        if barred is not None:
            zh, en = barred
            message = f"point {merged.id!r} cannot be written: {en}"
            zh = f"测点 {merged.id} 不能写入：{zh}"
            self._problems.add(merged.place("write"), None, message, context=context, zh=zh)

    def _model(
        self,
        model: type[BaseModel] | None,
        table: Mapping[str, Any],
        key: str,
        values: Parameters,
        place: Any,
        context: str,
    ) -> BaseModel | None:
        """What the driver makes of `table[key]`; an empty model where the driver is unknown."""
        content = table.get(key, {})
        if model is None:
            return _Unknown()
        if not isinstance(content, dict):
            self._problems.add(place(key), content, f"{key} is not a table", f"Write {key} = {{...}}")
            return None

        def inside(*keys: str | int) -> Where:
            where: Where = place(key, *keys)
            return where

        filled = fill_entry(content, model, values, inside, self._problems, context)
        return None if filled is None else validated(model, filled, inside, self._problems, context)


def report(
    problems: Problems, place: Where, finding: Finding, known: Mapping[str, object] | None, context: str = ""
) -> None:
    """Adds a finding; with `known`, as a name that is not among them."""
    if known is not None:
        problems.unknown(place, finding.message, finding.value, known)
    else:
        problems.add(
            place, finding.value, finding.message, finding.suggestion, context=context, zh=finding.zh
        )


def _references(built: list[_BuiltPoint]) -> Iterator[tuple[str, str]]:
    for each in built:
        if each.point is not None:
            for reference in each.references:
                yield each.point.id, reference


def _given(names: list[str], values: Parameters) -> Iterator[str]:
    for name in names:
        yield f"{name}={values.get(name)!r}"


def _told(values: Parameters) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in list(values.items())[:4])


def _without(table: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The table without a key that only the driver understands."""
    return {name: value for name, value in table.items() if name != key}
