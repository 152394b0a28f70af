"""An entity, read off its mapped class."""

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, inspect, select
from sqlalchemy.orm import InstrumentedAttribute

from business.registry.declare import FIELD, Field
from business.registry.record import Kind, Record
from config.text import Text

ACTIONS: Mapping[str, Text] = {
    "read": Text("查看", "See"),
    "write": Text("新建和修改", "Create and change"),
    "submit": Text("提交待审", "Submit for review"),
    "remove": Text("删除和恢复", "Remove and restore"),
    "import": Text("导入", "Import"),
    "export": Text("导出", "Export"),
    "unmask": Text("查看隐私信息", "See personal numbers"),
    "configure": Text("自定义字段", "Add fields"),
}
"""What may be permitted on the records of an entity: the permission is `{entity}.{action}`."""


@dataclass(frozen=True)
class Entity:
    """What the engine knows of one kind of record."""

    kind: Kind
    model: type[Record]
    fields: tuple[Field, ...]
    """As the class declares them, in its order; what the site has added comes apart."""

    @property
    def name(self) -> str:
        return self.kind.name

    @property
    def label(self) -> Text:
        return self.kind.label

    @cached_property
    def by_name(self) -> Mapping[str, Field]:
        return {field.name: field for field in self.fields}

    def column(self, name: str) -> InstrumentedAttribute[Any]:
        """The mapped attribute of a declared field, or of `id`, `created_ns`, `changed_ns`."""
        found: InstrumentedAttribute[Any] = getattr(self.model, name)
        return found

    @cached_property
    def scopes_of(self) -> Select[int]:
        """Asks for the scopes of its records `ids`."""
        columns = self.model.__table__.c
        ids: BindParameter[int] = bindparam("ids", expanding=True)
        return select(columns.scope_id).where(columns.id.in_(ids)).distinct()

    def permission(self, action: str) -> str:
        assert action in ACTIONS, action
        return f"{self.name}.{action}"

    def permissions(self) -> Mapping[str, Text]:
        """Every permission of this entity, with its label."""
        return {
            self.permission(action): Text(
                f"{self.label.zh}：{said.zh}", f"{self.label.en}: {said.en.lower()}"
            )
            for action, said in ACTIONS.items()
        }

    def with_custom(self, custom: Iterable[Field]) -> tuple[Field, ...]:
        return (*self.fields, *custom)


def entity_of(model: type[Record]) -> Entity:
    """Read the declarations off the columns. Raises TypeError for a class that does not fit together."""
    fields = tuple(
        dataclasses.replace(attribute.columns[0].info[FIELD], name=attribute.key)
        for attribute in inspect(model).column_attrs
        if FIELD in attribute.columns[0].info
    )
    names = {field.name for field in fields}
    told = {*model.kind.title, *model.kind.called, *model.kind.called_openly, *model.kind.together}
    if missing := {*told, model.kind.order} - names - {"id", "created_ns", "changed_ns"}:
        raise TypeError(
            f"{model.__name__} is titled, called or sorted by {sorted(missing)}, which it has not declared"
        )
    return Entity(model.kind, model, fields)


@dataclass(frozen=True)
class Entities:
    """All entities of the program, by name."""

    by_name: Mapping[str, Entity]

    @classmethod
    def of(cls, models: Iterable[type[Record]]) -> "Entities":
        found = {model.kind.name: entity_of(model) for model in models}
        for entity in found.values():
            for field in entity.fields:
                if field.reference and field.reference not in found:
                    raise TypeError(
                        f"{entity.name}.{field.name} refers to {field.reference}, which is no entity"
                    )
        return cls(found)

    def __getitem__(self, name: str) -> Entity:
        return self.by_name[name]

    def get(self, name: str) -> Entity | None:
        return self.by_name.get(name)

    def __iter__(self) -> Any:
        return iter(self.by_name.values())

    @cached_property
    def referring(self) -> Mapping[str, tuple[tuple[Entity, Field], ...]]:
        """By entity: the fields of other entities, or its own, that hold ids of its records."""
        found: dict[str, list[tuple[Entity, Field]]] = {}
        for entity in self.by_name.values():
            for field in entity.fields:
                if field.reference:
                    found.setdefault(field.reference, []).append((entity, field))
        return {name: tuple(pairs) for name, pairs in found.items()}
