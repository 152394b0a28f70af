"""What sites and persons add to entities: fields of their own, and views of a list."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from actors.messages import Issuer
from actors.said import said
from business.dictionaries.queries import entries
from business.gate import Refused
from business.identity.model import User
from business.registry import custom
from business.registry.entity import Entities
from business.registry.finding import entity_named
from business.registry.messages import (
    CustomFieldSet,
    RemoveView,
    SaveView,
    SetCustomField,
    ViewsChanged,
)
from business.registry.model import NAME_LENGTH, CustomField, SavedView


class Additions:
    def __init__(self, entities: Entities) -> None:
        self._entities = entities

    def set_custom(self, session: Session, command: SetCustomField) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        if not custom.NAME.fullmatch(command.field):
            raise Refused(
                said(
                    f"字段名“{command.field}”须以小写字母开头，只含小写字母、数字和下划线，最长 32 个字符",
                    f"the field name {command.field!r} begins with a small letter and has small letters, "
                    "digits and '_' only, 32 at most",
                )
            )
        if command.type not in custom.TYPES:
            known = ", ".join(custom.TYPES)
            raise Refused(
                said(
                    f"没有字段类型 {command.type}，可选 {known}", f"no type {command.type!r}: one of {known}"
                )
            )
        if not command.zh.strip() or not command.en.strip():
            raise Refused(said("请填写中文和英文名称", "a field needs a label in both languages"))
        if command.dictionary and not entries(session, command.dictionary):
            raise Refused(
                said(f"没有字典 {command.dictionary}", f"there is no dictionary {command.dictionary!r}")
            )
        query = select(CustomField).where(
            CustomField.entity == entity.name, CustomField.name == command.field
        )
        row = session.scalar(query)
        if row is None:
            row = CustomField(entity=entity.name, name=command.field, type=command.type)
            session.add(row)
        elif row.type != command.type:
            raise Refused(
                said(
                    f"字段 {command.field} 的类型是 {row.type}，不能改成 {command.type}；请停用它并新建一个",
                    f"field {command.field} is of type {row.type} and stays so; disable it and add another",
                )
            )
        row.label_zh = command.zh.strip()[:NAME_LENGTH]
        row.label_en = command.en.strip()[:NAME_LENGTH]
        row.dictionary, row.unit = command.dictionary, command.unit.strip()[:16]
        row.required, row.listed = command.required, command.listed
        row.position, row.disabled = command.position, command.disabled
        return (CustomFieldSet(entity.name, row.name),)

    def save_view(self, session: Session, issuer: Issuer, command: SaveView) -> tuple[Any, ...]:
        entity = entity_named(self._entities, command.entity)
        name = command.name.strip()[:NAME_LENGTH]
        if not name:
            raise Refused(said("请填写视图名称", "a view needs a name"))
        if len(command.query) > 4_000:
            raise Refused(said("视图条件过长", "the view has too many conditions"))
        user = session.scalars(select(User.id).where(User.name == issuer.user)).one()
        query = select(SavedView).where(
            SavedView.entity == entity.name, SavedView.user_id == user, SavedView.name == name
        )
        row = session.scalar(query)
        if row is None:
            row = SavedView(entity=entity.name, user_id=user, name=name)
            session.add(row)
        row.query, row.shared = command.query, command.shared
        return (ViewsChanged(entity.name),)

    def remove_view(self, session: Session, issuer: Issuer, command: RemoveView) -> tuple[Any, ...]:
        row = session.get(SavedView, command.view)
        owner = session.get(User, row.user_id) if row else None
        if row is None or owner is None or owner.name != issuer.user:
            raise Refused(said("没有这个视图", "there is no such view of yours"))
        session.delete(row)
        return (ViewsChanged(row.entity),)
